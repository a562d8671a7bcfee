//! What is told of one target, in a headline: the Device Lab and explain say it in the same words. Pure.

use model::{Addressee, Body, ConversationKind, Marks, Message, UserId, Vendor};

use super::{
    chrome::Tone,
    words::{Lang, fill},
};
use crate::explain::{ExplainedTarget, TargetState, call_words};

/// Reason of targets that are the sender's own devices.
const OWN_DEVICE: &str = "own_device";

/// Whether a target is the sender's own device, which nobody asks about first.
pub(super) fn is_own(target: &ExplainedTarget) -> bool {
    target.reason.name == OWN_DEVICE
}

/// How a target's end looks.
pub(super) const fn tone(state: TargetState) -> Tone {
    match state {
        TargetState::Delivered | TargetState::Accepted | TargetState::WouldPush => Tone::Ok,
        TargetState::Skipped | TargetState::WouldSkip => Tone::Warn,
        TargetState::Rejected | TargetState::Dropped => Tone::Bad,
        TargetState::Queued | TargetState::Deciding | TargetState::WouldWait => Tone::Info,
        TargetState::Later => Tone::Plain,
    }
}

/// Where a target stands, in one sentence. What a vendor accepted is never called shown.
pub(super) fn headline(lang: Lang, target: &ExplainedTarget) -> String {
    let words = lang.words();
    let vendor = vendor_title(lang, target.certificate.as_ref().and_then(|found| found.vendor));
    let reason = strip_full_stop(lang.pick(&target.reason.words.en, &target.reason.words.zh));
    match target.state {
        TargetState::Accepted => accepted(lang, &vendor, &target.marks),
        TargetState::Rejected => {
            let refused = fill(words.headline_rejected, &vendor);
            let meaning = target.attempts.iter().rev().find_map(|attempt| attempt.meaning.as_ref());
            match meaning {
                Some(meaning) => because(lang, &refused, lang.pick(&meaning.en, &meaning.zh)),
                None => refused,
            }
        }
        TargetState::Queued => fill(words.headline_queued, &vendor),
        TargetState::Skipped => because(lang, words.headline_skipped, reason),
        TargetState::Dropped => because(lang, words.headline_dropped, reason),
        TargetState::WouldSkip => because(lang, words.headline_would_skip, reason),
        TargetState::Delivered => words.headline_delivered.to_owned(),
        TargetState::Deciding => words.headline_deciding.to_owned(),
        TargetState::Later => words.headline_later.to_owned(),
        TargetState::WouldPush => words.headline_would_push.to_owned(),
        TargetState::WouldWait => words.headline_would_wait.to_owned(),
    }
}

fn accepted(lang: Lang, vendor: &str, marks: &Marks) -> String {
    let words = lang.words();
    let taken = fill(words.headline_accepted, vendor);
    let known = [
        (marks.arrived_at, words.headline_arrived),
        (marks.shown_at, words.headline_shown),
        (marks.clicked_at, words.headline_clicked),
    ];
    let mut clauses = vec![taken.as_str()];
    clauses.extend(known.into_iter().filter_map(|(at, text)| at.map(|_| text)));
    if clauses.len() == 1 {
        clauses.push(words.headline_no_receipt);
    }
    lang.join(&clauses)
}

fn because(lang: Lang, what: &str, reason: &str) -> String {
    format!("{what}{}{reason}", lang.pick(": ", "："))
}

fn strip_full_stop(sentence: &str) -> &str {
    sentence.trim_end_matches(['.', '。'])
}

/// What people call a vendor.
pub(super) fn vendor_title(lang: Lang, vendor: Option<Vendor>) -> String {
    vendor
        .map_or(lang.words().the_vendor, |vendor| lang.pick(vendor.facts().title_en, vendor.facts().title_zh))
        .to_owned()
}

/// What a later receipt said beside the marks: its kind, the vendor's own code, and what they mean.
pub(super) fn told_receipt(lang: Lang, target: &ExplainedTarget) -> String {
    let meaning = target.receipt_meaning.as_ref().map_or("", |both| lang.pick(&both.en, &both.zh));
    format!("{} {meaning}", target.receipt_note).trim_end().to_owned()
}

