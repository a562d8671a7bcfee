//! The send call: who asks, what is asked, and what becomes of each target.

use std::sync::Arc;

use http::Method;
use model::Vendor;

use super::{
    app::App,
    desk::Desk,
    message::{self, Message},
    notification::Importance,
    push::push,
    receipt::{KIND_NOTIFICATION, KIND_THROUGH, OVER_AMOUNT, Status},
    reply::{self, Code, Fates, Refusal},
    special::{self, Special},
};
use crate::{
    counter::{Answer, Ask},
    faults::Turn,
    phone::{Callback, Origin, Phone, Push, Report, ReportKind},
    shared::{hex, random},
};

/// Longest token that is accepted unknown, in bytes; the vendor's have about 140.
const TOKEN_MAX_BYTES: usize = 512;
/// Why a text is shown to nobody.
const BLOCKED: &str = "the text holds a blocked word";

/// A message on its way to its targets.
struct Sending<'a> {
    app: &'a App,
    /// What every phone gets, but for what depends on the device.
    push: Push,
    /// What the sender repeats when it sends the same message again.
    tally_id: &'a str,
    /// It counts against what a device is shown of marketing in a day.
    counts: bool,
    quota_used_up: bool,
}

impl Desk {
    /// Answers a send call for the app id in its path.
    pub(super) fn send(&self, app_id: &str, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let sent = self.admit(app_id, ask, turn).and_then(|app| self.take(&app, ask, turn));
        sent.unwrap_or_else(|refusal| reply::refused(&refusal).at("refused"))
    }

    /// Who asks, and whether it may now.
    fn admit(&self, app_id: &str, ask: &Ask<'_>, turn: &Turn) -> Result<Arc<App>, Refusal> {
        if *ask.method != Method::POST {
            return Err(Code::METHOD.because("method not allowed"));
        }
        let token = ask.bearer().ok_or_else(|| Code::AUTH.because("authentication failed"))?;
        let package = self.access.check(token, ask.host, ask.now);
        let app = package.ok().and_then(|package| self.apps.of_package(&package));
        let app = app.ok_or_else(|| Code::FORBIDDEN.because("access token is invalid"))?;
        if app.app_id != app_id {
            return Err(Code::FORBIDDEN.because("no permission for this app id"));
        }
        if !app.rights.push_enabled {
            return Err(Code::FORBIDDEN.because("the push service is not enabled"));
        }
        check_timestamp(ask, &app)?;
        if turn.throttle || !self.rate.pass(&app.app_id, 1, app.rights.per_second, ask.now) {
            return Err(Code::TOO_MUCH.because("too many requests"));
        }
        Ok(app)
    }

    /// Reads the message and hands it to its targets.
    fn take(&self, app: &App, ask: &Ask<'_>, turn: &Turn) -> Result<Answer, Refusal> {
        let message = message::read(ask.json(), app.rights.game)?;
        let (targets, first) = (message.tokens.len(), message.tokens.first().map_or("", String::as_str));
        let whole = message.tokens.iter().find_map(|token| special::read(token)?.answer());
        if let Some(answer) = whole {
            return Ok(answer.to(targets, first));
        }
        if message.is_test {
            let key = format!("test {}", app.app_id);
            let spent = self.used.take(&key, targets as u64, app.rights.test_per_day, ask.now);
            if turn.quota_used_up || spent.is_err() {
                return Err(Code::TOO_MUCH.because("the amount of test messages is used up"));
            }
        }
        let request_id = hex(&random::<8>());
        let fates = self.distribute(&message, app, &request_id, ask, turn);
        Ok(reply::taken(&request_id, fates).at("accepted").to(targets, first))
    }

    fn distribute(
        &self,
        message: &Message,
        app: &App,
        request_id: &str,
        ask: &Ask<'_>,
        turn: &Turn,
    ) -> Fates {
        let origin = Arc::new(origin(message, app, request_id));
        let is_marketing = message.notification.as_ref().is_some_and(|notification| {
            notification.importance == Importance::Low || !app.rights.self_classification
        });
        let mut push = push(message, is_marketing, app, &origin, ask.now);
        if let Some(alert) = &push.alert
            && self.shared.is_blocked(&[&alert.title, &alert.body])
        {
            push.hidden = Some(BLOCKED);
        }
        let sending = Sending {
            app,
            push,
            tally_id: if message.bi_tag.is_empty() { request_id } else { &message.bi_tag },
            counts: is_marketing && !message.is_test,
            quota_used_up: turn.quota_used_up,
        };
        let as_partial = app.rights.partial_failure_code == Code::PARTIAL.0;
        let mut fates = Fates { as_partial, ..Fates::default() };
        for token in &message.tokens {
            self.give(&sending, token, ask, &mut fates);
        }
        fates
    }

