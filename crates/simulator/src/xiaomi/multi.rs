//! Sending many messages at once, each to a target of its own: `multi_messages`.
//!
//! The messages come as a JSON array in one form field (observed). One that is malformed has the whole request refused
//! (assumed); one over its daily amount is left out, told in `channel_exceed_quota`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    addressed::Addressed,
    app::Registered,
    desk::Desk,
    form::Form,
    message::{self, Message},
    reply::{Code, Outcome, Refusal, Stop},
    send::{Sending, TARGETS_MAX, exhausted, message_id, special_answer},
};
use crate::faults::Turn;

/// One element of the array.
type Element<'a> = (&'a str, &'a Map<String, Value>);

impl Desk {
    /// Many messages, each to a target of its own.
    pub(super) fn send_many(
        &self,
        app: &Registered,
        form: &Form<'_>,
        turn: &Turn,
        addressed: Addressed,
    ) -> Result<Outcome, Stop> {
        let now = self.now();
        let text = form.filled("messages").ok_or_else(|| Code::MISSING.because("messages is missing"))?;
        let array: Value =
            serde_json::from_str(text).map_err(|_| Code::ILLEGAL.because("messages must be a JSON array"))?;
        let elements = elements(&array)?;
        let at = form.filled("time_to_send");
        let read = |(target, message): &Element<'_>| {
            let form = Form::of_json(message).with("time_to_send", at);
            Ok((target.to_string(), message::read(&form, app, now)?))
        };
        let messages: Vec<(String, Message)> = elements.iter().map(read).collect::<Result<_, Refusal>>()?;
        if let Some(answer) = messages.iter().find_map(|(target, _)| special_answer(target)) {
            return Err(Stop::Special(Box::new(answer)));
        }
        let limit = app.rights.targets_per_second;
        if limit.is_some_and(|most| !self.rate.pass(app.package(), messages.len() as u64, most, now)) {
            return Err(Code::TOO_FAST.because("too many targets a second").into());
        }
        if turn.quota_used_up {
            return Err(exhausted(app.rights.day_quota, app.rights.day_quota).into());
        }
        let id = message_id();
        let mut skipped = BTreeMap::<String, usize>::new();
        let [(first, leading), ..] = &messages[..] else {
            return Err(Code::ILLEGAL.because("messages is empty").into());
        };
        self.remember(&id, leading, messages.len(), addressed, now);
        for (target, message) in &messages {
            if self.spend(app, message.placement.amount, 1, now).is_err() {
                *skipped.entry(message.placement.label().to_owned()).or_default() += 1;
                continue;
            }
            self.give(&Sending::new(app, message, addressed, &id, now), target);
        }
        let mut payload = self.accounted(app, leading.placement.amount, &id, now);
        if !skipped.is_empty() {
            payload["channel_exceed_quota"] = skipped_words(&skipped).into();
        }
        Ok(Outcome::of(payload).to(messages.len(), first).at("accepted"))
    }
}

fn elements(array: &Value) -> Result<Vec<Element<'_>>, Refusal> {
    let wrong = || Code::ILLEGAL.because("every element of messages must have a target and a message");
    let list = array.as_array().ok_or_else(|| Code::ILLEGAL.because("messages must be a JSON array"))?;
    if list.is_empty() || list.len() > TARGETS_MAX {
        return Err(Code::ILLEGAL.because("messages must be 1 to 1000"));
    }
    list.iter()
        .map(|element| {
            let target = element.get("target").and_then(Value::as_str).map(str::trim);
            let message = element.get("message").and_then(Value::as_object);
            target.filter(|target| !target.is_empty()).zip(message).ok_or_else(wrong)
        })
        .collect()
}

/// Skipped targets as an answer tells them: `no_channel:2 130001:3`.
fn skipped_words(skipped: &BTreeMap<String, usize>) -> String {
    let words: Vec<String> = skipped.iter().map(|(channel, count)| format!("{channel}:{count}")).collect();
    words.join(" ")
}
