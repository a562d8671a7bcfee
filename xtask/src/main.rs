//! What CI runs, anyone can run: `cargo xtask check`, `cargo xtask test`, `cargo xtask golden`.

mod audit;
mod check;
mod generate;
mod shell;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

const MAP: &str = "\
cargo xtask check     format, lints, tidy, documentation, dependency and licence audit, generated files
cargo xtask test      everything, installing what a Debian machine lacks; says what it skipped and why
cargo xtask golden    rewrite the golden vectors' wanted sides; review the difference like code
cargo xtask generate  rewrite the generated files (docs/openapi.json, docs/reasons.md)
cargo xtask tidy      the invariants of absence and the arrows alone
cargo xtask audit     where dependencies come from and under which terms";

fn main() -> ExitCode {
    let word = std::env::args().nth(1).unwrap_or_default();
    let done = match word.as_str() {
        "check" => check::run(),
        "test" => test::run(),
        "golden" => generate::rewrite_golden(),
        "generate" => generate::rewrite(),
        "tidy" => tidy::run(),
        "audit" => audit::run(),
        _ => {
            println!("{MAP}");
            return if word.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {word}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
