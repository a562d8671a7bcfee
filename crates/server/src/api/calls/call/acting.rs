//! What the App's backend does about a call in a participant's name.

use model::{Call, CallAction, CallId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::get::known;
use crate::{intake::Intake, key::Caller, problem::Problem, shared::Shared};

/// Which participant does it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Participant {
    /// Who.
    #[schema(value_type = String, example = "bo")]
    pub(super) user: UserId,
}

impl Intake for Participant {}

/// Does it and shows the call; `None` acts as the App's backend, which may end what it likes.
pub(super) async fn act(
    shared: &Shared,
    caller: &Caller,
    by: Option<UserId>,
    call: CallId,
    action: CallAction,
) -> Result<Call, Problem> {
    let app = caller.app();
    known(shared, app, call).await?;
    shared.im.call_for(app, by, call, &action).await?;
    known(shared, app, call).await
}
