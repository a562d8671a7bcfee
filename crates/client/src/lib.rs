//! The SDK core that a device runs: bytes in, effects out.
