//! Behaviour of the rules: what accept refuses, the table, the packed facts, which certificate and which text, what
//! follows from verdicts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod accept;
mod choice;
mod custom;
mod facts;
mod follow;
mod quiet;
mod quota;
mod table;
mod wording;
