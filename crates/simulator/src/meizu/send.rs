//! Pushes: what is asked of a message and its targets, and what becomes of each target.

use std::{collections::BTreeSet, sync::Arc};

use model::{Timestamp, Vendor};
use serde_json::{Value, json};

use super::{
    app::App,
    desk::{Call, Desk, message_id},
    message::{self, Message},
    reply::{self, Code, Refusal},
    special::{self, Special},
    statistics::Counts,
};
use crate::{
    counter::Answer,
    phone::{Alert, Handover, Opens, Origin, Push},
};

/// Most targets of one request. Documented.
const TARGETS_MAX: usize = 100;
/// Longest push id that is looked at, in characters (assumed: the book says not to count on a length).
const PUSH_ID_MAX_CHARS: usize = 128;
/// How the app reads a parameter of the click: the Intent's string extras. Documented.
const GETTER: &str = r#"getIntent().getStringExtra("ext")"#;

/// What the targets of a request are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Addressing {
    PushIds,
    Aliases,
}

impl Addressing {
    const fn field(self) -> &'static str {
        match self {
            Self::PushIds => "pushIds",
            Self::Aliases => "alias",
        }
    }
}

/// A message on its way to targets of one app.
pub(super) struct Shipment<'a> {
    app: &'a App,
    message: &'a Message,
    task: Option<u64>,
    origin: Arc<Origin>,
    /// It counts as one of the public class.
    public: bool,
    hidden: Option<&'static str>,
    now: Timestamp,
}

impl Shipment<'_> {
    /// The id it was given.
    pub(super) fn message_id(&self) -> &str {
        &self.origin.message_id
    }
}

impl Desk {
    /// `push/varnished/pushByPushId`.
    pub(super) fn push_by_push_id(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let message = message::read(call.form.need("messageJson")?)?;
        self.push(call, Addressing::PushIds, &message, None)
    }

    /// `push/varnished/pushByAlias`.
    pub(super) fn push_by_alias(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let message = message::read(call.form.need("messageJson")?)?;
        self.push(call, Addressing::Aliases, &message, None)
    }

    /// `push/task/varnished/pushByPushId`.
    pub(super) fn push_task_by_push_id(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let (task, message) = self.tasks.content(call)?;
        self.push(call, Addressing::PushIds, &message, Some(task))
    }

    /// `push/task/varnished/pushByAlias`.
    pub(super) fn push_task_by_alias(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let (task, message) = self.tasks.content(call)?;
        self.push(call, Addressing::Aliases, &message, Some(task))
    }

    fn push(
        &self,
        call: &Call<'_>,
        addressing: Addressing,
        message: &Message,
        task: Option<u64>,
    ) -> Result<Answer, Refusal> {
        let targets = call.form.list(addressing.field());
        let Some(first) = targets.first() else {
            return Err(Code::EMPTY.because(format!("{}参数不能为空", addressing.field())));
        };
        if targets.len() > TARGETS_MAX {
            return Err(Code::PARAMETER.because(format!("{}不能超过{TARGETS_MAX}个", addressing.field())));
        }
        if let Some(answer) = targets.iter().find_map(|target| special::read(target)?.answer()) {
            return Ok(answer.to(targets.len(), first));
        }
        check_package(call)?;
        let shipment = self.ship(call, message, task);
        self.spend(call, &shipment, targets.len() as u64)?;
        let mut seen = BTreeSet::new();
        let mut refused = Vec::new();
        for target in targets.iter().filter(|target| seen.insert(**target)) {
            match self.reach(&shipment, addressing, target) {
                Ok(()) => self.note(&shipment, target),
                Err(code) => {
                    // A folded message is shown all the same.
                    if code == Code::FOLDED {
                        self.note(&shipment, target);
                    }
                    refused.push((code, *target));
                }
            }
        }
        Ok(reply::taken(&shipment.origin.message_id, &refused).to(targets.len(), first))
    }

