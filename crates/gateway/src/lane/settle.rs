//! From verdicts to what is committed: the row's update, what happens to the token, and what webhooks are told of it.

use model::{Attempt, CertificateId, DeliveryState, Event, ReasonCode, TargetVerdict, Timestamp, Verdict};
use rules::{Follow, Situation, TokenAction};
use store::{BindingClear, DeliveryUpdate, Op};

use super::parcel::Item;
use crate::webhooks::Hears;

/// When and for how long something was tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tried {
    pub(crate) now: Timestamp,
    pub(crate) took_ms: u32,
}

/// What the lane knows of the authentication that a try was made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownOfAuth {
    /// It may not be renewed before this.
    pub(crate) kept_until: Option<Timestamp>,
    /// A push of the certificate was accepted not long ago.
    pub(crate) has_worked: bool,
}

/// What follows from a verdict for one item.
pub(crate) fn situate(
    item: &Item,
    judged: &TargetVerdict,
    auth: KnownOfAuth,
    now: Timestamp,
    amount_resumes_at: Timestamp,
    dice: u64,
) -> Follow {
    let renews = u32::from(judged.verdict == Verdict::RenewAuth);
    let situation = Situation {
        purpose: item.purpose,
        now,
        expires_at: item.expires_at,
        tries: item.tries + 1,
        renewals: item.renewals + renews,
        auth_kept_until: auth.kept_until,
        auth_has_worked: auth.has_worked,
        token_registered_at: item.token_registered_at,
        doubts: item.doubts,
        environment_confirmed: item.environment_confirmed,
        amount_resumes_at,
        dice,
    };
    rules::follow(&situation, judged)
}

/// The row's update after a try.
pub(crate) fn update(
    item: &Item,
    follow: &Follow,
    judged: TargetVerdict,
    tried: Tried,
    hears: Hears,
) -> impl Iterator<Item = Op> + use<> {
    let update = DeliveryUpdate {
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
    };
    told(item, update, hears)
}

/// The row's update where it ends without a try.
pub(crate) fn end(
    item: &Item,
    state: DeliveryState,
    reason: ReasonCode,
    now: Timestamp,
    hears: Hears,
) -> impl Iterator<Item = Op> + use<> {
    let follow = rules::give_up(reason, now);
    let update = DeliveryUpdate {
        id: item.id,
        state,
        reason: follow.reason,
        due_at: follow.due_at,
        attempt: None,
        vendor_message_id: None,
        at: now,
    };
    told(item, update, hears)
}

/// The row's update where it may not leave today.
pub(crate) fn put_off(
    item: &Item,
    follow: &Follow,
    now: Timestamp,
    hears: Hears,
) -> impl Iterator<Item = Op> + use<> {
    let update = DeliveryUpdate {
        id: item.id,
        state: follow.state,
        reason: follow.reason,
        due_at: follow.due_at,
        attempt: None,
        vendor_message_id: None,
        at: now,
    };
    told(item, update, hears)
}

/// An update, and behind it the word to those who want to hear how a push ended.
fn told(item: &Item, update: DeliveryUpdate, hears: Hears) -> impl Iterator<Item = Op> + use<> {
    let ended = hears.delivery && update.state.is_terminal();
    let event = Event::Delivery { delivery: item.id };
    let word = ended.then_some(Op::Announce { app: item.app, event, at: update.at });
    std::iter::once(Op::Update(update)).chain(word)
}

/// What happens to the token, where anything does, and the word to those who want to hear of it.
pub(crate) fn token_ops(
    item: &Item,
    certificate: CertificateId,
    action: TokenAction,
    now: Timestamp,
    hears: Hears,
) -> impl Iterator<Item = Op> + use<> {
    let (app, token) = (item.app, item.token.clone());
    let op = match action {
        TokenAction::Keep => None,
        TokenAction::Doubt(doubts) => Some(Op::DoubtBinding { app, certificate, token, doubts }),
        TokenAction::Clear { registered_before } => Some(Op::ClearBinding(BindingClear {
            app,
            certificate,
            token,
            registered_before,
            replacement: None,
            at: now,
        })),
    };
    let cleared = hears.token && item.device.is_some() && matches!(op, Some(Op::ClearBinding(_)));
    let event = Event::Token { device: item.device, push_id: item.push_id, certificate, bound: false };
    let word = cleared.then_some(Op::Announce { app, event, at: now });
    op.into_iter().chain(word)
}
