//! `messages:send`: from a message that reads well to an answer, token by token.

use std::{collections::BTreeMap, sync::Arc};

use model::{Timestamp, Vendor};

use super::{
    app::App,
    auth::Caller,
    desk::Desk,
    message::{self, Message, Target},
    push,
    receipt::{BLOCKED, DEVICE_CAP, MARKETING_CAP, NO_PROFILE, OVERWRITTEN, TEST_CAP},
    reply::{Code, Refusal, flow_control, of_list, success},
    special::Special,
};
use crate::{
    counter::{Answer, Ask},
    faults::Turn,
    phone::{Arrival, Callback, Origin, Phone, Report, ReportKind},
};

/// Length of tokens that could be the vendor's, in bytes; today's have about 130.
const PLAUSIBLE_BYTES: std::ops::RangeInclusive<usize> = 16..=512;

/// A message on its way.
struct Round<'a> {
    caller: &'a Caller,
    message: &'a Message,
    request_id: &'a str,
    turn: &'a Turn,
    now: Timestamp,
    /// One for each package, as a project's apps have receipt configurations of their own.
    origins: BTreeMap<String, Arc<Origin>>,
}

impl Desk {
    /// Sends a message.
    pub(super) fn send(&self, caller: &Caller, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let request_id = self.next_request_id(ask.now);
        if turn.throttle {
            return flow_control();
        }
        let message = match message::read(ask.body) {
            Ok(message) => message,
            Err(refusal) => return refusal.answer(&request_id).at("body"),
        };
        let is_list = matches!(message.target, Target::Tokens(_));
        let tokens = match &message.target {
            Target::Tokens(tokens) => tokens.clone(),
            Target::Topic(topic) => self.topics.tokens(&caller.app.package, &|is_in| is_in(topic)),
            Target::Condition(condition) => {
                self.topics.tokens(&caller.app.package, &|is_in| condition.holds(&is_in))
            }
        };
        let round = Round {
            caller,
            message: &message,
            request_id: &request_id,
            turn,
            now: ask.now,
            origins: BTreeMap::new(),
        };
        let first = tokens.first().map(String::as_str).unwrap_or_default();
        self.send_to(round, &tokens, is_list).to(tokens.len(), first)
    }

    fn send_to(&self, mut round: Round<'_>, tokens: &[String], is_list: bool) -> Answer {
        let (app, message, request_id) = (&round.caller.app, round.message, round.request_id);
        if message.urgent && !app.rights.high_priority {
            return Refusal::from(Code::PRIORITY).answer(request_id).at("rights");
        }
        // An id that names no configuration of the app is refused as an unusable one (assumed).
        if message.receipt_id.as_ref().is_some_and(|id| *id != app.receipt_id) {
            return Refusal::from(Code::RECEIPT).answer(request_id).at("rights");
        }
        let special = tokens.iter().filter_map(|token| Special::read(token));
        if let Some(answer) = special.into_iter().find_map(|special| special.answer(request_id)) {
            return answer;
        }
        if message.validate_only {
            return success(request_id).at("validated");
        }
        let devices = u64::try_from(tokens.len()).unwrap_or(u64::MAX);
        if !self.rate.pass(&app.client_id, devices, app.rights.devices_per_second, round.now) {
            return flow_control();
        }
        let mut illegal = Vec::new();
        for token in tokens {
            if !self.take(&mut round, token) {
                illegal.push(token.clone());
            }
        }
        if is_list {
            let taken = tokens.len() - illegal.len();
            let stage = if taken > 0 { "accepted" } else { "tokens" };
            of_list(taken, &illegal, Code::PARTIAL, request_id).at(stage)
        } else {
            success(request_id).at("accepted")
        }
    }

