//! What never stands in a source file, and the shape every source file has.

use anyhow::Result;

use crate::workspace;

/// Longest source file, in lines, tests included.
const FILE_MAX_LINES: usize = 600;

/// Longest line of a comment that is no table's, in columns; code's own length is the formatter's.
const COMMENT_MAX_COLUMNS: usize = 120;

/// Folders without I/O, clocks, logs and chance.
const PURE: &[&str] =
    &["crates/model/", "crates/wire/", "crates/rules/", "crates/vendors/", "crates/client/"];

/// What never stands in a pure folder's sources.
const IMPURE: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "tokio::",
    "tracing::",
    "println!",
    "eprintln!",
    "std::fs::",
    "std::net::",
    "std::thread::",
];

/// What never stands in an adapter: adapters judge, they do not act.
const ACTS: &[&str] = &["sleep(", "spawn(", "retry_loop", "metrics::"];

/// The only files that branch over vendors: the adapters' registry, the simulator's twin, and the words themselves.
const VENDOR_BRANCHES: &[&str] =
    &["crates/vendors/src/lib.rs", "crates/simulator/src/vendor.rs", "crates/model/src/vendor.rs"];

/// File names that say nothing.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "misc", "data"];

pub(super) fn find_faults() -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for path in workspace::files()? {
        if !has_ending(&path, ".rs") {
            continue;
        }
        let text = workspace::read(&path)?;
        faults.extend(shape_faults(&path, &text));
        if path.contains("/src/") && !path.starts_with("xtask/") {
            faults.extend(absence_faults(&path, &text));
        }
    }
    Ok(faults)
}

fn has_ending(path: &str, ending: &str) -> bool {
    path.ends_with(ending)
}

fn shape_faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.starts_with("//!") && !text.starts_with("#![doc = include_str!") {
        faults.push(format!("{path}: begins without a `//!` line that says what it is"));
    }
    let lines = text.lines().count();
    if lines > FILE_MAX_LINES {
        faults.push(format!("{path}: {lines} lines; look for the missing concept"));
    }
    for (index, line) in text.lines().enumerate() {
        let is_comment = line.trim_start().starts_with("//") && !line.starts_with("//! |");
        if is_comment && line.chars().count() > COMMENT_MAX_COLUMNS {
            faults.push(format!("{path}:{}: a comment longer than {COMMENT_MAX_COLUMNS} columns", index + 1));
        }
    }
    let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    if EMPTY_NAMES.contains(&stem) {
        faults.push(format!("{path}: a name that says nothing"));
    }
    faults
}

fn absence_faults(path: &str, text: &str) -> Vec<String> {
    let pure = PURE.iter().any(|folder| path.starts_with(folder));
    let adapter = path.starts_with("crates/vendors/src/");
    let may_branch = VENDOR_BRANCHES.contains(&path);
    let mut faults = Vec::new();
    for (number, line) in production_lines(text) {
        let code = line.split("//").next().unwrap_or_default();
        let found = |words: &[&'static str]| words.iter().copied().find(|word| code.contains(word));
        if let Some(word) = found(IMPURE).filter(|_| pure) {
            faults.push(format!("{path}:{number}: `{word}` in a pure crate"));
        }
        if let Some(word) = found(ACTS).filter(|_| adapter) {
            faults.push(format!("{path}:{number}: `{word}` in an adapter"));
        }
        if !may_branch && branches_over_vendors(code) {
            faults.push(format!(
                "{path}:{number}: a branch over vendors; make it data or a method of the adapter"
            ));
        }
    }
    faults
}

/// The lines before the file's own tests, numbered from 1.
fn production_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .take_while(|(_, line)| *line != "#[cfg(test)]")
}

fn branches_over_vendors(code: &str) -> bool {
    code.match_indices("Vendor::").any(|(at, _)| {
        let rest = &code[at + "Vendor::".len()..];
        let variant: String = rest.chars().take_while(|char| char.is_alphanumeric()).collect();
        let is_variant = variant.chars().next().is_some_and(char::is_uppercase) && variant != "ALL";
        let after = rest[variant.len()..].trim_start();
        is_variant && (after.starts_with("=>") || after.starts_with('|') && !after.starts_with("||"))
    })
}

#[cfg(test)]
mod tests {
    use super::branches_over_vendors;

    #[test]
    fn a_branch_over_vendors_is_seen_and_a_mention_is_not() {
        assert!(branches_over_vendors("Vendor::Xiaomi => 1,"));
        assert!(branches_over_vendors("Vendor::Xiaomi | Vendor::Apns => 1,"));
        assert!(!branches_over_vendors("let vendor = Vendor::Xiaomi;"));
        assert!(!branches_over_vendors("for vendor in Vendor::ALL {"));
    }
}
