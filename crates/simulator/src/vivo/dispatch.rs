//! From an accepted message to phones: state, hours, rate, amounts, and what is held back.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use model::Vendor;

use super::{
    class::{self, Class},
    code::Code,
    desk::{Call, Desk},
    handover,
    message::Message,
    reply::Stop,
    span,
    target::{Fate, Target},
    withhold::Withheld,
};
use crate::phone::{Origin, Phone, Report, ReportKind};

/// Checks what holds for every target alike: the app's state, the hours of operational messages, the rate.
/// `targets` is `None` where the vendor spreads a message over time by itself.
pub(super) fn admit(
    desk: &Desk,
    call: &Call<'_>,
    message: &Message,
    targets: Option<usize>,
) -> Result<(), Stop> {
    let rights = &call.app.rights;
    if message.formal && !rights.formal {
        return Err(Code::APP_STATE.into());
    }
    if message.class == Class::Operational && is_night(call) {
        return Err(Code::NIGHT.into());
    }
    let passes = |count| desk.rates.pass(&call.app.app_id, count as u64, rights.per_second(), call.ask.now);
    if call.turn.throttle || !targets.is_none_or(passes) {
        return Err(Code::TOO_FAST.into());
    }
    Ok(())
}

/// Sends a message to its targets, or to none of them where the day's amount does not reach.
///
/// A message that the vendor corrected to operational was taken as a system message: over the lower amount it is
/// held back and told by a receipt instead of being refused (assumed).
pub(super) fn deliver(
    desk: &Desk,
    call: &Call<'_>,
    task: &str,
    message: &Message,
    request_id: &str,
    fates: &[(Target, Fate)],
) -> Result<(), Stop> {
    let now = call.ask.now;
    let rights = &call.app.rights;
    let class = class::corrected(
        message.class,
        message.category.as_deref(),
        [&message.title, &message.content],
        rights,
    );
    let valid = fates.iter().filter(|(_, fate)| !matches!(fate, Fate::Invalid(_))).count() as u64;
    let mut is_over = false;
    if message.formal {
        if call.turn.quota_used_up {
            return Err(Code::QUOTA.into());
        }
        let key = format!("{}/{}", class.name(), call.app.app_id);
        is_over = desk.amounts.take(&key, valid, rights.per_day(class), now).is_err();
        if is_over && class == message.class {
            return Err(Code::QUOTA.into());
        }
    }
    desk.tasks().count_targets(task, fates);
    let run = Run { desk, call, message, class, is_over, origin: Arc::new(origin(call, task, message)) };
    for (target, fate) in fates {
        if !matches!(fate, Fate::Invalid(_)) {
            desk.shared.tally.note(Vendor::Vivo, &target.id, request_id);
        }
        match fate {
            Fate::Phone(phone) => {
                let push = handover::push(message, class, run.withheld(phone), &run.origin, now);
                // The phone reports under the name the sender used.
                phone.deliver(push, &target.id);
            }
            Fate::Unsubscribed => run.report_dead(&target.id),
            Fate::Sink | Fate::Invalid(_) => (),
        }
    }
    Ok(())
}

fn origin(call: &Call<'_>, task: &str, message: &Message) -> Origin {
    Origin {
        vendor: Vendor::Vivo,
        app: call.app.app_id.clone(),
        message_id: task.to_owned(),
        jobkey: String::new(),
        callback: message.callback.clone(),
    }
}

fn is_night(call: &Call<'_>) -> bool {
    call.app.rights.night_rule && !span::is_day(call.ask.now)
}

/// One message on its way to many phones.
struct Run<'a> {
    desk: &'a Desk,
    call: &'a Call<'a>,
    message: &'a Message,
    /// The class the vendor gave it.
    class: Class,
    /// The class's amount of the day is used up.
    is_over: bool,
    origin: Arc<Origin>,
}

impl Run<'_> {
    /// Why a phone does not show it. Test messages are not counted and not held back for their class.
    fn withheld(&self, phone: &Phone) -> Option<Withheld> {
        let Self { desk, call, message, .. } = self;
        if desk.shared.is_blocked(&[&message.title, &message.content]) {
            return Some(Withheld::Sensitive);
        }
        if let Some(fault) = handover::link_fault(message, &call.app.package) {
            return Some(fault);
        }
        if self.class == Class::System || !message.formal {
            return None;
        }
        if self.is_over {
            return Some(Withheld::AmountUsedUp);
        }
        if is_night(call) {
            return Some(Withheld::Night);
        }
        let count = |key: String, limit| desk.devices.take(&key, 1, limit, call.ask.now).is_err();
        if count(format!("{}/{:x}", phone.name(), self.text_hash()), 1) {
            return Some(Withheld::SameText);
        }
        count(phone.name().to_owned(), call.app.rights.device_per_day()).then_some(Withheld::TooOften)
    }

    fn text_hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.message.title, &self.message.content).hash(&mut hasher);
        hasher.finish()
    }

    fn report_dead(&self, target: &str) {
        let report = Report {
            origin: Arc::clone(&self.origin),
            token: target.to_owned(),
            kind: ReportKind::TokenDead { replaced_by: None },
            notifications_allowed: None,
            at: self.call.ask.now,
        };
        if self.desk.reports.try_send(report).is_err() {
            tracing::warn!("a receipt of a dead regId was lost");
        }
    }
}
