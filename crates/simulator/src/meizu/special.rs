//! Special targets, by which anyone can see an answer without arranging for its cause.

use super::reply::{Code, inside_code, top_code};
use crate::{counter::Answer, faults::http_status};

/// What a special target asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    /// Accepted, and leads nowhere.
    Sink,
    /// This target is refused.
    Target(Code),
    /// The whole request is refused.
    Whole(Code),
    /// An HTTP status without a body.
    Status(u16),
    /// No answer.
    Silent,
    /// The connection is cut.
    Cut,
}

impl Special {
    /// The answer to the whole request that it asks for; `None` where it is about one target.
    pub(super) fn answer(self) -> Option<Answer> {
        match self {
            Self::Sink | Self::Target(_) => None,
            Self::Whole(code) => Some(super::reply::refused(&code.plain()).at("fault")),
            Self::Status(status) => Some(Answer::bare(status).at("fault")),
            Self::Silent => Some(Answer::silent()),
            Self::Cut => Some(Answer::cut()),
        }
    }
}

/// Reads a target; `None` where it is an ordinary one.
pub(super) fn read(target: &str) -> Option<Special> {
    let rest = target.strip_prefix("FAULT")?;
    let (word, _) = rest.strip_prefix('/').unwrap_or(rest).split_once(['x', '/'])?;
    match word {
        "sink" => Some(Special::Sink),
        "dead" => Some(Special::Target(Code::NOT_SUBSCRIBED)),
        "silent" => Some(Special::Silent),
        "cut" => Some(Special::Cut),
        _ => coded(word),
    }
}

fn coded(word: &str) -> Option<Special> {
    if let Some(status) = word.strip_prefix("http") {
        let status = status.trim_start_matches(':');
        return http_status(&format!("http:{status}")).map(Special::Status);
    }
    if let Some(code) = word.strip_prefix("all") {
        return top_code(code).map(Special::Whole);
    }
    inside_code(word).map(Special::Target).or_else(|| top_code(word).map(Special::Whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_between_the_prefix_and_an_x_or_a_slash() {
        let cases = [
            ("FAULTsinkx1", Some(Special::Sink)),
            ("FAULT/sink/1", Some(Special::Sink)),
            ("FAULTdeadx", Some(Special::Target(Code::NOT_SUBSCRIBED))),
            ("FAULT110010x1", Some(Special::Target(Code::TOO_FAST_OR_OFF))),
            ("FAULTall110010x1", Some(Special::Whole(Code::TOO_FAST_OR_OFF))),
            ("FAULT/1006/1", Some(Special::Whole(Code::SIGNATURE))),
            ("FAULThttp503x1", Some(Special::Status(503))),
            ("FAULT/http:503/1", Some(Special::Status(503))),
            ("FAULTsilentx1", Some(Special::Silent)),
            ("FAULTcutx1", Some(Special::Cut)),
            ("FAULThttp200x1", None),
            ("FAULT77x1", None),
            ("FAULTsink", None),
            ("RA50FAULTsinkx1", None),
        ];
        for (target, special) in cases {
            assert_eq!(read(target), special, "{target}");
        }
    }
}
