//! Registration ids: their shape, the special ones, and where each leads.

use std::sync::Arc;

use super::{
    desk::{Desk, Sender},
    push::{DEVICE_AMOUNT, NIGHT},
    reply::{Code, Refusal, Stop, parse_code},
};
use crate::{
    counter::Answer,
    phone::{Phone, ReportKind},
    shared::{hex, random},
    token::Standing,
};

/// Longest registration id, in bytes. Documented as what to store.
const ID_MAX_BYTES: usize = 256;
/// Length of the id proper, in characters: 32 hex digits today, about 45 letters and digits of old. Observed.
const ID_CHARS: std::ops::RangeInclusive<usize> = 32..=64;
/// Special registration ids begin so, before the separator that stands between their words.
const SPECIAL: &str = "FAULT";

/// What a special registration id asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Special {
    Silent,
    Cut,
    Status(String),
    Code(Code),
    Dead,
    Sink,
    Told(ReportKind),
}

/// Where a registration id that is accepted leads.
pub(super) enum Way {
    Phone(Arc<Phone>),
    /// Nowhere; only a receipt follows.
    Told(ReportKind),
    Nowhere,
}

fn special(id: &str) -> Option<Special> {
    let rest = id.strip_prefix(SPECIAL)?;
    let separator = rest.chars().next().filter(|char| "/_".contains(*char))?;
    let (word, _) = rest[1..].split_once(separator)?;
    match word {
        "silent" => Some(Special::Silent),
        "cut" => Some(Special::Cut),
        "dead" => Some(Special::Dead),
        "sink" => Some(Special::Sink),
        "regid-invalid" => Some(Special::Told(ReportKind::TokenDead { replaced_by: None })),
        "user-daily-limit" => Some(Special::Told(ReportKind::Withheld(DEVICE_AMOUNT))),
        "message-night-control" => Some(Special::Told(ReportKind::Withheld(NIGHT))),
        word if Answer::of_status_code(word).is_some() => Some(Special::Status(word.to_owned())),
        word => parse_code(word).map(Special::Code),
    }
}

/// Why the whole request has no ordinary answer, where one of its ids asks for that.
pub(super) fn stop_of(id: &str) -> Option<Stop> {
    let instead = |answer| Some(Stop::Instead(Box::new(answer)));
    match special(id)? {
        Special::Silent => instead(Answer::silent()),
        Special::Cut => instead(Answer::cut()),
        Special::Status(code) => Answer::of_status_code(&code).and_then(instead),
        Special::Code(code) if !code.is_of_a_target() => Some(Stop::Refused(code.because("asked for"))),
        Special::Code(_) | Special::Dead | Special::Sink | Special::Told(_) => None,
    }
}

/// Whether it is one the vendor could have given out: a region and a brand before it, or bare.
pub(super) fn is_well_formed(id: &str) -> bool {
    let mut parts = id.rsplit('_');
    let proper = parts.next().unwrap_or_default();
    let prefixes: Vec<&str> = parts.collect();
    id.len() <= ID_MAX_BYTES
        && ID_CHARS.contains(&proper.len())
        && proper.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && prefixes.len() <= 2
        && prefixes.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// A new registration id: the region and 32 hex digits. Documented.
pub(super) fn mint() -> String {
    format!("CN_{}", hex(&random::<16>()))
}

impl Desk {
    /// Where a registration id leads for this sender.
    pub(super) fn way(&self, sender: &Sender, id: &str) -> Result<Way, Refusal> {
        let invalid = || Code(sender.rights.invalid_id_code).plain();
        match special(id) {
            Some(Special::Code(code)) => return Err(code.because("asked for")),
            Some(Special::Dead) => {
                self.feedback.note(&sender.app.app_key, id);
                return Err(invalid());
            }
            Some(Special::Told(kind)) => return Ok(Way::Told(kind)),
            Some(Special::Sink | Special::Silent | Special::Cut | Special::Status(_)) => {
                return Ok(Way::Nowhere);
            }
            None => (),
        }
        let Some(found) =
            self.tokens.find(id).filter(|found| found.phone.profile().app == sender.app.package)
        else {
            let is_taken = self.shared.settings.accept_unknown_tokens && is_well_formed(id);
            return if is_taken { Ok(Way::Nowhere) } else { Err(invalid()) };
        };
        match found.standing {
            Standing::Alive => Ok(Way::Phone(found.phone)),
            Standing::Dead { replaced_by, .. } => {
                self.feedback.note(&sender.app.app_key, id);
                let by_receipt = sender.rights.dead_by_receipt;
                if by_receipt { Ok(Way::Told(ReportKind::TokenDead { replaced_by })) } else { Err(invalid()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_every_age_are_well_formed_and_lists_are_not() {
        let hex = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
        let upper = hex.to_ascii_uppercase();
        let bare = "a1B2".repeat(11);
        for id in [
            &format!("CN_{hex}"),
            &format!("CN_{upper}"),
            &format!("OPPO_CN_{hex}"),
            &format!("IN_{hex}"),
            &bare,
            &mint(),
        ] {
            assert!(is_well_formed(id), "{id}");
        }
        for id in
            ["", "CN_", "CN_bad", &format!("CN_{hex};CN_{hex}"), &format!("A_B_CN_{hex}"), &format!("_{hex}")]
        {
            assert!(!is_well_formed(id), "{id}");
        }
    }

    #[test]
    fn special_ids_are_written_with_slashes_or_underscores() {
        assert_eq!(special("FAULT/33/x"), Some(Special::Code(Code::AMOUNT)));
        assert_eq!(special("FAULT_33_x"), Some(Special::Code(Code::AMOUNT)));
        assert_eq!(special("FAULT_http:503_x"), Some(Special::Status("http:503".to_owned())));
        assert_eq!(
            special("FAULT_user-daily-limit_1"),
            Some(Special::Told(ReportKind::Withheld(DEVICE_AMOUNT)))
        );
        for id in ["FAULT", "FAULT_", "FAULT_33", "FAULT_999_x", "FAULT☃33☃x", "CN_1"] {
            assert_eq!(special(id), None, "{id}");
        }
        assert!(stop_of("FAULT_11_x").is_some());
        assert!(stop_of("FAULT_10000_x").is_none());
    }
}
