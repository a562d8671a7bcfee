//! Webhooks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Of what a webhook is told.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventKind {
    /// Asked before a message is stored; it may refuse or drop it.
    BeforeSend,
    /// A message was stored.
    Message,
    /// A message was taken back.
    Recall,
    /// A session opened, moved or ended.
    Session,
    /// A push came to its end, or a mark was set on it.
    Delivery,
    /// A vendor token was bound, replaced or cleared.
    Token,
}

#[cfg(test)]
mod tests {
    use model::EventKind::{BeforeSend, Delivery, Message, Recall, Session, Token};

    use super::super::mirrors;

    #[test]
    fn events_are_mirrored() {
        mirrors::<super::EventKind>(&[BeforeSend, Message, Recall, Session, Delivery, Token]);
    }
}
