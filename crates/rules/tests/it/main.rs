//! Behaviour of the rules: the table, the packed facts, what follows from verdicts.

mod facts;
mod follow;
mod table;
mod wording;
