//! The audit log's page: who changed what, when, through what and from where.

mod actions;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use model::{ConsoleRole, Timestamp};
use serde::Deserialize;
use store::{AuditChannel, AuditEntry, AuditFilter};

pub(super) use self::actions::label;
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chip, Chrome, Moment, PageName, Tone, percent_encoded},
    visitor::Signed,
    words::AdminWords,
};

/// Entries of one page.
const PAGE_ROWS: usize = 50;
/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    chrome: Chrome,
    rows: Vec<Row>,
    asked: Asked,
    actions: Vec<Choice>,
    channels: Vec<Choice>,
    shows_addresses: bool,
    /// The next page, with older entries; empty where there are none.
    older: String,
    /// The first page; empty where this is it.
    newest: String,
}

impl AuditPage {
    fn is_filtered(&self) -> bool {
        let Asked { who, what, through, from, until, .. } = &self.asked;
        [who, what, through, from, until].into_iter().any(|asked| !asked.is_empty())
    }
}

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    who: String,
    what: String,
    through: String,
    /// The first day, as `2026-11-22`, in UTC.
    from: String,
    /// The last day.
    until: String,
    /// Entries older than this one.
    before: String,
}

/// Something to choose.
struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

/// A line of the log.
struct Row {
    at: Moment,
    actor: String,
    channel: Chip,
    what: String,
    object: String,
    detail: String,
    of_instance: bool,
    address: String,
}

/// `GET /console/audit`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let drawn = draw(&console, &signed, asked).await;
    signed.answer(drawn.map(|audit| page(StatusCode::OK, &audit)))
}

async fn draw(console: &Console, signed: &Signed, asked: Asked) -> Result<AuditPage, Failure> {
    let lang = signed.lang();
    let words = lang.admin_words();
    let entries = read(console, signed, &asked.filter()).await?;
    let last = (entries.len() > PAGE_ROWS).then(|| entries[PAGE_ROWS - 1].id);
    let shows_addresses = signed.role == ConsoleRole::Owner;
    let row = |entry: AuditEntry| Row {
        at: Moment(entry.at),
        channel: Chip::new(Tone::Plain, channel(words, entry.channel)),
        what: actions::label(lang, &entry.action).map_or(entry.action, str::to_owned),
        actor: entry.actor,
        object: entry.object,
        detail: entry.detail,
        of_instance: entry.app.is_none(),
        address: if shows_addresses { entry.address } else { String::new() },
    };
    Ok(AuditPage {
        chrome: signed.chrome(Some(PageName::Audit)),
        rows: entries.into_iter().take(PAGE_ROWS).map(row).collect(),
        actions: actions::ALL
            .iter()
            .map(|(word, en, zh)| Choice {
                value: word,
                label: lang.pick(en, zh),
                chosen: asked.what == *word,
            })
            .collect(),
        channels: AuditChannel::ALL
            .into_iter()
            .map(|one| Choice {
                value: one.as_str(),
                label: channel(words, one),
                chosen: asked.through == one.as_str(),
            })
            .collect(),
        shows_addresses,
        older: last.map(|last| asked.address(Some(last))).unwrap_or_default(),
        newest: if asked.before.is_empty() { String::new() } else { asked.address(None) },
        asked,
    })
}

/// One entry more than a page holds, so that it is known whether there are older ones. Who has a role in the whole instance
/// sees what belongs to no App as well.
async fn read(console: &Console, signed: &Signed, filter: &AuditFilter) -> Result<Vec<AuditEntry>, Failure> {
    let store = console.shared.store();
    let limit = PAGE_ROWS + 1;
    let rows = u32::try_from(limit).unwrap_or(u32::MAX);
    let mut entries = store.audit(Some(signed.app()), filter, rows).await?;
    if signed.session.grants.instance.is_some() {
        entries.extend(store.audit(None, filter, rows).await?);
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        entries.truncate(limit);
    }
    Ok(entries)
}

const fn channel(words: &AdminWords, channel: AuditChannel) -> &'static str {
    match channel {
        AuditChannel::Console => words.through_console,
        AuditChannel::Link => words.one_time_link,
        AuditChannel::Api => words.through_api,
    }
}

impl Asked {
    fn filter(&self) -> AuditFilter {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        AuditFilter {
            actor: filled(&self.who),
            action: filled(&self.what),
            channel: AuditChannel::ALL.into_iter().find(|channel| channel.as_str() == self.through),
            from: day(&self.from),
            until: day(&self.until).map(|day| day.plus_ms(DAY_MS)),
            before: self.before.parse().ok(),
        }
    }

    /// The same question, from another place on.
    fn address(&self, before: Option<i64>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let fields = [
            ("who", self.who.as_str()),
            ("what", &self.what),
            ("through", &self.through),
            ("from", &self.from),
            ("until", &self.until),
            ("before", &before),
        ];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            filled.map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        format!("/console/audit?{}", pairs.join("&"))
    }
}

/// The first moment of a day in UTC.
fn day(text: &str) -> Option<Timestamp> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970 of the proleptic Gregorian calendar, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era_days, of_era) = (year.div_euclid(400) * 146_097, year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era_days + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(Timestamp(days * DAY_MS))
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{Asked, day};

    #[test]
    fn a_day_begins_at_its_first_moment_in_utc() {
        assert_eq!(day("1970-01-01"), Some(Timestamp(0)));
        assert_eq!(day("2024-02-29").unwrap().to_string().get(..19), Some("2024-02-29T00:00:00"));
        assert_eq!(day("2026-12-31").unwrap().to_string().get(..19), Some("2026-12-31T00:00:00"));
        for odd in ["", "2026", "2026-13-01", "0000-01-01", "x-y-z", "2026-01-99", "99999999999999-1-1"] {
            assert_eq!(day(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_next_page_asks_the_same_question() {
        let asked = Asked { who: "a&b=c".to_owned(), from: "2026-11-22".to_owned(), ..Asked::default() };
        assert_eq!(asked.address(Some(7)), "/console/audit?who=a%26b%3Dc&from=2026-11-22&before=7");
    }
}
