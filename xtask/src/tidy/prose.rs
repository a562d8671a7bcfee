//! Documents that say what the code says: crates named in ARCHITECTURE.md exist, local links lead somewhere.

use anyhow::Result;

use crate::workspace;

/// Longest ARCHITECTURE.md, in lines: one picture, one map, the walk-throughs.
const ARCHITECTURE_MAX_LINES: usize = 200;

pub(super) fn find_faults() -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let files = workspace::files()?;
    for path in files.iter().filter(|path| path.ends_with(".md") && !path.starts_with("testdata/")) {
        let text = workspace::read(path)?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in local_links(&text) {
            let from_here = workspace::root().join(folder).join(target);
            if !from_here.exists() {
                faults.push(format!("{path}: the link to {target} leads nowhere"));
            }
        }
    }
    if let Ok(architecture) = workspace::read("ARCHITECTURE.md") {
        let lines = architecture.lines().count();
        if lines > ARCHITECTURE_MAX_LINES {
            faults.push(format!("ARCHITECTURE.md: {lines} lines; the budget is {ARCHITECTURE_MAX_LINES}"));
        }
        for name in architecture.split('`').filter_map(|word| word.strip_prefix("crates/")) {
            let path = format!("crates/{name}");
            if !workspace::root().join(path.trim_end_matches('/')).exists() {
                faults.push(format!("ARCHITECTURE.md: {path} is not there"));
            }
        }
    } else {
        faults.push("ARCHITECTURE.md is missing".to_owned());
    }
    Ok(faults)
}

/// Targets of `[text](target)` and `![text](target)` that are files of ours.
fn local_links(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("](").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let target = rest.split([')', '#', ' ']).next()?;
        (!target.is_empty() && !target.contains("://") && !target.starts_with("mailto:")).then_some(target)
    })
}
