//! Sending: one message to a token, an installation id, a device group, a topic or a condition.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use model::{Timestamp, Vendor};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    account::Project,
    condition::Condition,
    desk::Desk,
    fields::REQUEST,
    message::{Message, Target},
    push::{self, Way},
    reply::{self, INVALID_ARGUMENT, Refusal, Violation, written},
    rights::Rights,
    schema,
    token::{self, Special},
};
use crate::{
    counter::{Answer, Ask},
    faults::Turn,
    phone::{Origin, Phone},
    shared::{hex, random},
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// The `Retry-After` of an amount that is used up on demand: short, so that a test need not wait for a minute.
const ON_DEMAND_S: u64 = 1;
/// Name of a message that was only checked. Observed.
const ONLY_CHECKED: &str = "fake_message_id";

#[derive(Serialize)]
struct Sent<'a> {
    name: &'a str,
}

/// Answers a send to a project.
pub(super) fn send(desk: &Desk, ask: &Ask<'_>, turn: &Turn, project: &str) -> Answer {
    match Job::read(desk, ask, turn, project) {
        Ok(job) => {
            let target = job.message.target.clone();
            let answer = job.run().unwrap_or_else(|refusal| refusal.answer());
            match target {
                Target::Token(token) | Target::Fid(token) => answer.to(1, &token),
                Target::Topic(_) | Target::Condition(_) => answer,
            }
        }
        Err(refusal) => refusal.answer(),
    }
}

/// A send that is well-formed.
struct Job<'a> {
    desk: &'a Desk,
    turn: &'a Turn,
    now: Timestamp,
    project: Arc<Project>,
    rights: Rights,
    message: Message,
    only_check: bool,
    id: String,
    /// What the sender repeats when it sends the same push again.
    repeated: String,
}

impl<'a> Job<'a> {
    fn read(desk: &'a Desk, ask: &Ask<'_>, turn: &'a Turn, project: &str) -> Result<Self, Refusal> {
        let project = desk.enter(ask, project)?;
        let rights = project.rights();
        let full = || Refusal::project_rate(&project.number);
        if turn.throttle {
            return Err(full().after(ON_DEMAND_S));
        }
        let key = format!("project {}", project.id);
        let taken = desk.windows.take(&key, rights.sends_per_minute, MINUTE_MS, ask.now);
        taken.map_err(|seconds| full().after(seconds))?;
        let request = body(ask.body)?;
        let message = Message::read(&request["message"])?;
        let only_check = request["validate_only"] == true;
        let id = match message.target {
            Target::Token(_) | Target::Fid(_) => device_message_id(ask.now),
            Target::Topic(_) | Target::Condition(_) => u64::from_be_bytes(random::<8>()).to_string(),
        };
        let repeated = repeated(&message, &request["message"]).unwrap_or_else(|| id.clone());
        Ok(Self { desk, turn, now: ask.now, project, rights, message, only_check, id, repeated })
    }

    fn run(&self) -> Result<Answer, Refusal> {
        match &self.message.target {
            Target::Token(token) => self.to_token(token),
            Target::Fid(fid) if token::special(fid).is_some() => self.to_token(fid),
            Target::Fid(fid) if token::is_fid(fid) => self.to_token(&token::of_fid(fid)),
            Target::Fid(_) => {
                let message = "The Firebase installation ID is not valid";
                Err(Refusal::fcm(INVALID_ARGUMENT, "INVALID_ARGUMENT", message))
            }
            Target::Topic(topic) => Ok(self.to_many(&Condition::In(topic.clone()))),
            Target::Condition(condition) => Ok(self.to_many(condition)),
        }
    }

    fn to_token(&self, token: &str) -> Result<Answer, Refusal> {
        if let Some(special) = token::special(token) {
            return self.to_special(special, token);
        }
        if let Some(members) = self.desk.groups.members(&self.project.id, token) {
            return Ok(self.to_group(&members));
        }
        if token::is_group_key(token) {
            return Err(Refusal::unregistered());
        }
        let phone = self.desk.phone(&self.project, token)?;
        if let Some(phone) = &phone {
            self.check_package(phone)?;
        }
        self.check_rate(phone.as_deref().map_or(token, Phone::name))?;
        if self.only_check {
            return Ok(self.accepted());
        }
        let due = match phone {
            Some(phone) => self.deliver(&phone, token),
            None => self.note(token),
        };
        let answer = self.accepted();
        Ok(if due > self.now { answer.at("held back") } else { answer })
    }

    fn to_special(&self, special: Special<'_>, token: &str) -> Result<Answer, Refusal> {
        match special {
            Special::Silent => Ok(Answer::silent()),
            Special::Cut => Ok(Answer::cut()),
            Special::Sink => {
                if !self.only_check {
                    self.note(token);
                }
                Ok(self.accepted())
            }
            Special::Code(code) => reply::named(code)
                .or_else(|| Answer::of_status_code(&format!("http:{code}")))
                .map(|answer| answer.at("fault"))
                .ok_or_else(Refusal::malformed_token),
        }
    }

