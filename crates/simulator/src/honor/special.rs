//! Special tokens: what a target asks the simulator to do.

use super::{
    receipt::Status,
    reply::{self, Code},
};
use crate::{counter::Answer, faults::http_status};

/// Special tokens begin so. Tokens are opaque text to a sender, so the slash does no harm.
const PREFIX: &str = "FAULT/";

/// What a special token asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Special {
    /// The whole request is refused with this code.
    Refuse(Code),
    /// The whole request is answered with this HTTP status alone.
    Bare(String),
    /// The request is not answered.
    Silent,
    /// The connection is cut.
    Cut,
    /// It has lapsed.
    Dead,
    /// Sending to it fails.
    Fail,
    /// Sending to it fails, and the answer is a partial success.
    Partial,
    /// It is accepted, and a receipt tells this status.
    Told(Status),
    /// It is accepted and leads nowhere.
    Sink,
}

/// Reads a special token; `None` for an ordinary one.
pub(super) fn read(token: &str) -> Option<Special> {
    let (word, _) = token.strip_prefix(PREFIX)?.split_once('/')?;
    match word {
        "silent" => Some(Special::Silent),
        "cut" => Some(Special::Cut),
        "dead" => Some(Special::Dead),
        "fail" => Some(Special::Fail),
        "sink" => Some(Special::Sink),
        _ if http_status(word).is_some() => Some(Special::Bare(word.to_owned())),
        _ => match reply::parse_code(word) {
            Some(Code::PARTIAL) => Some(Special::Partial),
            Some(code) => Some(Special::Refuse(code)),
            None => Status::parse(word).map(Special::Told),
        },
    }
}

impl Special {
    /// The answer of the whole request, where it decides that.
    pub(super) fn answer(&self) -> Option<Answer> {
        match self {
            Self::Refuse(code) => Some(reply::refused(&reply::on_demand(*code)).at("fault")),
            Self::Bare(status) => Answer::of_status_code(status),
            Self::Silent => Some(Answer::silent()),
            Self::Cut => Some(Answer::cut()),
            Self::Dead | Self::Fail | Self::Partial | Self::Told(_) | Self::Sink => None,
        }
    }
}
