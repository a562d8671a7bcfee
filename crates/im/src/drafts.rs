//! Messages before they are accepted: what all of them have in common.

use model::{
    Addressee, AppId, Body, MESSAGE_LIFETIME_MAX_MS, Mentions, Message, MessageId, MessageKind, PushSettings,
    Seq, Timestamp,
};
use uuid::Uuid;

/// A message of the server's own: from nobody, without push settings, kept as long as any. Others are made from it.
pub(crate) fn draft(
    app: AppId,
    addressee: Addressee,
    kind: MessageKind,
    body: Body,
    now: Timestamp,
) -> Message {
    Message {
        id: MessageId(Uuid::now_v7()),
        app,
        addressee,
        kind,
        sender: None,
        sender_device: None,
        client_message_id: None,
        seq: Seq(0),
        body,
        mentions: Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: None,
        sent_at: now,
        expires_at: now.plus_ms(MESSAGE_LIFETIME_MAX_MS),
    }
}

/// The draft with what its sender asks of the push, whose lifetime it takes.
pub(crate) fn with_push(draft: Message, push: Option<PushSettings>) -> Message {
    let lifetime_ms = push.as_ref().and_then(|push| push.lifetime_ms).unwrap_or(MESSAGE_LIFETIME_MAX_MS);
    Message { expires_at: draft.sent_at.plus_ms(lifetime_ms), push, ..draft }
}