    /// Hands the message to one target. A token that the vendor gave out and serves no more has lapsed; one that it
    /// never gave out, or gave to another app, fails (assumed: the book does not tell the two lists apart).
    fn give(&self, sending: &Sending<'_>, token: &str, ask: &Ask<'_>, fates: &mut Fates) {
        match special::read(token) {
            Some(Special::Dead) => return fates.lapsed.push(token.to_owned()),
            Some(Special::Partial) => {
                fates.as_partial = true;
                return fates.failed.push(token.to_owned());
            }
            Some(Special::Told(status)) => self.tell(sending, token, status, ask),
            Some(Special::Sink) => (),
            Some(_) => return fates.failed.push(token.to_owned()),
            None => match self.tokens.find(token) {
                Some(found) if found.phone.profile().app != sending.app.package => {
                    return fates.failed.push(token.to_owned());
                }
                Some(found) if !found.standing.is_alive() => return fates.lapsed.push(token.to_owned()),
                Some(found) => self.deliver(sending, &found.phone, token, ask),
                None if self.shared.settings.accept_unknown_tokens && is_plausible(token) => (),
                None => return fates.failed.push(token.to_owned()),
            },
        }
        self.shared.tally.note(Vendor::Honor, token, sending.tally_id);
        fates.accepted += 1;
    }

    /// A message over the device's amount is taken, and told in a receipt only (documented).
    fn deliver(&self, sending: &Sending<'_>, phone: &Phone, token: &str, ask: &Ask<'_>) {
        let mut push = sending.push.clone();
        if push.hidden.is_none() && sending.counts {
            let key = format!("marketing {} {}", sending.app.app_id, phone.name());
            let spent = self.used.take(&key, 1, sending.app.rights.marketing_limit(), ask.now);
            if sending.quota_used_up || spent.is_err() {
                push.hidden = Some(OVER_AMOUNT);
            }
        }
        phone.deliver(push, token);
    }

    /// Tells of a target what no phone could.
    fn tell(&self, sending: &Sending<'_>, token: &str, status: Status, ask: &Ask<'_>) {
        let report = Report {
            origin: Arc::clone(&sending.push.origin),
            token: token.to_owned(),
            kind: ReportKind::Withheld(status.words()),
            notifications_allowed: None,
            at: ask.now,
        };
        if self.reports.try_send(report).is_err() {
            tracing::warn!("a receipt of a special token was lost");
        }
    }
}

/// The header `timestamp`: the time in milliseconds, as decimal text.
fn check_timestamp(ask: &Ask<'_>, app: &App) -> Result<(), Refusal> {
    let told = ask.header("timestamp").and_then(|text| text.trim().parse::<i64>().ok());
    let told = told.ok_or_else(|| Code::PARAMETER.because("the header timestamp must be in milliseconds"))?;
    let off_ms = ask.now.millis().abs_diff(told);
    if app.rights.timestamp_tolerance_ms.is_some_and(|tolerance_ms| off_ms > tolerance_ms) {
        return Err(Code::PARAMETER.because("the header timestamp is too far off"));
    }
    Ok(())
}

fn origin(message: &Message, app: &App, request_id: &str) -> Origin {
    let kinds = if message.notification.is_some() { KIND_NOTIFICATION } else { KIND_THROUGH };
    let callback = app.rights.receipt_url.clone();
    Origin {
        vendor: Vendor::Honor,
        app: app.app_id.clone(),
        message_id: request_id.to_owned(),
        jobkey: message.bi_tag.clone(),
        callback: callback.map(|url| Callback { url, param: message.bi_tag.clone(), kinds }),
    }
}

/// Whether an unknown token could be one; its length is not fixed.
fn is_plausible(token: &str) -> bool {
    token.len() <= TOKEN_MAX_BYTES && token.bytes().all(|byte| byte.is_ascii_graphic())
}
