//! `payload.notification`: what a phone shows, every field checked at the exact edge of the book's limits.
//!
//! Fields, ranges and defaults: the vendor's request page, documented. Where it gives a limit without a code, the
//! refusal is 80100003 (assumed).

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    part::Part,
    reply::{Code, Refusal, code_of},
    rights::{Category, Rights},
};
use crate::phone::{BadgeChange, Opens};

/// Longest `appMessageId` and `profileId`, in characters.
const ID_MAX_CHARS: usize = 64;
/// Most lines of style 3, and the longest of them, in characters.
const LINES_MAX: usize = 3;
const LINE_MAX_CHARS: usize = 1024;
const SOUND_MAX_S: i64 = 60;
/// Largest `notifyId`.
pub(super) const NOTIFY_ID_MAX: i64 = 2_147_483_647;
/// An image whose URL holds this is refused with the code that follows.
const IMAGE_FAULT: &str = "/FAULT/";

/// `clickAction.data`.
type Data<'a> = Option<&'a Map<String, Value>>;

/// A notification that was accepted.
#[derive(Debug, Clone)]
pub(super) struct Notification<'a> {
    pub(super) category: Category,
    pub(super) title: Cow<'a, str>,
    pub(super) body: Cow<'a, str>,
    /// Lines of style 3.
    pub(super) lines: Vec<&'a str>,
    pub(super) opens: Opens,
    /// What the app finds in `want.parameters`.
    pub(super) data: Data<'a>,
    /// Overwrites what was shown under it.
    pub(super) notify_id: Option<i64>,
    /// The first with it wins, over all channels and for 24 hours.
    pub(super) app_message_id: Option<Cow<'a, str>>,
    pub(super) badge: Option<BadgeChange>,
    pub(super) image: Option<Cow<'a, str>>,
    /// Otherwise the app in the foreground receives it instead.
    pub(super) foreground_show: bool,
}

impl<'a> Notification<'a> {
    /// Reads and checks a notification.
    pub(super) fn read(part: &Part<'a>) -> Result<Self, Refusal> {
        let category = Category::named(&part.required_text("category")?)
            .ok_or_else(|| part.illegal("category is unknown"))?;
        let title = part.required_text("title")?;
        let body = part.required_text("body")?;
        let click = part
            .part("clickAction", "clickAction ")?
            .ok_or_else(|| part.illegal("clickAction can not be empty"))?;
        let (opens, data) = read_click(&click)?;
        let notify_id = part.number("notifyId", -1..=NOTIFY_ID_MAX)?.filter(|id| *id >= 0);
        let image = part.text("image")?;
        if image.as_ref().is_some_and(|url| !url.starts_with("https://")) {
            return Err(part.illegal("image must be an https URL"));
        }
        part.text("sound")?;
        part.number("soundDuration", 1..=SOUND_MAX_S)?;
        if part.text("profileId")?.is_some_and(|id| id.chars().count() > ID_MAX_CHARS) {
            return Err(part.illegal("profileId is longer than 64 characters"));
        }
        Ok(Self {
            category,
            title,
            body,
            lines: read_style(part)?,
            opens,
            data,
            notify_id,
            app_message_id: read_app_message_id(part)?,
            badge: read_badge(part)?,
            image,
            foreground_show: part.flag("foregroundShow")?.unwrap_or(true),
        })
    }

    /// Whether its image may be shown. The book names the code and not its cause, which is assumed: the image's host
    /// is not among those that the app has had verified.
    pub(super) fn check_image(&self, rights: &Rights) -> Result<(), Refusal> {
        let Some(image) = &self.image else { return Ok(()) };
        let forced = image.split_once(IMAGE_FAULT).and_then(|(_, rest)| rest.split('/').next());
        if let Some(code) = forced.and_then(code_of) {
            return Err(code.because("the image is refused"));
        }
        let Some(hosts) = &rights.image_hosts else { return Ok(()) };
        let host = image.parse::<http::Uri>().ok().and_then(|url| url.host().map(str::to_owned));
        if host.is_some_and(|host| hosts.contains(&host)) {
            return Ok(());
        }
        Err(Code::IMAGE.because("The image is not verified"))
    }
}

/// What a tap opens, and what the app is handed. The book has no web page: a sender gives the app a URL and nothing
/// else, and the app opens it.
fn read_click<'a>(click: &Part<'a>) -> Result<(Opens, Data<'a>), Refusal> {
    let action_type =
        click.number("actionType", 0..=1)?.ok_or_else(|| click.illegal("actionType can not be empty"))?;
    let data = click.object("data")?;
    let named = |name| -> Result<_, Refusal> { Ok(click.text(name)?.filter(|text| !text.is_empty())) };
    let page = match (named("action")?, named("uri")?) {
        (Some(action), _) => Some(action),
        (None, uri) => uri,
    };
    if action_type == 1 && page.is_none() {
        return Err(click.illegal("action and uri can not both be empty"));
    }
    if let Some(url) = data.and_then(lone_url) {
        return Ok((Opens::Web(url.to_owned()), data));
    }
    let opens = match page {
        Some(page) if action_type == 1 => Opens::Page(page.into_owned()),
        _ => Opens::App,
    };
    Ok((opens, data))
}

fn lone_url(data: &Map<String, Value>) -> Option<&str> {
    let url = data.get("url").filter(|_| data.len() == 1)?.as_str()?;
    (url.starts_with("http://") || url.starts_with("https://")).then_some(url)
}

fn read_style<'a>(part: &Part<'a>) -> Result<Vec<&'a str>, Refusal> {
    let style = part.number("style", 0..=3)?.unwrap_or_default();
    let lines = part.texts("inboxContent")?.unwrap_or_default();
    let fit = |line: &&str| line.chars().count() <= LINE_MAX_CHARS;
    match style {
        2 => Err(part.illegal("style is unknown")),
        3 if lines.is_empty() || lines.len() > LINES_MAX || !lines.iter().all(fit) => {
            Err(part.illegal("inboxContent must have 1 to 3 lines of at most 1024 characters"))
        }
        3 => Ok(lines),
        _ => Ok(Vec::new()),
    }
}

fn read_app_message_id<'a>(part: &Part<'a>) -> Result<Option<Cow<'a, str>>, Refusal> {
    let Some(id) = part.text("appMessageId")? else { return Ok(None) };
    let allowed = |char: char| char.is_ascii_alphanumeric() || "+/=-_ ".contains(char);
    if id.is_empty() || id.chars().count() > ID_MAX_CHARS || !id.chars().all(allowed) {
        return Err(part.illegal("appMessageId must be 1 to 64 letters, digits, blanks or + / = - _"));
    }
    Ok(Some(id))
}

/// `setNum` wins; without both the badge stays as it is.
fn read_badge(part: &Part<'_>) -> Result<Option<BadgeChange>, Refusal> {
    let Some(badge) = part.part("badge", "badge ")? else { return Ok(None) };
    let add = badge.number("addNum", 1..=99)?.and_then(|number| u32::try_from(number).ok());
    let set = badge.number("setNum", 0..=99)?.and_then(|number| u32::try_from(number).ok());
    Ok(set.map(BadgeChange::Set).or_else(|| add.map(BadgeChange::Add)))
}
