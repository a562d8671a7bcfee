//! Sending one message to many: by registration ids, aliases, accounts, topics, or to the whole app.

use std::{cell::OnceCell, collections::BTreeSet, sync::Arc};

use model::{Timestamp, Vendor};
use serde_json::json;

use super::{
    addressed::Addressed,
    app::Registered,
    channel::Amount,
    desk::Desk,
    form::Form,
    group::Group,
    message::{self, Message},
    push::push,
    receipt::{FILTERED, OVER_DEFAULT, OVER_PUBLIC},
    reply::{self, Code, Outcome, Refusal, Stop},
    sent::Record,
};
use crate::{
    counter::Answer,
    faults::{LoneDead, Turn},
    lock::lock,
    phone::{Origin, Phone, Push, Report, ReportKind},
    shared::{hex, random},
    token::Standing,
};

/// Most targets of one request. Documented.
pub(super) const TARGETS_MAX: usize = 1000;
/// Most topics of one request. Documented.
const TOPICS_MAX: usize = 5;
/// What parts topics. Documented.
const TOPICS_JOINT: &str = ";$;";
/// Longest registration id that is looked at, in characters. Observed.
const REGID_MAX_CHARS: usize = 128;
/// Special targets begin so.
const SPECIAL: &str = "FAULT/";

/// A message on its way to its targets.
pub(super) struct Sending<'a> {
    pub(super) app: &'a Registered,
    pub(super) message: &'a Message,
    pub(super) addressed: Addressed,
    pub(super) origin: Arc<Origin>,
    pub(super) now: Timestamp,
    /// Made for the first phone: most messages of a load test reach none.
    pub(super) push: OnceCell<Push>,
}

impl Desk {
    /// One message to everyone its form names.
    pub(super) fn send(
        &self,
        app: &Registered,
        form: &Form<'_>,
        turn: &Turn,
        addressed: Addressed,
    ) -> Result<Outcome, Stop> {
        let now = self.now();
        let message = message::read(form, app, now)?;
        let broadcast = self.broadcast(app, form, addressed)?;
        let targets: Vec<&str> = match &broadcast {
            Some(regids) => regids.iter().map(String::as_str).collect(),
            None => named(form, addressed.field())?,
        };
        if let Some(answer) = targets.iter().find_map(|target| special_answer(target)) {
            return Err(Stop::Special(Box::new(answer)));
        }
        self.check_lone(app, &targets, turn, addressed)?;
        let limit = app.rights.targets_per_second;
        if limit.is_some_and(|most| !self.rate.pass(app.package(), targets.len() as u64, most, now)) {
            return Err(Code::TOO_FAST.because("too many targets a second").into());
        }
        let amount = message.placement.amount;
        if turn.quota_used_up {
            let limit = self.limit(app, amount).unwrap_or(app.rights.day_quota);
            return Err(exhausted(limit, limit).into());
        }
        self.spend(app, amount, targets.len() as u64, now)?;
        let id = message_id();
        self.remember(&id, &message, targets.len(), addressed, now);
        let sending = Sending::new(app, &message, addressed, &id, now);
        for target in &targets {
            self.give(&sending, target);
        }
        let stage = if message.click_missing { "accepted without notify_effect" } else { "accepted" };
        let outcome = Outcome {
            info: format!("Received push messages for {} {}", targets.len(), addressed.word()),
            ..Outcome::of(self.accounted(app, amount, &id, now))
        };
        Ok(outcome.to(targets.len(), targets.first().copied().unwrap_or_default()).at(stage))
    }

    /// The `data` of an accepted message.
    pub(super) fn accounted(
        &self,
        app: &Registered,
        amount: Amount,
        id: &str,
        now: Timestamp,
    ) -> serde_json::Value {
        json!({
            "id": id,
            "day_quota": self.limit(app, amount).unwrap_or(app.rights.day_quota).to_string(),
            "day_acked": self.spent(app, amount, now).to_string(),
        })
    }

