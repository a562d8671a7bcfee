//! Behaviour of the rules: the table, the packed facts, what follows from verdicts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod facts;
mod follow;
mod table;
mod wording;
