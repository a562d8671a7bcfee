//! The program from outside: the executable itself, in processes of its own.

#![expect(clippy::unwrap_used, reason = "where a step of a test fails, the test fails")]

#[path = "../../src/api.rs"]
mod api;
mod faults;
mod secrets;
mod seeds;
