//! Whatever a vendor, or somebody in its place, answers.

#![no_main]

#[path = "../../crates/vendors/tests/it/exercise.rs"]
mod exercise;

libfuzzer_sys::fuzz_target!(|input: &[u8]| exercise::answer(input));
