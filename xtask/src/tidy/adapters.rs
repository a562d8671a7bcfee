//! Adapters are all alike: the same files, none too long.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result};

use crate::workspace;

/// The files of an adapter's folder.
const FILES: &[&str] = &[
    "README.md",
    "auth.rs",
    "codes.rs",
    "config.rs",
    "limits.rs",
    "lint.rs",
    "mod.rs",
    "receipt.rs",
    "reply.rs",
    "request.rs",
    "setup.rs",
    "snippet.txt",
];

/// What is data, a row each, and not counted.
const UNCOUNTED: [&str; 2] = ["codes.rs", "setup.rs"];
/// Longest adapter, in lines over all its other files.
const ADAPTER_MAX_LINES: usize = 1100;

pub(super) fn find_faults() -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let folder = workspace::root().join("crates/vendors/src");
    for entry in fs::read_dir(&folder).context("crates/vendors/src")? {
        let path = entry?.path();
        if !path.is_dir() || path.ends_with("contract") {
            continue;
        }
        let vendor = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let mut lengths = BTreeMap::new();
        for file in fs::read_dir(&path)? {
            let file = file?.path();
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            lengths.insert(name, fs::read_to_string(&file)?.lines().count());
        }
        let found: Vec<&str> = lengths.keys().map(String::as_str).collect();
        if found != FILES {
            faults.push(format!("vendors/{vendor}: its files are {found:?}, all adapters have {FILES:?}"));
        }
        let code: usize = lengths
            .iter()
            .filter(|(name, _)| name.ends_with(".rs") && !UNCOUNTED.contains(&name.as_str()))
            .map(|(_, lines)| lines)
            .sum();
        if code > ADAPTER_MAX_LINES {
            faults.push(format!(
                "vendors/{vendor}: {code} lines beside its tables; the budget is {ADAPTER_MAX_LINES}"
            ));
        }
    }
    Ok(faults)
}
