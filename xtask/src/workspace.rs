//! The workspace as data: where it is, its source files, its packages.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Every file git knows of or does not ignore, relative to the root.
pub(crate) fn files() -> Result<Vec<String>> {
    let listed = shell::read("git", &["ls-files", "--cached", "--others", "--exclude-standard"])?;
    Ok(listed.lines().filter(|path| root().join(path).is_file()).map(str::to_owned).collect())
}

/// The text of a file relative to the root.
pub(crate) fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| path.to_owned())
}

/// What cargo knows of the workspace and all its dependencies, without touching the lock file.
pub(crate) fn metadata() -> Result<Value> {
    let text = shell::read("cargo", &["metadata", "--format-version", "1", "--locked"])?;
    serde_json::from_str(&text).context("cargo metadata")
}
