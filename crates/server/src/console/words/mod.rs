//! The console's words: one table a language. Both tables are one struct, so a key that is in one language only does
//! not compile, and a template that misspells one does not either.

mod admin;
mod deliveries;
mod en;
mod find;
mod lab;
mod overview;
mod papers;
mod people;
mod setup;
mod table;
mod zh;

use http::HeaderMap;

use self::table::word_table;
pub(crate) use self::{
    admin::AdminWords, deliveries::DeliveryWords, find::FindWords, lab::LabWords, overview::OverviewWords,
    papers::PapersWords, people::PeopleWords, setup::SetupWords,
};

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl Lang {
    pub(crate) const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The language tag in pages and addresses.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// How its speakers call it.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
        }
    }

    /// The language of a tag, if the console speaks it.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The first language of an `Accept-Language` that the console speaks; English where there is none.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let wanted = headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        wanted
            .unwrap_or_default()
            .split(',')
            .filter_map(|range| range.trim().get(..2))
            .find_map(|primary| Self::from_tag(&primary.to_ascii_lowercase()))
            .unwrap_or(Self::En)
    }

    /// Its words.
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::En => &en::EN,
            Self::Zh => &zh::ZH,
        }
    }

    /// The one of two texts that is in this language.
    pub(crate) const fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// Puts clauses into one sentence.
    pub(crate) fn join(self, clauses: &[&str]) -> String {
        clauses.join(self.pick("; ", "；"))
    }
}

/// Puts a value where a text has `{}`, with a blank between Latin and Chinese letters.
pub(crate) fn fill(text: &str, value: &str) -> String {
    let Some((before, after)) = text.split_once("{}") else { return text.to_owned() };
    let gap = |left: Option<char>, right: Option<char>| match (left, right) {
        (Some(left), Some(right)) if is_han(left) && right.is_ascii_alphanumeric() => " ",
        (Some(left), Some(right)) if left.is_ascii_alphanumeric() && is_han(right) => " ",
        _ => "",
    };
    let ahead = gap(before.chars().next_back(), value.chars().next());
    let behind = gap(value.chars().next_back(), after.chars().next());
    format!("{before}{ahead}{value}{behind}{after}")
}

fn is_han(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

macro_rules! words {
    ($($key:ident),* $(,)?) => {
        /// Every text of the console in one language.
        #[derive(Debug)]
        pub(crate) struct Words {
            $(pub(crate) $key: &'static str,)*
        }

        #[cfg(test)]
        impl Words {
            fn entries(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key),)*]
            }
        }
    };
}

