//! The committed corpus of the fuzz targets, replayed: bytes that once were interesting stay harmless.

use std::{fs, path::Path};

use crate::exercise;

#[test]
fn every_answer_of_the_corpus_is_judged() {
    assert!(replay("answers", exercise::answer) > 100);
}

#[test]
fn every_receipt_of_the_corpus_is_read_or_refused() {
    assert!(replay("receipts", exercise::receipt) > 50);
}

fn replay(kind: &str, run: fn(&[u8])) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/fuzz").join(kind);
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| run(&fs::read(file.unwrap().path()).unwrap())).count()
}
