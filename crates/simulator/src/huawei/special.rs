//! Special tokens: faults that a sender asks for by a token.

use super::{
    receipt,
    reply::{Code, Refusal},
};
use crate::counter::Answer;

/// How they begin; no token of the vendor holds a slash.
const PREFIX: &str = "FAULT/";

/// What a special token asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Special {
    /// No answer.
    Silent,
    /// The connection is cut.
    Cut,
    /// Accepted, led nowhere.
    Sink,
    /// Accepted, and told by a receipt for this reason.
    Receipt(&'static str),
    /// Not taken, alone among the tokens of its request.
    Illegal,
    /// The request is answered with a code.
    Refused(Code),
    /// The request is answered with a status, such as `http:503`.
    Status(String),
}

impl Special {
    /// What a token asks for; `None`: it is not special.
    pub(super) fn read(token: &str) -> Option<Self> {
        let rest = token.strip_prefix(PREFIX)?;
        let word = rest.split_once('/').map_or(rest, |(word, _)| word);
        Some(match word {
            "silent" => Self::Silent,
            "cut" => Self::Cut,
            "sink" => Self::Sink,
            "80100000" | "80300007" | "80100020" => Self::Illegal,
            _ => {
                let status = word.parse().ok().and_then(receipt::reason);
                let refused = || Code::find(word).map(Self::Refused);
                let http = || Answer::of_status_code(word).map(|_| Self::Status(word.to_owned()));
                status.map(Self::Receipt).or_else(refused).or_else(http)?
            }
        })
    }

    /// The answer to the whole request; `None`: it concerns this token alone.
    pub(super) fn answer(&self, request_id: &str) -> Option<Answer> {
        match self {
            Self::Silent => Some(Answer::silent()),
            Self::Cut => Some(Answer::cut()),
            Self::Refused(code) => Some(Refusal::from(*code).answer(request_id).at("fault")),
            Self::Status(code) => Answer::of_status_code(code),
            Self::Sink | Self::Receipt(_) | Self::Illegal => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_statuses_and_words_are_told_apart() {
        for (token, wanted) in [
            ("FAULT/silent/1", Some(Special::Silent)),
            ("FAULT/cut", Some(Special::Cut)),
            ("FAULT/sink/a/b", Some(Special::Sink)),
            ("FAULT/80300007/x", Some(Special::Illegal)),
            ("FAULT/80300008/x", Some(Special::Refused(Code::TOO_LONG))),
            ("FAULT/http:503/x", Some(Special::Status("http:503".to_owned()))),
            ("FAULT/999/x", None),
            ("FAULT/nonsense", None),
            ("IQAAAA", None),
        ] {
            assert_eq!(Special::read(token), wanted, "{token}");
        }
        assert!(matches!(Special::read("FAULT/256/x"), Some(Special::Receipt(_))));
    }
}
