//! From rows to an answer. Pure.

use im::{AppView, Occasion, Standing, facts_of};
use model::{Addressee, Call, Delivery, Message, Timestamp};
use rules::{Facts, Ruling, decide};
use store::{AudienceRow, FanoutCursor};

use super::{
    answer::{ExplainedMessage, ExplainedTarget, Explanation, TargetState},
    target,
};

/// Everything an answer rests on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The message.
    pub message: &'a Message,
    /// Its App with the certificates.
    pub view: &'a AppView,
    /// The call it signals, as it stands now; `None` for anything else, and where the call is gone.
    pub call: Option<&'a Call>,
    /// Its targets as they stand now, with where each stands.
    pub rows: &'a [(AudienceRow, Standing)],
    /// What was decided for them.
    pub deliveries: &'a [Delivery],
    /// The message's fan-out, while it is open.
    pub fanout: Option<&'a FanoutCursor>,
    /// Now.
    pub now: Timestamp,
    /// Whether the asker may read what the message says.
    pub show_text: bool,
}

/// What the facts of all targets rest on.
const fn occasion<'a>(case: &Case<'a>) -> Occasion<'a> {
    Occasion { message: case.message, view: case.view, call: case.call, now: case.now }
}

/// Why the message did or did not arrive, for every target in the case.
#[must_use]
pub fn compose(case: &Case<'_>) -> Explanation {
    let mut targets: Vec<ExplainedTarget> = case
        .rows
        .iter()
        .map(|(row, standing)| match delivery_of(case.deliveries, row) {
            Some(delivery) => target::decided(case, delivery, Some(row)),
            None => undecided(case, row, *standing),
        })
        .collect();
    let gone = case
        .deliveries
        .iter()
        .filter(|delivery| !case.rows.iter().any(|(row, _)| is_of(delivery, row)))
        .map(|delivery| target::decided(case, delivery, None));
    targets.extend(gone);
    Explanation { message: Some(message(case)), at: case.now, targets }
}

/// What would happen to a message of this kind that was sent now.
#[must_use]
pub fn outlook(case: &Case<'_>) -> Explanation {
    let targets = case
        .rows
        .iter()
        .map(|(row, standing)| {
            let facts = facts_of(&occasion(case), row, *standing, case.rows);
            let state = match decide(&facts).ruling {
                Ruling::Push => TargetState::WouldPush,
                Ruling::Skip => TargetState::WouldSkip,
                Ruling::Wait | Ruling::Delivered => TargetState::WouldWait,
            };
            target::foreseen(case, row, &facts, state)
        })
        .collect();
    Explanation { message: None, at: case.now, targets }
}

/// A target without a row: the device has the message, or nothing was decided yet, or it came too late to be asked.
fn undecided(case: &Case<'_>, row: &AudienceRow, standing: Standing) -> ExplainedTarget {
    if row.acked >= case.message.seq && case.message.seq.0 > 0 {
        return target::delivered(case, row);
    }
    let Some(fanout) = case.fanout else {
        return target::later(case, row);
    };
    let facts: Facts = facts_of(&occasion(case), row, standing, case.rows);
    let mut target = target::foreseen(case, row, &facts, TargetState::Deciding);
    target.next_at = Some(fanout.due_at);
    target
}

fn delivery_of<'a>(deliveries: &'a [Delivery], row: &AudienceRow) -> Option<&'a Delivery> {
    deliveries.iter().find(|delivery| is_of(delivery, row))
}

fn is_of(delivery: &Delivery, row: &AudienceRow) -> bool {
    delivery.user == row.user && delivery.device == row.device.as_ref().map(|device| device.id)
}

fn message(case: &Case<'_>) -> ExplainedMessage {
    let message = case.message;
    ExplainedMessage {
        id: message.id,
        kind: message.kind,
        from: message.sender.as_ref().map(ToString::to_string),
        to: addressee(&message.addressee),
        seq: message.seq.0,
        class: message.push.as_ref().map(|push| push.class).unwrap_or_default(),
        text: case.show_text.then(|| message.body.content().to_owned()),
        sent_at: message.sent_at,
        expires_at: message.expires_at,
    }
}

fn addressee(addressee: &Addressee) -> String {
    match addressee {
        Addressee::Conversation(id) => id.to_string(),
        Addressee::User(user) => user.to_string(),
        Addressee::PushId(push_id) => push_id.to_string(),
        Addressee::Token { certificate, token } => {
            format!("certificate {certificate}, token {}", target::tail(token))
        }
    }
}
