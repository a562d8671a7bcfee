//! `unicast` and `unicast_batch`: each message for one registration id or alias.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use model::Vendor;
use serde_json::Value;

use super::{
    class::Class,
    desk::{Desk, RepeatKey, Sender},
    fields::Fields,
    message::{self, Message, Mode},
    reply::{self, BatchEntry, Code, Refusal, Sent, Stop},
    target::{Way, stop_of},
};
use crate::{
    counter::Answer,
    faults::Turn,
    lock::lock,
    phone::{Origin, Report, ReportKind},
    shared::{hex, random},
};

/// Most messages of one batch. Documented.
const BATCH_MAX: usize = 1000;

/// A message with the one it is for.
struct Letter {
    to_alias: bool,
    target: String,
    message: Message,
}

impl Desk {
    /// Lets an amount through this second, or refuses.
    pub(super) fn pass(&self, sender: &Sender, amount: usize, turn: &Turn) -> Result<(), Refusal> {
        let rate = sender.rights.rate();
        let passes = self.rates.pass(&sender.app.app_key, amount.max(1) as u64, rate, sender.now);
        if turn.throttle || !passes {
            return Err(Code::TOO_FAST.because(format!("{rate} calls and targets a second")));
        }
        Ok(())
    }

    /// One message; a failure is the whole answer.
    pub(super) fn unicast(&self, sender: &Sender, fields: &Fields<'_>, turn: &Turn) -> Result<Answer, Stop> {
        let message = fields.object("message")?;
        let message = message.ok_or_else(|| Code::MISSING.because("message is missing"))?;
        self.pass(sender, 1, turn)?;
        let letter = self.letter(sender, &message)?;
        if let Some(stop) = stop_of(&letter.target) {
            return Err(stop);
        }
        if turn.quota_used_up {
            return Err(Code::AMOUNT.plain().into());
        }
        let answer = match self.post(sender, &letter) {
            Ok(message_id) => reply::success(&Sent { message_id }).at("accepted"),
            Err(refusal) => refusal.answer(),
        };
        Ok(answer.to(1, &letter.target))
    }

    /// Many messages; each has its own entry in the answer, whose code stays 0 (documented). The whole is refused where
    /// nothing of it could go (assumed).
    pub(super) fn unicast_batch(
        &self,
        sender: &Sender,
        fields: &Fields<'_>,
        turn: &Turn,
    ) -> Result<Answer, Stop> {
        let messages = fields.list("messages")?;
        let messages = messages.ok_or_else(|| Code::MISSING.because("messages is missing"))?;
        if messages.is_empty() || messages.len() > BATCH_MAX {
            return Err(Code::INVALID.because(format!("messages must be 1 to {BATCH_MAX}")).into());
        }
        self.pass(sender, messages.len(), turn)?;
        let letters: Vec<Result<Letter, Refusal>> =
            messages.iter().map(|one| self.read(sender, one)).collect();
        if let Some(stop) = letters.iter().flatten().find_map(|letter| stop_of(&letter.target)) {
            return Err(stop);
        }
        let is_content = |letter: &Result<Letter, Refusal>| {
            letter.as_ref().is_ok_and(|letter| letter.message.standing.class == Class::Content)
        };
        if turn.quota_used_up || self.is_spent(sender) && letters.iter().all(is_content) {
            return Err(Code::AMOUNT.plain().into());
        }
        let entries: Vec<BatchEntry> = messages
            .iter()
            .zip(letters)
            .map(|(message, letter)| {
                entry(addressee(message), letter.and_then(|letter| self.post(sender, &letter)))
            })
            .collect();
        let first = entries.first().map(|entry| entry.registration_id.clone()).unwrap_or_default();
        let any = entries.iter().any(|entry| entry.message_id.is_some());
        let stage = if any { "accepted" } else { "every entry failed" };
        Ok(reply::success(&entries).to(entries.len(), &first).at(stage))
    }

    fn read(&self, sender: &Sender, message: &Value) -> Result<Letter, Refusal> {
        let fields =
            Fields::of(message).ok_or_else(|| Code::INVALID.because("a message must be an object"))?;
        self.letter(sender, &fields)
    }

    fn letter(&self, sender: &Sender, fields: &Fields<'_>) -> Result<Letter, Refusal> {
        let to_alias = match fields.integer("target_type")? {
            None => return Err(Code::MISSING.because("target_type is missing")),
            Some(2) => false,
            Some(5) => true,
            Some(_) => return Err(Code::INVALID.because("target_type must be 2 or 5")),
        };
        let target = fields.required("target_value")?.trim().to_owned();
        // The device compares the id with its own; here a device never has another id than the one it is known by.
        fields.flag("verify_registration_id")?;
        let notification = fields.object("notification")?;
        let notification = notification.ok_or_else(|| Code::MISSING.because("notification is missing"))?;
        let message = message::read(&notification, Mode::Unicast, &sender.rights, |_, _| true)?;
        Ok(Letter { to_alias, target, message })
    }

