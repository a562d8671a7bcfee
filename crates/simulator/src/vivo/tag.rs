//! Tags: groups of devices that a sender keeps at the vendor.
//!
//! The book names the paths and that there are errors; which code means what, and the limits, are assumed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    code::{Code, Refusal},
    desk::{Call, Desk},
    reply::{Outcome, Reply, Stop},
    target::{self, Fate, Kind, Target},
};
use crate::lock::lock;

/// Most tags of an app.
const TAGS_MAX: usize = 1000;
/// Longest name, in characters.
const NAME_MAX_CHARS: usize = 64;
/// Most ids of one request. Documented.
const IDS_MAX: usize = 1000;
/// Most members of all tags of an app together; further ones are not added.
const MEMBERS_MAX: usize = 100_000;

type Members = BTreeSet<(Kind, String)>;

/// The tags of every app, by app id and name.
pub(super) type TagBook = HashMap<String, BTreeMap<String, Members>>;

/// `/tag/add`.
pub(super) fn add(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let name = name(call, "name")?;
    let mut book = lock(&desk.tags);
    let tags = book.entry(call.app.app_id.clone()).or_default();
    if tags.contains_key(&name) {
        return Err(Code::TAG_TAKEN.into());
    }
    if tags.len() >= TAGS_MAX {
        return Err(Code::TAG_NAME.about("too many tags").into());
    }
    tags.insert(name, Members::new());
    Ok(Reply::ok().into())
}

/// `/tag/update`: a new name, under which the members stay.
pub(super) fn update(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let (old, new) = (name(call, "oldName")?, name(call, "newName")?);
    let mut book = lock(&desk.tags);
    let tags = book.entry(call.app.app_id.clone()).or_default();
    if old != new && tags.contains_key(&new) {
        return Err(Code::TAG_TAKEN.into());
    }
    let members = tags.remove(&old).ok_or(Code::TAG_UNKNOWN)?;
    tags.insert(new, members);
    Ok(Reply::ok().into())
}

/// `/tag/addMembers`: ids that cannot be sent to are named and not added.
pub(super) fn add_members(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let (name, targets) = members(call)?;
    let fates = target::fates(desk, &call.app, targets, true);
    let invalid_users = Some(target::invalid_users(&fates)).filter(|list| !list.is_empty());
    let mut book = lock(&desk.tags);
    let tags = book.get_mut(&call.app.app_id).ok_or(Code::TAG_UNKNOWN)?;
    let room = MEMBERS_MAX.saturating_sub(tags.values().map(Members::len).sum());
    let tag = tags.get_mut(&name).ok_or(Code::TAG_UNKNOWN)?;
    let valid = fates.into_iter().filter(|(_, fate)| !matches!(fate, Fate::Invalid(_)));
    tag.extend(valid.take(room).map(|(target, _)| (target.kind, target.id)));
    Ok(Reply { invalid_users, ..Reply::ok() }.into())
}

/// `/tag/removeMembers`.
pub(super) fn remove_members(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let (name, targets) = members(call)?;
    let mut book = lock(&desk.tags);
    let tag = book.get_mut(&call.app.app_id).and_then(|tags| tags.get_mut(&name));
    let tag = tag.ok_or(Code::TAG_UNKNOWN)?;
    for target in targets {
        tag.remove(&(target.kind, target.id));
    }
    Ok(Reply::ok().into())
}

/// Reads the tag's name and the members named in a request.
fn members(call: &Call<'_>) -> Result<(String, Vec<Target>), Refusal> {
    let name = name(call, "name")?;
    let kind = match call.fields.int("type")? {
        Some(1) => Kind::RegId,
        Some(2) => Kind::Alias,
        _ => return Err(Code::TAG_IDS.about("type")),
    };
    let ids = call.fields.list("ids");
    if !(1..=IDS_MAX).contains(&ids.len()) {
        return Err(Code::TAG_IDS.about("ids"));
    }
    Ok((name, ids.into_iter().map(|id| Target { kind, id }).collect()))
}

/// Which regIds a `tagExpression` means: in any of `orTags`, in all of `andTags`, in none of `notTags`.
pub(super) fn matching(desk: &Desk, call: &Call<'_>) -> Result<impl Fn(&str) -> bool, Refusal> {
    let expression = call.fields.object("tagExpression")?.ok_or(Code::TAG_IDS)?;
    let book = lock(&desk.tags);
    let tags = book.get(&call.app.app_id);
    let members = |name: String| {
        let members = tags.and_then(|tags| tags.get(&name)).ok_or(Code::TAG_UNKNOWN)?;
        Ok(regids(members, &call.app.rights.aliases))
    };
    let [any, all, none] = ["orTags", "andTags", "notTags"].map(|list| {
        let names: BTreeSet<String> = expression.list(list).into_iter().collect();
        names.into_iter().map(members).collect::<Result<Vec<BTreeSet<String>>, Code>>()
    });
    let (any, all, none) = (any?, all?, none?);
    if any.is_empty() && all.is_empty() && none.is_empty() {
        return Err(Code::TAG_IDS.into());
    }
    Ok(move |regid: &str| {
        (any.is_empty() || any.iter().any(|tag| tag.contains(regid)))
            && all.iter().all(|tag| tag.contains(regid))
            && !none.iter().any(|tag| tag.contains(regid))
    })
}

fn regids(members: &Members, aliases: &BTreeMap<String, String>) -> BTreeSet<String> {
    members
        .iter()
        .filter_map(|(kind, id)| match kind {
            Kind::RegId => Some(id.clone()),
            Kind::Alias => aliases.get(id).cloned(),
        })
        .collect()
}

fn name(call: &Call<'_>, field: &'static str) -> Result<String, Refusal> {
    call.fields
        .text(field)
        .filter(|name| name.chars().count() <= NAME_MAX_CHARS)
        .ok_or_else(|| Code::TAG_NAME.about(field))
}
