//! Groups: found by the beginning of their id or name; members, settings, the last messages, and the end of a group.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{ConversationId, Group, GroupId, GroupMember, JoinMode, Message, Role, Seq, Timestamp, UserId};
use serde::Deserialize;
use store::AuditObject;
use wire::GroupAction;

use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chip, Chrome, Moment, PageName, Tone, percent_encoded},
    gatekeeper,
    list::{Choice, Pager, Question},
    told,
    users::address as user_address,
    visitor::{Posted, Signed},
    words::{Lang, PeopleWords},
};

/// Groups of one page.
const SHOWN: usize = 50;
/// Members of one page.
const MEMBERS_SHOWN: usize = 50;
/// Messages that are shown.
const MESSAGES_SHOWN: u32 = 6;
/// Searching by name, in an address.
const BY_NAME: &str = "name";

#[derive(Template)]
#[template(path = "console/groups.html")]
struct ListPage {
    chrome: Chrome,
    rows: Vec<Row>,
    asked: Asked,
    bys: Vec<Choice>,
    said: &'static str,
    is_filtered: bool,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "console/group.html")]
struct GroupPage {
    chrome: Chrome,
    row: Row,
    owner_href: String,
    muted: bool,
    join: &'static str,
    members: Vec<MemberRow>,
    pager: Pager,
    /// `None`: the reader may not read what messages say.
    messages: Option<Vec<MessageRow>>,
    said: &'static str,
    typed: String,
    fault: &'static str,
}

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// `name`: by the beginning of the name; else by that of the id.
    by: String,
    /// Groups after this one.
    after: String,
    /// Its name, where groups stand by name.
    after_name: String,
    said: String,
}

/// A line of the list.
struct Row {
    href: String,
    id: String,
    name: String,
    owner: String,
    members: u32,
    state: Option<Chip>,
    created_at: Moment,
}

impl Row {
    fn of(words: &PeopleWords, group: &Group) -> Self {
        Self {
            href: address(group.id.as_str()),
            id: group.id.to_string(),
            name: group.name.clone(),
            owner: group.owner.to_string(),
            members: group.members,
            state: group.muted.then(|| Chip::new(Tone::Warn, words.group_muted)),
            created_at: Moment(group.created_at),
        }
    }
}

/// A member.
struct MemberRow {
    user: String,
    href: String,
    role: Chip,
    muted_until: Option<Moment>,
    joined_at: Moment,
}

impl MemberRow {
    fn of(words: &PeopleWords, member: &GroupMember, now: Timestamp) -> Self {
        Self {
            user: member.user.to_string(),
            href: user_address(member.user.as_str()),
            role: match member.role {
                Role::Owner => Chip::new(Tone::Info, words.role_owner),
                Role::Admin => Chip::new(Tone::Ok, words.role_admin),
                Role::Member => Chip::new(Tone::Plain, words.role_member),
            },
            muted_until: member.muted_until.filter(|until| *until > now).map(Moment),
            joined_at: Moment(member.joined_at),
        }
    }
}

/// A message.
struct MessageRow {
    from: String,
    says: String,
    at: Moment,
    explain: String,
}

impl MessageRow {
    fn of(lang: Lang, message: &Message) -> Self {
        Self {
            from: message
                .sender
                .as_ref()
                .map_or_else(|| lang.words().backend.to_owned(), ToString::to_string),
            says: told::says(lang, message),
            at: Moment(message.sent_at),
            explain: format!("/console/explain?message={}", message.id),
        }
    }
}

fn address(id: &str) -> String {
    format!("/console/groups/group?id={}", percent_encoded(id))
}

/// `GET /console/groups`
pub(super) async fn list(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let drawn = draw_list(&console, &signed, asked).await;
    signed.answer(drawn.map(|list| page(StatusCode::OK, &list)))
}

async fn draw_list(console: &Console, signed: &Signed, asked: Asked) -> Result<ListPage, Failure> {
    let lang = signed.lang();
    let words = lang.people_words();
    let by_name = asked.by == BY_NAME && !asked.q.trim().is_empty();
    let found = if by_name {
        by_the_name(console, signed, &asked).await?
    } else {
        by_id(console, signed, asked.q.trim(), asked.after.trim()).await?
    };
    let by = if by_name { BY_NAME } else { "" };
    let question = Question::of("/console/groups", &[("q", &asked.q), ("by", by)]);
    let last = (found.len() > SHOWN).then(|| &found[SHOWN - 1]);
    let mut next: Vec<_> = last.iter().map(|last| ("after", last.id.as_str())).collect();
    if by_name {
        next.extend(last.iter().map(|last| ("after_name", last.name.as_str())));
    }
    Ok(ListPage {
        chrome: signed.chrome(Some(PageName::Groups)),
        rows: found.iter().take(SHOWN).map(|group| Row::of(words, group)).collect(),
        bys: vec![Choice::new("", words.by_id, &asked.by), Choice::new(BY_NAME, words.by_name, &asked.by)],
        said: words.said(&asked.said),
        is_filtered: question.is_filtered(),
        pager: Pager::by_name(lang, &question, asked.after.is_empty(), &next),
        asked,
    })
}

