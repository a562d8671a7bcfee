//! Whatever somebody posts to a receipt address.

#![no_main]

#[path = "../../crates/vendors/tests/it/exercise.rs"]
mod exercise;

libfuzzer_sys::fuzz_target!(|input: &[u8]| exercise::receipt(input));
