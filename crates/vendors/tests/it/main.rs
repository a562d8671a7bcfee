//! The adapters against their golden vectors, and what holds for any input.

mod cases;
mod codes;
mod given;
mod golden;
mod properties;
