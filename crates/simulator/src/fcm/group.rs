//! Device groups: one key for several tokens.

use std::{collections::HashMap, sync::Mutex};

use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::{
    account::Project,
    desk::Desk,
    reply::{Refusal, Status, one_line},
    token::mint_group_key,
};
use crate::{
    counter::{Answer, Ask},
    lock::lock,
};

/// Members of a group. Documented.
const MEMBERS_MAX: usize = 20;
/// Groups there can be.
const GROUPS_MAX: usize = 10_000;

/// A group.
#[derive(Debug, Clone)]
struct Group {
    project: String,
    name: String,
    members: Vec<String>,
}

/// Groups by key.
#[derive(Debug, Default)]
pub(super) struct Groups(Mutex<HashMap<String, Group>>);

impl Groups {
    /// The members of a project's group; `None`: it has no group with this key.
    pub(super) fn members(&self, project: &str, key: &str) -> Option<Vec<String>> {
        let groups = lock(&self.0);
        groups.get(key).filter(|group| group.project == project).map(|group| group.members.clone())
    }

    fn key_of(&self, project: &str, name: &str) -> Option<String> {
        let groups = lock(&self.0);
        let fits = |group: &Group| group.project == project && group.name == name;
        groups.iter().find(|(_, group)| fits(group)).map(|(key, _)| key.clone())
    }

    fn create(&self, project: &str, name: &str, members: Vec<String>) -> Result<String, &'static str> {
        if self.key_of(project, name).is_some() {
            return Err("notification_key already exists");
        }
        let mut groups = lock(&self.0);
        if groups.len() >= GROUPS_MAX {
            return Err("too many notification keys");
        }
        let group = Group { project: project.to_owned(), name: name.to_owned(), members };
        let key = mint_group_key();
        groups.insert(key.clone(), group);
        Ok(key)
    }

    fn add(&self, project: &str, key: &str, members: Vec<String>) -> Result<(), &'static str> {
        let mut groups = lock(&self.0);
        let group = groups.get_mut(key).filter(|group| group.project == project);
        let group = group.ok_or("notification_key not found")?;
        let fresh: Vec<_> = members.into_iter().filter(|token| !group.members.contains(token)).collect();
        if group.members.len() + fresh.len() > MEMBERS_MAX {
            return Err("too many members");
        }
        group.members.extend(fresh);
        Ok(())
    }

    /// A group that has lost its last member is gone. Widely known.
    fn remove(&self, project: &str, key: &str, members: &[String]) -> Result<(), &'static str> {
        let mut groups = lock(&self.0);
        let group = groups.get_mut(key).filter(|group| group.project == project);
        let group = group.ok_or("notification_key not found")?;
        group.members.retain(|token| !members.contains(token));
        if group.members.is_empty() {
            groups.remove(key);
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Keyed<'a> {
    notification_key: &'a str,
}

#[derive(Serialize)]
struct Refused<'a> {
    error: &'a str,
}

/// Answers a request about groups. The sender's number in `project_id` must be that of the access token's project;
/// error texts are widely known.
pub(super) fn answer(desk: &Desk, ask: &Ask<'_>) -> Answer {
    let outcome = match desk.own_project(ask) {
        Ok(project) => decide(desk, ask, &project),
        Err(Refusal { status, .. }) => return refused(status, status.name()),
    };
    match outcome {
        Ok(key) => one_line(200, &Keyed { notification_key: &key }).at("answered"),
        Err(error) => refused(super::reply::INVALID_ARGUMENT, error),
    }
}

fn refused(status: Status, error: &'static str) -> Answer {
    one_line(status.http(), &Refused { error }).coded(error).at("refused")
}

fn decide(desk: &Desk, ask: &Ask<'_>, project: &Project) -> Result<String, &'static str> {
    match ask.header("project_id") {
        None => return Err("project_id header missing"),
        Some(number) if number != project.number => return Err("SENDER_ID_MISMATCH"),
        Some(_) => (),
    }
    if *ask.method == Method::GET {
        let name = ask.field("notification_key_name").unwrap_or_default();
        return desk.groups.key_of(&project.id, &name).ok_or("notification_key not found");
    }
    let body = ask.json().unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let given = body["registration_ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut members: Vec<String> = Vec::new();
    for token in given {
        if desk.phone(project, token).is_ok() && !members.iter().any(|member| member == token) {
            members.push(token.to_owned());
        }
    }
    if members.is_empty() {
        return Err("no valid registration ids");
    }
    if members.len() > MEMBERS_MAX {
        return Err("too many members");
    }
    let (key, name) = (text("notification_key"), text("notification_key_name"));
    match text("operation") {
        "create" if name.is_empty() => Err("notification_key_name missing"),
        "create" => desk.groups.create(&project.id, name, members),
        "add" => desk.groups.add(&project.id, key, members).map(|()| key.to_owned()),
        "remove" => desk.groups.remove(&project.id, key, &members).map(|()| key.to_owned()),
        _ => Err("operation is invalid"),
    }
}
