//! OPPO's answers: codes and the envelope. Business errors come with HTTP 200.
//!
//! Codes 11 to 41 and 10000: documented. 51, 54, 55, 59, 67: newer pages or notes only. Where the book names several
//! codes for one fault, the choice is ours (assumed) and said at the code. Texts are nobody's contract.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;

use crate::counter::Answer;

/// A code of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Code(pub(super) i32);

impl Code {
    pub(super) const TOKEN: Self = Self(11);
    pub(super) const METHOD: Self = Self(12);
    /// For too many calls or targets in a second; -2 and 55 have the same sense.
    pub(super) const TOO_FAST: Self = Self(13);
    pub(super) const APP_KEY: Self = Self(14);
    pub(super) const NO_APP_KEY: Self = Self(15);
    pub(super) const SIGNATURE: Self = Self(16);
    pub(super) const NO_SIGNATURE: Self = Self(17);
    pub(super) const NO_TIMESTAMP: Self = Self(18);
    /// For a timestamp that is no 13 digits, and for a stale one (assumed).
    pub(super) const TIMESTAMP: Self = Self(19);
    /// For a path that is not the book's, or not this host's (assumed).
    pub(super) const PATH: Self = Self(20);
    pub(super) const NO_PATH: Self = Self(21);
    pub(super) const NO_VERSION: Self = Self(22);
    pub(super) const VERSION_FORMAT: Self = Self(23);
    pub(super) const VERSION: Self = Self(24);
    pub(super) const ENCODING: Self = Self(25);
    pub(super) const DISABLED: Self = Self(28);
    pub(super) const NO_TOKEN: Self = Self(29);
    pub(super) const NO_PUSH_RIGHT: Self = Self(30);
    pub(super) const NO_DATA: Self = Self(31);
    pub(super) const DUPLICATE: Self = Self(32);
    pub(super) const AMOUNT: Self = Self(33);
    pub(super) const PICTURE_AMOUNT: Self = Self(34);
    pub(super) const MISSING: Self = Self(40);
    pub(super) const INVALID: Self = Self(41);
    pub(super) const PICTURE: Self = Self(51);
    pub(super) const TEMPLATE: Self = Self(54);
    /// For a category that is not in the book (assumed).
    pub(super) const CATEGORY: Self = Self(59);
    pub(super) const LEVEL: Self = Self(67);
    pub(super) const REGISTRATION_ID: Self = Self(10000);

    /// A refusal with this code.
    pub(super) fn because(self, reason: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { code: self, reason: reason.into() }
    }

    /// A refusal with this code and nothing more to say.
    pub(super) fn plain(self) -> Refusal {
        self.because("")
    }

    /// Whether it can stand beside one target of several; others are said of the whole request.
    pub(super) const fn is_of_a_target(self) -> bool {
        matches!(self.0, 31..=33 | 40 | 41 | 54 | 55 | 59 | 67 | 10_000..=20_000)
    }

    const fn text(self) -> &'static str {
        match self.0 {
            -1 => "Service Currently Unavailable",
            -2 => "Service In Flow Control",
            11 => "Invalid AuthToken",
            12 => "Http Action Not Allowed",
            13 => "App Call Limited",
            14 => "Invalid App Key",
            15 => "Missing App Key",
            16 => "Invalid Signature",
            17 => "Missing Signature",
            18 => "Missing Timestamp",
            19 => "Invalid Timestamp",
            20 => "Invalid Method",
            21 => "Missing Method",
            22 => "Missing Version",
            23 => "Invalid Version",
            24 => "Unsupported Version",
            25 => "Invalid Encoding",
            26 => "IP Black List",
            27 => "Access Denied",
            28 => "App Disabled",
            29 => "Missing Auth Token",
            30 => "API Permission Denied",
            31 => "Data Not Exist",
            32 => "Data Duplicate",
            33 => "The Number Of Messages Exceeds The Daily Limit",
            34 => "The Number Of Uploaded Pictures Exceeds The Daily Limit",
            40 => "Missing Required Arguments",
            41 => "Invalid Arguments",
            51 => "Invalid Picture",
            54 => "Invalid Private Template",
            55 => "Frequency Limited",
            59 => "Category Not Allowed",
            67 => "Category And Notify Level Do Not Match",
            10_000 => "Invalid RegistrationId",
            _ => "Business Error",
        }
    }
}

/// A code of the book, written as a number; success is none.
pub(super) fn parse_code(text: &str) -> Option<Code> {
    let code = text.parse().ok()?;
    matches!(code, -2..=-1 | 11..=34 | 40 | 41 | 51 | 54 | 55 | 59 | 67 | 10_000..=20_000)
        .then_some(Code(code))
}

/// Why a request, or one target of it, is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    reason: Cow<'static, str>,
}

impl Refusal {
    /// What the vendor says of it.
    pub(super) fn message(&self) -> String {
        let text = self.code.text();
        if self.reason.is_empty() { text.to_owned() } else { format!("{text}: {}", self.reason) }
    }

    /// The envelope of an error: without `data`.
    pub(super) fn answer(&self) -> Answer {
        envelope::<()>(self.code.0, &self.message(), None).at("refused")
    }
}

/// Why there is no ordinary answer.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Refusal),
    /// A special token asks for it.
    Instead(Box<Answer>),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Stop {
    pub(super) fn answer(self) -> Answer {
        match self {
            Self::Refused(refusal) => refusal.answer(),
            Self::Instead(answer) => *answer,
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    code: i32,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a T>,
}

fn envelope<T: Serialize>(code: i32, message: &str, data: Option<&T>) -> Answer {
    let headers = vec![("content-type", "application/json;charset=UTF-8".to_owned())];
    let body = serde_json::to_vec(&Envelope { code, message, data }).unwrap_or_default();
    Answer { headers, body, ..Answer::bare(200) }.coded(code.to_string())
}

/// The envelope of a success.
pub(super) fn success<T: Serialize>(data: &T) -> Answer {
    envelope(0, "Success", Some(data))
}

/// What `auth` gives out. Its success is written in small letters (documented).
#[derive(Debug, Serialize)]
pub(super) struct Issued {
    pub(super) auth_token: String,
    /// Milliseconds.
    pub(super) create_time: i64,
}

impl Issued {
    pub(super) fn answer(&self) -> Answer {
        envelope(0, "success", Some(self))
    }
}

/// What `unicast` gives.
#[derive(Debug, Serialize)]
pub(super) struct Sent {
    #[serde(rename = "messageId")]
    pub(super) message_id: String,
}

/// What `unicast_batch` gives for one entry: an id, or an error (documented).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message_id: Option<String>,
    pub(super) registration_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_message: Option<String>,
}

/// What `save_message_content` gives; the name differs from that of `unicast` (documented).
#[derive(Debug, Serialize)]
pub(super) struct Saved {
    pub(super) message_id: String,
}

/// What `broadcast` gives: beside the ids, the targets that failed by code (documented).
#[derive(Debug, Serialize)]
pub(super) struct Task {
    pub(super) message_id: String,
    pub(super) task_id: String,
    #[serde(flatten)]
    pub(super) failed: BTreeMap<String, Vec<String>>,
}
