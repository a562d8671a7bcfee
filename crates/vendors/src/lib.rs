//! The adapter contract and one folder per vendor: pure readings of each vendor's book.
