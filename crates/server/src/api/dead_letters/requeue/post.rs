//! `POST /v1/dead-letters/requeue`

use std::sync::Arc;

use axum::{Json, extract::State};
use im::RequeueOrder;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    dead_letters::{AT_ONCE_MAX, PutBack, Sought, put_back},
    explain::{ExplainedReason, explained},
    intake::{self, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Which dead letters go back into their queue, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(in crate::api) struct Requeue {
    /// Those that this finds; left out: all of the App's.
    #[schema(required = false)]
    filter: Sought,
    /// Of those, only these, by their numbers.
    #[schema(required = false, nullable = false)]
    ids: Option<Vec<i64>>,
    /// How long they live from now on, in milliseconds, at most 7 days; left out: as long as their message does.
    #[schema(required = false, nullable = false)]
    lifetime_ms: Option<i64>,
    /// Only tells what would happen.
    #[schema(required = false)]
    dry_run: bool,
}

impl Intake for Requeue {}

/// What became of them.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct RequeueReport {
    /// Dead letters that were looked at, at most 1000.
    matched: usize,
    /// Pushes that are queued again, or with `dry_run` would be.
    requeued: u32,
    /// Pushes that stay as they are, by the rule that would not push them now.
    kept: Vec<Kept>,
    /// Pushes whose target is gone, or changed while they were looked at: the device fetched, logged out or has another
    /// token, or the user has read the message.
    changed: u32,
    /// `before` of the next request, where there is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<i64>,
}

/// Pushes that one rule keeps.
#[derive(Serialize, ToSchema)]
#[schema(as = KeptDeadLetters)]
struct Kept {
    /// The rule's reason.
    reason: ExplainedReason,
    /// How many.
    count: u32,
}

impl From<PutBack> for RequeueReport {
    fn from(back: PutBack) -> Self {
        let kept = back.report.kept.into_iter();
        Self {
            matched: back.matched,
            requeued: back.report.requeued,
            kept: kept.map(|(reason, count)| Kept { reason: explained(reason), count }).collect(),
            changed: back.report.changed,
            next: back.next,
        }
    }
}

/// Put dead letters back into their queue
///
/// Each is decided anew by the same rules, so that a device which has fetched the message since is not pushed; what
/// would be pushed now goes to the device's present token. It is the same delivery with one more mark among its tries.
#[utoipa::path(post, path = "/v1/dead-letters/requeue", operation_id = "requeue_dead_letters", tag = "Operation",
    request_body = Requeue,
    responses((status = 200, description = "What became of them.", body = RequeueReport)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(asked): intake::Json<Requeue>,
) -> Result<Json<RequeueReport>, Problem> {
    let view = caller.view()?;
    let limit = asked.filter.limit(AT_ONCE_MAX);
    let filter = asked.filter.filter(view, asked.ids)?;
    let order = RequeueOrder { lifetime_ms: asked.lifetime_ms, dry_run: asked.dry_run };
    Ok(Json(put_back(&shared, view, &filter, limit, order).await?.into()))
}