words! {
    skip_to_content, brand_line, app, switch_app, pages, language, sign_out, connection_lost, copy,
    optional, required, sign_in, link_refused, signed_in, signed_out,
    continue_to_console, not_found, not_found_how, form_stale, form_stale_how, failed, no_app,
    no_app_how, lab, lab_lead, no_simulator, no_simulator_how, simulator_silent,
    simulator_silent_how, no_handsets, no_handsets_how, send_title, from, to, text, push_title, send,
    last_message, no_message_yet, explain_this, shade, tap_hint, inbox_empty, locked, no_network,
    notifications_off, certificate_in_use, no_certificate, use_certificate, token, no_token, token_dead,
    last_tap, no_tap_yet, tap_opened_web, tap_nothing, process_killed, process_foreground,
    process_background, process_frozen, connection_idle, connection_waiting, connection_connecting,
    connection_logging_in, connection_live, logged_in, logged_out, group_app, group_phone, group_account,
    do_foreground, do_background, do_freeze, do_thaw, do_kill, do_lock, do_unlock, do_network_off,
    do_network_on, do_notifications_off, do_notifications_on, do_log_out, do_log_in, do_invalidate_token,
    do_clear_shade, refused_not_running, refused_frozen, refused_locked, refused_busy,
    refused_no_notification, refused_no_user, refused_no_certificate, refused_other, explain,
    explain_lead, recent_messages, choose_message, choose_message_how, unknown_message,
    unknown_message_how, message_id, user, not_decided_yet, not_decided_yet_how,
    decided, what_to_do, rule_passed, rule_decided, rule_not_reached, rules_not_reached, rules_changed,
    ruling_push, ruling_skip, ruling_wait, ruling_delivered, attempt, vendor_answer, vendor_text, took,
    meaning, no_answer, verdict_accepted, verdict_retry, verdict_renew_auth, verdict_token_dead,
    verdict_token_doubtful, verdict_limited, verdict_misconfigured, verdict_drop, verdict_unrecognised,
    mark_arrived, mark_shown, mark_clicked, mark_receipt, mark_raced, mark_raced_how, mark_acked,
    mark_next, mark_decides_by, says_recalled, says_custom, says_call, says_group_change, says_recall, group,
    mark_text, mark_badge, mark_withdrawn, mark_replaced, mark_warning, backend, device_unknown, no_device,
    certificate, headline_delivered,
    headline_accepted, headline_arrived, headline_shown, headline_clicked, headline_no_receipt,
    headline_skipped, headline_rejected, headline_dropped, headline_queued, headline_deciding,
    headline_later, headline_would_push, headline_would_skip, headline_would_wait, the_vendor,
    setting_title, setting_class, certificates, certificates_lead, edit, new_certificate,
    no_certificates, no_certificates_how, certificate_id, name, name_hint, vendor,
    environment, expires, state, last_test, never, not_tested, state_active, state_disabled,
    state_expired, state_expiring, environment_development, environment_production, choice_open_app,
    choice_web_page, choice_app_page, choice_yes, choice_no, switch_off, save_and_test, cancel, test_again,
    what_was_read, what_would_happen, lint_changed, lint_reduced, lint_hidden, lint_refused, secret_kept, secret_remove, probe_accepted, probe_refused, probe_unclear,
    probe_unreachable, probe_unreadable,
    dead_letters, dead_letters_lead, no_dead_letters, no_dead_letters_how, any, reason, vendor_code, ended, lifetime, lifetime_own, lifetime_hour, lifetime_day, lifetime_week, requeue, requeue_found, requeue_how, requeue_with_hour, requeued_count, kept_count, changed_count, class_chat, class_call, class_system, class_marketing,
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use http::{HeaderMap, HeaderValue, header::ACCEPT_LANGUAGE};

    use super::{Lang, fill};

    #[test]
    fn both_languages_hold_the_same_keys_filled_and_with_the_same_gaps() {
        let en: HashMap<_, _> = Lang::En.words().entries().into_iter().collect();
        let zh: HashMap<_, _> = Lang::Zh.words().entries().into_iter().collect();
        assert_eq!(en.len(), zh.len());
        for (key, text) in &en {
            let other = zh.get(key).copied().unwrap_or_default();
            assert!(!text.trim().is_empty() && !other.trim().is_empty(), "{key}");
            assert_eq!(text.matches("{}").count(), other.matches("{}").count(), "{key}");
        }
    }

    #[test]
    fn latin_letters_stand_apart_from_chinese_ones() {
        assert_eq!(fill("{}已受理", "苹果 APNs"), "苹果 APNs 已受理");
        assert_eq!(fill("等待通过{}发送", "小米"), "等待通过小米发送");
        assert_eq!(fill("Accepted by {}", "Xiaomi"), "Accepted by Xiaomi");
    }

    #[test]
    fn the_first_spoken_language_of_the_browser_is_taken() {
        let lang = |accept: &'static str| {
            Lang::accepted(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(accept))]))
        };
        assert_eq!(lang("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh);
        assert_eq!(lang("de, en-GB;q=0.7, zh;q=0.5"), Lang::En);
        assert_eq!(lang("*"), Lang::En);
        assert_eq!(Lang::accepted(&HeaderMap::new()), Lang::En);
    }
}
