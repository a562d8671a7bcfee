//! `GET /v1/dead-letters`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{Class, DeviceId, MessageId, PushId, Timestamp, UserId, Vendor};
use serde::Serialize;
use store::DeadLetter;
use utoipa::ToSchema;

use crate::{
    api::schema,
    dead_letters::{Sought, last_try, list},
    explain::{ExplainedAttempt, ExplainedReason, explained, explained_attempt, tail},
    intake::Query,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Dead letters of one page when nothing else is asked.
const USUAL: u32 = 100;

/// A page of dead letters.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct DeadLetters {
    /// Newest first.
    dead_letters: Vec<DeadLetterView>,
    /// `before` of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<i64>,
}

/// A push that ended for a reason which somebody can mend.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadLetter)]
struct DeadLetterView {
    /// The delivery's number: `before` of the next page.
    id: i64,
    /// What caused it; ask its explanation for every rule and every try.
    #[schema(value_type = String, format = Uuid)]
    message: MessageId,
    /// What the message is about.
    #[schema(value_type = schema::Class)]
    class: Class,
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    user: Option<UserId>,
    /// Which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Uuid, nullable = false)]
    device: Option<DeviceId>,
    /// The device's public id, where it was addressed by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Uuid, nullable = false)]
    push_id: Option<PushId>,
    /// Through which certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    certificate: Option<u32>,
    /// Whose push service; absent where the certificate is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    vendor: Option<Vendor>,
    /// The vendor token's last characters.
    token_tail: String,
    /// Why it ended, and what to do.
    reason: ExplainedReason,
    /// The last try with the vendor's code, its meaning and what to do about it; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_try: Option<ExplainedAttempt>,
    /// How often the vendor was tried.
    tries: usize,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    finished_at: Option<Timestamp>,
    /// Until then it goes back into the queue without a new lifetime.
    #[schema(value_type = i64)]
    expires_at: Timestamp,
}

impl DeadLetterView {
    fn of(letter: DeadLetter, view: &im::AppView) -> Self {
        let delivery = letter.delivery;
        let certificate = delivery.certificate.and_then(|id| view.certificate(id));
        let vendor = certificate.map(|certificate| certificate.vendor);
        let tries = delivery.attempts.iter().filter(|attempt| attempt.verdict != model::REQUEUED);
        Self {
            tries: tries.count(),
            last_try: last_try(&delivery.attempts).map(|attempt| explained_attempt(attempt, vendor)),
            id: delivery.id.0,
            message: delivery.message,
            class: letter.class,
            user: delivery.user,
            device: delivery.device,
            push_id: delivery.push_id,
            certificate: delivery.certificate.map(|id| id.0),
            vendor,
            token_tail: tail(&delivery.token),
            reason: explained(delivery.reason),
            finished_at: delivery.finished_at,
            expires_at: delivery.expires_at,
        }
    }
}

/// List dead letters
///
/// Pushes that ended `dropped` or `rejected` for a reason which the operator, the vendor or time can mend: certificate
/// or account, a daily amount, an outage, tries that were used up. Mend it, then put them back into the queue.
#[utoipa::path(get, path = "/v1/dead-letters", operation_id = "list_dead_letters", tag = "Operation", params(Sought),
    responses((status = 200, description = "Newest first.", body = DeadLetters)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Query(sought): Query<Sought>,
) -> Result<Json<DeadLetters>, Problem> {
    let view = caller.view()?;
    let limit = sought.limit(USUAL);
    let found = list(&shared, caller.app(), &sought.filter(view, None)?, limit).await?;
    let next = found.last().map(|letter| letter.delivery.id.0).filter(|_| found.len() >= limit as usize);
    let dead_letters = found.into_iter().map(|letter| DeadLetterView::of(letter, view)).collect();
    Ok(Json(DeadLetters { dead_letters, next }))
}
