//! Client protocol: frames, and the connection state machine of both ends, without I/O.

mod frames;

pub use frames::*;
