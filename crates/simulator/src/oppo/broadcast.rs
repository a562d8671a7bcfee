//! `save_message_content` and `broadcast`: one text, saved once, for many.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    desk::{Desk, Sender},
    fields::{Fields, SEPARATOR},
    message::{self, Message, Mode},
    reply::{self, Code, Refusal, Stop, Task},
    send::{origin, repeat_key},
    tags::Wanted,
    target::{Way, stop_of},
};
use crate::{
    counter::Answer,
    faults::Turn,
    lock::lock,
    phone::Origin,
    shared::{hex, random},
};

/// Most targets of one call. Documented.
const TARGETS_MAX: usize = 1000;

/// A message that waits for its readers.
#[derive(Debug, Clone)]
pub(super) struct Saved {
    app_key: String,
    message: Arc<Message>,
}

/// Whom a broadcast is for.
enum Audience {
    All,
    Ids(Vec<String>),
    Aliases(Vec<String>),
    Tags(Wanted),
}

/// Where a broadcast goes, and the targets that failed.
#[derive(Default)]
struct Plan {
    ways: BTreeMap<String, Way>,
    failed: BTreeMap<String, Vec<String>>,
}

impl Plan {
    fn fail(&mut self, code: Code, target: String) {
        self.failed.entry(code.0.to_string()).or_default().push(target);
    }
}

impl Desk {
    /// Saves a message. The same `app_message_id` again gives the first one's id (documented as stored once).
    pub(super) fn save_content(&self, sender: &Sender, fields: &Fields<'_>) -> Result<Answer, Refusal> {
        let app_key = &sender.app.app_key;
        let message = message::read(fields, Mode::Broadcast, &sender.rights, |kind, id| {
            self.has_picture(sender, kind, id)
        })?;
        let mut message_id = hex(&random::<12>());
        if let Some(own) = &message.app_message_id {
            let put = lock(&self.repeats)
                .put(repeat_key(&[app_key, own]), message_id.clone())
                .map_err(Clone::clone);
            if let Err(earlier) = put {
                if sender.rights.repeat_refused {
                    return Err(Code::DUPLICATE.plain());
                }
                message_id = earlier;
            }
        }
        let saved = Saved { app_key: app_key.clone(), message: Arc::new(message) };
        // One that is there already stays as it is.
        let _ = lock(&self.saved).put(message_id.clone(), saved);
        Ok(reply::success(&reply::Saved { message_id }).at("saved"))
    }

    /// Sends a saved message. Failed targets stand in the answer by code.
    pub(super) fn broadcast(
        &self,
        sender: &Sender,
        fields: &Fields<'_>,
        turn: &Turn,
    ) -> Result<Answer, Stop> {
        let message_id = fields.required("message_id")?;
        let audience = audience(fields)?;
        self.pass(sender, audience.targets().len(), turn)?;
        let saved = lock(&self.saved).get(&message_id.to_string()).cloned();
        let saved = saved.filter(|saved| saved.app_key == sender.app.app_key);
        let message = saved.ok_or_else(|| Code::NO_DATA.because("no such message_id"))?.message;
        if let Some(stop) = audience.targets().iter().find_map(|target| stop_of(target)) {
            return Err(stop);
        }
        if turn.quota_used_up {
            return Err(Code::AMOUNT.plain().into());
        }
        let first = audience.targets().first().cloned().unwrap_or_default();
        let (targets, to_all, by_id) = (
            audience.targets().len(),
            matches!(audience, Audience::All),
            matches!(audience, Audience::Ids(_)),
        );
        let mut plan = self.plan(sender, audience);
        let spent = self.spend_devices(sender, &message, &mut plan);
        self.spend(sender, &message, plan.ways.len())?;
        let task_id = hex(&random::<12>());
        let callback = message.callback.clone().filter(|_| by_id);
        let origin = Arc::new(Origin { callback, ..origin(sender, &task_id) });
        let message = Message { starts_at: message.starts_at.filter(|_| to_all), ..message.as_ref().clone() };
        for (id, way) in &plan.ways {
            self.hand_over(sender, &message, &origin, (id, way), spent.contains(id));
        }
        let task = Task { message_id: message_id.into_owned(), task_id, failed: plan.failed };
        Ok(reply::success(&task).to(targets.max(plan.ways.len()), &first).at("accepted"))
    }

