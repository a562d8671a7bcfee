//! Calls: the [machine] decides, `carry` stores and tells, `watch` lets time pass and looks after who came and went.

mod carry;
mod change;
pub mod machine;
mod watch;

pub(crate) use watch::run as run_watch;