    /// Takes a message for one token; `false`: the token is illegal.
    fn take(&self, round: &mut Round<'_>, token: &str) -> bool {
        let app = Arc::clone(&round.caller.app);
        let found = match Special::read(token) {
            Some(Special::Receipt(reason)) => {
                let origin = round.origin(&app);
                self.report(&origin, token, reason, round.now);
                None
            }
            Some(Special::Illegal) => return false,
            Some(_) => None,
            None => match self.tokens.find(token) {
                Some(found) if !found.standing.is_alive() => return false,
                Some(found) => Some(found),
                None if self.shared.settings.accept_unknown_tokens && is_plausible(token) => None,
                None => return false,
            },
        };
        if let Some(found) = found {
            let Some(app) = round.caller.app_of(&found.phone.profile().app).cloned() else { return false };
            self.deliver(round, &app, &found.phone, token);
        }
        let id = round.message.bi_tag.as_deref().unwrap_or(round.request_id);
        self.shared.tally.note(Vendor::Huawei, token, id);
        true
    }

    fn deliver(&self, round: &mut Round<'_>, app: &App, phone: &Phone, token: &str) {
        let origin = round.origin(app);
        let hidden = self.withheld(round, app, token);
        let push = push::of_message(round.message, app, Arc::clone(&origin), hidden, round.now);
        if phone.deliver(push, token) == Arrival::Kept {
            for gone in self.cache.note(token, phone, &origin, round.message.collapse_key) {
                self.report(&gone, token, OVERWRITTEN, round.now);
            }
        }
    }

    /// Why a message is taken and shown to nobody. What is over an amount of the day is told by receipt alone.
    /// Documented.
    fn withheld(&self, round: &Round<'_>, app: &App, token: &str) -> Option<&'static str> {
        let (message, rights) = (round.message, &app.rights);
        let shown = message.notification.as_ref();
        let texts = shown.map_or(["", ""], |shown| [&shown.title, &shown.body]);
        if self.shared.is_blocked(&texts) {
            return Some(BLOCKED);
        }
        if shown.is_some_and(|shown| shown.profile_id.is_some()) {
            return Some(NO_PROFILE);
        }
        let spent = |key: String, limit: u64| {
            round.turn.quota_used_up || self.used.take(&key, 1, limit, round.now).is_err()
        };
        let package = &app.package;
        if message.is_test {
            return spent(format!("test {package}"), rights.tests_per_day).then_some(TEST_CAP);
        }
        let marketing = shown.is_some() && rights.is_marketing(message.category.as_deref());
        if marketing && spent(format!("marketing {package} {token}"), rights.marketing_per_day) {
            return Some(MARKETING_CAP);
        }
        spent(format!("all {package} {token}"), rights.messages_per_day).then_some(DEVICE_CAP)
    }

    /// Tells by receipt what the vendor itself knows. A full queue loses it, as receipts may be lost.
    fn report(&self, origin: &Arc<Origin>, token: &str, reason: &'static str, now: Timestamp) {
        let report = Report {
            origin: Arc::clone(origin),
            token: token.to_owned(),
            kind: ReportKind::Withheld(reason),
            notifications_allowed: None,
            at: now,
        };
        if self.reports.try_send(report).is_err() {
            tracing::warn!("a receipt was lost");
        }
    }
}

impl Round<'_> {
    /// Where pushes to phones of an app come from.
    fn origin(&mut self, app: &App) -> Arc<Origin> {
        if let Some(origin) = self.origins.get(&app.package) {
            return Arc::clone(origin);
        }
        let callback = |url: &String| Callback { url: url.clone(), param: app.receipt_id.clone(), kinds: 0 };
        let origin = Arc::new(Origin {
            vendor: Vendor::Huawei,
            app: app.package.clone(),
            message_id: self.request_id.to_owned(),
            jobkey: self.message.bi_tag.clone().unwrap_or_default(),
            callback: app.rights.receipt_url.as_ref().map(callback),
        });
        self.origins.insert(app.package.clone(), Arc::clone(&origin));
        origin
    }
}

/// Whether a token that nobody registered could be the vendor's.
fn is_plausible(token: &str) -> bool {
    PLAUSIBLE_BYTES.contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}
