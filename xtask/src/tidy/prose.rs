//! Documents that say what the code says: crates named in ARCHITECTURE.md exist, local links and pictures lead
//! somewhere, and every picture is shown.

use std::{collections::BTreeSet, path::Path};

use anyhow::Result;

use crate::{screenshots, workspace};

/// Longest ARCHITECTURE.md, in lines: one picture, one map, the walk-throughs.
const ARCHITECTURE_MAX_LINES: usize = 200;

pub(super) fn find_faults() -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut shown = BTreeSet::new();
    let files = workspace::files()?;
    for path in files.iter().filter(|path| path.ends_with(".md") && !path.starts_with("testdata/")) {
        let text = workspace::read(path)?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in local_links(&text) {
            let from_here = workspace::root().join(folder).join(target);
            shown.insert(name_of(target));
            if !from_here.exists() {
                faults.push(format!("{path}: the link to {target} leads nowhere"));
            }
        }
    }
    faults.extend(picture_faults(&shown)?);
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

/// Pictures that no document shows, and those that are too large to be cloned by everybody.
fn picture_faults(shown: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for path in screenshots::pictures()? {
        if !shown.contains(&name_of(&path)) {
            faults.push(format!("{path}: no document shows it"));
        }
        let bytes = screenshots::size_of(&path)?;
        if bytes > screenshots::PICTURE_MAX_BYTES {
            faults.push(format!("{path}: {} KiB are too many for a picture", bytes / 1024));
        }
    }
    Ok(faults)
}

fn name_of(path: &str) -> String {
    Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Targets of `[text](target)`, `![text](target)` and `src="target"` that are files of ours.
fn local_links(text: &str) -> impl Iterator<Item = &str> {
    ["](", "src=\""].into_iter().flat_map(move |before| {
        text.match_indices(before).filter_map(move |(at, _)| {
            let rest = &text[at + before.len()..];
            let target = rest.split([')', '#', ' ', '"']).next()?;
            (!target.is_empty() && !target.contains("://") && !target.starts_with("mailto:"))
                .then_some(target)
        })
    })
}
