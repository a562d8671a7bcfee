//! Topics: which phones take part in which, by `topic:subscribe`, `topic:unsubscribe` and `topic:list`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use model::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{
    auth::Caller,
    desk::Desk,
    fields::{filled, illegal, texts},
    message::TOKENS_MAX,
    reply::{Code, Refusal, flow_control, shaped},
};
use crate::{
    counter::{Answer, Ask},
    faults::Turn,
    lock::lock,
};

/// Topics of an app. Documented.
const TOPICS_MAX: usize = 2000;
/// Longest name of a topic, in characters. Documented.
const NAME_MAX_CHARS: usize = 900;
/// Subscriptions of all apps that are remembered; further ones are refused as too many topics.
const SUBSCRIPTIONS_MAX: usize = 200_000;

/// What is asked of topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Subscribe,
    Unsubscribe,
    List,
}

/// Who takes part in what.
#[derive(Debug, Default)]
pub(super) struct Topics(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    /// By package and topic: tokens with the day they came.
    topics: BTreeMap<(String, String), BTreeMap<String, String>>,
    subscriptions: usize,
}

impl Topics {
    /// The tokens of an app for which `wants` holds, asked with whether the token takes part in a topic.
    pub(super) fn tokens(&self, package: &str, wants: &dyn Fn(&dyn Fn(&str) -> bool) -> bool) -> Vec<String> {
        let book = lock(&self.0);
        let own = || book.topics.iter().filter(|((of, _), _)| of == package);
        let tokens: BTreeSet<&String> = own().flat_map(|(_, tokens)| tokens.keys()).collect();
        let takes_part = |token: &str, topic: &str| {
            let key = (package.to_owned(), topic.to_owned());
            book.topics.get(&key).is_some_and(|tokens| tokens.contains_key(token))
        };
        tokens.into_iter().filter(|token| wants(&|topic| takes_part(token, topic))).cloned().collect()
    }

    fn subscribe(&self, package: &str, topic: &str, tokens: &[&String], day: &str) -> Result<(), Code> {
        let mut book = lock(&self.0);
        let key = (package.to_owned(), topic.to_owned());
        let topics = book.topics.keys().filter(|(of, _)| of == package).count();
        let is_new = !book.topics.contains_key(&key);
        if (is_new && topics >= TOPICS_MAX) || book.subscriptions + tokens.len() > SUBSCRIPTIONS_MAX {
            return Err(Code::TOPICS);
        }
        let members = book.topics.entry(key).or_default();
        let before = members.len();
        for token in tokens {
            members.entry((*token).clone()).or_insert_with(|| day.to_owned());
        }
        let added = members.len() - before;
        book.subscriptions += added;
        Ok(())
    }

    fn unsubscribe(&self, package: &str, topic: &str, tokens: &[&String]) {
        let mut book = lock(&self.0);
        let key = (package.to_owned(), topic.to_owned());
        let Some(members) = book.topics.get_mut(&key) else { return };
        let before = members.len();
        members.retain(|member, _| !tokens.contains(&member));
        let (removed, is_empty) = (before - members.len(), members.is_empty());
        if is_empty {
            book.topics.remove(&key);
        }
        book.subscriptions -= removed;
    }

    fn of_token(&self, package: &str, token: &str) -> Vec<Listed> {
        let book = lock(&self.0);
        let own = book.topics.iter().filter(|((of, _), _)| of == package);
        let listed = |((_, name), tokens): (&(String, String), &BTreeMap<String, String>)| {
            Some(Listed { name: name.clone(), add_date: tokens.get(token)?.clone() })
        };
        own.filter_map(listed).collect()
    }
}

/// A topic that a token takes part in. Documented.
#[derive(Serialize)]
struct Listed {
    name: String,
    #[serde(rename = "addDate")]
    add_date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListReply<'a> {
    msg: &'static str,
    code: &'static str,
    request_id: &'a str,
    topics: Vec<Listed>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeReply<'a> {
    msg: &'static str,
    code: &'static str,
    request_id: &'a str,
    success_count: usize,
    failure_count: usize,
    errors: Vec<Wrong>,
}

/// A token that was not taken. Documented.
#[derive(Serialize)]
struct Wrong {
    index: usize,
    reason: &'static str,
}

impl Desk {
    /// Changes or lists subscriptions.
    pub(super) fn topic(&self, call: Call, caller: &Caller, ask: &Ask<'_>, turn: &Turn) -> Answer {
        let request_id = self.next_request_id(ask.now);
        if turn.throttle {
            return flow_control();
        }
        let outcome = match call {
            Call::List => self.list_topics(caller, ask, &request_id),
            Call::Subscribe | Call::Unsubscribe => self.change_topic(call, caller, ask, &request_id),
        };
        outcome.unwrap_or_else(|refusal| refusal.answer(&request_id).at("body"))
    }

