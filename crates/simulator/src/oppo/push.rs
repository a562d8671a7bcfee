//! A message as a phone gets it, and why it may not be shown there.

use std::sync::Arc;

use model::Timestamp;

use super::{
    class::Level,
    desk::{Desk, Sender},
    message::Message,
};
use crate::phone::{Alert, Origin, Push};

/// The reasons that a receipt tells.
pub(super) const DEVICE_AMOUNT: &str = "the device's content messages of the day are used up";
pub(super) const NIGHT: &str = "marketing messages are held back at night";
const BLOCKED: &str = "the text holds a blocked word";
const NO_CHANNEL: &str = "the message names no channel, without which Android 8 and later show nothing";
const UNKNOWN_CHANNEL: &str = "the message's channel is not registered with the vendor";

const HOUR_MS: i64 = 3_600_000;
/// Beijing's hours begin this much before UTC's.
const BEIJING_OFFSET_MS: i64 = 8 * HOUR_MS;

/// How a message is received, beside its own wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reception {
    hidden: Option<&'static str>,
    quiet: bool,
}

impl Desk {
    /// The message for one device. Every phone here has Android 8 or later, so channels count.
    pub(super) fn push(
        &self,
        sender: &Sender,
        message: &Message,
        origin: &Arc<Origin>,
        device_spent: bool,
    ) -> Push {
        let texts = &message.texts;
        let is_blocked = self.shared.is_blocked(&[&texts.title, &texts.content, &message.sub_title]);
        let reception = reception(sender, message, is_blocked, device_spent);
        let (not_before, expires_at) = span(message, sender.now);
        Push {
            origin: Arc::clone(origin),
            alert: Some(Alert { title: texts.title.clone(), body: texts.content.clone() }),
            badge: message.badge,
            hidden: reception.hidden,
            quiet: reception.quiet,
            replace_key: message.notify_id.map(|id| id.to_string()),
            repeat_key: None,
            handover: message.tap.handover.clone(),
            opens: message.tap.opens.clone(),
            // The system draws it, whatever the app does. Assumed.
            shows_in_foreground: true,
            starts_app: true,
            kept: message.kept || not_before > sender.now,
            not_before,
            expires_at,
        }
    }
}

fn reception(sender: &Sender, message: &Message, is_blocked: bool, device_spent: bool) -> Reception {
    let rights = &sender.rights;
    let unchanneled = match &message.channel {
        None => Some(NO_CHANNEL),
        Some(channel) if !rights.channels.contains_key(channel) => Some(UNKNOWN_CHANNEL),
        Some(_) => None,
    };
    let at_night = message.standing.rests_at_night && is_night(rights.night, sender.now);
    let hidden = [
        device_spent.then_some(DEVICE_AMOUNT),
        at_night.then_some(NIGHT),
        is_blocked.then_some(BLOCKED),
        unchanneled.filter(|_| !rights.default_channel),
    ];
    Reception {
        hidden: hidden.into_iter().flatten().next(),
        quiet: message.standing.level == Level::Shade || unchanneled.is_some(),
    }
}

/// Whether an hour of the night has come in Beijing; a night may go over midnight.
fn is_night(night: Option<(u8, u8)>, now: Timestamp) -> bool {
    let Some((from, to)) = night else { return false };
    let hour = now.plus_ms(BEIJING_OFFSET_MS).millis().div_euclid(HOUR_MS).rem_euclid(24);
    let (from, to) = (i64::from(from), i64::from(to));
    if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to }
}

/// When it may be shown first, and when no longer.
fn span(message: &Message, now: Timestamp) -> (Timestamp, Timestamp) {
    let not_before = message.starts_at.unwrap_or(now).max(now);
    let expires_at = not_before.plus_ms(message.lifetime_ms);
    match message.window {
        Some((start, end)) => (not_before.max(start), expires_at.max(start).min(end)),
        None => (not_before, expires_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_goes_over_midnight_in_beijing() {
        let at = |hour: i64| Timestamp((hour + 24) * HOUR_MS - BEIJING_OFFSET_MS);
        for (hour, expected) in [(21, false), (22, true), (23, true), (0, true), (7, true), (8, false)] {
            assert_eq!(is_night(Some((22, 8)), at(hour)), expected, "{hour}");
        }
        assert!(is_night(Some((1, 5)), at(1)) && !is_night(Some((1, 5)), at(5)) && !is_night(None, at(1)));
    }
}
