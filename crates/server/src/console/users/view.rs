//! Users as the pages draw them. Pure.

use model::{DoNotDisturb, MultiEndRule, Mute, PlatformClass, Quiet, SessionState, UserSettings};
use store::{ConversationEntry, SessionRecord, User};

use super::address;
use crate::console::{
    chrome::{Chip, Labelled, Moment, Tone, percent_encoded},
    words::{Lang, PeopleWords, fill},
};

/// A line of the list.
pub(super) struct Row {
    pub(super) href: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) presence: Chip,
    pub(super) devices: usize,
    pub(super) created_at: Moment,
}

impl Row {
    pub(super) fn of(lang: Lang, user: &User, sessions: &[SessionRecord]) -> Self {
        Self {
            href: address(user.id.as_str()),
            id: user.id.to_string(),
            name: user.name.clone().unwrap_or_default(),
            presence: presence(lang.people_words(), sessions),
            devices: sessions.len(),
            created_at: Moment(user.created_at),
        }
    }
}

/// Where the user is, over all devices.
fn presence(words: &PeopleWords, sessions: &[SessionRecord]) -> Chip {
    let best = sessions.iter().map(|session| session.state).min_by_key(|state| *state as u8);
    best.map_or_else(|| Chip::new(Tone::Plain, words.never_logged_in), |state| state_chip(words, state))
}

/// Where a login stands.
pub(super) fn state_chip(words: &PeopleWords, state: SessionState) -> Chip {
    match state {
        SessionState::OnlineForeground => Chip::new(Tone::Ok, words.state_foreground),
        SessionState::OnlineBackground => Chip::new(Tone::Info, words.state_background),
        SessionState::Disconnected => Chip::new(Tone::Plain, words.state_disconnected),
        SessionState::LoggedOut => Chip::new(Tone::Warn, words.state_logged_out),
        SessionState::Kicked => Chip::new(Tone::Warn, words.state_kicked),
    }
}

/// A user.
pub(super) struct UserView {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) presence: Chip,
    /// Whether any login stands.
    pub(super) is_logged_in: bool,
    pub(super) created_at: Moment,
    pub(super) settings: Vec<Labelled>,
    pub(super) deliveries: String,
    pub(super) explain: String,
    pub(super) test: String,
}

impl UserView {
    pub(super) fn of(
        lang: Lang,
        user: &User,
        sessions: &[SessionRecord],
        conversations: &[ConversationEntry],
    ) -> Self {
        let encoded = percent_encoded(user.id.as_str());
        Self {
            id: user.id.to_string(),
            name: user.name.clone().unwrap_or_default(),
            presence: presence(lang.people_words(), sessions),
            is_logged_in: sessions.iter().any(|session| session.state.is_logged_in()),
            created_at: Moment(user.created_at),
            settings: settings(lang, &user.settings, conversations),
            deliveries: format!("/console/deliveries?user={encoded}"),
            explain: format!("/console/explain?user={encoded}"),
            test: format!("/console/test?user={encoded}"),
        }
    }
}

/// What the user set, each with what it means for pushes.
fn settings(lang: Lang, settings: &UserSettings, conversations: &[ConversationEntry]) -> Vec<Labelled> {
    let words = lang.people_words();
    let quiet =
        settings.do_not_disturb.as_ref().map_or(words.quiet_none.to_owned(), |span| quiet(words, span));
    let details = if settings.hide_details { words.details_hidden } else { words.details_shown };
    let ends: Vec<String> = settings.multi_end.iter().map(|rule| multi_end(lang, rule)).collect();
    let muted: Vec<String> = conversations.iter().filter_map(|entry| mute(words, entry)).collect();
    let or_none =
        |all: Vec<String>, none: &str| if all.is_empty() { none.to_owned() } else { all.join("\n") };
    vec![
        Labelled::new(words.quiet_hours, quiet),
        Labelled::new(words.details, details),
        Labelled::new(words.multi_end, or_none(ends, words.multi_end_none)),
        Labelled::new(words.mutes, or_none(muted, words.mutes_none)),
    ]
}

fn quiet(words: &PeopleWords, span: &DoNotDisturb) -> String {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let effect = match span.effect {
        Quiet::Silent => words.quiet_silent,
        Quiet::HideDetails => words.quiet_hide_details,
    };
    let hours = if span.from_minute == span.to_minute {
        words.quiet_all_day.to_owned()
    } else {
        format!("{} – {}", clock(span.from_minute), clock(span.to_minute))
    };
    format!("{hours} · {} · {effect}", span.time_zone)
}

fn multi_end(lang: Lang, rule: &MultiEndRule) -> String {
    let words = lang.people_words();
    let ends = |classes: &[PlatformClass]| {
        classes.iter().map(|class| platform(words, *class)).collect::<Vec<_>>().join(lang.pick(", ", "、"))
    };
    fill(&fill(words.multi_end_rule, &ends(&rule.online)), &ends(&rule.silence))
}

const fn platform(words: &PeopleWords, class: PlatformClass) -> &'static str {
    match class {
        PlatformClass::Mobile => words.end_mobile,
        PlatformClass::Desktop => words.end_desktop,
        PlatformClass::Web => words.end_web,
        PlatformClass::Other => words.end_other,
    }
}

fn mute(words: &PeopleWords, entry: &ConversationEntry) -> Option<String> {
    let how = match entry.mute {
        Mute::None => return None,
        Mute::All => words.mute_all,
        Mute::ExceptMentions => words.mute_except_mentions,
    };
    Some(format!("{} · {how}", entry.head.conversation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_and_silencing_ends_are_said_in_both_languages() {
        let span = DoNotDisturb {
            from_minute: 22 * 60,
            to_minute: 7 * 60 + 5,
            time_zone: "Asia/Shanghai".to_owned(),
            effect: Quiet::Silent,
        };
        let rule =
            MultiEndRule { online: vec![PlatformClass::Desktop], silence: vec![PlatformClass::Mobile] };
        for lang in Lang::ALL {
            let words = lang.people_words();
            assert!(quiet(words, &span).starts_with("22:00 – 07:05 · Asia/Shanghai · "));
            let told = multi_end(lang, &rule);
            assert!(
                told.contains(words.end_desktop) && told.contains(words.end_mobile) && !told.contains("{}")
            );
        }
    }
}
