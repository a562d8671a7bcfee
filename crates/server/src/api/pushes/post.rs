//! `POST /v1/pushes`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use im::NewPush;
use model::{Addressee, AppId, BindingState, CertificateId, PushId, PushSettings, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{devices::push_id::get::registered, schema, views::Accepted},
    intake::{self, IdempotencyKey, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A push alone: no conversation, no sync.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct PushToSend {
    /// Whom it is for.
    to: To,
    /// What to show.
    #[schema(value_type = schema::PushSettings)]
    push: PushSettings,
}

impl Intake for PushToSend {}

/// Whom a push is for, in one of three ways.
#[derive(Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "`to` must name a user, a push_id, or a certificate with a token, and nothing else"
)]
#[schema(as = PushTo)]
enum To {
    User(ToUser),
    PushId(ToPushId),
    Token(ToToken),
}

/// One user's devices.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PushToUser)]
struct ToUser {
    /// The App's own id of the user.
    #[schema(value_type = String, example = "bo")]
    user: UserId,
}

/// One device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PushToPushId)]
struct ToPushId {
    /// Its public id for push.
    #[schema(value_type = String, format = Uuid)]
    push_id: PushId,
}

/// One vendor token, without the IM half.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PushToToken)]
struct ToToken {
    /// Whose vendor gave it.
    #[schema(value_type = u32)]
    certificate: CertificateId,
    /// The token exactly as the vendor's SDK gave it.
    token: String,
}

/// Push to a user, a Push ID, or a vendor token
///
/// Answers once the push is durable; `/v1/messages/{id}/explain` tells what became of it. A push that names one device
/// or token is refused with 503 while the lane of its certificate is full.
#[utoipa::path(post, path = "/v1/pushes", operation_id = "push", tag = "Messages",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same push is stored once")),
    request_body = PushToSend,
    responses(
        (status = 201, description = "Accepted.", body = Accepted),
        (status = 200, description = "Accepted before under the same key.", body = Accepted),
    ))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    intake::Json(new): intake::Json<PushToSend>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let app = caller.app();
    let addressee = addressee(&shared, app, new.to).await?;
    let push = NewPush { app, addressee, push: new.push, idempotency_key };
    let accepted = shared.im.push(push).await?;
    let status = if accepted.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(accepted.into())))
}

async fn addressee(shared: &Shared, app: AppId, to: To) -> Result<Addressee, Problem> {
    match to {
        To::User(ToUser { user }) => Ok(Addressee::User(user)),
        To::PushId(ToPushId { push_id }) => {
            let found = registered(shared, app, push_id).await?;
            for state in &found.bindings {
                if let BindingState::Bound(binding) = state {
                    shared.check_lane(binding.certificate).await?;
                }
            }
            Ok(Addressee::PushId(push_id))
        }
        To::Token(ToToken { certificate, token }) => {
            shared.im.check_binding(app, certificate, &token).await?;
            shared.check_lane(certificate).await?;
            Ok(Addressee::Token { certificate, token: token.into() })
        }
    }
}
