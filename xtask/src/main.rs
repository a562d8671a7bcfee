//! What CI runs, anyone can run: `cargo xtask check`, `cargo xtask test`, `cargo xtask golden`.

mod audit;
mod check;
mod dist;
mod features;
mod generate;
mod golden;
mod new_vendor;
mod screenshots;
mod shell;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

const MAP: &str = "\
cargo xtask check     format, lints, tidy, documentation, dependency and licence audit, generated files
cargo xtask test      everything, installing what a Debian machine lacks; says what it skipped and why
cargo xtask golden    rewrite the golden vectors' wanted sides; review the difference like code
                      --check: compare instead, and say how certain their sources are
cargo xtask features  every rule of the seed documents, how it is settled, and the test or page that shows it
cargo xtask generate  rewrite the generated files (docs/openapi.json, docs/rules.md, docs/protocol.schema.json)
cargo xtask screenshots
                      the documents' pictures, made anew in Chromium
cargo xtask tidy      the invariants of absence and the arrows alone
cargo xtask new-vendor NAME
                      a vendor that builds from the first minute, to be filled with its book
cargo xtask dist      one portable archive in target/dist: the program, its configuration and units; unpacked and tried out
                      --debug: from a debug build, to try the packing itself
cargo xtask audit     where dependencies come from and under which terms";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let word = words.next().unwrap_or_default();
    let more = words.next().unwrap_or_default();
    let done = match word.as_str() {
        "check" => check::run(),
        "test" => test::run(),
        "golden" if more == "--check" => golden::check(),
        "golden" => golden::rewrite(),
        "new-vendor" => new_vendor::run(&more),
        "features" => features::run(),
        "generate" => generate::rewrite(),
        "screenshots" => screenshots::run(),
        "tidy" => tidy::run(),
        "dist" => dist::run(more == "--debug"),
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