async fn by_the_name(console: &Console, signed: &Signed, asked: &Asked) -> Result<Vec<Group>, Failure> {
    let after = GroupId::new(&asked.after).ok().map(|id| (asked.after_name.clone(), id));
    let limit = u32::try_from(SHOWN + 1).unwrap_or(u32::MAX);
    let found = console.shared.store().groups_named(signed.app(), asked.q.trim(), after.as_ref(), limit);
    Ok(found.await?)
}

/// Groups whose id begins so, after this one, by id; one more than a page holds. Ids that begin alike stand together.
async fn by_id(console: &Console, signed: &Signed, prefix: &str, after: &str) -> Result<Vec<Group>, Failure> {
    let (store, app) = (console.shared.store(), signed.app());
    let limit = u32::try_from(SHOWN + 1).unwrap_or(u32::MAX);
    let Ok(from) = GroupId::new(if after.is_empty() { prefix } else { after }) else {
        return Ok(if prefix.is_empty() { store.groups(app, None, limit).await? } else { Vec::new() });
    };
    let mut found = Vec::new();
    if after.is_empty() {
        found.extend(store.group(app, &from).await?);
    }
    found.extend(store.groups(app, Some(&from), limit).await?);
    found.retain(|group| group.id.as_str().starts_with(prefix));
    Ok(found)
}

/// Which group, and from which member on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    id: String,
    after: String,
    said: String,
}

/// `GET /console/groups/group`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(which): Query<Which>,
) -> Response {
    let drawn = draw_group(&console, &signed, &which).await;
    signed.answer(drawn.map(|group| page(StatusCode::OK, &group)))
}

async fn known(console: &Console, signed: &Signed, id: &str) -> Result<Group, Failure> {
    let id = GroupId::new(id).map_err(|_| Failure::NotFound)?;
    console.shared.store().group(signed.app(), &id).await?.ok_or(Failure::NotFound)
}

async fn draw_group(console: &Console, signed: &Signed, which: &Which) -> Result<GroupPage, Failure> {
    let (store, app, lang) = (console.shared.store(), signed.app(), signed.lang());
    let words = lang.people_words();
    let group = known(console, signed, &which.id).await?;
    let after = UserId::new(&which.after).ok();
    let limit = u32::try_from(MEMBERS_SHOWN + 1).unwrap_or(u32::MAX);
    let found = store.members(app, &group.id, after.as_ref(), limit).await?;
    let last = (found.len() > MEMBERS_SHOWN).then(|| found[MEMBERS_SHOWN - 1].user.to_string());
    let next: Vec<_> = last.iter().map(|last| ("after", last.as_str())).collect();
    let question = Question::of("/console/groups/group", &[("id", group.id.as_str())]);
    let messages = if signed.may_read_text() {
        let conversation = ConversationId::group(&group.id);
        let read = store.messages_before(app, &conversation, None, Seq(0), MESSAGES_SHOWN).await?;
        Some(read.iter().rev().map(|message| MessageRow::of(lang, message)).collect())
    } else {
        None
    };
    let now = console.shared.now();
    Ok(GroupPage {
        chrome: signed.chrome(Some(PageName::Groups)),
        owner_href: user_address(group.owner.as_str()),
        muted: group.muted,
        join: match group.join {
            JoinMode::Open => words.join_open,
            JoinMode::Invited => words.join_invited,
        },
        members: found.iter().take(MEMBERS_SHOWN).map(|member| MemberRow::of(words, member, now)).collect(),
        pager: Pager::by_name(lang, &question, after.is_none(), &next),
        messages,
        said: words.said(&which.said),
        typed: String::new(),
        fault: "",
        row: Row::of(words, &group),
    })
}

/// What is done to a group.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Act {
    group: String,
    /// `yes`: only owner and admins write.
    muted: String,
    /// The group's id again.
    confirm: String,
}

/// `POST /console/groups/mute`
pub(super) async fn mute(State(console): State<Arc<Console>>, Posted(signed, act): Posted<Act>) -> Response {
    let muted = try_mute(&console, &signed, &act).await;
    signed.answer(muted)
}

async fn try_mute(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let group = known(console, signed, &act.group).await?.id;
    let on = act.muted == "yes";
    console.shared.im.group_as_backend(signed.app(), &group, GroupAction::MuteAll { on }, None).await?;
    let detail = if on { "muted" } else { "unmuted" };
    let record = signed.record(AuditObject::Named(format!("group {group}")), detail.to_owned());
    gatekeeper::record(console, record).await;
    Ok(Redirect::to(&format!("{}&said={detail}", address(group.as_str()))).into_response())
}

/// `POST /console/groups/dismiss`
pub(super) async fn dismiss(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let dismissed = try_dismiss(&console, &signed, &act).await;
    signed.answer(dismissed)
}

async fn try_dismiss(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let group = known(console, signed, &act.group).await?.id;
    if act.confirm != group.as_str() {
        let which = Which { id: group.to_string(), ..Which::default() };
        let drawn = draw_group(console, signed, &which).await?;
        let fault = signed.lang().people_words().confirm_fault;
        let drawn = GroupPage { typed: act.confirm.clone(), fault, ..drawn };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn));
    }
    console.shared.im.group_as_backend(signed.app(), &group, GroupAction::Dismiss {}, None).await?;
    let record = signed.record(AuditObject::Named(format!("group {group}")), String::new());
    gatekeeper::record(console, record).await;
    Ok(Redirect::to("/console/groups?said=dismissed").into_response())
}
