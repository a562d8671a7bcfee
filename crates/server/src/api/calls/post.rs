//! `POST /v1/calls`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::{Call, CallAction, CallId, CallInvite, CallMedia, GroupId, PushSettings, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::call::get::known;
use crate::{
    api::schema,
    intake::{self, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A call to begin, or users to bring into one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewCall {
    /// Its id: one that goes on gets the further users; absent: a new one is made.
    #[schema(value_type = String, format = Uuid, required = false, nullable = false)]
    id: Option<CallId>,
    /// Who calls.
    #[schema(value_type = String, example = "ann")]
    caller: UserId,
    /// Who is invited; at most 32.
    #[schema(value_type = Vec<String>)]
    users: Vec<UserId>,
    /// The group it is held in, where it is.
    #[schema(value_type = String, required = false, nullable = false)]
    group: Option<GroupId>,
    /// Voice or video.
    #[serde(default)]
    #[schema(value_type = schema::CallMedia, required = false)]
    media: CallMedia,
    /// For how long it rings, in milliseconds: 1 s to 10 minutes.
    #[schema(default = 90_000, nullable = false)]
    rings_ms: Option<i64>,
    /// The App's own words, handed to every participant.
    #[schema(nullable = false)]
    ext: Option<String>,
    /// What the push should look like; its class is `call` and its lifetime the ringing, whatever it says.
    #[schema(value_type = schema::PushSettings, required = false, nullable = false)]
    push: Option<PushSettings>,
}

impl Intake for NewCall {}

/// For how long a call rings where nothing else is said, in milliseconds.
const USUAL_RINGING_MS: i64 = 90_000;

/// Call users
///
/// In a user's name. Who is offline is pushed to at once; who comes online hears of it while it rings.
#[utoipa::path(post, path = "/v1/calls", operation_id = "call", tag = "Calls", request_body = NewCall,
    responses((status = 201, description = "It rings.", body = schema::Call)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(new): intake::Json<NewCall>,
) -> Result<(StatusCode, Json<Call>), Problem> {
    let app = caller.app();
    let call = new.id.unwrap_or_else(|| CallId(Uuid::new_v4()));
    let invite = CallAction::Invite(Box::new(CallInvite {
        users: new.users,
        group: new.group,
        media: new.media,
        rings_ms: new.rings_ms.unwrap_or(USUAL_RINGING_MS),
        ext: new.ext,
        push: new.push,
    }));
    shared.im.call_for(app, Some(new.caller), call, &invite).await?;
    Ok((StatusCode::CREATED, Json(known(&shared, app, call).await?)))
}
