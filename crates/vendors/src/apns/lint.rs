//! What Apple would do with a push that the operator may not expect.

use model::Timestamp;

use super::config::Config;
use crate::contract::{Content, Finding};

pub(super) fn findings(_: &Config, _: &Content, _: Timestamp) -> Vec<Finding> {
    Vec::new()
}
