//! The embedded store against the contract, and against what only a folder on a disk can suffer.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod crash;
mod faults;
mod folder;
mod races;

use std::{path::PathBuf, sync::Arc};

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