    fn list_topics(&self, caller: &Caller, ask: &Ask<'_>, request_id: &str) -> Result<Answer, Refusal> {
        let token = filled(&request(ask)?, "token")?.ok_or(Code::TOPIC_TOKEN)?;
        if !self.is_served(caller, &token) {
            return Err(Code::ALL_INVALID.into());
        }
        let topics = self.topics.of_token(&caller.app.package, &token);
        let reply = ListReply { msg: "success", code: Code::SUCCESS.number, request_id, topics };
        Ok(shaped(Code::SUCCESS, &reply).at("listed").to(1, &token))
    }

    fn change_topic(
        &self,
        call: Call,
        caller: &Caller,
        ask: &Ask<'_>,
        request_id: &str,
    ) -> Result<Answer, Refusal> {
        let request = request(ask)?;
        let topic = filled(&request, "topic")?.filter(|topic| is_topic(topic)).ok_or(Code::TOPIC)?;
        let tokens = texts(&request, "tokenArray")?.unwrap_or_default();
        if tokens.is_empty() {
            return Err(Code::TOPIC_TOKENS.into());
        }
        if tokens.len() > TOKENS_MAX {
            return Err(Code::PARAMETER.because("tokenArray holds more than 1000 tokens"));
        }
        let (good, errors) = self.sort_tokens(caller, &tokens);
        if call == Call::Subscribe {
            self.topics.subscribe(&caller.app.package, &topic, &good, &day(ask.now))?;
        } else {
            self.topics.unsubscribe(&caller.app.package, &topic, &good);
        }
        let code = if errors.is_empty() { Code::SUCCESS } else { Code::TOPIC_SOME };
        let reply = ChangeReply {
            msg: if errors.is_empty() { "success" } else { "some tokens are wrong" },
            code: code.number,
            request_id,
            success_count: good.len(),
            failure_count: errors.len(),
            errors,
        };
        let first = tokens.first().map(String::as_str).unwrap_or_default();
        Ok(shaped(code, &reply).at("changed").to(tokens.len(), first))
    }

    fn sort_tokens<'a>(&self, caller: &Caller, tokens: &'a [String]) -> (Vec<&'a String>, Vec<Wrong>) {
        let (mut good, mut wrong) = (Vec::new(), Vec::new());
        for (index, token) in tokens.iter().enumerate() {
            match self.is_served(caller, token) {
                true => good.push(token),
                false => wrong.push(Wrong { index, reason: "illegal token" }),
            }
        }
        (good, wrong)
    }

    fn is_served(&self, caller: &Caller, token: &str) -> bool {
        self.tokens.find(token).is_some_and(|found| {
            found.standing.is_alive() && caller.app_of(&found.phone.profile().app).is_some()
        })
    }
}

fn request(ask: &Ask<'_>) -> Result<Value, Refusal> {
    ask.json().filter(Value::is_object).ok_or_else(|| illegal("body", "must be an object"))
}

/// Whether a text can be a topic's name: letters, digits, `_`, `.`, `~`, `%`, `-` and Chinese characters. Documented.
fn is_topic(text: &str) -> bool {
    let allowed = |char: char| char.is_ascii_alphanumeric() || "_.~%-".contains(char) || !char.is_ascii();
    text.chars().count() <= NAME_MAX_CHARS && text.chars().all(allowed)
}

/// The day in Beijing, as `2019-11-25`.
fn day(now: Timestamp) -> String {
    const BEIJING_SECS: i64 = 8 * 3600;
    // Days since 0000-03-01, so that a leap day is the last of its year.
    let days = (now.secs() + BEIJING_SECS).div_euclid(86_400) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_beijing() {
        assert_eq!(day(Timestamp::from_secs(1_574_611_199)), "2019-11-24");
        assert_eq!(day(Timestamp::from_secs(1_574_611_200)), "2019-11-25");
        assert_eq!(day(Timestamp::from_secs(1_709_136_000)), "2024-02-29");
    }

    #[test]
    fn names_of_topics_have_up_to_900_letters() {
        assert!(is_topic("weather-2_a.b~c%20") && is_topic("天气") && is_topic(&"a".repeat(900)));
        assert!(!is_topic(&"a".repeat(901)) && !is_topic("a b") && !is_topic("a/b"));
    }
}
