//! One target of an answer. Pure.

use model::{
    Attempt, CertificateId, Delivery, DeliveryState, InviteeState, Marks, Purpose, ReasonCode, ReceiptKind,
    UserId, Vendor,
};
use rules::{Facts, Reason, RuleTrace, Ruling, TABLE_VERSION, TraceResult, decide, reason, replay};
use store::AudienceRow;

use super::{
    answer::{
        ExplainedAttempt, ExplainedCertificate, ExplainedDevice, ExplainedFollowUp, ExplainedReason,
        ExplainedRule, ExplainedTarget, RuleResult, TargetState, Words,
    },
    compose::Case,
    shown::{Findings, shown},
};

/// Characters of a token that are shown.
const TAIL_CHARS: usize = 6;

/// A target with a row.
pub(super) fn decided(
    case: &Case<'_>,
    delivery: &Delivery,
    row: Option<&AudienceRow>,
    findings: &mut Findings,
) -> ExplainedTarget {
    let certificate = delivery.certificate.map(|id| certificate(case, id));
    let vendor = certificate.as_ref().and_then(|found| found.vendor);
    let facts = Facts::unpack(&delivery.facts).ok();
    let language = row.map_or("", language);
    let pushed = delivery.certificate.filter(|_| delivery.state != DeliveryState::Skipped);
    ExplainedTarget {
        user: delivery.user.as_ref().map(ToString::to_string),
        device: row.and_then(device).or_else(|| bare_device(delivery)),
        token_tail: tail(&delivery.token),
        state: state_of(delivery.state),
        reason: explained(delivery.reason),
        decided_at: Some(delivery.decided_at),
        finished_at: delivery.finished_at,
        next_at: (delivery.state == DeliveryState::Queued).then_some(delivery.due_at),
        acked: row.is_some_and(|row| has_acked(case, row)),
        rules: facts.map(|facts| rules_of(&facts)).unwrap_or_default(),
        rules_changed: delivery.rules_version != TABLE_VERSION,
        attempts: delivery.attempts.iter().map(|attempt| explained_attempt(attempt, vendor)).collect(),
        vendor_message_id: delivery.vendor_message_id.clone().unwrap_or_default(),
        badge: delivery.badge,
        shown: pushed.and_then(|_| shown(case, language, delivery.text)),
        warnings: pushed
            .map(|id| findings.of(case, id, language, delivery.text, case.message.sent_at))
            .unwrap_or_default(),
        follow_ups: follow_ups(case, delivery, vendor),
        invitation: invitation(case, delivery.user.as_ref()),
        marks: delivery.marks,
        receipt_note: delivery.receipt_note.clone(),
        receipt_meaning: note_meaning(&delivery.receipt_note),
        raced: delivery.raced,
        certificate,
    }
}

/// What followed a delivery to withdraw or replace what it showed, oldest first.
fn follow_ups(case: &Case<'_>, delivery: &Delivery, vendor: Option<Vendor>) -> Vec<ExplainedFollowUp> {
    let mut following: Vec<&Delivery> = case
        .deliveries
        .iter()
        .filter(|other| other.purpose != Purpose::Notify)
        .filter(|other| {
            (&other.user, other.device, &other.token) == (&delivery.user, delivery.device, &delivery.token)
        })
        .collect();
    following.sort_by_key(|other| other.id);
    let told = |other: &Delivery| ExplainedFollowUp {
        purpose: other.purpose,
        state: state_of(other.state),
        reason: explained(other.reason),
        decided_at: other.decided_at,
        finished_at: other.finished_at,
        attempts: other.attempts.iter().map(|attempt| explained_attempt(attempt, vendor)).collect(),
    };
    following.into_iter().map(told).collect()
}

/// Where a user's invitation to the message's call stands.
fn invitation(case: &Case<'_>, user: Option<&UserId>) -> Option<InviteeState> {
    let invitees = &case.call?.invitees;
    invitees.iter().find(|invitee| Some(&invitee.user) == user).map(|invitee| invitee.state)
}

/// A target that the rules have to decide, or would have to.
pub(super) fn foreseen(
    case: &Case<'_>,
    row: &AudienceRow,
    facts: &Facts,
    state: TargetState,
    findings: &mut Findings,
) -> ExplainedTarget {
    let decision = decide(facts);
    let pushed = facts.certificate.filter(|_| matches!(decision.ruling, Ruling::Push | Ruling::Wait));
    let language = language(row);
    ExplainedTarget {
        rules: rules_of(facts),
        certificate: facts.certificate.map(|id| certificate(case, id)),
        shown: pushed.and_then(|_| shown(case, language, decision.text)),
        warnings: pushed
            .map(|id| findings.of(case, id, language, decision.text, case.now))
            .unwrap_or_default(),
        ..bare(case, row, state, decision.reason)
    }
}