    fn plan(&self, sender: &Sender, audience: Audience) -> Plan {
        let mut plan = Plan::default();
        match audience {
            Audience::All => self.add_phones(sender, |_| true, &mut plan),
            Audience::Tags(wanted) => {
                let ids = lock(&sender.app.roster).ids_with(&wanted);
                self.add_phones(sender, |id| ids.contains(id), &mut plan);
            }
            Audience::Ids(ids) => {
                for id in ids {
                    match self.way(sender, &id) {
                        Ok(way) => drop(plan.ways.insert(id, way)),
                        Err(refusal) => plan.fail(refusal.code, id),
                    }
                }
            }
            Audience::Aliases(aliases) => {
                for alias in aliases {
                    match self.ways_of_alias(sender, &alias) {
                        Ok(ways) => plan.ways.extend(ways),
                        Err(refusal) => plan.fail(refusal.code, alias),
                    }
                }
            }
        }
        plan
    }

    /// Adds the phones of the app whose ids are wanted.
    fn add_phones(&self, sender: &Sender, wanted: impl Fn(&str) -> bool, plan: &mut Plan) {
        for (id, phone) in self.tokens.served_for(&sender.app.package) {
            if wanted(&id) {
                plan.ways.insert(id, Way::Phone(phone));
            }
        }
    }

    /// Takes from every device's amount; those that have none left fail, or get nothing and a receipt tells.
    fn spend_devices(&self, sender: &Sender, message: &Message, plan: &mut Plan) -> BTreeSet<String> {
        let spent: BTreeSet<String> =
            plan.ways.keys().filter(|id| !self.spend_device(sender, message, id)).cloned().collect();
        if sender.rights.device_quota_in_answer {
            for id in &spent {
                plan.ways.remove(id);
                plan.fail(Code::AMOUNT, id.clone());
            }
        }
        spent
    }
}

impl Audience {
    fn targets(&self) -> &[String] {
        match self {
            Self::Ids(targets) | Self::Aliases(targets) => targets,
            Self::All | Self::Tags(_) => &[],
        }
    }
}

fn audience(fields: &Fields<'_>) -> Result<Audience, Refusal> {
    match fields.integer("target_type")? {
        None => Err(Code::MISSING.because("target_type is missing")),
        Some(1) => Ok(Audience::All),
        // A registration id holds no comma, so lists with commas can be read too.
        Some(2) => list(fields, &[SEPARATOR, ',']).map(Audience::Ids),
        Some(5) => list(fields, &[SEPARATOR]).map(Audience::Aliases),
        Some(6) => {
            let wanted = fields.object("target_value")?;
            let wanted = wanted.ok_or_else(|| Code::MISSING.because("target_value is missing"))?;
            Wanted::read(&wanted).map(Audience::Tags)
        }
        Some(_) => Err(Code::INVALID.because("target_type must be 1, 2, 5 or 6")),
    }
}

/// The targets of a list, each once.
fn list(fields: &Fields<'_>, separators: &[char]) -> Result<Vec<String>, Refusal> {
    let text = fields.required("target_value")?;
    let mut seen = BTreeSet::new();
    let targets: Vec<&str> =
        text.split(separators).map(str::trim).filter(|target| !target.is_empty()).collect();
    if targets.is_empty() {
        return Err(Code::MISSING.because("target_value is missing"));
    }
    if targets.len() > TARGETS_MAX {
        return Err(Code::INVALID.because(format!("target_value must hold at most {TARGETS_MAX} targets")));
    }
    Ok(targets.into_iter().filter(|target| seen.insert(*target)).map(str::to_owned).collect())
}
