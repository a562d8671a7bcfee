//! Where a running Posthouse is: written by `dev`, read by the commands that talk to it.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Addresses and keys of a running Posthouse. The file that holds them can be read by its owner only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Address {
    /// Base URL of the API.
    pub(crate) api_url: String,
    /// An API key of the sample App.
    pub(crate) api_key: String,
    /// Base URL of the simulator's control API.
    pub(crate) simulator_url: Option<String>,
    /// Its key.
    pub(crate) simulator_key: Option<String>,
    /// Who sends where nobody is named.
    pub(crate) sender: String,
    /// The process that wrote it.
    pub(crate) pid: u32,
}

impl Address {
    /// Reads the file, from `POSTHOUSE_ADDRESS` or its usual place.
    pub(crate) fn read() -> Result<Self> {
        let path = usual_place();
        let text = fs::read_to_string(&path).with_context(|| {
            format!(
                "no running Posthouse was found ({} is not there); start one with `posthouse dev`",
                path.display()
            )
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} does not read", path.display()))
    }

    /// Writes the file; answers where.
    pub(crate) fn write(&self) -> Result<PathBuf> {
        let path = usual_place();
        write_private(&path, &serde_json::to_string_pretty(self)?)?;
        Ok(path)
    }

    /// Removes the file, if it is still this process's.
    pub(crate) fn remove(&self) {
        if Self::read().is_ok_and(|written| written.pid == self.pid) {
            let _ = fs::remove_file(usual_place());
        }
    }
}

/// Writes a file that only its owner may read; a reader never sees half of it.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    let draft = path.with_extension(format!("{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)?;
    fs::rename(&draft, path).with_context(cannot)
}

fn usual_place() -> PathBuf {
    if let Some(path) = std::env::var_os("POSTHOUSE_ADDRESS") {
        return PathBuf::from(path);
    }
    let state = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state")))
        .unwrap_or_else(std::env::temp_dir);
    state.join("posthouse").join("dev.json")
}