    /// Sends a letter and gives its id; a repetition gives the first one's id and is not shown again.
    fn post(&self, sender: &Sender, letter: &Letter) -> Result<String, Refusal> {
        let Letter { to_alias, target, message } = letter;
        let ways = if *to_alias {
            self.ways_of_alias(sender, target)?
        } else {
            vec![(target.clone(), self.way(sender, target)?)]
        };
        let key = message.app_message_id.as_deref().map(|id| repeat_key(&[&sender.app.app_key, id, target]));
        if let Some(earlier) = key.and_then(|key| lock(&self.repeats).get(&key).cloned()) {
            return self.repeated(sender, letter, earlier);
        }
        let spent = ways.iter().map(|(id, _)| !self.spend_device(sender, message, id)).collect::<Vec<_>>();
        if sender.rights.device_quota_in_answer && spent.iter().all(|spent| *spent) {
            return Err(Code::AMOUNT.because("of this device"));
        }
        self.spend(sender, message, ways.len())?;
        let id = format!("{}-1-1-{}", sender.app.app_id, hex(&random::<12>()));
        if let Some(Err(earlier)) =
            key.map(|key| lock(&self.repeats).put(key, id.clone()).map_err(Clone::clone))
        {
            return self.repeated(sender, letter, earlier);
        }
        let callback = message.callback.clone().filter(|_| !to_alias);
        let origin = Arc::new(Origin { callback, ..origin(sender, &id) });
        for ((token, way), spent) in ways.iter().zip(spent) {
            self.hand_over(sender, message, &origin, (token, way), spent);
        }
        Ok(id)
    }

    fn repeated(&self, sender: &Sender, letter: &Letter, earlier: String) -> Result<String, Refusal> {
        if sender.rights.repeat_refused {
            return Err(Code::DUPLICATE.plain());
        }
        let id = letter.message.app_message_id.as_deref().unwrap_or(&earlier);
        self.shared.tally.note(Vendor::Oppo, &letter.target, id);
        Ok(earlier)
    }

    /// Where the devices of an alias are. Those whose id is dead are left out.
    pub(super) fn ways_of_alias(&self, sender: &Sender, alias: &str) -> Result<Vec<(String, Way)>, Refusal> {
        let ids = lock(&sender.app.roster).ids_of_alias(alias);
        let ways: Vec<_> =
            ids.into_iter().filter_map(|id| self.way(sender, &id).ok().map(|way| (id, way))).collect();
        if ways.is_empty() { Err(Code::NO_DATA.because("no device has this alias")) } else { Ok(ways) }
    }

    /// Hands a message to one device, or tells by a receipt what became of it.
    pub(super) fn hand_over(
        &self,
        sender: &Sender,
        message: &Message,
        origin: &Arc<Origin>,
        (id, way): (&str, &Way),
        device_spent: bool,
    ) {
        let key = message.app_message_id.as_deref().unwrap_or(&origin.message_id);
        self.shared.tally.note(Vendor::Oppo, id, key);
        match way {
            Way::Phone(phone) => {
                phone.deliver(self.push(sender, message, origin, device_spent), id);
            }
            Way::Told(kind) => self.report(sender, origin, id, kind.clone()),
            Way::Nowhere => (),
        }
    }

    fn report(&self, sender: &Sender, origin: &Arc<Origin>, id: &str, kind: ReportKind) {
        let report = Report {
            origin: Arc::clone(origin),
            token: id.to_owned(),
            kind,
            notifications_allowed: None,
            at: sender.now,
        };
        if self.reports.try_send(report).is_err() {
            tracing::warn!("a receipt was lost");
        }
    }
}

/// Where a message comes from, without a wish for receipts.
pub(super) fn origin(sender: &Sender, message_id: &str) -> Origin {
    Origin {
        vendor: Vendor::Oppo,
        app: sender.app.app_id.clone(),
        message_id: message_id.to_owned(),
        jobkey: String::new(),
        callback: None,
    }
}

/// What a repetition is known by. A hash, so that long ids cost no memory.
pub(super) fn repeat_key(parts: &[&str]) -> RepeatKey {
    let hashed = digest(&SHA256, parts.join("\n").as_bytes());
    hashed.as_ref().try_into().unwrap_or_default()
}

/// Whom a message of a batch names, however malformed the rest is.
fn addressee(message: &Value) -> String {
    let fields = Fields::of(message).unwrap_or_default();
    fields.text("target_value").map(|target| target.trim().to_owned()).unwrap_or_default()
}

fn entry(registration_id: String, outcome: Result<String, Refusal>) -> BatchEntry {
    match outcome {
        Ok(id) => BatchEntry { message_id: Some(id), registration_id, error_code: None, error_message: None },
        Err(refusal) => BatchEntry {
            message_id: None,
            registration_id,
            error_code: Some(refusal.code.0),
            error_message: Some(refusal.message()),
        },
    }
}
