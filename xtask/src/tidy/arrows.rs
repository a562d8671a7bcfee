//! Which crate may depend on which, and which outside crates never enter the pure ones.

use anyhow::Result;

use crate::workspace;

/// A crate, and the crates of ours it may depend on. Arrows go down only.
const ARROWS: &[(&str, &[&str])] = &[
    ("posthouse-model", &[]),
    ("posthouse-meter", &[]),
    ("posthouse-wire", &["posthouse-model"]),
    ("posthouse-rules", &["posthouse-model"]),
    ("posthouse-vendors", &["posthouse-model"]),
    ("posthouse-store", &["posthouse-model", "posthouse-meter"]),
    (
        "posthouse-im",
        &["posthouse-model", "posthouse-meter", "posthouse-wire", "posthouse-rules", "posthouse-store"],
    ),
    (
        "posthouse-gateway",
        &["posthouse-model", "posthouse-meter", "posthouse-rules", "posthouse-vendors", "posthouse-store"],
    ),
    (
        "posthouse-server",
        &[
            "posthouse-model",
            "posthouse-meter",
            "posthouse-wire",
            "posthouse-rules",
            "posthouse-vendors",
            "posthouse-store",
            "posthouse-im",
            "posthouse-gateway",
        ],
    ),
    ("posthouse-client", &["posthouse-model", "posthouse-wire"]),
    ("posthouse-simulator", &["posthouse-model", "posthouse-wire", "posthouse-client"]),
    (
        "posthouse",
        &[
            "posthouse-model",
            "posthouse-meter",
            "posthouse-wire",
            "posthouse-rules",
            "posthouse-vendors",
            "posthouse-store",
            "posthouse-im",
            "posthouse-gateway",
            "posthouse-server",
            "posthouse-simulator",
        ],
    ),
    ("xtask", &[]),
];

/// Crates without I/O, clocks, logs and chance.
const PURE: &[&str] =
    &["posthouse-model", "posthouse-wire", "posthouse-rules", "posthouse-vendors", "posthouse-client"];

/// What never enters a pure crate.
const IMPURE: &[&str] = &[
    "tokio",
    "hyper",
    "hyper-util",
    "h2",
    "axum",
    "rusqlite",
    "tracing",
    "log",
    "rand",
    "getrandom",
    "governor",
    "rustls",
    "tokio-rustls",
];

pub(super) fn find_faults() -> Result<Vec<String>> {
    let metadata = workspace::metadata()?;
    let mut faults = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        if !package["source"].is_null() {
            continue;
        }
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
            faults.push(format!("{name}: a room without a place in the picture; add it to ARROWS"));
            continue;
        };
        let normal = package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|dependency| dependency["kind"].is_null())
            .filter_map(|dependency| dependency["name"].as_str());
        for dependency in normal {
            if dependency.starts_with("posthouse") && !allowed.contains(&dependency) {
                faults.push(format!("{name} → {dependency}: this arrow does not go down"));
            }
            if PURE.contains(&name) && IMPURE.contains(&dependency) {
                faults.push(format!("{name} → {dependency}: a pure crate has no I/O, clock, log or chance"));
            }
        }
    }
    Ok(faults)
}
