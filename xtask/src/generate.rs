//! Generated files: committed, re-made here, and a difference fails the check.

use std::{fs, path::PathBuf};

use anyhow::{Result, bail};

use crate::{shell, workspace};

/// What is generated: what cargo runs to print it, and where the text goes.
const GENERATED: &[(&[&str], &str)] = &[
    (&["--package", "posthouse", "--", "print", "openapi"], "docs/openapi.json"),
    (&["--package", "posthouse", "--", "print", "rules"], "docs/rules.md"),
    (&["--package", "posthouse", "--", "print", "metrics"], "docs/metrics.md"),
    (
        &["--package", "posthouse-wire", "--features", "schema", "--example", "schema"],
        "docs/protocol.schema.json",
    ),
];

/// Rewrites every generated file.
pub(crate) fn rewrite() -> Result<()> {
    for (what, path) in GENERATED {
        fs::create_dir_all(workspace::root().join("docs"))?;
        fs::write(target(path), print(what)?)?;
        println!("wrote {path}");
    }
    Ok(())
}

/// Fails where a generated file is not what the code makes today.
pub(crate) fn check() -> Result<()> {
    for (what, path) in GENERATED {
        if fs::read_to_string(target(path)).unwrap_or_default() != print(what)? {
            bail!("{path} is out of date; run `cargo xtask generate` and commit it");
        }
    }
    Ok(())
}

fn print(what: &[&str]) -> Result<String> {
    shell::read("cargo", &[&["run", "--quiet", "--locked"], what].concat())
}

fn target(path: &str) -> PathBuf {
    workspace::root().join(path)
}
