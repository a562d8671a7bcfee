//! `cargo xtask check`: everything that can be said about the code without running it.

use anyhow::Result;

use crate::{audit, features, generate, shell, tidy};

pub(crate) fn run() -> Result<()> {
    shell::run("cargo", &["fmt", "--all", "--check"])?;
    tidy::run()?;
    audit::run()?;
    features::check()?;
    shell::run("cargo", &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    shell::run_with(
        "cargo",
        &["doc", "--workspace", "--no-deps", "--locked", "--document-private-items"],
        &[("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links")],
    )?;
    generate::check()?;
    println!("check: all good");
    Ok(())
}
