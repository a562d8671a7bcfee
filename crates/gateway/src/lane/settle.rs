//! From verdicts to what is committed: the row's update, and what happens to the token.

use std::sync::Arc;

use model::{Attempt, CertificateId, ReasonCode, TargetVerdict, Timestamp};
use rules::{Follow, Situation, TokenAction};
use store::{BindingClear, DeliveryUpdate, Op};

use super::hand::Item;

/// When and for how long something was tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tried {
    pub(crate) now: Timestamp,
    pub(crate) took_ms: u32,
}

/// What follows from a verdict for one item.
pub(crate) fn situate(
    item: &Item,
    judged: &TargetVerdict,
    auth_kept_until: Option<Timestamp>,
    now: Timestamp,
    dice: u64,
) -> Follow {
    let renews = u32::from(judged.verdict == model::Verdict::RenewAuth);
    let situation = Situation {
        purpose: model::Purpose::Notify,
        now,
        expires_at: item.expires_at,
        tries: item.tries + 1,
        renewals: item.renewals + renews,
        auth_kept_until,
        token_registered_at: item.token_registered_at,
        doubts: item.doubts,
        environment_confirmed: item.environment_confirmed,
        dice,
    };
    rules::follow(&situation, judged)
}

/// The row's update after a try.
pub(crate) fn update(item: &Item, follow: &Follow, judged: TargetVerdict, tried: Tried) -> Op {
    Op::Update(DeliveryUpdate {
        id: item.id,
        state: follow.state,
        reason: follow.reason,
        due_at: follow.due_at,
        attempt: Some(Attempt {
            at: tried.now,
            took_ms: tried.took_ms,
            verdict: judged.verdict.name().to_owned(),
            http_status: judged.http_status,
            code: judged.code,
            text: judged.text,
        }),
        vendor_message_id: judged.vendor_message_id,
        at: tried.now,
    })
}

/// The row's update where it is given up on without a try.
pub(crate) fn give_up(item: &Item, reason: ReasonCode, now: Timestamp) -> Op {
    let follow = rules::give_up(reason, now);
    Op::Update(DeliveryUpdate {
        id: item.id,
        state: follow.state,
        reason: follow.reason,
        due_at: follow.due_at,
        attempt: None,
        vendor_message_id: None,
        at: now,
    })
}

/// What happens to the token, where anything does.
pub(crate) fn token_op(
    item: &Item,
    certificate: CertificateId,
    action: TokenAction,
    now: Timestamp,
) -> Option<Op> {
    let token: Arc<str> = item.token.clone();
    match action {
        TokenAction::Keep => None,
        TokenAction::Doubt(doubts) => Some(Op::DoubtBinding { app: item.app, certificate, token, doubts }),
        TokenAction::Clear { registered_before } => Some(Op::ClearBinding(BindingClear {
            app: item.app,
            certificate,
            token,
            registered_before,
            replacement: None,
            at: now,
        })),
    }
}
