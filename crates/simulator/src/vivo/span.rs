//! When a message may be delivered: lifetime, delayed display, and the hours of operational messages.

use model::Timestamp;

use super::{
    class::Class,
    code::{Code, Refusal},
    fields::{Fields, unfit},
};

/// Shortest lifetime, in seconds. Documented; an older text has 900 for lists.
const LIFETIME_MIN_S: i64 = 60;
/// Longest lifetime that is kept, in seconds; a longer one is cut to it. Newer text.
const LIFETIME_KEPT_S: i64 = 86_400;
/// Longest lifetime that is taken, in seconds. Older text.
const LIFETIME_MAX_S: i64 = 604_800;
/// Lifetimes where the sender names none, in seconds. Documented; newer text for operational messages.
const SYSTEM_LIFETIME_S: i64 = 86_400;
const OPERATIONAL_LIFETIME_S: i64 = 8 * 3600;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Least time from the request to a delayed display. Documented.
const DELAY_MIN_MS: i64 = 10 * MINUTE_MS;
/// A window of a delayed display is shorter than this. Documented.
const WINDOW_BELOW_MS: i64 = 120 * MINUTE_MS;
/// The vendor's day begins at midnight in Beijing, this much before UTC's.
const BEIJING_OFFSET_MS: i64 = 8 * 3_600_000;

/// When a message may be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    lifetime_ms: i64,
    /// Start and end of a delayed display.
    window: Option<(Timestamp, Timestamp)>,
    /// A phone that comes back after the window shows it still.
    overtime: bool,
}

impl Span {
    /// Its display is delayed.
    pub(super) const fn is_delayed(self) -> bool {
        self.window.is_some()
    }

    /// From when, and until when, for a message sent now.
    pub(super) fn of(self, now: Timestamp) -> (Timestamp, Timestamp) {
        match self.window {
            None => (now, now.plus_ms(self.lifetime_ms)),
            Some((start, _)) if self.overtime => (start.max(now), start.plus_ms(self.lifetime_ms)),
            Some((start, end)) => (start.max(now), end),
        }
    }
}

/// Reads `timeToLive`.
pub(super) fn lifetime(fields: Fields<'_>, class: Class) -> Result<Span, Refusal> {
    let seconds = match fields.int_or("timeToLive", Code::LIFETIME)? {
        None if class == Class::System => SYSTEM_LIFETIME_S,
        None => OPERATIONAL_LIFETIME_S,
        Some(seconds) if (LIFETIME_MIN_S..=LIFETIME_MAX_S).contains(&seconds) => seconds.min(LIFETIME_KEPT_S),
        Some(_) => return Err(Code::LIFETIME.into()),
    };
    Ok(Span { lifetime_ms: seconds * 1000, window: None, overtime: false })
}

/// Reads `timedDisplay` into a span.
pub(super) fn delayed(span: Span, fields: Fields<'_>, class: Class, now: Timestamp) -> Result<Span, Refusal> {
    const NAME: &str = "timedDisplay";
    let Some(timed) = fields.object(NAME)? else { return Ok(span) };
    let overtime = timed.flag("overtimeDisplay")?.unwrap_or(false);
    let moment = |name| timed.int(name).map(|ms| ms.map(Timestamp));
    let (Some(start), Some(end)) = (moment("showStartTime")?, moment("showEndTime")?) else {
        return Err(unfit(NAME));
    };
    let last_ms = end.millis().saturating_sub(1);
    let fits = start >= now.plus_ms(DELAY_MIN_MS)
        && end <= now.plus_ms(DAY_MS)
        && (1..WINDOW_BELOW_MS).contains(&end.since_ms(start))
        && beijing(start.millis()).0 == beijing(last_ms).0
        && (class == Class::System || is_day(start) && is_day(Timestamp(last_ms)));
    if !fits {
        return Err(unfit(NAME));
    }
    Ok(Span { window: Some((start, end)), overtime, ..span })
}

/// Whether operational messages go out: from 7:00 to 23:00 in Beijing. Documented.
pub(super) fn is_day(now: Timestamp) -> bool {
    (7..23).contains(&(beijing(now.millis()).1 / (60 * MINUTE_MS)))
}

/// Day and milliseconds of the day in Beijing.
fn beijing(ms: i64) -> (i64, i64) {
    let local = ms.saturating_add(BEIJING_OFFSET_MS);
    (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// 12:00 in Beijing.
    const NOON: Timestamp = Timestamp(20_000 * DAY_MS + 4 * 3_600_000);

    fn read(body: &Value, class: Class) -> Result<(Timestamp, Timestamp), Code> {
        let fields = Fields(body.as_object().unwrap());
        lifetime(fields, class)
            .and_then(|span| delayed(span, fields, class, NOON))
            .map(|span| span.of(NOON))
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_lifetime_is_cut_to_a_day_and_refused_over_a_week() {
        let kept = |body: Value, class| read(&body, class).map(|(_, until)| until.since_ms(NOON) / 1000);
        for (seconds, expected) in [
            (59, Err(Code::LIFETIME)),
            (60, Ok(60)),
            (86_400, Ok(86_400)),
            (604_800, Ok(86_400)),
            (604_801, Err(Code::LIFETIME)),
        ] {
            assert_eq!(kept(json!({"timeToLive": seconds}), Class::System), expected);
        }
        assert_eq!(kept(json!({}), Class::System), Ok(86_400));
        assert_eq!(kept(json!({}), Class::Operational), Ok(28_800));
    }

    #[test]
    fn a_delayed_display_has_a_window_of_its_own() {
        let timed = |start_min: i64, end_min: i64, class| {
            let at = |minutes| NOON.millis() + minutes * MINUTE_MS;
            read(
                &json!({"timedDisplay": {"showStartTime": at(start_min), "showEndTime": at(end_min)}}),
                class,
            )
        };
        let minute = |minutes| NOON.plus_ms(minutes * MINUTE_MS);
        assert_eq!(timed(10, 129, Class::System), Ok((minute(10), minute(129))));
        assert_eq!(timed(9, 60, Class::System), Err(Code::BAD_REQUEST));
        assert_eq!(timed(10, 130, Class::System), Err(Code::BAD_REQUEST));
        assert_eq!(timed(11 * 60, 12 * 60, Class::System), Ok((minute(660), minute(720))));
        assert_eq!(timed(11 * 60 + 30, 12 * 60 + 30, Class::System), Err(Code::BAD_REQUEST));
        assert_eq!(timed(11 * 60, 12 * 60, Class::Operational), Err(Code::BAD_REQUEST));
        assert_eq!(timed(10 * 60, 11 * 60, Class::Operational), Ok((minute(600), minute(660))));
    }

    #[test]
    fn the_day_of_operational_messages_is_from_seven_to_twenty_three() {
        let at = |hour: i64, ms: i64| is_day(NOON.plus_ms((hour - 12) * 3_600_000 + ms));
        assert_eq!([at(7, -1), at(7, 0), at(23, -1), at(23, 0)], [false, true, true, false]);
    }
}
