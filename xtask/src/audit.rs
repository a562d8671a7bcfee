//! Dependency and licence audit over the lock file: where crates come from and under which terms.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::workspace;

/// Licences whose terms an Apache-2.0 program can meet by shipping notices.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates in whose place another was picked; the reason is what a reader of the failure needs.
const REFUSED: &[(&str, &str)] = &[
    ("openssl-sys", "TLS is rustls with aws-lc-rs: one provider, no system library"),
    ("ring", "a second crypto provider makes rustls guess and panic"),
    ("reqwest", "three and a half times the processor time of h2, and one connection per host"),
    ("sqlx-core", "claims the same native library as rusqlite"),
];

pub(crate) fn run() -> Result<()> {
    let metadata = workspace::metadata()?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut faults = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let version = package["version"].as_str().unwrap_or_default();
        versions.entry(name).or_default().push(version);
        faults.extend(judge_source(name, package).err());
        faults.extend(judge_licence(name, package).err());
        faults.extend(
            REFUSED
                .iter()
                .filter(|(refused, _)| *refused == name)
                .map(|(_, why)| format!("{name} {version}: {why}")),
        );
    }
    let twice = versions.values().filter(|found| found.len() > 1).count();
    println!("audit: {} packages, {twice} in more than one version", packages.len());
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{}", faults.join("\n"))
}

fn judge_source(name: &str, package: &Value) -> Result<(), String> {
    match package["source"].as_str() {
        None => Ok(()),
        Some(source) if source.starts_with("registry+") => Ok(()),
        Some(source) => Err(format!("{name} comes from {source}, not from the registry")),
    }
}

/// A licence expression is met where one alternative of every conjunct is on the list.
fn judge_licence(name: &str, package: &Value) -> Result<(), String> {
    let expression =
        package["license"].as_str().unwrap_or_default().replace('/', " OR ").replace(['(', ')'], "");
    let met = !expression.is_empty()
        && expression
            .split(" AND ")
            .all(|conjunct| conjunct.split(" OR ").any(|licence| LICENCES.contains(&licence.trim())));
    if met { Ok(()) } else { Err(format!("{name} is under `{expression}`, which is not on the list")) }
}
