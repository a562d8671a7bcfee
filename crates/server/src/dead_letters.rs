//! Dead letters as API, console and command line ask for them: one filter, one way back.

use im::{AppView, RequeueOrder, Requeued};
use model::{
    AppId, Attempt, CertificateId, Class, DeliveryId, ErrorCode, MESSAGE_LIFETIME_MAX_MS, ReasonCode,
    Timestamp, Vendor,
};
use serde::{Deserialize, Serialize};
use store::{DeadLetter, DeadLetterFilter};
use utoipa::{IntoParams, ToSchema};

use crate::{api::schema, problem::Problem, shared::Shared};

/// Dead letters that one request lists or puts back.
pub(crate) const AT_ONCE_MAX: u32 = 1000;

/// Which dead letters. What is left out does not matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[schema(as = DeadLetterFilter)]
pub(crate) struct Sought {
    /// Of this vendor.
    #[param(value_type = Option<String>)]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(crate) vendor: Option<Vendor>,
    /// Through this certificate.
    #[param(value_type = Option<u32>)]
    #[schema(value_type = Option<u32>, nullable = false)]
    pub(crate) certificate: Option<CertificateId>,
    /// That ended for this reason, by its stable word.
    #[schema(nullable = false)]
    pub(crate) reason: Option<String>,
    /// Whose last try brought this code of the vendor's, or of Posthouse's own.
    #[schema(nullable = false)]
    pub(crate) code: Option<String>,
    /// Of this class.
    #[param(value_type = Option<schema::Class>)]
    #[schema(value_type = Option<schema::Class>, nullable = false)]
    pub(crate) class: Option<Class>,
    /// That ended at this moment or later.
    #[param(value_type = Option<i64>)]
    #[schema(value_type = Option<i64>, nullable = false)]
    pub(crate) from: Option<Timestamp>,
    /// That ended before this moment.
    #[param(value_type = Option<i64>)]
    #[schema(value_type = Option<i64>, nullable = false)]
    pub(crate) to: Option<Timestamp>,
    /// Older than this one: `next` of the page before.
    #[schema(nullable = false)]
    pub(crate) before: Option<i64>,
    /// At most so many; 1 to 1000.
    #[param(default = 100)]
    #[schema(nullable = false)]
    pub(crate) limit: Option<u32>,
}

impl Sought {
    /// At most so many, where the usual number is this.
    pub(crate) fn limit(&self, usual: u32) -> u32 {
        self.limit.unwrap_or(usual).clamp(1, AT_ONCE_MAX)
    }

    /// What the store is asked.
    ///
    /// # Errors
    /// A reason that is none of a dead letter.
    pub(crate) fn filter(&self, view: &AppView, ids: Option<Vec<i64>>) -> Result<DeadLetterFilter, Problem> {
        let by_vendor = self.vendor.map(|vendor| {
            let own = view.certificates.iter().filter(|certificate| certificate.vendor == vendor);
            own.map(|certificate| certificate.id).collect::<Vec<_>>()
        });
        let certificates = match (by_vendor, self.certificate) {
            (Some(own), Some(id)) => Some(own.into_iter().filter(|other| *other == id).collect()),
            (own, id) => id.map(|id| vec![id]).or(own),
        };
        Ok(DeadLetterFilter {
            reasons: self.reasons()?,
            ids: ids.map(|ids| ids.into_iter().map(DeliveryId).collect()),
            certificates,
            code: self.code.clone(),
            class: self.class,
            from: self.from,
            to: self.to,
            before: self.before,
        })
    }

    fn reasons(&self) -> Result<Vec<ReasonCode>, Problem> {
        let all = rules::mendable_reasons();
        let Some(word) = &self.reason else { return Ok(all.to_vec()) };
        let known = all.iter().find(|code| rules::reason(**code).is_some_and(|reason| reason.name == word));
        let fault = || Problem::new(ErrorCode::Invalid, "reason is none that a dead letter ends with");
        known.map(|code| vec![*code]).ok_or_else(fault)
    }
}

/// Dead letters, newest first.
pub(crate) async fn list(
    shared: &Shared,
    app: AppId,
    filter: &DeadLetterFilter,
    limit: u32,
) -> Result<Vec<DeadLetter>, Problem> {
    Ok(shared.store().dead_letters(app, filter, limit).await?)
}

/// What one request put back.
pub(crate) struct PutBack {
    /// Dead letters that were looked at.
    pub(crate) matched: usize,
    pub(crate) report: Requeued,
    /// `before` of the next request; `None`: these were all.
    pub(crate) next: Option<i64>,
}

/// Puts back what the filter finds, as far as the rules would push it now.
pub(crate) async fn put_back(
    shared: &Shared,
    view: &AppView,
    filter: &DeadLetterFilter,
    limit: u32,
    order: RequeueOrder,
) -> Result<PutBack, Problem> {
    if order.lifetime_ms.is_some_and(|ms| !(1..=MESSAGE_LIFETIME_MAX_MS).contains(&ms)) {
        return Err(Problem::new(ErrorCode::Invalid, "lifetime_ms must be 1 ms to 7 days"));
    }
    let found = list(shared, view.app.id, filter, limit).await?;
    let is_full = found.len() >= limit as usize;
    let next = found.last().map(|letter| letter.delivery.id.0).filter(|_| is_full);
    let letters: Vec<_> = found.into_iter().map(|letter| letter.delivery).collect();
    let report = shared.im.requeue(view, &letters, order).await?;
    Ok(PutBack { matched: letters.len(), report, next })
}

/// The last try before it ended, without the marks of earlier requeues.
pub(crate) fn last_try(attempts: &[Attempt]) -> Option<&Attempt> {
    attempts.iter().rev().find(|attempt| attempt.verdict != model::REQUEUED)
}
