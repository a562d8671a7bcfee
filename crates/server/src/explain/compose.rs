//! From rows to an answer. Pure.

use im::{AppView, Occasion, Standing, facts_of};
use model::{Addressee, Body, Call, Delivery, Message, MessageKind, Purpose, Timestamp};
use rules::{Facts, Ruling, decide};
use store::{AudienceRow, Deletion, FanoutCursor};

use super::{
    answer::{ExplainedCall, ExplainedMessage, ExplainedTarget, Explanation, TargetState},
    shown::{Findings, warnings},
    target,
};

/// Everything an answer rests on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The message.
    pub message: &'a Message,
    /// Its App with the certificates.
    pub view: &'a AppView,
    /// Its targets as they stand now, with where each stands.
    pub rows: &'a [(AudienceRow, Standing)],
    /// What was decided for them.
    pub deliveries: &'a [Delivery],
    /// The message's fan-out, while it is open.
    pub fanout: Option<&'a FanoutCursor>,
    /// The call it signals, as it stands now.
    pub call: Option<&'a Call>,
    /// What people call the sender.
    pub sender_name: Option<&'a str>,
    /// The group's name, where it is to one.
    pub group_name: Option<&'a str>,
    /// Those who were asked about, or whom the message names as its receiver, and who were deleted.
    pub deleted: &'a [Deletion],
    /// Now.
    pub now: Timestamp,
    /// Whether the asker may read what the message says.
    pub show_text: bool,
}

impl Case<'_> {
    fn facts(&self, row: &AudienceRow, standing: Standing) -> Facts {
        let occasion = Occasion { message: self.message, view: self.view, call: self.call, now: self.now };
        facts_of(&occasion, row, standing, self.rows)
    }
}

/// Why the message did or did not arrive, for every target in the case.
#[must_use]
pub fn compose(case: &Case<'_>) -> Explanation {
    let mut findings = Findings::default();
    let told_of = |delivery: &&Delivery| delivery.purpose == Purpose::Notify;
    let mut targets: Vec<ExplainedTarget> = case
        .rows
        .iter()
        .map(|(row, standing)| {
            let decided = case.deliveries.iter().filter(told_of).find(|delivery| is_of(delivery, row));
            match decided {
                Some(delivery) => target::decided(case, delivery, Some(row), &mut findings),
                None => undecided(case, row, *standing, &mut findings),
            }
        })
        .collect();
    let gone = case
        .deliveries
        .iter()
        .filter(told_of)
        .filter(|delivery| !case.rows.iter().any(|(row, _)| is_of(delivery, row)))
        .map(|delivery| target::decided(case, delivery, None, &mut findings));
    targets.extend(gone);
    Explanation { message: Some(message(case)), at: case.now, warnings: warnings(case), targets }
}

/// What would happen to the case's message if it were sent.
#[must_use]
pub fn outlook(case: &Case<'_>) -> Explanation {
    let mut findings = Findings::default();
    let targets = case
        .rows
        .iter()
        .map(|(row, standing)| {
            let facts = case.facts(row, *standing);
            let state = match decide(&facts).ruling {
                Ruling::Push => TargetState::WouldPush,
                Ruling::Skip => TargetState::WouldSkip,
                Ruling::Wait | Ruling::Delivered => TargetState::WouldWait,
            };
            target::foreseen(case, row, &facts, state, &mut findings)
        })
        .collect();
    Explanation { message: None, at: case.now, warnings: warnings(case), targets }
}

/// A target without a row: the device has the message, or nothing was decided yet, or it came too late to be asked. For
/// a notice no rows are made: it pushes nothing, which its kind alone decides.
fn undecided(
    case: &Case<'_>,
    row: &AudienceRow,
    standing: Standing,
    findings: &mut Findings,
) -> ExplainedTarget {
    if row.acked >= case.message.seq && case.message.seq.0 > 0 {
        return target::delivered(case, row);
    }
    if case.message.kind == MessageKind::Notice {
        return target::foreseen(case, row, &case.facts(row, standing), TargetState::Skipped, findings);
    }
    let Some(fanout) = case.fanout else {
        return target::later(case, row);
    };
    let facts = case.facts(row, standing);
    let mut target = target::foreseen(case, row, &facts, TargetState::Deciding, findings);
    target.next_at = Some(fanout.due_at);
    target
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
        online_only: message.online_only,
        recalled_at: message.recalled_at,
        call: call(case),
        sent_at: message.sent_at,
        expires_at: message.expires_at,
    }
}

fn call(case: &Case<'_>) -> Option<ExplainedCall> {
    let Body::Call(signal) = &case.message.body else { return None };
    Some(ExplainedCall {
        id: signal.call,
        event: signal.event,
        rings_until: signal.rings_until,
        ended_at: case.call.and_then(|call| call.ended_at),
    })
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
