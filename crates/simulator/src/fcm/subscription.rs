//! Topics of one app instance as a resource: create, get, list, patch, delete. Documented.

use std::sync::Arc;

use http::Method;
use model::Timestamp;
use serde::Serialize;

use super::{
    account::Project,
    desk::{Desk, query},
    membership::registration,
    reply::{self, Refusal, lost, written},
    topics::is_topic,
};
use crate::counter::{Answer, Ask};

/// Subscriptions on one page, by default and at most. Assumed.
const PAGE: usize = 100;
const PAGE_MAX: usize = 1000;

/// A subscription. Documented with these spellings.
#[derive(Serialize)]
struct Subscription {
    name: String,
    topic_name: String,
    create_time: String,
}

/// A page of a list. That it is spelt like the resource is assumed.
#[derive(Serialize)]
struct Page {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    topic_subscriptions: Vec<Subscription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// Answers a request about the topics of a registration, which is a token or an installation id.
pub(super) fn answer(
    desk: &Desk,
    ask: &Ask<'_>,
    project: &str,
    registration: &str,
    topic: Option<&str>,
) -> Answer {
    let outcome = Shelf::open(desk, ask, project, registration).and_then(|shelf| match (ask.method, topic) {
        (&Method::POST, None) => shelf.create(),
        (&Method::GET, None) => Ok(shelf.list()),
        (&Method::GET, Some(topic)) => shelf.get(topic),
        (&Method::PATCH, Some(topic)) => shelf.patch(topic),
        (&Method::DELETE, Some(topic)) => shelf.delete(topic),
        _ => Ok(lost()),
    });
    outcome.unwrap_or_else(|refusal| refusal.answer()).to(1, registration)
}

/// The topics of one registration.
struct Shelf<'a> {
    desk: &'a Desk,
    ask: &'a Ask<'a>,
    project: Arc<Project>,
    registration: &'a str,
    token: String,
}

impl<'a> Shelf<'a> {
    fn open(desk: &'a Desk, ask: &'a Ask<'_>, project: &str, name: &'a str) -> Result<Self, Refusal> {
        let project = desk.enter(ask, project)?;
        let limit = project.rights().topics_per_second;
        if !desk.topic_gate.pass(&project.id, 1, limit, ask.now) {
            return Err(Refusal::target_rate());
        }
        let token = registration(name);
        desk.phone(&project, &token)?;
        Ok(Self { desk, ask, project, registration: name, token })
    }

    fn subscription(&self, topic: &str, since: Timestamp) -> Subscription {
        let parent = format!("projects/{}/registrations/{}", self.project.id, self.registration);
        Subscription {
            name: format!("{parent}/topicSubscriptions/{topic}"),
            topic_name: topic.to_owned(),
            create_time: since.to_string(),
        }
    }

    fn subscribe(&self, topic: &str) -> Result<(bool, Timestamp), Refusal> {
        if !is_topic(topic) {
            return Err(Refusal::of_field("topic_name", "Malformed topic name"));
        }
        let added = self.desk.topics.add(&self.token, topic, self.ask.now);
        added.map_err(|_| Refusal::of(reply::RESOURCE_EXHAUSTED, "Too many topics for this registration."))
    }

    fn create(&self) -> Result<Answer, Refusal> {
        let topic = query(self.ask.query, &["topicName", "topic_name"]).unwrap_or_default();
        match self.subscribe(&topic)? {
            (true, _) => Err(Refusal::of(reply::ALREADY_EXISTS, "Requested entity already exists.")),
            (false, since) => Ok(self.shown(&topic, since)),
        }
    }

    fn list(&self) -> Answer {
        let size = query(self.ask.query, &["pageSize", "page_size"]).and_then(|size| size.parse().ok());
        let size = size.filter(|size| *size > 0).unwrap_or(PAGE).min(PAGE_MAX);
        let after = query(self.ask.query, &["pageToken", "page_token"]).unwrap_or_default();
        let topics = self.desk.topics.of(&self.token);
        let mut rest = topics.iter().filter(|(topic, _)| *topic > &after);
        let page: Vec<_> = rest.by_ref().take(size).collect();
        let last = page.last().map(|(topic, _)| (*topic).clone());
        let next_page_token = rest.next().and(last);
        let topic_subscriptions =
            page.into_iter().map(|(topic, since)| self.subscription(topic, *since)).collect();
        written(200, &Page { topic_subscriptions, next_page_token }).at("answered")
    }

    fn get(&self, topic: &str) -> Result<Answer, Refusal> {
        let since = self.desk.topics.of(&self.token).get(topic).copied();
        since.map(|since| self.shown(topic, since)).ok_or_else(Refusal::not_found)
    }

    /// Makes a subscription that is missing only where that is asked for.
    fn patch(&self, topic: &str) -> Result<Answer, Refusal> {
        let allowed =
            query(self.ask.query, &["allowMissing", "allow_missing"]).is_some_and(|it| it == "true");
        if !allowed {
            return self.get(topic);
        }
        self.subscribe(topic).map(|(_, since)| self.shown(topic, since))
    }

    fn delete(&self, topic: &str) -> Result<Answer, Refusal> {
        if self.desk.topics.remove(&self.token, topic) {
            Ok(written(200, &serde_json::json!({})).at("answered"))
        } else {
            Err(Refusal::not_found())
        }
    }

    fn shown(&self, topic: &str, since: Timestamp) -> Answer {
        written(200, &self.subscription(topic, since)).at("answered")
    }
}
