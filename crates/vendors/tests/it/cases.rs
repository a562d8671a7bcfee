//! Finding golden vectors: a case is a folder with `given.*` and `want.json`, so a new one needs no Rust.

use std::{
    fs,
    path::{Path, PathBuf},
};

use model::Vendor;
use serde_json::Value;

/// One vector.
pub(crate) struct Case {
    pub(crate) vendor: Vendor,
    pub(crate) folder: PathBuf,
}

/// The vendors that are looked at: all, or the one that `VENDOR` names.
pub(crate) fn vendors() -> impl Iterator<Item = Vendor> {
    let one = std::env::var("VENDOR").ok();
    Vendor::ALL.into_iter().filter(move |vendor| one.as_deref().is_none_or(|one| one == vendor.name()))
}

/// The vectors of one kind (`auth`, `token`, `request`, `reply`, `recall`, `receipt` or `lint`), of every vendor.
pub(crate) fn find(kind: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for vendor in vendors() {
        let Ok(folders) = fs::read_dir(root().join(vendor.name()).join(kind)) else { continue };
        cases.extend(folders.map(|folder| Case { vendor, folder: folder.unwrap().path() }));
    }
    cases.sort_by(|one, other| one.folder.cmp(&other.folder));
    assert!(!cases.is_empty() || std::env::var_os("VENDOR").is_some(), "no vectors of kind {kind}");
    cases
}

/// Runs every vector of a kind and compares with its `want.json`; with `UPDATE_GOLDEN=1` rewrites it instead.
pub(crate) fn check(kind: &str, run: impl Fn(&Case) -> Value) {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut broken = Vec::new();
    for case in find(kind) {
        let got = run(&case);
        let path = case.folder.join("want.json");
        if update {
            fs::write(path, serde_json::to_string_pretty(&got).unwrap() + "\n").unwrap();
        } else if case.want() != got {
            broken.push(format!("{}\ngot {got:#}\nwant {:#}", case.folder.display(), case.want()));
        }
    }
    assert!(broken.is_empty(), "{} vectors do not hold:\n{}", broken.len(), broken.join("\n"));
}

impl Case {
    pub(crate) fn want(&self) -> Value {
        fs::read(self.folder.join("want.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// A file of the vector, if it has it.
    pub(crate) fn file(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(name)).ok()
    }

    /// A file that stands beside the vendor's vectors.
    pub(crate) fn vendor_file(&self, name: &str) -> Vec<u8> {
        fs::read(root().join(self.vendor.name()).join(name)).unwrap()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/vendors")
}
