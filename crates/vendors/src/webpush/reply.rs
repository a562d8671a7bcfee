//! From an answer to the verdict of its one target. The HTTP status is what all push services share; where one names
//! a code of its own that is in the book, that code is more exact and decides.

use std::time::Duration;

use model::{TargetVerdict, Timestamp, Verdict};
use serde_json::Value;

use super::{codes, config::Config, limits, request};
use crate::{
    answer,
    contract::{Job, Origin, ProbeOutcome, Step, WireReply, WireRequest},
};

/// Ids and texts that are longer are not kept.
const ID_MAX_CHARS: usize = 128;

/// In FCM's answer where the subscription was made with another key (observed).
const OTHER_KEY_WORDS: &str = "do not correspond to the credentials";

const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

pub(super) fn resume(config: &Config, job: &Job<'_>, sent: &WireRequest, reply: &WireReply) -> Step {
    let Job::Notify { content, targets: [target], now } = *job else {
        return Step::done_all(job.len(), &judge(reply, None));
    };
    let mut verdict = judge(reply, Some(now));
    let shorter = || request::shorter(config, content, target, now, sent);
    if let Some(request) = Some(reply.status).filter(|&status| status == 413).and_then(|_| shorter()) {
        return Step::Send(request);
    }
    if codes::AGES.contains(&&*verdict.code) && renews(config, sent, now) {
        verdict.verdict = Verdict::RenewAuth;
    }
    Step::done_all(1, &verdict)
}

fn renews(config: &Config, sent: &WireRequest, now: Timestamp) -> bool {
    let refused: Option<(&Origin, _)> = sent.to.as_deref().zip(sent.authorization.as_deref());
    refused.is_some_and(|(origin, header)| config.vapid.renews(origin, header, now))
}

/// No push service knows a key before someone subscribes with it, so only a refusal of the key itself is an answer.
pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    let verdict = judge(reply, None);
    match verdict.verdict {
        Verdict::TokenDead { .. } | Verdict::TokenDoubtful(_) | Verdict::Accepted => ProbeOutcome {
            accepted: None,
            http_status: reply.status,
            code: verdict.code,
            en: "the key signs and a push service was reached; whether it takes the key shows with the first subscription"
                .to_owned(),
            zh: "密钥可以签名，推送服务可以连通；是否接受该密钥要到首个订阅推送时才能知道".to_owned(),
        },
        _ => answer::probe_outcome(&codes::CODES, verdict),
    }
}

fn judge(reply: &WireReply, now: Option<Timestamp>) -> TargetVerdict {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = text_of(reply, &body);
    let code = code_of(reply, &body);
    let text = if text == code || code == codes::TAKEN { "" } else { &text };
    let mut verdict = answer::judge(&codes::CODES, reply.status, code, text);
    match &mut verdict.verdict {
        Verdict::Accepted => verdict.vendor_message_id = message_id(reply, &body),
        Verdict::Retry { after } => *after = wait_of(reply, now),
        Verdict::Limited { after, .. } => *after = Some(wait_of(reply, now).unwrap_or(limits::PAUSE)),
        _ => {}
    }
    verdict.reconnect = codes::ENDS_CONNECTION.contains(&code);
    verdict
}

/// A code of the book: the push service's own where it is there, else the status's.
fn code_of(reply: &WireReply, body: &Value) -> &'static str {
    let own = || ["errno", "code", "reason"].iter().find_map(|member| known(body.get(member)?));
    match reply.status {
        200..=299 => reply
            .header("x-wns-status")
            .and_then(|status| codes::WNS.iter().find(|code| code.strip_prefix("wns_") == Some(status)))
            .unwrap_or(&codes::TAKEN),
        300..=399 => codes::MOVED,
        403 if says(reply, OTHER_KEY_WORDS) => codes::OTHER_KEY,
        400 if says(reply, codes::OTHER_KEY_ONCE) => codes::OTHER_KEY_ONCE,
        status => own().or_else(|| codes::of_status(status)).unwrap_or(match status {
            500.. => answer::SERVER_FAULT,
            _ => answer::UNREADABLE,
        }),
    }
}

/// FCM answers in plain text or as a web page.
fn says(reply: &WireReply, words: &str) -> bool {
    reply.body.windows(words.len()).any(|part| part == words.as_bytes())
}

/// Mozilla and ntfy count their codes, Apple names them.
fn known(code: &Value) -> Option<&'static str> {
    let code = match code {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    // Our own codes are no push service's, whatever one may answer.
    let is_own = code.contains('_');
    answer::find(&codes::CODES, &code).filter(|_| !is_own).map(|row| row.code)
}

/// What the push service says in words: a member, a header, or plain text that is no web page.
fn text_of(reply: &WireReply, body: &Value) -> String {
    let member = ["message", "error", "reason"].iter().find_map(|member| body.get(member)?.as_str());
    let header = || reply.header("x-wns-error-description");
    let plain =
        || str::from_utf8(&reply.body).ok().map(str::trim).filter(|text| !text.starts_with(['<', '{']));
    member.or_else(header).or_else(plain).unwrap_or_default().to_owned()
}

/// Apple's and WNS's id, ntfy's, or the end of the address under which the push waits.
fn message_id(reply: &WireReply, body: &Value) -> Option<String> {
    let header = ["apns-id", "x-wns-msg-id"].iter().find_map(|name| reply.header(name));
    let waits_at = || reply.header("location")?.rsplit('/').next();
    let id = header.or_else(|| body.get("id")?.as_str()).or_else(waits_at)?;
    let fits = (1..=ID_MAX_CHARS).contains(&id.chars().count());
    fits.then(|| answer::clip(id, ID_MAX_CHARS))
}

/// How long to wait, in seconds or until a date.
fn wait_of(reply: &WireReply, now: Option<Timestamp>) -> Option<Duration> {
    let until_date = || Some(http_date(reply.header("retry-after")?)?.after(now?));
    let of_wns = || reply.header("x-wns-continue-after")?.trim().parse().ok().map(Duration::from_secs);
    reply.retry_after().or_else(until_date).or_else(of_wns).map(|wait| wait.min(LONGEST_WAIT))
}

/// `Wed, 21 Oct 2026 07:28:00 GMT`, the one form of date that HTTP still writes (documented).
fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let [_, day, month, year, time, "GMT"] = text.trim().split(' ').collect::<Vec<_>>()[..] else {
        return None;
    };
    let time: Vec<i64> = time.split(':').map_while(|part| part.parse().ok()).collect();
    let [hour @ 0..24, minute @ 0..60, second @ 0..=60] = time[..] else { return None };
    let day: i64 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let year: i64 = year.parse().ok().filter(|year| (1970..10_000).contains(year))?;
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()?;
    // Years begin in March here, so that the leap day is the last of its year.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    Some(Timestamp::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_it_was_written() {
        for (text, want) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z"),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
            ("Tue, 29 Feb 2028 23:59:59 GMT", "2028-02-29T23:59:59.000Z"),
            ("Mon, 21 Sep 2026 13:33:20 GMT", "2026-09-21T13:33:20.000Z"),
        ] {
            assert_eq!(http_date(text).unwrap().to_string(), want);
        }
        for text in
            ["", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT", "a, b c d 1:2 GMT"]
        {
            assert_eq!(http_date(text), None);
        }
    }
}
