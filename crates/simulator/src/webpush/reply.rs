//! Answers in each service's shape.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::StatusCode;
use model::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::{refusal::Refusal, service::PushService, subscription::Endpoint};
use crate::{
    counter::Answer,
    shared::{hex, random},
};

/// Where Mozilla's errors point to. Documented.
const MORE_INFO: &str = "http://autopush.readthedocs.io/en/latest/http.html#error-codes";
/// Seconds until a sender that was too fast may come again: rates are counted by the second.
const PAUSE_S: u32 = 1;
/// Seconds until a sender whose amount is used up may come again. Assumed.
const LONG_PAUSE_S: u32 = 60;
/// Seconds that Mozilla asks for when it is overloaded. Documented.
const OVERLOAD_PAUSE_S: u32 = 120;

/// A push that was taken.
pub(super) struct Taken<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) message_id: &'a str,
    pub(super) ttl_s: i64,
    pub(super) body: &'a [u8],
    pub(super) now: Timestamp,
}

/// The answer to a push that was taken. Accepted is not delivered.
pub(super) fn taken(push: &Taken<'_>) -> Answer {
    let service = push.endpoint.service;
    if service == PushService::Ntfy {
        return published(push);
    }
    let mut answer = Answer::bare(201);
    // RFC 8030 wants the message's own URL; that others than Mozilla give one in this form is assumed.
    answer.headers.push(("location", format!("{}/m/{}", service.origin(), push.message_id)));
    answer.headers.push(("ttl", push.ttl_s.to_string()));
    match service {
        PushService::Apple => answer.headers.push(("apns-id", apns_id())),
        PushService::Windows => {
            answer.headers.push(("x-wns-status", "received".to_owned()));
            answer.headers.push(("x-wns-msg-id", hex(&random::<8>()).to_ascii_uppercase()));
        }
        _ => (),
    }
    answer
}

/// ntfy's own record of a message; bytes that are no text travel in base64.
#[derive(Serialize)]
struct Published<'a> {
    id: &'a str,
    time: i64,
    expires: i64,
    event: &'static str,
    topic: &'a str,
    message: String,
    encoding: &'static str,
}

fn published(push: &Taken<'_>) -> Answer {
    let time = push.now.secs();
    lines(
        200,
        &Published {
            id: &push.message_id[..12.min(push.message_id.len())],
            time,
            expires: time.saturating_add(push.ttl_s),
            event: "message",
            topic: &push.endpoint.id,
            message: STANDARD.encode(push.body),
            encoding: "base64",
        },
    )
}

/// What ntfy says of UnifiedPush.
pub(super) fn discovery() -> Answer {
    lines(200, &json!({ "unifiedpush": { "version": 1 } }))
}

/// JSON as ntfy writes it: each answer is a line.
fn lines(status: u16, body: &impl Serialize) -> Answer {
    let mut text = serde_json::to_vec(body).unwrap_or_default();
    text.push(b'\n');
    let headers = vec![("content-type", "application/json".to_owned())];
    Answer { headers, body: text, ..Answer::bare(status) }
}

/// A refusal in the service's own words.
pub(super) fn refused(service: PushService, refusal: Refusal) -> Answer {
    let mut answer = match service {
        PushService::Mozilla => mozilla(refusal),
        PushService::Google => google(refusal),
        PushService::Apple => apple(refusal),
        PushService::Windows => windows(refusal),
        PushService::Ntfy => ntfy(refusal),
    };
    if let Some(seconds) = pause_s(refusal) {
        let name = if service == PushService::Windows { "x-wns-continue-after" } else { "retry-after" };
        answer.headers.push((name, seconds.to_string()));
    }
    answer.coded(refusal.code(service)).at("refused")
}

const fn pause_s(refusal: Refusal) -> Option<u32> {
    match refusal {
        Refusal::TooMany => Some(PAUSE_S),
        Refusal::UsedUp => Some(LONG_PAUSE_S),
        Refusal::Unavailable => Some(OVERLOAD_PAUSE_S),
        _ => None,
    }
}

fn mozilla(refusal: Refusal) -> Answer {
    let (status, errno, message) = refusal.row().mozilla;
    if refusal == Refusal::OtherMethod {
        return Answer::bare(status);
    }
    let error = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let body =
        json!({ "code": status, "errno": errno, "error": error, "message": message, "more_info": MORE_INFO });
    let mut headers = vec![("content-type", "application/json".to_owned())];
    if status == 410 {
        headers.push(("cache-control", "max-age=86400".to_owned()));
    }
    Answer { headers, body: body.to_string().into_bytes(), ..Answer::bare(status) }
}

fn google(refusal: Refusal) -> Answer {
    let (status, text) = refusal.row().google;
    if status >= 500 {
        return page(status, text);
    }
    let headers = vec![
        ("content-type", "text/plain; charset=utf-8".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
    ];
    Answer { headers, body: format!("{text}\n").into_bytes(), ..Answer::bare(status) }
}

fn apple(refusal: Refusal) -> Answer {
    let (status, reason) = refusal.row().apple;
    let headers = vec![("content-type", "application/json".to_owned()), ("apns-id", apns_id())];
    Answer { headers, body: json!({ "reason": reason }).to_string().into_bytes(), ..Answer::bare(status) }
}

fn windows(refusal: Refusal) -> Answer {
    let (status, description) = refusal.row().windows;
    let throttles = matches!(refusal, Refusal::TooMany | Refusal::UsedUp);
    let word = if throttles { "channelthrottled" } else { "dropped" };
    let headers = vec![
        ("x-wns-status", word.to_owned()),
        ("x-wns-error-description", description.to_owned()),
        ("x-wns-msg-id", hex(&random::<8>()).to_ascii_uppercase()),
    ];
    Answer { headers, ..Answer::bare(status) }
}

#[derive(Serialize)]
struct NtfyError {
    code: u32,
    http: u16,
    error: &'static str,
    link: &'static str,
}

fn ntfy(refusal: Refusal) -> Answer {
    let (code, error) = refusal.row().ntfy;
    let http = u16::try_from(code / 100).unwrap_or(500);
    lines(http, &NtfyError { code, http, error, link: "https://ntfy.sh/docs/publish/" })
}

/// A page such as a front end or a proxy answers with in place of the service.
pub(super) fn page(status: u16, text: &str) -> Answer {
    let html = format!(
        "<HTML>\n<HEAD>\n<TITLE>{text}</TITLE>\n</HEAD>\n<BODY>\n<H1>{text}</H1>\n<H2>Error {status}</H2>\n</BODY>\n</HTML>\n"
    );
    let headers = vec![("content-type", "text/html; charset=UTF-8".to_owned())];
    Answer { headers, body: html.into_bytes(), ..Answer::bare(status) }
}

fn apns_id() -> String {
    uuid::Builder::from_random_bytes(random()).into_uuid().to_string().to_ascii_uppercase()
}
