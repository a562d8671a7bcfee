//! The program from outside: the executable itself, in processes of its own.

#![expect(clippy::unwrap_used, reason = "where a step of a test fails, the test fails")]

#[path = "../../src/api.rs"]
mod api;
mod doctor;
mod drain;
mod faults;
#[path = "../../src/bench/ground.rs"]
mod ground;
mod load;
mod logs;
#[path = "../../src/processes.rs"]
#[expect(dead_code, reason = "the tests use a part of it")]
mod processes;
mod reload;
mod secrets;
mod seeds;
mod server;
mod settled;
mod stage;
#[cfg(feature = "otel")]
mod traces;