    /// The registration ids of a message that does not name its targets one by one; `None` for one that does.
    pub(super) fn broadcast(
        &self,
        app: &Registered,
        form: &Form<'_>,
        addressed: Addressed,
    ) -> Result<Option<BTreeSet<String>>, Refusal> {
        let topics: Vec<&str> = match addressed {
            Addressed::Regids | Addressed::Aliases | Addressed::Accounts => return Ok(None),
            Addressed::All => {
                let served = app.app.packages.iter().flat_map(|package| self.tokens.served_for(package));
                return Ok(Some(served.map(|(token, _)| token).collect()));
            }
            Addressed::Topic => form.filled("topic").into_iter().collect(),
            Addressed::Topics => {
                let joined = form.filled("topics").into_iter();
                joined
                    .flat_map(|topics| topics.split(TOPICS_JOINT))
                    .filter(|topic| !topic.is_empty())
                    .collect()
            }
        };
        if topics.is_empty() {
            return Err(Code::MISSING.because(format!("{} is missing", addressed.field())));
        }
        if topics.len() > TOPICS_MAX {
            return Err(Code::TOO_MANY_TOPICS.because("more than 5 topics"));
        }
        let groups = lock(&app.groups);
        let mut sets = topics.iter().map(|topic| groups.members(Group::Topic, topic));
        let first = sets.next().unwrap_or_default();
        let joined = match form.filled("topic_op").unwrap_or("UNION") {
            "UNION" => sets.fold(first, |all, next| &all | &next),
            "INTERSECTION" => sets.fold(first, |all, next| &all & &next),
            "EXCEPT" => sets.fold(first, |all, next| &all - &next),
            _ => return Err(Code::ILLEGAL.because("topic_op must be UNION, INTERSECTION or EXCEPT")),
        };
        Ok(Some(joined))
    }

    /// A message whose only target is dead: reports differ on what is answered, so it can be chosen.
    fn check_lone(
        &self,
        app: &Registered,
        targets: &[&str],
        turn: &Turn,
        addressed: Addressed,
    ) -> Result<(), Refusal> {
        match (targets, turn.lone_dead) {
            ([lone], LoneDead::NoValidTarget | LoneDead::IllegalDevice)
                if addressed == Addressed::Regids && !self.is_served(lone, app) =>
            {
                let no_target = turn.lone_dead == LoneDead::NoValidTarget;
                let refusal = if no_target {
                    Code::NO_TARGET.because("No valid targets!")
                } else {
                    Code::ILLEGAL_DEVICE.because("illegal device")
                };
                Err(refusal)
            }
            _ => Ok(()),
        }
    }

    /// Whether a registration id would be served for this app.
    pub(super) fn is_served(&self, token: &str, app: &Registered) -> bool {
        match self.tokens.find(token) {
            Some(found) => found.standing.is_alive() && app.owns(&found.phone.profile().app),
            None => self.is_sink(token),
        }
    }

    /// Whether a target that nobody has is accepted nonetheless.
    fn is_sink(&self, token: &str) -> bool {
        let special = token.strip_prefix(SPECIAL);
        special.is_some_and(|rest| rest.starts_with("sink/"))
            || special.is_none()
                && self.shared.settings.accept_unknown_tokens
                && token.chars().count() <= REGID_MAX_CHARS
    }

    pub(super) fn remember(
        &self,
        id: &str,
        message: &Message,
        targets: usize,
        addressed: Addressed,
        now: Timestamp,
    ) {
        let record = Record {
            created_at: now,
            expires_at: message.expires_at,
            not_before: message.not_before,
            jobkey: message.jobkey.clone().unwrap_or_default(),
            addressed,
            targets: targets as u64,
            delivered: 0,
            clicked: 0,
        };
        lock(&self.sent).add(id, record);
    }

    /// Hands the message to the phones of one target; a dead one is told by a receipt and by the feed.
    pub(super) fn give(&self, sending: &Sending<'_>, target: &str) {
        let repeated = sending.message.jobkey.as_deref().unwrap_or(&sending.origin.message_id);
        self.shared.tally.note(Vendor::Xiaomi, target, repeated);
        let Some(group) = sending.addressed.group() else { return self.give_to_regid(sending, target) };
        let regids = lock(&sending.app.groups).members(group, target);
        let mut reached = false;
        for regid in regids {
            if let Some(found) = self.tokens.find(&regid)
                && found.standing.is_alive()
                && sending.app.owns(&found.phone.profile().app)
            {
                self.deliver(sending, &found.phone, target);
                reached = true;
            }
        }
        if !reached && group == Group::Alias && !self.is_sink(target) {
            feed(&mut lock(&self.invalid_aliases), target);
        }
    }

