//! The console in a real Chromium: what `posthouse selftest` walks by API is walked here by hand, eye and clock.
//!
//! Every test starts a `posthouse dev` and a browser of its own in a temporary folder, so that tests neither wait for
//! nor disturb one another. A test that fails leaves a picture in `target/screenshots/`. The pictures of the documents
//! are made by `cargo xtask screenshots`.

#![expect(clippy::unwrap_used, reason = "where a step of a test fails, the test fails")]

#[path = "../../src/api.rs"]
mod api;
mod axe;
mod backend;
mod child;
mod crowd;
mod driver;
mod entrance;
mod furnished;
mod keyboard;
mod lab;
mod look;
mod page;
mod paperwork;
mod people;
mod pictures;
mod places;
mod road;
mod settings;
mod stage;
mod tools;
mod walk;
