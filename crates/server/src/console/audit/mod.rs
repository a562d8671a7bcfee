//! The audit log's page: who changed what, when, through what and from where.

mod actions;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use model::ConsoleRole;
use serde::Deserialize;
use store::{AuditChannel, AuditEntry, AuditFilter};

pub(super) use self::actions::label;
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, Moment, PageName},
    list::{Choice, Pager, Question, day},
    visitor::Signed,
    words::{AdminWords, Lang},
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
    pager: Pager,
}

impl AuditPage {
    fn is_filtered(&self) -> bool {
        self.asked.question().is_filtered()
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

/// A line of the log.
struct Row {
    at: Moment,
    actor: String,
    /// Empty where the actor's name says it already.
    channel: &'static str,
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
    let last = (entries.len() > PAGE_ROWS).then(|| entries[PAGE_ROWS - 1].id.to_string());
    let next: Vec<_> = last.iter().map(|last| ("before", last.as_str())).collect();
    let shows_addresses = signed.role == ConsoleRole::Owner;
    let row = |entry: AuditEntry| {
        let (actor, channel) = who(lang, &entry);
        Row {
            at: Moment(entry.at),
            actor,
            channel,
            what: actions::label(lang, &entry.action).map_or(entry.action, str::to_owned),
            object: entry.object,
            detail: entry.detail,
            of_instance: entry.app.is_none(),
            address: if shows_addresses { entry.address } else { String::new() },
        }
    };
    Ok(AuditPage {
        chrome: signed.chrome(Some(PageName::Audit)),
        rows: entries.into_iter().take(PAGE_ROWS).map(row).collect(),
        actions: actions::ALL
            .iter()
            .map(|(word, en, zh)| Choice::new(word, lang.pick(en, zh), &asked.what))
            .collect(),
        channels: AuditChannel::ALL
            .into_iter()
            .map(|one| Choice::new(one.as_str(), channel(words, one), &asked.through))
            .collect(),
        shows_addresses,
        pager: Pager::by_age(words, &asked.question(), asked.before.is_empty(), &next),
        asked,
    })
}

/// One entry more than a page holds, so that it is known whether there are older ones. Who has a role in the whole
/// instance sees what belongs to no App as well.
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

/// Who did it, by name, and through what, where the name does not say that already.
pub(super) fn who(lang: Lang, entry: &AuditEntry) -> (String, &'static str) {
    let words = lang.admin_words();
    match entry.channel {
        AuditChannel::Link => (words.one_time_link.to_owned(), ""),
        through => (entry.actor.clone(), channel(words, through)),
    }
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
            object: None,
        }
    }

    fn question(&self) -> Question {
        let fields = [
            ("who", self.who.as_str()),
            ("what", &self.what),
            ("through", &self.through),
            ("from", &self.from),
            ("until", &self.until),
        ];
        Question::of("/console/audit", &fields)
    }
}

#[cfg(test)]
mod tests {
    use super::Asked;

    #[test]
    fn the_next_page_asks_the_same_question() {
        let asked = Asked { who: "a&b=c".to_owned(), from: "2026-11-22".to_owned(), ..Asked::default() };
        assert_eq!(
            asked.question().with(&[("before", "7")]),
            "/console/audit?who=a%26b%3Dc&from=2026-11-22&before=7"
        );
    }
}
