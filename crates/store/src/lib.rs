//! The Store trait, the embedded store, sealing, the feed of committed changes.
