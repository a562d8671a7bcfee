//! `cargo xtask golden`: rewrites the wanted sides of the golden vectors, or checks them and says what they stand on.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};

use crate::{shell, workspace};

/// How many facts of a vendor are of each certainty.
#[derive(Default)]
struct Marks {
    documented: usize,
    observed: usize,
    assumed: usize,
}

/// Rewrites every `want.json` with what the adapters say now.
pub(crate) fn rewrite() -> Result<()> {
    let tests = ["test", "--quiet", "--package", "posthouse-vendors", "--test", "it", "golden"];
    shell::run_with("cargo", &tests, &[("UPDATE_GOLDEN", "1")])
}

/// Checks every vector, and prints how many there are and how certain their sources are.
pub(crate) fn check() -> Result<()> {
    shell::run("cargo", &["test", "--quiet", "--package", "posthouse-vendors", "--test", "it"])?;
    let root = workspace::root().join("testdata/vendors");
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = Marks::default();
    println!("{:<10} {:>8} {:>11} {:>9} {:>8}", "vendor", "vectors", "documented", "observed", "assumed");
    let entries = fs::read_dir(&root)?.filter_map(Result::ok).map(|entry| entry.path());
    let mut vendors: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    vendors.sort();
    for vendor in vendors {
        let mut marks = Marks::default();
        for kind in fs::read_dir(&vendor)?.filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
            for case in fs::read_dir(kind.path())?.filter_map(Result::ok) {
                *kinds.entry(kind.file_name().to_string_lossy().into_owned()).or_default() += 1;
                marks.count(&case.path())?;
            }
        }
        let name = vendor.file_name().unwrap_or_default().to_string_lossy().into_owned();
        marks.print(&name);
        all.add(&marks);
    }
    all.print("all");
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    println!("{}", kinds.join(", "));
    let share = |part: usize| part * 100 / all.sum().max(1);
    println!(
        "{} % documented, {} % observed, {} % assumed",
        share(all.documented),
        share(all.observed),
        share(all.assumed)
    );
    Ok(())
}

impl Marks {
    /// A vector names its source and certainty in the first line of `given.http`, or in `given.json`.
    fn count(&mut self, case: &Path) -> Result<()> {
        let source = match fs::read_to_string(case.join("given.http")) {
            Ok(http) => http.lines().next().unwrap_or_default().to_owned(),
            Err(_) => {
                let json = fs::read_to_string(case.join("given.json"))
                    .with_context(|| format!("{} names no source", case.display()))?;
                let json: serde_json::Value = serde_json::from_str(&json)?;
                json["source"].as_str().unwrap_or_default().to_owned()
            }
        };
        match source.rsplit(", ").next() {
            Some("documented") => self.documented += 1,
            Some("observed") => self.observed += 1,
            _ => self.assumed += 1,
        }
        Ok(())
    }

    const fn sum(&self) -> usize {
        self.documented + self.observed + self.assumed
    }

    const fn add(&mut self, other: &Self) {
        self.documented += other.documented;
        self.observed += other.observed;
        self.assumed += other.assumed;
    }

    fn print(&self, name: &str) {
        let Self { documented, observed, assumed } = self;
        println!("{name:<10} {:>8} {documented:>11} {observed:>9} {assumed:>8}", self.sum());
    }
}
