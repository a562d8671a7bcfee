//! The adapter contract and one folder per vendor: pure readings of each vendor's book.
//!
//! Adapters judge; they never sleep, retry, log, count or delete a token. This file holds the only `match` over
//! vendors.

mod contract;

pub use contract::*;
