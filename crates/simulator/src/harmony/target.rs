//! One target: what its token is, and whether its app may be sent this.

use std::sync::Arc;

use super::{
    apps::{App, Apps},
    message::PushType,
    receipt::status_words,
    reply::{Refusal, code_of, words},
    request::Request,
    rights::Category,
};
use crate::{
    faults::http_status,
    phone::{Phone, ReportKind},
    token::{Standing, TokenBook},
};

/// Tokens that begin so are special.
const SPECIAL: &str = "FAULT/";
/// Reasons in `illegalTokens`. Documented.
const REASONS: &[&str] = &[
    FORMAT,
    "tokenPlatformNotSupport",
    NO_RIGHT,
    NO_PUSH_TYPE,
    NO_LIVE_VIEW,
    NO_PLAY_VOICE,
    "disableSendHuaweiMsgBecauseOfPenalty",
    "appinfoError",
    "countryNotSupport",
    "atomicUnableSendUnsubscribedMsg",
    "differentImgVerifyPolicy",
];
const FORMAT: &str = "tokenFormatError";
const NO_RIGHT: &str = "noRight";
const NO_PUSH_TYPE: &str = "noPushTypeRight";
const NO_LIVE_VIEW: &str = "noRightToSendThisLiveNotificationEvent";
const NO_PLAY_VOICE: &str = "notSupportPlayVoice";
/// Lengths of a token, in bytes, within which it can be one. About 112 are given out now (observed); the book fixes
/// no length, so these are assumed.
const TOKEN_BYTES: std::ops::RangeInclusive<usize> = 16..=512;

/// What happens with a target.
pub(super) enum Fate {
    /// It is not taken, for this reason.
    Illegal(&'static str),
    /// It is taken and leads nowhere.
    Nowhere,
    /// It is taken, leads nowhere, and a receipt tells why.
    Told(ReportKind),
    /// It reaches a phone.
    Reaches(Arc<Phone>, Arc<App>),
}

/// What a special token asks for.
enum Special {
    Request(Refusal),
    Target(Fate),
}

/// The refusal of the whole request that one of its tokens asks for.
pub(super) fn asked_refusal(tokens: &[&str]) -> Option<Refusal> {
    tokens.iter().find_map(|token| match special(token)? {
        Special::Request(refusal) => Some(refusal),
        Special::Target(_) => None,
    })
}

fn special(token: &str) -> Option<Special> {
    let asked = token.strip_prefix(SPECIAL)?.split('/').next().unwrap_or_default();
    let reason = || REASONS.iter().find(|reason| **reason == asked).copied();
    let status = || status_words(asked.strip_prefix("receipt-")?.parse().ok()?);
    Some(match asked {
        "silent" => Special::Request(Refusal::Silent),
        "cut" => Special::Request(Refusal::Cut),
        "receipt-0" => Special::Target(Fate::Told(ReportKind::Arrived)),
        _ => {
            if let Some(code) = code_of(asked) {
                Special::Request(code.because(words(code)))
            } else if let Some(status) = http_status(asked) {
                Special::Request(Refusal::Bare(status))
            } else if let Some(reason) = reason() {
                Special::Target(Fate::Illegal(reason))
            } else if let Some(words) = status() {
                Special::Target(Fate::Told(ReportKind::Withheld(words)))
            } else {
                Special::Target(Fate::Nowhere)
            }
        }
    })
}

/// Whether a token could be one of the vendor's.
fn is_well_formed(token: &str) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(byte);
    TOKEN_BYTES.contains(&token.len()) && token.as_bytes().iter().all(allowed)
}

/// Where a target is looked for.
pub(super) struct Directory<'a> {
    pub(super) tokens: &'a TokenBook,
    pub(super) apps: &'a Apps,
    pub(super) accept_unknown: bool,
    /// Who sends.
    pub(super) sender: &'a App,
}

impl Directory<'_> {
    /// What happens with a token, whatever is sent.
    pub(super) fn find(&self, token: &str) -> Fate {
        match special(token) {
            Some(Special::Target(fate)) => return fate,
            Some(Special::Request(_)) => return Fate::Nowhere,
            None => (),
        }
        if !is_well_formed(token) {
            return Fate::Illegal(FORMAT);
        }
        let Some(found) = self.tokens.find(token) else {
            return if self.accept_unknown { Fate::Nowhere } else { Fate::Illegal(FORMAT) };
        };
        let app = self.apps.of_package(&found.phone.profile().app);
        let Some(app) = app.filter(|app| app.account.project_id == self.sender.account.project_id) else {
            return Fate::Illegal(NO_RIGHT);
        };
        match found.standing {
            Standing::Alive => Fate::Reaches(found.phone, app),
            Standing::Dead { replaced_by: None, .. } => Fate::Illegal(NO_RIGHT),
            Standing::Dead { replaced_by, .. } => Fate::Told(ReportKind::TokenDead { replaced_by }),
        }
    }

    /// What happens with a token that this is sent to.
    pub(super) fn judge(&self, token: &str, request: &Request<'_>) -> Fate {
        match self.find(token) {
            Fate::Reaches(phone, app) => match missing_right(&app, request) {
                Some(reason) => Fate::Illegal(reason),
                None => Fate::Reaches(phone, app),
            },
            fate => fate,
        }
    }
}

/// The reason why an app may not be sent this push-type.
fn missing_right(app: &App, request: &Request<'_>) -> Option<&'static str> {
    let rights = app.rights();
    let category = request.content.notification().map(|notification| notification.category);
    match request.push_type {
        PushType::Alert if category == Some(Category::PlayVoice) => Some(NO_PLAY_VOICE),
        PushType::Voice if !rights.play_voice => Some(NO_PUSH_TYPE),
        PushType::Background if request.options.background_im && !rights.background_im => Some(NO_PUSH_TYPE),
        PushType::Call if !rights.voip => Some(NO_PUSH_TYPE),
        PushType::LiveView if !rights.live_view => Some(NO_LIVE_VIEW),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harmony::reply::Code;

    #[test]
    fn special_tokens_ask_for_codes_statuses_and_silence() {
        let asked = |token: &str| asked_refusal(&["another", token]);
        assert_eq!(asked("FAULT/81000001/x"), Some(Code(81_000_001).because("Internal error")));
        assert_eq!(asked("FAULT/http:503/x"), Some(Refusal::Bare(503)));
        assert_eq!(asked("FAULT/silent/x"), Some(Refusal::Silent));
        assert_eq!(asked("FAULT/cut"), Some(Refusal::Cut));
        for token in ["FAULT/noRight/x", "FAULT/sink/x", "FAULT/", "FAULT/receipt-6/x", "80300007"] {
            assert_eq!(asked(token), None, "{token}");
        }
    }

    #[test]
    fn special_tokens_ask_for_reasons_and_receipts() {
        let target = |token: &str| match special(token) {
            Some(Special::Target(Fate::Illegal(reason))) => reason.to_owned(),
            Some(Special::Target(Fate::Told(kind))) => format!("{kind:?}"),
            Some(Special::Target(Fate::Nowhere)) => "nowhere".to_owned(),
            _ => "other".to_owned(),
        };
        assert_eq!(target("FAULT/appinfoError/x"), "appinfoError");
        assert_eq!(target("FAULT/receipt-0/x"), "Arrived");
        assert!(target("FAULT/receipt-31/x").starts_with("Withheld"));
        assert_eq!(target("FAULT/receipt-9999/x"), "nowhere");
        assert_eq!(target("FAULT/sink/x"), "nowhere");
    }
}
