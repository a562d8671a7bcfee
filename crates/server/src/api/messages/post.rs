//! `POST /v1/messages`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::{Body, ClientMessageId, ErrorCode, Mentions, PushSettings, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use wire::{Recipient, SendMessage};

use crate::{
    api::{schema, views::Accepted},
    intake::{self, IdempotencyKey, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A message to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewMessage {
    /// In whose name; absent: the App's own, which takes `system`.
    #[schema(value_type = String, required = false, nullable = false, example = "ann")]
    from: Option<UserId>,
    /// Who gets it: a user's id, or `{"group": "…"}`.
    #[schema(value_type = schema::Recipient)]
    to: Recipient,
    /// It is a custom system notification: it rides in the receiver's `s:` conversation, or in the group's.
    #[serde(default)]
    #[schema(required = false)]
    system: bool,
    /// Only for devices that are connected now: not stored for sync, not pushed.
    #[serde(default)]
    #[schema(required = false)]
    online_only: bool,
    /// What it says: `text` or `custom`.
    #[schema(value_type = schema::Body)]
    body: Body,
    /// Whom it calls by name.
    #[serde(default)]
    #[schema(value_type = schema::Mentions, required = false)]
    mentions: Mentions,
    /// What the push should look like; absent: the App's defaults.
    #[schema(value_type = schema::PushSettings, required = false, nullable = false)]
    push: Option<PushSettings>,
    /// The sender's id, 1 to 64 bytes: the same id with the same content is stored once. The `Idempotency-Key` header
    /// does the same.
    #[schema(value_type = String, required = false, nullable = false)]
    client_message_id: Option<ClientMessageId>,
}

impl Intake for NewMessage {}

/// Send a message or a system notification
///
/// Answers once the message is durable. Its targets are decided afterwards; `/v1/messages/{id}/explain` tells how.
#[utoipa::path(post, path = "/v1/messages", operation_id = "send_message", tag = "Messages",
    params(("Idempotency-Key" = Option<String>, Header, description = "Stands for `client_message_id`")),
    request_body = NewMessage,
    responses(
        (status = 201, description = "Accepted.", body = Accepted),
        (status = 200, description = "Accepted before under the same id.", body = Accepted),
    ))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    intake::Json(new): intake::Json<NewMessage>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let client_message_id = match new.client_message_id.or(key) {
        Some(id) => id,
        None => ClientMessageId::new(&Uuid::now_v7().to_string()).map_err(|_| ErrorCode::Internal)?,
    };
    let message = SendMessage {
        client_message_id,
        to: new.to,
        system: new.system,
        online_only: new.online_only,
        body: new.body,
        mentions: new.mentions,
        push: new.push,
    };
    let accepted = shared.im.send_for(caller.app(), new.from, message).await?;
    let status = if accepted.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(accepted.into())))
}