    fn give_to_regid(&self, sending: &Sending<'_>, regid: &str) {
        let Some(found) = self.tokens.find(regid) else {
            if !self.is_sink(regid) {
                self.report_dead(sending, regid, None);
            }
            return;
        };
        match found.standing {
            Standing::Dead { replaced_by, .. } => self.report_dead(sending, regid, replaced_by),
            Standing::Alive if sending.app.owns(&found.phone.profile().app) => {
                self.deliver(sending, &found.phone, regid);
            }
            Standing::Alive => self.report_dead(sending, regid, None),
        }
    }

    /// A phone reports under the name by which it was addressed (documented).
    fn deliver(&self, sending: &Sending<'_>, phone: &Phone, name: &str) {
        let mut push = sending.push.get_or_init(|| self.push_of(sending)).clone();
        if push.hidden.is_none() {
            push.hidden = self.withheld(sending, phone);
        }
        phone.deliver(push, name);
    }

    fn push_of(&self, sending: &Sending<'_>) -> Push {
        let message = sending.message;
        let is_blocked = self.shared.is_blocked(&[&message.title, &message.description]);
        push(message, &sending.origin, is_blocked)
    }

    /// Why this phone is not given the message. That the amount of a device is not told in the answer is assumed.
    fn withheld(&self, sending: &Sending<'_>, phone: &Phone) -> Option<&'static str> {
        if !sending.message.filters.iter().all(|filter| filter.passes(phone.profile())) {
            return Some(FILTERED);
        }
        let rights = &sending.app.rights;
        let (limit, reason) = match sending.message.placement.amount {
            Amount::Unlimited => return None,
            Amount::Default => (rights.default_per_device, OVER_DEFAULT),
            Amount::Public => (rights.public_per_device, OVER_PUBLIC),
        };
        let key = format!("{} {} {reason}", sending.app.package(), phone.name());
        self.used.take(&key, 1, limit, sending.now).is_err().then_some(reason)
    }

    fn report_dead(&self, sending: &Sending<'_>, regid: &str, replaced_by: Option<String>) {
        feed(&mut lock(&self.invalid_regids), regid);
        let report = Report {
            origin: Arc::clone(&sending.origin),
            token: regid.to_owned(),
            kind: ReportKind::TokenDead { replaced_by },
            notifications_allowed: None,
            at: sending.now,
        };
        if self.reports.try_send(report).is_err() {
            tracing::warn!("a receipt of a dead registration id was lost");
        }
    }
}

impl<'a> Sending<'a> {
    pub(super) fn new(
        app: &'a Registered,
        message: &'a Message,
        addressed: Addressed,
        id: &str,
        now: Timestamp,
    ) -> Self {
        let origin = Arc::new(Origin {
            vendor: Vendor::Xiaomi,
            app: app.package().to_owned(),
            message_id: id.to_owned(),
            jobkey: message.jobkey.clone().unwrap_or_default(),
            callback: message.callback.clone(),
        });
        Self { app, message, addressed, origin, now, push: OnceCell::new() }
    }
}

/// The targets a form names one by one.
pub(super) fn named<'a>(form: &'a Form<'_>, field: &'a str) -> Result<Vec<&'a str>, Refusal> {
    let targets: Vec<&str> = form.list(field).collect();
    if targets.is_empty() {
        return Err(Code::MISSING.because(format!("{field} is missing")));
    }
    if targets.len() > TARGETS_MAX {
        return Err(Code::ILLEGAL.because("more than 1000 targets"));
    }
    Ok(targets)
}

/// The answer a special target asks for; `None` for an ordinary one, and where it is accepted.
pub(super) fn special_answer(target: &str) -> Option<Answer> {
    let (word, _) = target.strip_prefix(SPECIAL)?.split_once('/')?;
    match word {
        "dead" | "sink" => None,
        "silent" => Some(Answer::silent()),
        "cut" => Some(Answer::cut()),
        word => Some(reply::on_demand(word)),
    }
}

/// The refusal of an app whose amount is used up.
pub(super) fn exhausted(quota: u64, used: u64) -> Refusal {
    Code::QUOTA.because(format!("exceed quota, quota: {quota}, have acked: {used}"))
}

pub(super) fn message_id() -> String {
    format!("scm{}", &hex(&random::<10>())[..19])
}

/// Notes a name in a feed of invalid ones, once.
fn feed(invalid: &mut Vec<String>, name: &str) {
    if invalid.len() < TARGETS_MAX && !invalid.iter().any(|known| known == name) {
        invalid.push(name.to_owned());
    }
}
