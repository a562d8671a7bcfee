//! An explanation as the page draws it. Pure.

use model::{Message, MessageId, Purpose, Timestamp};

use crate::{
    console::{
        chrome::{Labelled, Moment, Tone, percent_encoded},
        road::{Road, span},
        told,
        words::{Lang, Words},
    },
    explain::{
        ExplainedAttempt, ExplainedRule, ExplainedTarget, Explanation, RuleResult, TargetState,
        Words as BothWords,
    },
};

/// Targets that are drawn.
const TARGETS_MAX: usize = 100;
/// Characters of a message in the list.
const PREVIEW_CHARS: usize = 80;

/// A message in the list.
pub(super) struct RecentLine {
    pub(super) id: MessageId,
    pub(super) href: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) at: Moment,
    pub(super) current: bool,
}

impl RecentLine {
    pub(super) fn of(lang: Lang, message: &Message, chosen: Option<MessageId>) -> Self {
        let user = told::receiving_user(message)
            .map(|user| format!("&user={}", percent_encoded(&user)))
            .unwrap_or_default();
        Self {
            id: message.id,
            href: format!("/console/explain?message={}{user}", message.id),
            from: sender(lang, message),
            to: told::receiver(lang, message),
            text: told::says(lang, message).chars().take(PREVIEW_CHARS).collect(),
            at: Moment(message.sent_at),
            current: chosen == Some(message.id),
        }
    }
}

/// A message with its targets.
pub(super) struct MessageView {
    pub(super) id: MessageId,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) at: Moment,
    pub(super) settings: Vec<Labelled>,
    pub(super) targets: Vec<TargetView>,
    /// Its own address, to share.
    pub(super) link: String,
}

impl MessageView {
    pub(super) fn of(
        lang: Lang,
        message: &Message,
        explanation: &Explanation,
        narrowed: &[(&str, &str)],
    ) -> Self {
        let narrowed = narrowed.iter().filter(|(_, value)| !value.is_empty());
        let more: String =
            narrowed.map(|(name, value)| format!("&{name}={}", percent_encoded(value))).collect();
        let told_text = explanation.message.as_ref().and_then(|told| told.text.clone());
        let mut targets: Vec<&ExplainedTarget> = explanation.targets.iter().collect();
        targets.sort_by_key(|target| told::is_own(target));
        Self {
            id: message.id,
            from: sender(lang, message),
            to: told::receiver(lang, message),
            text: told_text.filter(|text| !text.is_empty()).unwrap_or_else(|| told::says(lang, message)),
            at: Moment(message.sent_at),
            settings: settings(lang.words(), message),
            targets: targets
                .into_iter()
                .take(TARGETS_MAX)
                .map(|target| TargetView::of(lang, message.sent_at, target))
                .collect(),
            link: format!("/console/explain?message={}{more}", message.id),
        }
    }
}

fn sender(lang: Lang, message: &Message) -> String {
    message.sender.as_ref().map_or_else(|| lang.words().backend.to_owned(), ToString::to_string)
}

fn settings(words: &Words, message: &Message) -> Vec<Labelled> {
    let push = message.push.as_ref();
    let known = [
        (words.setting_title, push.and_then(|push| push.title.clone())),
        (words.text, push.and_then(|push| push.body.clone())),
        ("ext", push.and_then(|push| push.ext.clone())),
        ("payload", push.and_then(|push| push.payload.clone())),
        (words.setting_class, push.map(|push| push.class.to_string())),
    ];
    known.into_iter().filter_map(|(label, value)| value.map(|value| Labelled::new(label, value))).collect()
}

/// One target.
pub(super) struct TargetView {
    pub(super) tone: Tone,
    pub(super) headline: String,
    pub(super) place: String,
    pub(super) hint: String,
    pub(super) decision: String,
    pub(super) decision_tone: Tone,
    pub(super) changed: &'static str,
    pub(super) rules: Vec<RuleLine>,
    pub(super) road: Road,
    pub(super) steps: Vec<Step>,
}

/// Something that happened on the way, on one axis of time.
pub(super) struct Step {
    pub(super) at: Option<Moment>,
    /// How long after the message was accepted; empty where that is not known.
    pub(super) after: String,
    pub(super) what: What,
}

/// What happened.
pub(super) enum What {
    /// The message was accepted.
    Accepted,
    /// The rules decided.
    Decided,
    /// The vendor was asked.
    Tried(AttemptView),
    /// Something became known.
    Known(Mark),
}

