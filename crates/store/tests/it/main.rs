//! The embedded store against the contract, and against what only a folder on a disk can suffer.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod backup;
mod crash;
mod faults;
mod folder;
mod looks;
mod races;
mod room;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use store::{EmbeddedStore, SealKey, Store, conformance::House};

/// A folder with a fixed seal key.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("posthouse-data")
    }

    fn open(&self) -> Arc<EmbeddedStore> {
        EmbeddedStore::open(&self.path(), seal_key()).unwrap()
    }
}

#[async_trait::async_trait]
impl House for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        Folder::open(self)
    }
}

fn seal_key() -> SealKey {
    SealKey::from_bytes([42; 32])
}

mod conformance {
    use super::Folder;

    store::conformance_tests!(Folder::new());
}

#[test]
fn every_check_of_the_suite_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
    let listed = fs::read_to_string(folder.join("mod.rs")).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        for check in source.lines().filter_map(|line| line.strip_prefix("pub async fn ")) {
            let (name, _) = check.split_once('(').unwrap();
            assert!(listed.contains(&format!("            {name},\n")), "{name} is not listed");
        }
    }
}