    /// What all targets of a message have in common. A task brings no receipts (documented).
    pub(super) fn ship<'a>(
        &self,
        call: &'a Call<'_>,
        message: &'a Message,
        task: Option<u64>,
    ) -> Shipment<'a> {
        let callback = message.callback.clone().filter(|_| task.is_none());
        let texts =
            [message.title.as_str(), &message.content, message.expanded.as_deref().unwrap_or_default()];
        let hidden = if self.shared.is_blocked(&texts) {
            Some("the text holds a blocked word")
        } else if callback.as_ref().is_some_and(|callback| !call.app.has_registered(&callback.url)) {
            // One source: with receipts wanted and their address not registered, messages are not sent at all.
            Some("receipts are wanted at an address that is not registered")
        } else {
            None
        };
        let origin = Origin {
            vendor: Vendor::Meizu,
            app: call.app.package.clone(),
            message_id: message_id(),
            jobkey: task.map(|task| task.to_string()).unwrap_or_default(),
            callback,
        };
        Shipment {
            app: &call.app,
            message,
            task,
            origin: Arc::new(origin),
            public: !(message.private && call.app.rights.private_class),
            hidden,
            now: call.now,
        }
    }

    /// Takes public targets from the app's amount of the day; private ones have none (two sources).
    pub(super) fn spend(
        &self,
        call: &Call<'_>,
        shipment: &Shipment<'_>,
        targets: u64,
    ) -> Result<(), Refusal> {
        let App { app_id, rights, .. } = &*call.app;
        let is_over =
            || shipment.public && self.app_days.take(app_id, targets, rights.day_quota, call.now).is_err();
        if call.turn.quota_used_up || is_over() { Err(Code::DAY_QUOTA.plain()) } else { Ok(()) }
    }

    fn note(&self, shipment: &Shipment<'_>, target: &str) {
        let own = shipment.origin.callback.as_ref().map(|callback| callback.param.as_str());
        let id = own.filter(|param| !param.is_empty()).unwrap_or(&shipment.origin.message_id);
        self.shared.tally.note(Vendor::Meizu, target, id);
    }

    fn reach(&self, shipment: &Shipment<'_>, addressing: Addressing, target: &str) -> Result<(), Code> {
        match special::read(target) {
            Some(Special::Target(code)) => Err(code),
            Some(_) => Ok(()),
            None if addressing == Addressing::PushIds => self.hand_over(shipment, target, target),
            None => self.reach_alias(shipment, target),
        }
    }

    /// Reaches every push id under an alias; it is good where one of them is.
    fn reach_alias(&self, shipment: &Shipment<'_>, alias: &str) -> Result<(), Code> {
        let mut worst = Code::ALIAS;
        let mut is_good = false;
        for push_id in self.subscriptions.of_alias(&shipment.app.package, alias) {
            match self.hand_over(shipment, &push_id, alias) {
                Ok(()) => is_good = true,
                Err(Code::NOT_SUBSCRIBED | Code::PUSH_ID | Code::TOO_FAST_OR_OFF) => (),
                Err(code) => worst = code,
            }
        }
        if is_good { Ok(()) } else { Err(worst) }
    }

    /// Hands a message to the phone of a push id; reports name the target as the sender did.
    pub(super) fn hand_over(
        &self,
        shipment: &Shipment<'_>,
        push_id: &str,
        known_as: &str,
    ) -> Result<(), Code> {
        let outcome = self.hand_over_uncounted(shipment, push_id, known_as);
        let (is_valid, is_pushed) = match outcome {
            Ok(()) | Err(Code::FOLDED) => (true, true),
            Err(Code::PUBLIC_OF_DAY) => (true, false),
            Err(_) => (false, false),
        };
        let counts = Counts::of_target(is_valid, is_pushed);
        self.count(&shipment.app.package, shipment.task, shipment.now, counts);
        outcome
    }

    fn hand_over_uncounted(
        &self,
        shipment: &Shipment<'_>,
        push_id: &str,
        known_as: &str,
    ) -> Result<(), Code> {
        let Some(found) = self.tokens.find(push_id) else {
            return if self.takes_unknown(push_id) { Ok(()) } else { Err(Code::PUSH_ID) };
        };
        let App { package, rights, .. } = shipment.app;
        if !found.standing.is_alive() || found.phone.profile().app != *package {
            return Err(Code::NOT_SUBSCRIBED);
        }
        if !self.subscriptions.is_bar_on(push_id) || !found.phone.switches().notifications {
            return Err(Code::TOO_FAST_OR_OFF);
        }
        let device = format!("{package} {}", found.phone.name());
        let per_day = rights.public_per_device_day;
        if shipment.public && self.device_days.take(&device, 1, per_day, shipment.now).is_err() {
            return Err(Code::PUBLIC_OF_DAY);
        }
        let is_folded = !self.device_minutes.pass(&device, rights.per_device_minute, shipment.now);
        found.phone.deliver(push(shipment, is_folded), known_as);
        if is_folded { Err(Code::FOLDED) } else { Ok(()) }
    }

    fn takes_unknown(&self, push_id: &str) -> bool {
        self.shared.settings.accept_unknown_tokens
            && push_id.len() <= PUSH_ID_MAX_CHARS
            && push_id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

/// Package names that a sender restricts its push to must be the app's. An optional field of the vendor's SDK; what it
/// is answered with is assumed.
fn check_package(call: &Call<'_>) -> Result<(), Refusal> {
    let named = call.form.list("restrictedPackageNames");
    let is_own = |name: &&str| *name == call.app.package;
    if named.is_empty() || named.iter().any(is_own) { Ok(()) } else { Err(Code::PACKAGE.plain()) }
}

/// The message as a phone gets it. A folded one is in the shade without a sound (assumed). The system shows it whether
/// or not the app is in the foreground (documented: the app's process need not run).
fn push(shipment: &Shipment<'_>, is_folded: bool) -> Push {
    let Shipment { message, now, .. } = shipment;
    let starts_at = message.starts_at.map_or(*now, |starts_at| starts_at.max(*now));
    let (from, until) = message.window.unwrap_or((*now, Timestamp::NEVER));
    let not_before = starts_at.max(from);
    let parameter = |key: &str| message.parameters.get(key).cloned();
    Push {
        origin: Arc::clone(&shipment.origin),
        alert: Some(Alert { title: message.title.clone(), body: message.content.clone() }),
        badge: None,
        hidden: shipment.hidden,
        quiet: message.quiet || is_folded,
        replace_key: message.notify_key.clone(),
        repeat_key: None,
        handover: Handover {
            getter: GETTER,
            ext: parameter("ext"),
            payload: parameter("payload"),
            extras: extras(shipment),
        },
        opens: message.opens.clone(),
        shows_in_foreground: true,
        starts_app: true,
        kept: message.kept || not_before > *now,
        not_before,
        expires_at: starts_at.plus_ms(message.lifetime_ms).min(until),
    }
}

/// The string extras of the Intent, the vendor's own among them (documented; which id a message has there that belongs
/// to no task is assumed). A web page gets none.
fn extras(shipment: &Shipment<'_>) -> Value {
    if matches!(shipment.message.opens, Opens::Web(_)) {
        return json!({});
    }
    let mut extras = json!(shipment.message.parameters);
    let Origin { jobkey, message_id, .. } = &*shipment.origin;
    let task = if jobkey.is_empty() { message_id } else { jobkey };
    extras["platform_extra"] = json!({ "task_id": task }).to_string().into();
    extras
}
