//! FCM's answers: a name for a success, and the error form that Google's services share.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;

use crate::counter::Answer;

/// Media type of every JSON answer. Documented.
const JSON: &str = "application/json; charset=UTF-8";
/// What the front end says of a path that nobody serves.
const LOST_PAGE: &str =
    "<!DOCTYPE html>\n<html lang=en><title>Error 404 (Not Found)</title><p><b>404.</b> Not found.</html>\n";
const BROKEN_PAGE: &str = "<!DOCTYPE html>\n<html lang=en><title>Error 502 (Server Error)</title><p><b>502.</b> Try again.</html>\n";

/// A canonical status with its HTTP status. Documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status(u16, &'static str);

pub(super) const INVALID_ARGUMENT: Status = Status(400, "INVALID_ARGUMENT");
pub(super) const UNAUTHENTICATED: Status = Status(401, "UNAUTHENTICATED");
pub(super) const PERMISSION_DENIED: Status = Status(403, "PERMISSION_DENIED");
pub(super) const NOT_FOUND: Status = Status(404, "NOT_FOUND");
pub(super) const ALREADY_EXISTS: Status = Status(409, "ALREADY_EXISTS");
pub(super) const RESOURCE_EXHAUSTED: Status = Status(429, "RESOURCE_EXHAUSTED");
const INTERNAL: Status = Status(500, "INTERNAL");
const UNAVAILABLE: Status = Status(503, "UNAVAILABLE");

impl Status {
    /// Its canonical name.
    pub(super) const fn name(self) -> &'static str {
        self.1
    }

    /// Its HTTP status.
    pub(super) const fn http(self) -> u16 {
        self.0
    }
}

