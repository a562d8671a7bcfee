//! The adapters against their golden vectors, and what holds for any input.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its vector has to stop")]

mod cases;
mod codes;
mod given;
mod golden;
mod limits_fcm;
mod properties;
mod show;
