//! Do-not-disturb spans in the user's own time zone (rows F6, T4).

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use model::{DoNotDisturb, Timestamp};

/// The database in the program: two machines must not disagree about a span. It remembers the zones that were asked
/// for.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Whether a moment lies in the span. A time zone that does not exist has no spans: it was refused when it was set.
#[must_use]
pub fn is_in_span(span: &DoNotDisturb, at: Timestamp) -> bool {
    let (Some(zone), Ok(at)) = (zone(&span.time_zone), jiff::Timestamp::from_millisecond(at.millis())) else {
        return false;
    };
    let local = zone.to_datetime(at);
    let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
    if span.from_minute < span.to_minute {
        (span.from_minute..span.to_minute).contains(&minute)
    } else {
        minute >= span.from_minute || minute < span.to_minute
    }
}

/// Whether this is the name of a time zone.
#[must_use]
pub fn is_time_zone(name: &str) -> bool {
    zone(name).is_some()
}

fn zone(name: &str) -> Option<TimeZone> {
    ZONES.get(name).ok()
}