/// Everything that happened to a target, in its order; what has no time of its own stands last.
fn steps(lang: Lang, sent_at: Timestamp, target: &ExplainedTarget) -> Vec<Step> {
    let after = |at: Timestamp| {
        if at <= sent_at { String::new() } else { format!("+{}", span(lang, at.since_ms(sent_at))) }
    };
    let step = |at: Option<Timestamp>, what| Step {
        at: at.map(Moment),
        after: at.map(after).unwrap_or_default(),
        what,
    };
    let mut steps = vec![step(Some(sent_at), What::Accepted)];
    if !target.rules.is_empty() {
        steps.push(step(target.decided_at, What::Decided));
    }
    let follow_ups = target.follow_ups.iter().flat_map(|follow_up| &follow_up.attempts);
    let attempts = target.attempts.iter().chain(follow_ups);
    steps.extend(attempts.enumerate().map(|(index, attempt)| {
        let number = index + 1;
        step(Some(attempt.at), What::Tried(AttemptView { number, ..AttemptView::of(lang, attempt) }))
    }));
    steps.extend(marks(lang, target).into_iter().map(|mark| {
        let at = mark.at.map(|Moment(at)| at);
        step(at, What::Known(mark))
    }));
    // A decision that is still to come has no time, and stands where it will stand.
    let (decided, rest): (Vec<Step>, Vec<Step>) =
        steps.into_iter().partition(|step| matches!(step.what, What::Accepted | What::Decided));
    let mut rest = rest;
    rest.sort_by_key(|step| (step.at.is_none(), step.at.map(|Moment(at)| at)));
    decided.into_iter().chain(rest).collect()
}

impl TargetView {
    fn of(lang: Lang, sent_at: Timestamp, target: &ExplainedTarget) -> Self {
        let words = lang.words();
        let deciding = target.rules.iter().find(|rule| rule.result == RuleResult::Decided);
        let (decision, decision_tone) = deciding.map_or((String::new(), Tone::Plain), |rule| {
            let (text, tone) = ruling(words, &rule.ruling);
            (text.to_owned(), tone)
        });
        Self {
            tone: told::tone(target.state),
            headline: told::headline(lang, target),
            place: told::place(lang, target),
            hint: what_to_do(lang, target),
            decision,
            decision_tone,
            changed: if target.rules_changed { words.rules_changed } else { "" },
            rules: target.rules.iter().map(|rule| RuleLine::of(lang, rule)).collect(),
            road: Road::of(lang, sent_at, target),
            steps: steps(lang, sent_at, target),
        }
    }

    pub(super) fn passed(&self) -> usize {
        self.rules.iter().filter(|rule| rule.is_passed()).count()
    }

    pub(super) fn not_reached(&self) -> usize {
        self.rules.iter().filter(|rule| rule.is_not_reached()).count()
    }
}

/// How to mend the vendor's last answer where that is known and the push has ended by it; else what its reason advises.
fn what_to_do(lang: Lang, target: &ExplainedTarget) -> String {
    let has_failed = matches!(target.state, TargetState::Rejected | TargetState::Dropped);
    let last = target.attempts.last().filter(|_| has_failed);
    match last.and_then(|last| last.todo.as_ref()) {
        Some(todo) => lang.pick(&todo.en, &todo.zh).to_owned(),
        None => lang.pick(&target.reason.hint_en, &target.reason.hint_zh).to_owned(),
    }
}

fn ruling(words: &Words, word: &str) -> (&'static str, Tone) {
    match word {
        "push" => (words.ruling_push, Tone::Ok),
        "skip" => (words.ruling_skip, Tone::Warn),
        "delivered" => (words.ruling_delivered, Tone::Ok),
        _ => (words.ruling_wait, Tone::Info),
    }
}

/// One rule.
pub(in crate::console) struct RuleLine {
    pub(in crate::console) name: String,
    pub(in crate::console) result: RuleResult,
    pub(in crate::console) result_label: &'static str,
    pub(in crate::console) saw: String,
    pub(in crate::console) sentence: String,
}

impl RuleLine {
    pub(in crate::console) fn of(lang: Lang, rule: &ExplainedRule) -> Self {
        let words = lang.words();
        Self {
            name: rule.rule.clone(),
            result: rule.result,
            result_label: match rule.result {
                RuleResult::Passed => words.rule_passed,
                RuleResult::Decided => words.rule_decided,
                RuleResult::NotReached => words.rule_not_reached,
            },
            saw: lang.pick(&rule.saw_en, &rule.saw_zh).to_owned(),
            sentence: lang.pick(&rule.en, &rule.zh).to_owned(),
        }
    }

    pub(in crate::console) const fn class(&self) -> &'static str {
        match self.result {
            RuleResult::Passed => "passed",
            RuleResult::Decided => "decided",
            RuleResult::NotReached => "not-reached",
        }
    }

    pub(in crate::console) const fn is_passed(&self) -> bool {
        matches!(self.result, RuleResult::Passed)
    }

    pub(in crate::console) const fn is_decided(&self) -> bool {
        matches!(self.result, RuleResult::Decided)
    }

    pub(in crate::console) const fn is_not_reached(&self) -> bool {
        matches!(self.result, RuleResult::NotReached)
    }
}

/// One try at the vendor.
pub(in crate::console) struct AttemptView {
    /// Which try it is, from 1.
    pub(in crate::console) number: usize,
    pub(in crate::console) tone: Tone,
    pub(in crate::console) verdict: String,
    pub(in crate::console) took_ms: u32,
    pub(in crate::console) answer: String,
    pub(in crate::console) text: String,
    pub(in crate::console) meaning: String,
    pub(in crate::console) todo: String,
}

