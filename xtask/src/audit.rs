//! Dependency and licence audit over what this platform links: where crates come from and under which terms.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::shell;

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

/// One crate that is linked or built on this platform, as cargo prints it.
struct Linked<'a> {
    name: &'a str,
    version: &'a str,
    origin: &'a str,
    licence: &'a str,
}

pub(crate) fn run() -> Result<()> {
    let arguments =
        ["tree", "--workspace", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"];
    let printed = shell::read("cargo", &arguments)?;
    let lines: BTreeSet<&str> = printed.lines().filter(|line| !line.is_empty()).collect();
    let mut faults = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for linked in lines.into_iter().filter_map(parse_line) {
        let Linked { name, version, .. } = linked;
        versions.entry(name).or_default().insert(version);
        faults.extend(judge_source(&linked).err());
        faults.extend(judge_licence(&linked).err());
        faults.extend(
            REFUSED
                .iter()
                .filter(|(refused, _)| *refused == name)
                .map(|(_, why)| format!("{name} {version}: {why}")),
        );
    }
    let twice = versions.values().filter(|found| found.len() > 1).count();
    println!("audit: {} crates, {twice} in more than one version", versions.len());
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{}", faults.join("\n"))
}

fn parse_line(line: &str) -> Option<Linked<'_>> {
    // A crate whose tests depend on itself is marked `(*)` where the circle closes.
    let (package, licence) = line.trim_end_matches(" (*)").rsplit_once('|')?;
    let (name, rest) = package.split_once(' ')?;
    let (version, origin) = rest.split_once(' ').unwrap_or((rest, ""));
    Some(Linked { name, version, origin, licence })
}

/// A crate from the registry has no origin behind its version, or `(proc-macro)`; ours have a path.
fn judge_source(linked: &Linked<'_>) -> Result<(), String> {
    if linked.origin.contains("://") {
        return Err(format!("{} comes from {}, not from the registry", linked.name, linked.origin));
    }
    Ok(())
}

/// A licence expression is met where one alternative of every conjunct is on the list.
fn judge_licence(linked: &Linked<'_>) -> Result<(), String> {
    let expression = linked.licence.replace('/', " OR ").replace(['(', ')'], "");
    let met = !expression.is_empty()
        && expression
            .split(" AND ")
            .all(|conjunct| conjunct.split(" OR ").any(|licence| LICENCES.contains(&licence.trim())));
    let name = linked.name;
    if met { Ok(()) } else { Err(format!("{name} is under `{expression}`, which is not on the list")) }
}