fn language(row: &AudienceRow) -> &str {
    row.device.as_ref().map_or("", |device| device.report.language.as_str())
}

/// A device that has acknowledged the message and needed no decision.
pub(super) fn delivered(case: &Case<'_>, row: &AudienceRow) -> ExplainedTarget {
    bare(case, row, TargetState::Delivered, Reason::ACKED)
}

/// A device that came after everything was decided.
pub(super) fn later(case: &Case<'_>, row: &AudienceRow) -> ExplainedTarget {
    let words = Words::new(
        "The device came after the message was decided; it gets the message when it syncs.",
        "该设备在消息决策完成之后才出现，将在同步时收到消息。",
    );
    let reason = ExplainedReason {
        code: 0,
        name: "later".to_owned(),
        words,
        hint_en: String::new(),
        hint_zh: String::new(),
    };
    ExplainedTarget { reason, ..bare(case, row, TargetState::Later, ReasonCode(0)) }
}

fn bare(case: &Case<'_>, row: &AudienceRow, state: TargetState, reason: ReasonCode) -> ExplainedTarget {
    ExplainedTarget {
        user: row.user.as_ref().map(ToString::to_string),
        device: device(row),
        token_tail: match &row.binding {
            model::BindingState::Bound(binding) => tail(&binding.token),
            model::BindingState::Lost(_) => String::new(),
        },
        state,
        reason: explained(reason),
        decided_at: None,
        finished_at: None,
        next_at: None,
        acked: has_acked(case, row),
        rules: Vec::new(),
        rules_changed: false,
        certificate: None,
        attempts: Vec::new(),
        vendor_message_id: String::new(),
        badge: None,
        shown: None,
        warnings: Vec::new(),
        follow_ups: Vec::new(),
        invitation: invitation(case, row.user.as_ref()),
        marks: Marks::default(),
        receipt_note: String::new(),
        receipt_meaning: None,
        raced: false,
    }
}

fn has_acked(case: &Case<'_>, row: &AudienceRow) -> bool {
    case.message.seq.0 > 0 && row.acked >= case.message.seq
}

const fn state_of(state: DeliveryState) -> TargetState {
    match state {
        DeliveryState::Queued => TargetState::Queued,
        DeliveryState::Skipped => TargetState::Skipped,
        DeliveryState::Accepted => TargetState::Accepted,
        DeliveryState::Rejected => TargetState::Rejected,
        DeliveryState::Dropped => TargetState::Dropped,
    }
}

fn device(row: &AudienceRow) -> Option<ExplainedDevice> {
    let device = row.device.as_ref()?;
    let report = &device.report;
    let session = row.session.as_ref();
    Some(ExplainedDevice {
        id: device.id,
        push_id: Some(device.push_id),
        name: device_name(&report.brand, &report.model),
        platform: report.platform,
        session: session.map(|session| session.state),
        session_since: session.map(|session| session.since),
    })
}

/// Brand and model; the model alone where it says whose it is: where the maker begins it with the brand, Apple's, and
/// those under HarmonyOS, whose brand is a system's.
pub(crate) fn device_name(brand: &str, model: &str) -> String {
    let begins = model.get(..brand.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(brand))
        || (!model.is_empty() && matches!(brand, "apple" | "harmony"));
    let name = if begins { model.to_owned() } else { format!("{brand} {model}") };
    name.trim().to_owned()
}

/// What a row alone knows of a device that is no target any more.
fn bare_device(delivery: &Delivery) -> Option<ExplainedDevice> {
    Some(ExplainedDevice {
        id: delivery.device?,
        push_id: delivery.push_id,
        name: String::new(),
        platform: model::Platform::Other,
        session: None,
        session_since: None,
    })
}

/// The end of a vendor token: enough to compare, too little to use.
pub(crate) fn tail(token: &str) -> String {
    let from = token.char_indices().rev().nth(TAIL_CHARS - 1).map_or(0, |(at, _)| at);
    match from {
        0 => token.chars().map(|_| '•').collect(),
        from => format!("…{}", &token[from..]),
    }
}