    /// Members that cannot be reached are passed over: the book is silent on partial failure (assumed).
    fn to_group(&self, members: &[String]) -> Answer {
        for token in members.iter().filter(|_| !self.only_check) {
            if let Ok(Some(phone)) = self.desk.phone(&self.project, token) {
                self.deliver(&phone, token);
            }
        }
        self.accepted()
    }

    fn to_many(&self, condition: &Condition) -> Answer {
        if self.only_check {
            return self.accepted();
        }
        let tokens = self.desk.topics.fulfilling(condition);
        let mut reached = 0;
        for token in &tokens {
            if let Ok(Some(phone)) = self.desk.phone(&self.project, token)
                && self.check_package(&phone).is_ok()
            {
                self.deliver(&phone, token);
                reached += 1;
            }
        }
        self.accepted().to(reached, "")
    }

    /// Documented that the message is for one package only; how another one is refused is assumed.
    fn check_package(&self, phone: &Phone) -> Result<(), Refusal> {
        match &self.message.package {
            Some(package) if *package != phone.profile().app => {
                let description = "The registration token does not belong to this package.";
                Err(Refusal::of_field("message.android.restricted_package_name", description))
            }
            _ => Ok(()),
        }
    }

    /// The device's amounts. Documented; their code is documented on the error page only.
    fn check_rate(&self, device: &str) -> Result<(), Refusal> {
        if self.turn.quota_used_up {
            return Err(Refusal::target_rate().after(ON_DEMAND_S));
        }
        let amounts = [
            ("minute", self.rights.device_per_minute, MINUTE_MS),
            ("hour", self.rights.device_per_hour, HOUR_MS),
        ];
        for (name, limit, length_ms) in amounts {
            let taken = self.desk.windows.take(&format!("{name} {device}"), limit, length_ms, self.now);
            taken.map_err(|seconds| Refusal::target_rate().after(seconds))?;
        }
        Ok(())
    }

    fn note(&self, token: &str) -> Timestamp {
        self.desk.shared.tally.note(Vendor::Fcm, token, &self.repeated);
        self.now
    }

    /// Hands the message over; returns when it is due.
    fn deliver(&self, phone: &Arc<Phone>, token: &str) -> Timestamp {
        self.note(token);
        let package = phone.profile().app.as_str();
        let message = &self.message;
        let collapse_key = message.collapses_as(package);
        let not_before = match collapse_key {
            Some(key) if message.ttl_s > 0 => {
                self.desk.throttle.pass(phone.name(), key, self.rights.collapsible_burst, self.now)
            }
            _ => self.now,
        };
        let notice = message.notice.as_ref();
        let texts = notice.map_or(["", ""], |notice| [&notice.title, &notice.body]);
        let origin = Origin {
            vendor: Vendor::Fcm,
            app: package.to_owned(),
            message_id: self.id.clone(),
            jobkey: message.label.clone(),
            callback: None,
        };
        let channel = notice.and_then(|notice| notice.channel.as_deref());
        let way = Way {
            project: &self.project,
            package,
            origin: Arc::new(origin),
            importance: self.desk.registry.importance(package, channel),
            is_blocked: self.desk.shared.is_blocked(&texts),
            now: self.now,
            not_before,
        };
        phone.deliver(push::push(message, way), token);
        self.desk.stored.note(phone, &self.id, collapse_key);
        not_before
    }

    fn accepted(&self) -> Answer {
        let id = if self.only_check { ONLY_CHECKED } else { &self.id };
        let name = format!("projects/{}/messages/{id}", self.project.id);
        written(200, &Sent { name: &name }).at(if self.only_check { "checked" } else { "accepted" })
    }
}

/// The body by its table of names and types. No body at all is an empty one.
fn body(bytes: &[u8]) -> Result<Value, Refusal> {
    let unreadable = || {
        let description = "Invalid JSON payload received. Unexpected token.".to_owned();
        Refusal::of_form(vec![Violation { field: String::new(), description }])
    };
    let bytes = if bytes.trim_ascii().is_empty() { b"{}" } else { bytes };
    let body = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
    schema::read(REQUEST, &body).map(Value::Object).map_err(Refusal::of_form)
}

/// The id of a message to an Android phone: a moment in microseconds and sixteen hex digits. Observed.
fn device_message_id(now: Timestamp) -> String {
    let suffix = random::<8>();
    let micros = now.millis().saturating_mul(1000).saturating_add(i64::from(suffix[0]));
    format!("0:{micros}%{}", hex(&suffix))
}

/// FCM has no id of the sender's own. A message with a tag or a collapse key is the same push when it shows and brings
/// the same; for how long it may wait is less each time it is sent.
fn repeated(message: &Message, said: &Value) -> Option<String> {
    let tag = message.notice.as_ref().and_then(|notice| notice.tag.as_ref());
    let key = tag.or(message.collapse_key.as_ref())?;
    let shown = json!([key, said["notification"], said["data"], said["android"]["notification"]]);
    Some(hex(digest(&SHA256, shown.to_string().as_bytes()).as_ref()))
}
