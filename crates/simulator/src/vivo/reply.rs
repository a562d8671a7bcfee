//! The envelope of every answer, and what a request comes to before it.

use serde::Serialize;

use super::{
    code::{Code, Refusal},
    task::Statistics,
};
use crate::counter::Answer;

/// An answer's members, in the order that the book shows; those that do not belong to an answer are left out.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reply {
    pub(super) result: u32,
    pub(super) desc: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) task_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) auth_token: Option<String>,
    /// Of a single send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) invalid_user: Option<InvalidUser>,
    /// Of a list: there also where it is empty (observed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) invalid_users: Option<Vec<InvalidUser>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) statistics: Option<Vec<Statistics>>,
}

/// A target that cannot be sent to, and why, in the book's numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct InvalidUser {
    pub(super) status: u8,
    pub(super) userid: String,
}

impl Reply {
    /// A success.
    pub(super) fn ok() -> Self {
        Self { desc: Code::OK.text().to_owned(), ..Self::default() }
    }

    fn refused(refusal: Refusal) -> Self {
        let text = refusal.code.text();
        let desc = match refusal.about {
            Some(about) => format!("{text}: {about}"),
            None => text.to_owned(),
        };
        Self { result: refusal.code.0, desc, invalid_user: refusal.invalid, ..Self::default() }
    }

    fn answer(&self, status: u16) -> Answer {
        let headers = vec![("content-type", "application/json;charset=UTF-8".to_owned())];
        let body = serde_json::to_vec(self).unwrap_or_default();
        Answer { headers, body, ..Answer::bare(status) }.coded(self.result.to_string())
    }
}

/// What a request comes to.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) reply: Reply,
    pub(super) targets: usize,
    /// The first target, for the log, which shortens it.
    pub(super) first: String,
    pub(super) stage: &'static str,
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        Self { reply, targets: 0, first: String::new(), stage: "answered" }
    }
}

impl Outcome {
    /// The answer to it.
    pub(super) fn answer(self) -> Answer {
        let answer = self.reply.answer(200).at(self.stage);
        if self.targets > 0 { answer.to(self.targets, &self.first) } else { answer }
    }
}

/// Why a request does not come to an outcome.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Refusal),
    /// A special token asked for this status alone.
    Status(u16),
    Silent,
    Cut,
}

impl Stop {
    /// The answer to it.
    pub(super) fn answer(self) -> Answer {
        match self {
            Self::Refused(refusal) => {
                let status = refusal.code.status();
                Reply::refused(refusal).answer(status).at("refused")
            }
            Self::Status(status) => Answer::bare(status).at("fault"),
            Self::Silent => Answer::silent(),
            Self::Cut => Answer::cut(),
        }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Code> for Stop {
    fn from(code: Code) -> Self {
        Self::Refused(code.into())
    }
}
