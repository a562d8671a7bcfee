//! `cargo xtask test`: everything, installing what a Debian machine lacks, saying what it skipped and why.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::shell;

/// What the tests use beside the Rust toolchain: how to see whether it is there, and Debian's package.
const NEEDS: &[(&str, &str, &str)] = &[
    ("/usr/bin/chromium", "chromium", "the browser walk"),
    ("/usr/bin/chromedriver", "chromium-driver", "the browser walk"),
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "fonts-noto-cjk",
        "Chinese text in screenshots",
    ),
    ("/usr/bin/npm", "npm", "accessibility in the browser walk"),
];
/// Where the rules of accessibility are pinned.
const AXE: &str = "crates/posthouse/tests/browser/axe";

pub(crate) fn run() -> Result<()> {
    let missing = install_missing();
    shell::run("cargo", &["build", "--workspace", "--all-targets", "--locked"])?;
    if shell::has("cargo-nextest") {
        shell::run("cargo", &["nextest", "run", "--workspace", "--locked", "--no-fail-fast"])?;
    } else {
        shell::run("cargo", &["test", "--workspace", "--locked", "--no-fail-fast"])?;
    }
    shell::run("cargo", &["run", "--quiet", "--locked", "--package", "posthouse", "--", "selftest"])?;
    let mut skipped = Vec::new();
    if let Some(lacking) = missing.iter().find(|lacking| lacking.starts_with("chromium")) {
        skipped.push(format!("the browser walk: {lacking} is not there and could not be installed"));
    } else if !has_axe() {
        skipped.push("the browser walk: axe-core is not there, and npm could not install it".to_owned());
    } else {
        shell::run(
            "cargo",
            &[
                "test",
                "--locked",
                "--package",
                "posthouse",
                "--features",
                "browser-tests",
                "--test",
                "browser",
            ],
        )?;
    }
    for line in &skipped {
        println!("skipped: {line}");
    }
    if !skipped.is_empty() && std::env::var_os("CI").is_some() {
        bail!("in CI nothing may be skipped");
    }
    println!("test: everything passed, {} skipped", skipped.len());
    Ok(())
}

/// Whether the rules of accessibility are there as they are pinned; npm installs them where it can.
fn has_axe() -> bool {
    let arguments =
        ["ci", "--prefix", AXE, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    shell::has("npm") && shell::run("npm", &arguments).is_ok()
}

/// Installs what is missing where this is Debian and we may; answers what is still missing.
pub(crate) fn install_missing() -> Vec<String> {
    let missing = || {
        NEEDS
            .iter()
            .filter(|(path, _, _)| !Path::new(path).exists())
            .map(|(_, package, _)| (*package).to_owned())
    };
    let wanted: Vec<String> = missing().collect();
    if wanted.is_empty() || !Path::new("/usr/bin/apt-get").exists() {
        return wanted;
    }
    println!("▸ installing {}", wanted.join(" "));
    let quiet = |arguments: &[&str]| {
        Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(wanted.iter().map(String::as_str));
    if !(quiet(&["update", "-q"]) && quiet(&install)) {
        println!("▸ the packages could not be installed");
    }
    missing().collect()
}