/// Where a target is: user, device, certificate.
pub(super) fn place(lang: Lang, target: &ExplainedTarget) -> String {
    let words = lang.words();
    let user = target.user.clone();
    let device = match &target.device {
        Some(device) if !device.name.is_empty() => Some(device.name.clone()),
        Some(device) => Some(format!("{} {}", words.device_unknown, device.id)),
        None if target.token_tail.is_empty() => Some(words.no_device.to_owned()),
        None => Some(format!("{} {}", words.token, target.token_tail)),
    };
    let certificate = target
        .certificate
        .as_ref()
        .map(|found| format!("{} {} {}", words.certificate, found.id, found.name).trim_end().to_owned());
    [user, device, certificate].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Whose target it is, in a word or two.
pub(super) fn who(lang: Lang, target: &ExplainedTarget) -> String {
    let device = target.device.as_ref().map(|device| device.name.clone());
    let token =
        (!target.token_tail.is_empty()).then(|| format!("{} {}", lang.words().token, target.token_tail));
    let user = target.user.clone();
    user.or(device.filter(|name| !name.is_empty())).or(token).unwrap_or_default()
}

/// What a message says, in a line.
pub(super) fn says(lang: Lang, message: &Message) -> String {
    let words = lang.words();
    match &message.body {
        Body::Text { text } => text.clone(),
        Body::Custom { kind: Some(kind), .. } => fill(words.says_custom, kind),
        Body::Custom { kind: None, .. } => "…".to_owned(),
        Body::Call(signal) => {
            let (en, zh) = call_words(signal.event);
            fill(words.says_call, lang.pick(en, zh))
        }
        Body::Group(_) => words.says_group_change.to_owned(),
        Body::Recall(_) => words.says_recall.to_owned(),
        Body::Gone {} => words.says_recalled.to_owned(),
    }
}

/// Whom a message is for: the other user of a conversation, a group, or what was addressed.
pub(super) fn receiver(lang: Lang, message: &Message) -> String {
    match &message.addressee {
        Addressee::Conversation(id) => match id.kind() {
            ConversationKind::Group(group) => format!("{} {group}", lang.words().group),
            ConversationKind::Peer(..) | ConversationKind::System(_) => {
                receiving_user(message).unwrap_or_default()
            }
        },
        Addressee::User(user) => user.to_string(),
        Addressee::PushId(push_id) => format!("Push ID {push_id}"),
        Addressee::Token { certificate, .. } => format!("token · {certificate}"),
    }
}

/// The user a message is for, where it is for one.
pub(super) fn receiving_user(message: &Message) -> Option<String> {
    let other = |one: UserId, two: UserId| if message.sender.as_ref() == Some(&one) { two } else { one };
    let user = match &message.addressee {
        Addressee::User(user) => user.clone(),
        Addressee::Conversation(id) => match id.kind() {
            ConversationKind::Peer(one, two) => other(one, two),
            ConversationKind::System(user) => user,
            ConversationKind::Group(_) => return None,
        },
        Addressee::PushId(_) | Addressee::Token { .. } => return None,
    };
    Some(user.to_string())
}

#[cfg(test)]
mod tests {
    use model::{Marks, Timestamp};

    use super::accepted;
    use crate::console::words::Lang;

    #[test]
    fn accepted_is_never_called_shown_before_a_receipt_says_so() {
        let mut marks = Marks::default();
        assert_eq!(accepted(Lang::En, "Xiaomi", &marks), "Accepted by Xiaomi; arrival not confirmed");
        assert_eq!(accepted(Lang::Zh, "小米", &marks), "小米已受理；尚未确认到达");
        marks.arrived_at = Some(Timestamp(1));
        assert_eq!(accepted(Lang::Zh, "小米", &marks), "小米已受理；已确认到达");
        marks.clicked_at = Some(Timestamp(2));
        assert_eq!(accepted(Lang::En, "Xiaomi", &marks), "Accepted by Xiaomi; arrival confirmed; tapped");
    }
}
