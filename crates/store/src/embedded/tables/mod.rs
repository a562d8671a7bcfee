//! The tables: all SQL stands here, one module per table or per question over several.
//!
//! Functions that take a [`Writing`](super::writing::Writing) change rows; functions that take a connection read.

pub(super) mod acks;
pub(super) mod api_keys;
pub(super) mod apps;
pub(super) mod audience;
pub(super) mod audit;
pub(super) mod backlog;
pub(super) mod badges;
pub(super) mod bindings;
pub(super) mod calls;
pub(super) mod cancels;
pub(super) mod certificates;
pub(super) mod console_sessions;
pub(super) mod conversations;
pub(super) mod counts;
pub(super) mod dead_letters;
pub(super) mod deletions;
pub(super) mod deliveries;
pub(super) mod delivery_list;
pub(super) mod delivery_walk;
pub(super) mod devices;
pub(super) mod erasure;
pub(super) mod expiry;
pub(super) mod fanouts;
pub(super) mod follow_ups;
pub(super) mod groups;
pub(super) mod ledger;
pub(super) mod members;
pub(super) mod messages;
pub(super) mod mutes;
pub(super) mod operators;
pub(super) mod outbox;
pub(super) mod queue;
pub(super) mod reads;
pub(super) mod recalls;
pub(super) mod receipts;
pub(super) mod resources;
pub(super) mod sessions;
pub(super) mod targets;
pub(super) mod users;
pub(super) mod webhooks;
