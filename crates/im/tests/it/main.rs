//! Behaviour of the IM half over the embedded store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod calls;
mod calls_machine;
mod crowds;
mod devices;
mod facts;
mod fanout;
mod group_actions;
mod groups;
mod harness;
mod histories;
mod history;
mod keeping;
mod login;
mod reads;
mod recalls;
mod reminders;
mod scenes;
mod send;
mod sessions;
mod settings;