fn certificate(case: &Case<'_>, id: CertificateId) -> ExplainedCertificate {
    let found = case.view.certificate(id);
    ExplainedCertificate {
        id: id.0,
        name: found.map(|found| found.name.to_string()).unwrap_or_default(),
        vendor: found.map(|found| found.vendor),
    }
}

/// A reason with its sentences; a number of a newer version keeps its number.
pub(crate) fn explained(code: ReasonCode) -> ExplainedReason {
    match reason(code) {
        Some(reason) => ExplainedReason {
            code: code.0,
            name: reason.name.to_owned(),
            words: Words::new(reason.en, reason.zh),
            hint_en: reason.hint_en.to_owned(),
            hint_zh: reason.hint_zh.to_owned(),
        },
        None => ExplainedReason {
            code: code.0,
            name: format!("reason_{}", code.0),
            words: Words::new("A reason of a newer version.", "更新版本的原因码。"),
            hint_en: String::new(),
            hint_zh: String::new(),
        },
    }
}

fn rules_of(facts: &Facts) -> Vec<ExplainedRule> {
    replay(facts).into_iter().map(explained_rule).collect()
}

fn explained_rule(trace: RuleTrace) -> ExplainedRule {
    let reason = explained(trace.reason);
    ExplainedRule {
        rule: reason.name,
        ruling: match trace.ruling {
            Ruling::Push => "push",
            Ruling::Skip => "skip",
            Ruling::Wait => "wait",
            Ruling::Delivered => "delivered",
        }
        .to_owned(),
        result: match trace.result {
            TraceResult::Passed => RuleResult::Passed,
            TraceResult::Decided => RuleResult::Decided,
            TraceResult::NotReached => RuleResult::NotReached,
        },
        saw_en: trace.saw_en,
        saw_zh: trace.saw_zh,
        en: reason.words.en,
        zh: reason.words.zh,
    }
}

pub(crate) fn explained_attempt(attempt: &Attempt, vendor: Option<Vendor>) -> ExplainedAttempt {
    let (meaning, todo) = meaning(vendor, &attempt.code).unzip();
    ExplainedAttempt {
        at: attempt.at,
        took_ms: attempt.took_ms,
        verdict: attempt.verdict.clone(),
        http_status: attempt.http_status,
        code: attempt.code.clone(),
        text: attempt.text.clone(),
        meaning,
        todo: todo.flatten(),
    }
}

/// What a code means and what to do about it: from the vendor's book, or our own codes for what never reached it. A
/// note is a kind's word and the vendor's code. The code is of a receipt and not of an answer, so the word explains it.
fn note_meaning(note: &str) -> Option<Words> {
    let (en, zh) = ReceiptKind::meaning_of(note.split(' ').next()?)?;
    Some(Words::new(en, zh))
}

/// What a code means and what to do about it, in the vendor's book or in Posthouse's own.
pub(crate) fn meaning(vendor: Option<Vendor>, code: &str) -> Option<(Words, Option<Words>)> {
    if code.is_empty() {
        return None;
    }
    if let Some(row) = vendor.and_then(|vendor| vendors::meaning(vendor, code)) {
        let todo = (!row.todo_en.is_empty()).then(|| Words::new(row.todo_en, row.todo_zh));
        return Some((Words::new(row.en, row.zh), todo));
    }
    gateway::own_code(code).map(|own| (Words::new(own.en, own.zh), None))
}

#[cfg(test)]
mod tests {
    use super::{device_name, tail};

    #[test]
    fn a_brand_is_not_said_twice() {
        assert_eq!(device_name("xiaomi", "Xiaomi 14"), "Xiaomi 14");
        assert_eq!(device_name("xiaomi", "23127PN0CC"), "xiaomi 23127PN0CC");
        assert_eq!(device_name("", "iPhone 16"), "iPhone 16");
        assert_eq!(device_name("apple", "iPhone 16"), "iPhone 16");
        assert_eq!(device_name("harmony", "HUAWEI Mate 70"), "HUAWEI Mate 70");
        assert_eq!(device_name("apple", ""), "apple");
        assert_eq!(device_name("小米", "M"), "小米 M");
        assert_eq!(device_name("", ""), "");
    }

    #[test]
    fn a_token_shows_its_end_and_a_short_one_nothing() {
        assert_eq!(tail("abcdefghijkl"), "…ghijkl");
        assert_eq!(tail("abc"), "•••");
        assert_eq!(tail(""), "");
    }
}
