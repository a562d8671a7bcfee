//! `cargo xtask features`: every rule that the seed documents state, how it is settled, and where that is shown.
//!
//! A rule is proved by a test whose name begins with the row's id; advice stands at an anchor of a document. The seed's
//! own words are looked up where the documents are at hand; a clone has none of them and passes without.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::workspace;

const TABLE: &str = "testdata/features.toml";
/// Beside the checkout, where there is one.
const DOCUMENTS: &str = "../shared";

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

/// A row of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    what: String,
    kind: Kind,
    seed: String,
    phrase: String,
    anchor: Option<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Rule,
    Guide,
    SdkNext,
    TheirLimit,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Guide => "guide",
            Self::SdkNext => "sdk-next",
            Self::TheirLimit => "their-limit",
        }
    }
}

/// Prints the table.
///
/// # Errors
/// Every row without its proof, and every phrase that its document does not hold.
pub(crate) fn run() -> Result<()> {
    let (lines, faults) = settle()?;
    for line in &lines {
        println!("{line}");
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{} rows are not settled:\n{}", faults.len(), faults.join("\n"));
}

/// The same, silent where all is well.
pub(crate) fn check() -> Result<()> {
    let (_, faults) = settle()?;
    if faults.is_empty() { Ok(()) } else { bail!("features: {}", faults.join("\n")) }
}

fn settle() -> Result<(Vec<String>, Vec<String>)> {
    let table: Table = toml::from_str(&workspace::read(TABLE)?).context(TABLE)?;
    let tests = tests_by_row(&table.row)?;
    let documents = documents();
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for row in &table.row {
        let proof = proof_of(row, &tests);
        if proof.is_none() {
            faults.push(format!("{}: {} ({}) has no proof", row.id, row.what, row.kind.word()));
        }
        if let Some(fault) = fault_of_phrase(row, &documents) {
            faults.push(fault);
        }
        let proof = proof.unwrap_or_else(|| "MISSING".to_owned());
        lines.push(format!(
            "{:<13} {:<11} {} | {} “{}” | {proof}",
            row.id,
            row.kind.word(),
            row.what,
            row.seed,
            row.phrase
        ));
    }
    if documents.is_empty() {
        lines.push("The seed documents are not at hand: their phrases were not looked up.".to_owned());
    }
    let count = |kind| table.row.iter().filter(|row| row.kind == kind).count();
    lines.push(format!(
        "{} rows: {} rule, {} guide, {} sdk-next, {} their-limit",
        table.row.len(),
        count(Kind::Rule),
        count(Kind::Guide),
        count(Kind::SdkNext),
        count(Kind::TheirLimit)
    ));
    Ok((lines, faults))
}

/// Where a row is settled: its first test and how many more there are, or its anchor.
fn proof_of(row: &Row, tests: &BTreeMap<String, Vec<String>>) -> Option<String> {
    if row.kind == Kind::Rule {
        let tests = tests.get(&row.id)?;
        let more = tests.len() - 1;
        let first = tests.first()?;
        return Some(if more == 0 { first.clone() } else { format!("{first} and {more} more") });
    }
    let anchor = row.anchor.as_ref()?;
    let (file, name) = anchor.split_once('#').unwrap_or((anchor, ""));
    let text = workspace::read(file).ok()?;
    (name.is_empty() || text.contains(&format!("<a id=\"{name}\">"))).then(|| anchor.clone())
}

/// The tests whose names begin with a row's id, or with several: `g1_g2_…`.
fn tests_by_row(rows: &[Row]) -> Result<BTreeMap<String, Vec<String>>> {
    let ids: HashMap<String, &str> =
        rows.iter().map(|row| (row.id.to_lowercase().replace('-', "_"), row.id.as_str())).collect();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in workspace::files()?.iter().filter(|path| path.ends_with(".rs")) {
        let text = workspace::read(path)?;
        for name in tests_in(&text) {
            let mut rest = name;
            while let Some((id, behind)) = leading_id(rest, &ids) {
                found.entry(id.to_owned()).or_default().push(format!("{path}: {name}"));
                rest = behind;
            }
        }
    }
    Ok(found)
}

/// Names of functions that stand below a test attribute, or inside `proptest!`, where the attribute stands too.
fn tests_in(text: &str) -> impl Iterator<Item = &str> {
    let mut under_test = false;
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if line.starts_with("#[test") || line.starts_with("#[tokio::test") {
            under_test = true;
            return None;
        }
        let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?.split('(').next()?;
        std::mem::take(&mut under_test).then_some(name)
    })
}

/// The row that a name begins with, and what follows; the longest id wins, so that `t1_` is not `t13_`.
fn leading_id<'a>(name: &'a str, ids: &HashMap<String, &'a str>) -> Option<(&'a str, &'a str)> {
    ids.iter()
        .filter_map(|(word, id)| {
            Some((*id, word.len(), name.strip_prefix(word.as_str())?.strip_prefix('_')?))
        })
        .max_by_key(|(_, length, _)| *length)
        .map(|(id, _, rest)| (id, rest))
}

/// The documents by the name that rows give them; empty where they are not at hand.
fn documents() -> HashMap<String, String> {
    let root = workspace::root().join(DOCUMENTS);
    let mut found = HashMap::new();
    for (number, path) in sorted(&root.join("seeds")).iter().enumerate() {
        found.extend(fs::read_to_string(path).ok().map(|text| (format!("S{number}"), text)));
    }
    for path in sorted(&root.join("compat")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().to_uppercase();
        found.extend(fs::read_to_string(&path).ok().map(|text| (name, text)));
    }
    found
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn fault_of_phrase(row: &Row, documents: &HashMap<String, String>) -> Option<String> {
    if documents.is_empty() {
        return None;
    }
    match documents.get(&row.seed) {
        None => Some(format!("{}: there is no document {}", row.id, row.seed)),
        Some(text) if !text.contains(&row.phrase) => {
            Some(format!("{}: {} does not say “{}”", row.id, row.seed, row.phrase))
        }
        Some(_) => None,
    }
}
