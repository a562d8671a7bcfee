//! The only crate that talks to vendors: lanes, connections, authentication, receipts.
