//! Sending: each target judged by itself, counted, and handed to its phone.

use std::sync::Arc;

use model::{Timestamp, Vendor};

use super::{
    apps::App,
    desk::Desk,
    message::Content,
    push::{Manner, push},
    receipt::{CATEGORY_AMOUNT, CONTENT, DEVICE_AMOUNT, OVERWRITTEN, status_words},
    reply::{Code, IllegalTokens, Refusal},
    request::Request,
    rights::{Category, Rights},
    target::{Directory, Fate, asked_refusal},
};
use crate::{
    counter::{Answer, Ask},
    faults::Turn,
    phone::{Callback, Origin, Phone, ReportKind},
};

/// Messages an hour and phone of push-type 6 with `backgroundMode` 1. Documented.
const BACKGROUND_IM_PER_HOUR: u64 = 2;
const HOUR_MS: i64 = 3_600_000;

/// A request that is being carried out.
struct Sending<'a> {
    request: &'a Request<'a>,
    request_id: &'a str,
    /// The texts hold a word that nobody sees.
    blocked: bool,
    quota_used_up: bool,
    now: Timestamp,
}

impl Desk {
    /// Answers a send request of an app whose credential is good.
    pub(super) fn send(
        &self,
        sender: &App,
        ask: &Ask<'_>,
        turn: &Turn,
        request_id: &str,
    ) -> Result<Answer, Refusal> {
        let rights = sender.rights();
        let body = ask.json();
        let request = Request::read(ask, body.as_ref())?;
        if let Some(notification) = request.content.notification() {
            notification.check_image(&rights)?;
        }
        self.check_rate(&request, sender, &rights, turn, ask.now)?;
        if let Some(refusal) = asked_refusal(&request.tokens) {
            return Err(refusal);
        }
        let sending = Sending {
            request: &request,
            request_id,
            blocked: self.shared.is_blocked(&request.content.texts()),
            quota_used_up: turn.quota_used_up,
            now: ask.now,
        };
        let directory = self.directory(sender);
        let mut illegal = IllegalTokens::default();
        for token in &request.tokens {
            match directory.judge(token, &request) {
                Fate::Illegal(reason) => {
                    illegal.add(reason, token);
                    continue;
                }
                Fate::Nowhere => (),
                Fate::Told(kind) => {
                    let origin = sending.origin(sender, &rights);
                    self.report(&origin, token, kind, ask.now);
                }
                Fate::Reaches(phone, app) => self.hand_over(&sending, &phone, &app, token),
            }
            self.shared.tally.note(Vendor::Harmony, token, sending.tally_id());
        }
        Ok(illegal.answer(request.tokens.len(), Code::PARTIAL, request_id))
    }

    /// Where the targets of a sender are looked for.
    pub(super) fn directory<'a>(&'a self, sender: &'a App) -> Directory<'a> {
        Directory {
            tokens: &self.tokens,
            apps: &self.apps,
            accept_unknown: self.shared.settings.accept_unknown_tokens,
            sender,
        }
    }

    /// Test messages have a code of their own for being sent too fast; how fast that is, the book does not say.
    fn check_rate(
        &self,
        request: &Request<'_>,
        sender: &App,
        rights: &Rights,
        turn: &Turn,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let targets = request.tokens.len() as u64;
        let passes = !turn.throttle && self.gate.pass(&sender.package, targets, rights.per_second, now);
        match passes {
            true => Ok(()),
            false if request.options.test => {
                Err(Code::TEST_TOO_FAST.because("Test messages are sent too fast"))
            }
            false => Err(Refusal::Bare(503)),
        }
    }

    fn hand_over(&self, sending: &Sending<'_>, phone: &Arc<Phone>, app: &App, token: &str) {
        let rights = app.rights();
        let request = sending.request;
        let origin = sending.origin(app, &rights);
        let marketing = request.content.notification().is_some_and(|notification| {
            notification.category == Category::Marketing || !rights.grant(notification.category)
        });
        let withheld = self.withheld(sending, app, &rights, phone, marketing);
        let shows_in_foreground = request.content.notification().is_none_or(|shown| shown.foreground_show);
        let waits = !phone.switches().network;
        let manner = Manner {
            hidden: withheld.and_then(status_words),
            quiet: marketing,
            to_foreground: !shows_in_foreground && phone.is_foreground() && !waits,
        };
        let Some(push) = push(request, &origin, manner, sending.now) else {
            self.report(&origin, token, ReportKind::Arrived, sending.now);
            return;
        };
        phone.deliver(push, token);
        if !waits {
            return;
        }
        for old in self.cache.keep(token, &origin, request.options.collapse_key) {
            if phone.withdraw_message(&old.message_id) > 0
                && let Some(words) = status_words(OVERWRITTEN)
            {
                self.report(&old, token, ReportKind::Withheld(words), sending.now);
            }
        }
    }

    /// The status that tells why a message is taken and not shown. The day's amounts are counted here, when the
    /// message is sent, and told by receipts alone. Documented.
    fn withheld(
        &self,
        sending: &Sending<'_>,
        app: &App,
        rights: &Rights,
        phone: &Phone,
        marketing: bool,
    ) -> Option<u32> {
        let options = &sending.request.options;
        let now = sending.now;
        let spent = |key: &str, limit| self.used.take(key, 1, limit, now).is_err();
        let device = format!("{} {}", app.package, phone.name());
        if sending.blocked {
            return Some(CONTENT);
        }
        if sending.quota_used_up {
            return Some(CATEGORY_AMOUNT);
        }
        if options.test {
            let over = spent(&format!("test {}", app.account.project_id), rights.test_per_day);
            return over.then_some(CATEGORY_AMOUNT);
        }
        if options.background_im {
            let hour = now.millis().div_euclid(HOUR_MS);
            let over = spent(&format!("background {hour} {device}"), BACKGROUND_IM_PER_HOUR);
            return over.then_some(DEVICE_AMOUNT);
        }
        if !sending.request.push_type.is_notification() {
            return None;
        }
        if spent(&format!("all {device}"), rights.per_day) {
            return Some(DEVICE_AMOUNT);
        }
        let over = marketing && spent(&format!("marketing {device}"), rights.marketing_per_day);
        over.then_some(CATEGORY_AMOUNT)
    }
}

impl Sending<'_> {
    /// Where a push comes from. A `receiptId` that names no configuration has no receipts (assumed).
    fn origin(&self, app: &App, rights: &Rights) -> Arc<Origin> {
        let request = self.request;
        let wanted = request.options.receipt_id.as_deref().is_none_or(|id| id == app.receipts.id);
        let number = request.push_type.number();
        let param = match &request.content {
            Content::Card(form_id) => format!("{number} {form_id}"),
            _ => number.to_string(),
        };
        Arc::new(Origin {
            vendor: Vendor::Harmony,
            app: app.package.clone(),
            message_id: self.request_id.to_owned(),
            jobkey: request.options.bi_tag.to_string(),
            callback: rights.receipt_url.clone().filter(|_| wanted).map(|url| Callback {
                url,
                param,
                kinds: 0,
            }),
        })
    }

    /// What the sender repeats when it sends the same message again.
    fn tally_id(&self) -> &str {
        let own = self.request.content.notification().and_then(|shown| shown.app_message_id.as_deref());
        let tag = Some(self.request.options.bi_tag.as_ref()).filter(|tag| !tag.is_empty());
        own.or(tag).unwrap_or(self.request_id)
    }
}
