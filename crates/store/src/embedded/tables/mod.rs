//! The tables: all SQL stands here, one module per table or per question over several.
//!
//! Functions that take a [`Writing`](super::writing::Writing) change rows; functions that take a connection read.

pub(super) mod acks;
pub(super) mod api_keys;
pub(super) mod apps;
pub(super) mod audience;
pub(super) mod bindings;
pub(super) mod cancels;
pub(super) mod certificates;
pub(super) mod conversations;
pub(super) mod deliveries;
pub(super) mod delivery_list;
pub(super) mod devices;
pub(super) mod fanouts;
pub(super) mod messages;
pub(super) mod queue;
pub(super) mod receipts;
pub(super) mod sessions;
pub(super) mod users;