impl AttemptView {
    pub(in crate::console) fn of(lang: Lang, attempt: &ExplainedAttempt) -> Self {
        let words = lang.words();
        let pick = |both: &BothWords| lang.pick(&both.en, &both.zh).to_owned();
        let (verdict, tone) = verdict(words, &attempt.verdict);
        let status = match attempt.http_status {
            0 => words.no_answer.to_owned(),
            status => format!("HTTP {status}"),
        };
        Self {
            number: 1,
            tone,
            verdict: verdict.unwrap_or(&attempt.verdict).to_owned(),
            took_ms: attempt.took_ms,
            answer: format!("{status} {}", attempt.code).trim_end().to_owned(),
            text: attempt.text.clone(),
            meaning: attempt.meaning.as_ref().map(pick).unwrap_or_default(),
            todo: attempt.todo.as_ref().map(pick).unwrap_or_default(),
        }
    }
}

fn verdict(words: &Words, name: &str) -> (Option<&'static str>, Tone) {
    match name {
        "accepted" => (Some(words.verdict_accepted), Tone::Ok),
        "retry" => (Some(words.verdict_retry), Tone::Warn),
        "renew_auth" => (Some(words.verdict_renew_auth), Tone::Warn),
        "token_dead" => (Some(words.verdict_token_dead), Tone::Bad),
        "token_doubtful" => (Some(words.verdict_token_doubtful), Tone::Warn),
        "limited" => (Some(words.verdict_limited), Tone::Warn),
        "misconfigured" => (Some(words.verdict_misconfigured), Tone::Bad),
        "drop" => (Some(words.verdict_drop), Tone::Bad),
        "unrecognised" => (Some(words.verdict_unrecognised), Tone::Bad),
        _ => (None, Tone::Plain),
    }
}

/// Something that became known after the decision.
pub(super) struct Mark {
    pub(super) name: &'static str,
    pub(super) tone: Tone,
    pub(super) label: String,
    pub(super) text: String,
    pub(super) at: Option<Moment>,
}

fn marks(lang: Lang, target: &ExplainedTarget) -> Vec<Mark> {
    let words = lang.words();
    let at = |name, tone, label: &str, at: Option<Timestamp>| {
        at.map(|at| Mark { name, tone, label: label.to_owned(), text: String::new(), at: Some(Moment(at)) })
    };
    let note =
        |name, tone, label: &str, text: String| Mark { name, tone, label: label.to_owned(), text, at: None };
    let next = match target.state {
        TargetState::Deciding => words.mark_decides_by,
        _ => words.mark_next,
    };
    let mut marks: Vec<Mark> = [
        at("next", Tone::Info, next, target.next_at),
        at("arrived", Tone::Ok, words.mark_arrived, target.marks.arrived_at),
        at("shown", Tone::Ok, words.mark_shown, target.marks.shown_at),
        at("clicked", Tone::Ok, words.mark_clicked, target.marks.clicked_at),
    ]
    .into_iter()
    .flatten()
    .collect();
    marks.extend(pushed(lang, target));
    if !target.receipt_note.is_empty() {
        marks.push(note("receipt", Tone::Warn, words.mark_receipt, told::told_receipt(lang, target)));
    }
    if target.raced {
        marks.push(note("raced", Tone::Warn, words.mark_raced, words.mark_raced_how.to_owned()));
    }
    if target.acked && target.state != TargetState::Delivered {
        marks.push(note("acked", Tone::Ok, words.mark_acked, String::new()));
    }
    marks
}

/// What a push says and shows, what the vendor does otherwise than asked, and what followed it.
fn pushed(lang: Lang, target: &ExplainedTarget) -> Vec<Mark> {
    let words = lang.words();
    let note = |name, tone, label: &str, text| Mark { name, tone, label: label.to_owned(), text, at: None };
    let mut marks = Vec::new();
    if let Some(shown) = &target.shown {
        let text = lang.join(&[&shown.title, &shown.body]);
        marks.push(note("text", Tone::Plain, words.mark_text, text));
    }
    if let Some(badge) = target.badge {
        marks.push(note("badge", Tone::Plain, words.mark_badge, badge.to_string()));
    }
    marks.extend(target.warnings.iter().map(|warning| {
        let text = lang.pick(&warning.words.en, &warning.words.zh).to_owned();
        note("warning", Tone::Warn, words.mark_warning, text)
    }));
    marks.extend(target.follow_ups.iter().map(|follow_up| {
        let label = match follow_up.purpose {
            Purpose::Replace => words.mark_replaced,
            Purpose::Notify | Purpose::Withdraw => words.mark_withdrawn,
        };
        let reason = &follow_up.reason.words;
        let text = lang.pick(&reason.en, &reason.zh).to_owned();
        Mark {
            name: "follow-up",
            tone: told::tone(follow_up.state),
            label: label.to_owned(),
            text,
            at: Some(Moment(follow_up.decided_at)),
        }
    }));
    marks
}
