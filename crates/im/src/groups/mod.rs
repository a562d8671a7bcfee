//! Groups: who does what about them. `ask` checks and decides, `change` commits and tells.
//!
//! Changes of one group wait for each other, so that each is decided on what the one before it left.

mod ask;
mod change;
mod farewell;
mod turns;

pub(crate) use turns::Turns;
