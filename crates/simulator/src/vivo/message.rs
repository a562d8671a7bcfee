//! A message as a sender asks for it: every field checked, at the exact edge of the book's limits.

use std::collections::BTreeMap;

use model::Timestamp;

use super::{
    app::App,
    class::{self, Class},
    code::{Code, Refusal},
    extra,
    fields::{Fields, unfit},
    span::{self, Span},
};
use crate::phone::{Callback, Opens};

/// Longest title, in characters. Newer text; an older one counts a Chinese character twice.
const TITLE_MAX_CHARS: usize = 40;
/// Longest content, in characters. Newer text; an older one counts a Chinese character twice.
const CONTENT_MAX_CHARS: usize = 100;
/// Longest `skipContent`, in characters. Newest text.
const SKIP_CONTENT_MAX_CHARS: usize = 2048;
/// Longest request id, in characters. Documented.
const REQUEST_ID_MAX_CHARS: usize = 64;
/// Longest `profileId`, in characters. Documented.
const PROFILE_ID_MAX_CHARS: usize = 64;

/// How a message finds its targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It has one.
    Single,
    /// It is saved for lists, or goes to everybody or to tags.
    Many,
}

/// A message that was accepted.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) title: String,
    pub(super) content: String,
    /// The class that the sender named.
    pub(super) class: Class,
    pub(super) category: Option<String>,
    pub(super) click: Click,
    /// The pairs that the app is handed at a tap.
    pub(super) pairs: BTreeMap<String, String>,
    pub(super) callback: Option<Callback>,
    pub(super) request_id: String,
    /// `pushMode` 0; a test message goes to registered devices only, and counts nowhere.
    pub(super) formal: bool,
    pub(super) notify_id: Option<i64>,
    /// Dropped where the device is not online now.
    pub(super) online_only: bool,
    pub(super) shows_in_foreground: bool,
    pub(super) adds_badge: bool,
    pub(super) span: Span,
}

/// What a tap does, by `skipType`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Click {
    /// 1: opens the app.
    App,
    /// 2: opens a web page.
    Web(String),
    /// 3: the app's own doing, of which newer client SDKs know nothing.
    Own,
    /// 4: opens a page inside the app, by an intent URI.
    Page(String),
}

impl Click {
    /// What opens on the phone. Of `skipType` 3 nothing is left but the app itself (assumed).
    pub(super) fn opens(&self) -> Opens {
        match self {
            Self::App | Self::Own => Opens::App,
            Self::Web(url) => Opens::Web(url.clone()),
            Self::Page(uri) => Opens::Page(uri.clone()),
        }
    }
}

/// Reads and checks a message without its targets, in the order of the book's table.
pub(super) fn read(fields: Fields<'_>, way: Way, app: &App, now: Timestamp) -> Result<Message, Refusal> {
    let units =
        if app.rights.chinese_counts_twice { units_of_old } else { |text: &str| text.chars().count() };
    let title = fields.text("title").ok_or(Code::TITLE_EMPTY)?;
    if units(&title) > TITLE_MAX_CHARS {
        return Err(Code::TITLE_LONG.into());
    }
    let content = fields.text("content").ok_or(Code::CONTENT_EMPTY)?;
    if units(&content) > CONTENT_MAX_CHARS {
        return Err(Code::CONTENT_LONG.into());
    }
    if !matches!(fields.int_or("notifyType", Code::NOTIFY_TYPE)?, Some(1..=4)) {
        return Err(Code::NOTIFY_TYPE.into());
    }
    // The class stands behind the lifetime in the table, and decides it where the sender names none.
    let class = class::read(fields);
    let span = span::lifetime(fields, class.as_ref().map_or(Class::System, |(class, _)| *class))?;
    let click = click(fields)?;
    if !matches!(fields.int_or("networkType", Code::NETWORK_TYPE)?, None | Some(-1 | 1)) {
        return Err(Code::NETWORK_TYPE.into());
    }
    let (class, category) = class?;
    let pairs = extra::pairs(fields)?;
    let callback = extra::callback(fields, way, app)?;
    let request_id = request_id(fields)?;
    let formal = match fields.int("pushMode")? {
        None | Some(0) => true,
        Some(1) => false,
        Some(_) => return Err(unfit("pushMode")),
    };
    let notify_id = fields.int("notifyId")?;
    if notify_id.is_some_and(|id| !(1..=i64::from(i32::MAX)).contains(&id)) {
        return Err(unfit("notifyId"));
    }
    if fields.text("profileId").is_some_and(|id| id.chars().count() > PROFILE_ID_MAX_CHARS) {
        return Err(unfit("profileId"));
    }
    Ok(Message {
        title,
        content,
        class,
        category,
        click,
        pairs,
        callback: callback.filter(|_| formal),
        request_id,
        formal,
        notify_id,
        online_only: fields.flag("sendOnline")?.unwrap_or(false),
        shows_in_foreground: fields.flag("foregroundShow")?.unwrap_or(true),
        adds_badge: fields.flag("addBadge")?.unwrap_or(false) && app.rights.badge,
        span: span::delayed(span, fields, class, now)?,
    })
}

/// Reads `requestId`. Nothing is known of repeats being refused or merged.
pub(super) fn request_id(fields: Fields<'_>) -> Result<String, Refusal> {
    let id = fields.text("requestId").ok_or(Code::REQUEST_EMPTY)?;
    if id.chars().count() > REQUEST_ID_MAX_CHARS { Err(Code::REQUEST_LONG.into()) } else { Ok(id) }
}

/// Reads `skipType` and `skipContent`. Which of the codes belongs to which type is by analogy (assumed).
fn click(fields: Fields<'_>) -> Result<Click, Refusal> {
    let content = |empty: Code, long: Code| {
        let content = fields.text("skipContent").ok_or(empty)?;
        if content.chars().count() > SKIP_CONTENT_MAX_CHARS { Err(Refusal::from(long)) } else { Ok(content) }
    };
    match fields.int_or("skipType", Code::SKIP_TYPE)? {
        Some(1) => Ok(Click::App),
        Some(2) => content(Code::URL_EMPTY, Code::URL_LONG).map(Click::Web),
        Some(3) => content(Code::OWN_EMPTY, Code::OWN_LONG).map(|_| Click::Own),
        Some(4) => content(Code::PAGE_EMPTY, Code::PAGE_LONG).map(Click::Page),
        _ => Err(Code::SKIP_TYPE.into()),
    }
}

/// The units of an older text: two for a Chinese character, one for any other.
fn units_of_old(text: &str) -> usize {
    text.chars().map(|char| if char.is_ascii() { 1 } else { 2 }).sum()
}
