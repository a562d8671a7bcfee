//! `cargo xtask screenshots`: the documents' pictures, made anew in Chromium by the test that is left out otherwise.

use std::fs;

use anyhow::{Result, ensure};

use crate::{shell, test, workspace};

/// Where the pictures are.
pub(crate) const FOLDER: &str = "docs/images";
/// Largest picture, in bytes.
pub(crate) const PICTURE_MAX_BYTES: u64 = 200 * 1024;
/// All pictures together, in bytes.
const TOTAL_MAX_BYTES: u64 = 6 * 1024 * 1024;

/// Makes them, and says how large they are.
///
/// # Errors
/// What the browser could not do, and pictures that are too large.
pub(crate) fn run() -> Result<()> {
    let missing = test::install_missing();
    ensure!(missing.is_empty(), "{} is not there and could not be installed", missing.join(", "));
    for path in pictures()? {
        fs::remove_file(workspace::root().join(path))?;
    }
    let browser = ["--features", "browser-tests", "--test", "browser"];
    let only = ["--", "--ignored", "pictures::"];
    let arguments = [&["test", "--locked", "--package", "posthouse"], &browser[..], &only[..]].concat();
    shell::run("cargo", &arguments)?;
    let pictures = pictures()?;
    ensure!(!pictures.is_empty(), "no picture was made");
    let total = pictures.iter().map(|path| size_of(path)).sum::<Result<u64>>()?;
    println!("screenshots: {} pictures, {} KiB", pictures.len(), total / 1024);
    ensure!(total <= TOTAL_MAX_BYTES, "together they are larger than {} KiB", TOTAL_MAX_BYTES / 1024);
    for path in pictures {
        let bytes = size_of(&path)?;
        ensure!(bytes <= PICTURE_MAX_BYTES, "{path} has {} KiB", bytes / 1024);
    }
    Ok(())
}

/// Every picture, relative to the root.
pub(crate) fn pictures() -> Result<Vec<String>> {
    let entries = fs::read_dir(workspace::root().join(FOLDER))?.collect::<Result<Vec<_>, _>>()?;
    let names = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut paths: Vec<String> = names.map(|name| format!("{FOLDER}/{name}")).collect();
    paths.sort_unstable();
    Ok(paths)
}

/// How large a file is, in bytes.
pub(crate) fn size_of(path: &str) -> Result<u64> {
    Ok(fs::metadata(workspace::root().join(path))?.len())
}
