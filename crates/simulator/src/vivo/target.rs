//! Targets: whom a regId or alias leads to, and which special ones lead to a fault.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    app::App,
    code::{Code, Refusal},
    desk::Desk,
    fields::Fields,
    reply::{InvalidUser, Stop},
};
use crate::{faults::http_status, phone::Phone, shared::random};

/// Longest alias, in characters. Newer text; an older one has 40.
const ALIAS_MAX_CHARS: usize = 70;
/// Digits of an old regId. Observed.
const OLD_REGID_DIGITS: usize = 23;
/// A regId of the present form begins so and is longer than this. Observed.
const REGID_PREFIX: &str = "v2-";
const REGID_OVER_BYTES: usize = 50;
/// Longest regId that is looked at. Assumed.
const REGID_MAX_BYTES: usize = 128;

/// The status of a target in an answer.
pub(super) const UNKNOWN: u8 = 1;
pub(super) const GONE: u8 = 2;
pub(super) const INACTIVE: u8 = 3;
pub(super) const UNTESTED: u8 = 4;

/// Whom a list names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    RegId,
    Alias,
}

/// A target as the sender names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) kind: Kind,
    pub(super) id: String,
}

/// Where a target leads.
pub(super) enum Fate {
    Phone(Arc<Phone>),
    /// Accepted, nowhere.
    Sink,
    /// Accepted, and told dead by a receipt.
    Unsubscribed,
    /// Named in the answer with this status.
    Invalid(u8),
}

/// Reads the target of a single send; a regId wins over an alias (documented).
pub(super) fn single(fields: Fields<'_>) -> Result<Target, Refusal> {
    if let Some(id) = fields.text("regId") {
        return Ok(Target { kind: Kind::RegId, id });
    }
    let id = fields.text("alias").ok_or(Code::NO_TARGET)?;
    if id.chars().count() > ALIAS_MAX_CHARS {
        return Err(Code::ALIAS_LONG.into());
    }
    Ok(Target { kind: Kind::Alias, id })
}

/// Where a target leads, for a formal message or a test message.
fn fate(desk: &Desk, app: &App, target: &Target, formal: bool) -> Fate {
    if let Some(word) = special(&target.id) {
        return special_fate(word);
    }
    let token = match target.kind {
        Kind::RegId => Some(&target.id),
        Kind::Alias => app.rights.aliases.get(&target.id),
    };
    let Some(token) = token else { return Fate::Invalid(UNKNOWN) };
    let found = desk.tokens.find(token).filter(|found| found.phone.profile().app == app.package);
    match found {
        Some(found) if !found.standing.is_alive() => Fate::Invalid(GONE),
        Some(_) if !formal && !app.rights.test_devices.contains(token) => Fate::Invalid(UNTESTED),
        Some(found) => Fate::Phone(found.phone),
        None if desk.shared.settings.accept_unknown_tokens && is_plausible(token) => Fate::Sink,
        None => Fate::Invalid(UNKNOWN),
    }
}

/// Where each of many targets leads.
pub(super) fn fates(desk: &Desk, app: &App, targets: Vec<Target>, formal: bool) -> Vec<(Target, Fate)> {
    let with_fate = |target| {
        let fate = fate(desk, app, &target, formal);
        (target, fate)
    };
    targets.into_iter().map(with_fate).collect()
}

/// Targets that cannot be sent to, as an answer names them.
pub(super) fn invalid_users(fates: &[(Target, Fate)]) -> Vec<InvalidUser> {
    fates
        .iter()
        .filter_map(|(target, fate)| match fate {
            Fate::Invalid(status) => Some(InvalidUser { status: *status, userid: target.id.clone() }),
            Fate::Phone(_) | Fate::Sink | Fate::Unsubscribed => None,
        })
        .collect()
}

/// What a special target makes of the whole request.
pub(super) fn special_stop<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<Stop> {
    ids.into_iter().filter_map(special).find_map(|word| {
        let status = word.strip_prefix("http").map(|digits| digits.trim_start_matches(':'));
        match word {
            "silent" => Some(Stop::Silent),
            "cut" => Some(Stop::Cut),
            _ if let Some(status) = status => http_status(&format!("http:{status}")).map(Stop::Status),
            _ => Code::parse(word).filter(|code| *code != Code::OK).map(Stop::from),
        }
    })
}

fn special_fate(word: &str) -> Fate {
    match word {
        "sink" => Fate::Sink,
        "unsubscribed" => Fate::Unsubscribed,
        "dead" => Fate::Invalid(GONE),
        "inactive" => Fate::Invalid(INACTIVE),
        "untested" => Fate::Invalid(UNTESTED),
        _ => Fate::Invalid(UNKNOWN),
    }
}

/// The word of a special target; one that is longer than any regId is none.
fn special(id: &str) -> Option<&str> {
    if id.len() > REGID_MAX_BYTES {
        return None;
    }
    let parts = match id.strip_prefix("FAULT/") {
        Some(rest) => rest.split_once('/'),
        None => id.strip_prefix("v2-FAULT-").and_then(|rest| rest.split_once('-')),
    };
    parts.map(|(word, _)| word)
}

/// Whether a regId has a shape that the vendor gives out.
fn is_plausible(regid: &str) -> bool {
    let is_old = regid.len() == OLD_REGID_DIGITS && regid.bytes().all(|byte| byte.is_ascii_digit());
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    is_old
        || regid.starts_with(REGID_PREFIX)
            && (REGID_OVER_BYTES + 1..=REGID_MAX_BYTES).contains(&regid.len())
            && regid.bytes().all(word)
}

/// A regId of the present form.
pub(super) fn mint_regid() -> String {
    format!("{REGID_PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<42>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regid_has_one_of_two_shapes() {
        assert!(is_plausible(&mint_regid()));
        assert!(is_plausible("12345678901234567890123"));
        for id in
            ["1234567890123456789012", "v2-short", &format!("v2-{}", "+".repeat(60)), &"v2-a".repeat(33)]
        {
            assert!(!is_plausible(id), "{id}");
        }
    }

    #[test]
    fn special_targets_come_in_two_forms() {
        let stop = |id: &str| special_stop([id]);
        for id in ["FAULT/10070/x", "v2-FAULT-10070-x"] {
            assert!(matches!(stop(id), Some(Stop::Refused(refusal)) if refusal.code == Code::QUOTA), "{id}");
        }
        for id in ["FAULT/http:503/x", "v2-FAULT-http503-x"] {
            assert!(matches!(stop(id), Some(Stop::Status(503))), "{id}");
        }
        assert!(matches!(stop("FAULT/silent/x"), Some(Stop::Silent)));
        assert!(matches!(stop("FAULT/cut/"), Some(Stop::Cut)));
        for id in [
            "FAULT/sink/x",
            &format!("FAULT/cut/{}", "x".repeat(128)),
            "FAULT/0/x",
            "FAULT/99/x",
            "FAULT/10070",
            "v2-other",
        ] {
            assert!(stop(id).is_none(), "{id}");
        }
    }
}