/// A detail of an error, told apart by its type. Documented.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "@type", rename_all_fields = "camelCase")]
pub(super) enum Detail {
    #[serde(rename = "type.googleapis.com/google.firebase.fcm.v1.FcmError")]
    Fcm { error_code: &'static str },
    #[serde(rename = "type.googleapis.com/google.rpc.BadRequest")]
    BadRequest { field_violations: Vec<Violation> },
    #[serde(rename = "type.googleapis.com/google.rpc.QuotaFailure")]
    Quota { violations: Vec<QuotaViolation> },
    #[serde(rename = "type.googleapis.com/google.rpc.ErrorInfo")]
    Info { reason: &'static str, domain: &'static str, metadata: BTreeMap<&'static str, String> },
    #[serde(rename = "type.googleapis.com/google.firebase.fcm.v1.ApnsError")]
    Apns { status_code: u16, reason: &'static str },
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Violation {
    /// Where it is; empty for the body as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) field: String,
    pub(super) description: String,
}

/// An amount that is used up.
#[derive(Debug, Clone, Serialize)]
pub(super) struct QuotaViolation {
    subject: &'static str,
    description: &'static str,
}

/// A refused request.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: Status,
    pub(super) message: Cow<'static, str>,
    pub(super) details: Vec<Detail>,
    /// Whole seconds.
    pub(super) retry_after_s: Option<u64>,
    /// What the log calls it.
    pub(super) code: &'static str,
}

/// Names of the answers that can be asked for: the codes of `FcmError`, then those of this simulator.
const NAMES: &[&str] = &[
    "INVALID_ARGUMENT",
    "UNREGISTERED",
    "SENDER_ID_MISMATCH",
    "QUOTA_EXCEEDED",
    "UNAVAILABLE",
    "INTERNAL",
    "THIRD_PARTY_AUTH_ERROR",
    "UNSPECIFIED_ERROR",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "SERVICE_DISABLED",
    "NOT_FOUND",
    "RATE_LIMIT_EXCEEDED",
    "BAD_REQUEST",
    "APNS_UNREGISTERED",
    "APNS_BAD_DEVICE_TOKEN",
    "HTML_502",
];

impl Refusal {
    /// A refusal without details.
    pub(super) fn of(status: Status, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            message: message.into(),
            details: Vec::new(),
            retry_after_s: None,
            code: status.name(),
        }
    }

    /// A refusal that carries an `FcmError`.
    pub(super) fn fcm(status: Status, error_code: &'static str, message: &'static str) -> Self {
        Self { code: error_code, ..Self::of(status, message) }.with(Detail::Fcm { error_code })
    }

    /// Names and types that do not fit: the front end's word, without an `FcmError`. Documented.
    pub(super) fn of_form(violations: Vec<Violation>) -> Self {
        let message: Vec<_> = violations.iter().map(|violation| violation.description.as_str()).collect();
        let refusal = Self::of(INVALID_ARGUMENT, message.join("\n"));
        Self { code: "BAD_REQUEST", ..refusal }.with(Detail::BadRequest { field_violations: violations })
    }

    /// A well-formed field that says what it must not: `BadRequest` with an `FcmError` behind it. Observed.
    pub(super) fn of_field(field: &str, description: impl Into<String>) -> Self {
        let description = description.into();
        let violation = Violation { field: field.to_owned(), description: description.clone() };
        Self::of(INVALID_ARGUMENT, description)
            .with(Detail::BadRequest { field_violations: vec![violation] })
            .with(Detail::Fcm { error_code: "INVALID_ARGUMENT" })
    }

    /// A refusal with an `ErrorInfo`. Which reason goes with what is observed.
    pub(super) fn info(
        status: Status,
        message: impl Into<Cow<'static, str>>,
        reason: &'static str,
        metadata: &[(&'static str, &str)],
    ) -> Self {
        let metadata = metadata.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { code: reason, ..Self::of(status, message) }.with(Detail::Info {
            reason,
            domain: "googleapis.com",
            metadata,
        })
    }

    /// A token that is not served any more. Documented.
    pub(super) fn unregistered() -> Self {
        Self::fcm(NOT_FOUND, "UNREGISTERED", "Requested entity was not found.")
    }

    /// A token of the wrong shape. Documented.
    pub(super) fn malformed_token() -> Self {
        let message = "The registration token is not a valid FCM registration token";
        Self::fcm(INVALID_ARGUMENT, "INVALID_ARGUMENT", message)
    }

    /// A token of another project. Documented.
    pub(super) fn sender_mismatch() -> Self {
        Self::fcm(PERMISSION_DENIED, "SENDER_ID_MISMATCH", "SenderId mismatch")
    }

    /// Too much for one target. Documented, its texts are assumed.
    pub(super) fn target_rate() -> Self {
        let violation =
            QuotaViolation { subject: "device", description: "Messages to this device come too fast." };
        Self::fcm(RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED", "Quota exceeded.")
            .with(Detail::Quota { violations: vec![violation] })
    }

    /// Too much for the project: no `FcmError`. Documented.
    pub(super) fn project_rate(project_number: &str) -> Self {
        let message = format!(
            "Quota exceeded for quota metric 'Send requests' and limit 'Send requests per minute' of service \
             'fcm.googleapis.com' for consumer 'project_number:{project_number}'."
        );
        let metadata = [
            ("consumer", format!("projects/{project_number}")),
            ("quota_limit", "SendsPerMinutePerProject".to_owned()),
            ("quota_metric", "fcm.googleapis.com/send_requests".to_owned()),
            ("quota_unit", "1/min/{project}".to_owned()),
            ("service", "fcm.googleapis.com".to_owned()),
        ];
        let metadata: Vec<_> = metadata.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Self::info(RESOURCE_EXHAUSTED, message, "RATE_LIMIT_EXCEEDED", &metadata)
    }

    /// The access token is missing, unknown or over. Documented; the reasons are observed.
    pub(super) fn unauthenticated(reason: &'static str) -> Self {
        let message = if reason == "CREDENTIALS_MISSING" {
            "Request is missing required authentication credential. Expected OAuth 2 access token."
        } else {
            "Request had invalid authentication credentials. Expected OAuth 2 access token."
        };
        Self::info(UNAUTHENTICATED, message, reason, &[("service", "fcm.googleapis.com")])
    }

    /// The account may not send for this project. Documented; the text is assumed.
    pub(super) fn denied(project: &str) -> Self {
        let message = format!(
            "Permission 'cloudmessaging.messages.create' denied on resource \
             '//cloudresourcemanager.googleapis.com/projects/{project}' (or it may not exist)."
        );
        let metadata = [("permission", "cloudmessaging.messages.create")];
        Self::info(PERMISSION_DENIED, message, "IAM_PERMISSION_DENIED", &metadata)
    }

    /// The API is not switched on in this project. Documented; the text is assumed.
    pub(super) fn disabled(project_number: &str) -> Self {
        let message = format!(
            "Firebase Cloud Messaging API has not been used in project {project_number} before or it is disabled."
        );
        let consumer = format!("projects/{project_number}");
        let metadata = [("consumer", consumer.as_str()), ("service", "fcm.googleapis.com")];
        Self::info(PERMISSION_DENIED, message, "SERVICE_DISABLED", &metadata)
    }

    /// The scope of the access token is too small. Documented; the text is assumed.
    pub(super) fn narrow_scope() -> Self {
        let message = "Request had insufficient authentication scopes.";
        Self::info(PERMISSION_DENIED, message, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", &[])
    }

    /// No such project, or no such thing in it. Documented.
    pub(super) fn not_found() -> Self {
        Self::of(NOT_FOUND, "Requested entity was not found.")
    }

    /// The refusal of a name: an `FcmError` code, a reason of the front end (`UNAUTHENTICATED`, `PERMISSION_DENIED`,
    /// `SERVICE_DISABLED`, `NOT_FOUND`, `RATE_LIMIT_EXCEEDED`, `BAD_REQUEST`: none of these carries an `FcmError`), or
    /// `APNS_UNREGISTERED` and `APNS_BAD_DEVICE_TOKEN` for Apple's word. A `-<seconds>` behind the name adds a
    /// `Retry-After`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (name, retry_after_s) = match name.rsplit_once('-') {
            Some((name, seconds)) => (name, Some(seconds.parse().ok()?)),
            None => (name, None),
        };
        let apple = |status_code, reason, message| {
            Self::fcm(INVALID_ARGUMENT, "INVALID_ARGUMENT", message)
                .with(Detail::Apns { status_code, reason })
        };
        let refusal = match name {
            "INVALID_ARGUMENT" => Self::malformed_token(),
            "UNREGISTERED" => Self::unregistered(),
            "SENDER_ID_MISMATCH" => Self::sender_mismatch(),
            "QUOTA_EXCEEDED" => Self::target_rate(),
            "UNAVAILABLE" => Self::fcm(UNAVAILABLE, "UNAVAILABLE", "The service is currently unavailable."),
            "INTERNAL" => Self::fcm(INTERNAL, "INTERNAL", "Internal error encountered."),
            "UNSPECIFIED_ERROR" => Self::fcm(INTERNAL, "UNSPECIFIED_ERROR", "Unknown error."),
            "THIRD_PARTY_AUTH_ERROR" => {
                let message = "Auth error from APNS or Web Push Service";
                Self::fcm(UNAUTHENTICATED, "THIRD_PARTY_AUTH_ERROR", message)
                    .with(Detail::Apns { status_code: 403, reason: "InvalidProviderToken" })
            }
            "UNAUTHENTICATED" => Self::unauthenticated("ACCESS_TOKEN_EXPIRED"),
            "PERMISSION_DENIED" => Self::denied("-"),
            "SERVICE_DISABLED" => Self::disabled("-"),
            "NOT_FOUND" => Self::not_found(),
            "RATE_LIMIT_EXCEEDED" => Self::project_rate("-"),
            "BAD_REQUEST" => Self::of_form(vec![Violation {
                field: "message".to_owned(),
                description: "Invalid value at 'message'".to_owned(),
            }]),
            "APNS_UNREGISTERED" => apple(410, "Unregistered", "APNs device token is disabled."),
            "APNS_BAD_DEVICE_TOKEN" => apple(400, "BadDeviceToken", "Invalid APNs device token."),
            _ => return None,
        };
        Some(Self { retry_after_s, ..refusal })
    }

    fn with(mut self, detail: Detail) -> Self {
        self.details.push(detail);
        self
    }

    /// The same, with a `Retry-After`.
    pub(super) fn after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// The same as an answer.
    pub(super) fn answer(&self) -> Answer {
        let error = ErrorForm {
            code: self.status.http(),
            message: &self.message,
            status: self.status.name(),
            details: &self.details,
        };
        let mut answer = written(self.status.http(), &Envelope { error }).coded(self.code).at("refused");
        if self.status == UNAUTHENTICATED {
            let challenge = r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#;
            answer.headers.push(("www-authenticate", challenge.to_owned()));
        }
        if let Some(seconds) = self.retry_after_s {
            answer.headers.push(("retry-after", seconds.to_string()));
        }
        answer
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: ErrorForm<'a>,
}

#[derive(Serialize)]
struct ErrorForm<'a> {
    code: u16,
    message: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "<[Detail]>::is_empty")]
    details: &'a [Detail],
}

/// Whether there is an answer of this name.
pub(super) fn knows(name: &str) -> bool {
    let bare = name.rsplit_once('-').map_or(name, |(name, _)| name);
    NAMES.contains(&bare) && (name == "HTML_502" || Refusal::named(name).is_some())
}

/// The answer of a name that is known.
pub(super) fn named(name: &str) -> Option<Answer> {
    match name {
        "HTML_502" => Some(page(502, BROKEN_PAGE).coded("HTML_502")),
        _ => Refusal::named(name).map(|refusal| refusal.answer()),
    }
}

/// The front end's page for a path that nobody serves. Documented that it is a page; its text is assumed.
pub(super) fn lost() -> Answer {
    page(404, LOST_PAGE).coded("NOT_FOUND").at("path")
}

fn page(status: u16, text: &str) -> Answer {
    let headers = vec![("content-type", "text/html; charset=UTF-8".to_owned())];
    Answer { headers, body: text.as_bytes().to_vec(), ..Answer::bare(status) }
}

/// A JSON answer with its members in the order they are declared, indented as Google's services write it (observed).
pub(super) fn written(status: u16, body: &impl Serialize) -> Answer {
    let mut text = serde_json::to_vec_pretty(body).unwrap_or_default();
    text.push(b'\n');
    Answer { headers: vec![("content-type", JSON.to_owned())], body: text, ..Answer::bare(status) }
}

/// A JSON answer of one line, as the older services write it.
pub(super) fn one_line(status: u16, body: &impl Serialize) -> Answer {
    let text = serde_json::to_vec(body).unwrap_or_default();
    Answer { headers: vec![("content-type", JSON.to_owned())], body: text, ..Answer::bare(status) }
}
