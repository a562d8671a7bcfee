//! What a push id is subscribed to: the switches of its messages, an alias, tags.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Mutex,
};

use serde_json::{Value, json};

use super::{
    desk::{Call, Desk},
    reply::{self, Code, Refusal},
};
use crate::{counter::Answer, lock::lock};

/// Longest alias, in characters. Documented; the client's text says 20.
const ALIAS_MAX_CHARS: usize = 60;
/// Longest tag, in characters. One source.
const TAG_MAX_CHARS: usize = 20;
/// Most tags of a push id. One source.
const TAGS_MAX: usize = 100;
/// Push ids that are remembered with what they subscribed to.
const PUSH_IDS_MAX: usize = 50_000;
/// Tags that have a number.
const TAG_NUMBERS_MAX: usize = 100_000;

/// What push ids are subscribed to.
#[derive(Debug, Default)]
pub(super) struct Subscriptions(Mutex<Subscribed>);

#[derive(Debug, Default)]
struct Subscribed {
    by_push_id: HashMap<String, Subscription>,
    tag_numbers: BTreeMap<String, usize>,
}

#[derive(Debug, Default)]
struct Subscription {
    package: String,
    is_bar_off: bool,
    is_direct_on: bool,
    alias: Option<String>,
    tags: BTreeSet<String>,
}

impl Subscriptions {
    /// Whether notifications of a push id are switched on, as they are at first.
    pub(super) fn is_bar_on(&self, push_id: &str) -> bool {
        lock(&self.0).by_push_id.get(push_id).is_none_or(|subscription| !subscription.is_bar_off)
    }

    /// The push ids of an app under an alias.
    pub(super) fn of_alias(&self, package: &str, alias: &str) -> Vec<String> {
        self.of(package, |subscription| subscription.alias.as_deref() == Some(alias))
    }

    /// The push ids of an app with any of some tags, or with all of them.
    pub(super) fn of_tags(&self, package: &str, tags: &[&str], needs_all: bool) -> Vec<String> {
        self.of(package, |subscription| {
            let has = |tag: &&str| subscription.tags.contains(*tag);
            if needs_all { tags.iter().all(has) } else { tags.iter().any(has) }
        })
    }

    fn of(&self, package: &str, wanted: impl Fn(&Subscription) -> bool) -> Vec<String> {
        let subscribed = lock(&self.0);
        let of_app = subscribed.by_push_id.iter().filter(|(_, own)| own.package == package && wanted(own));
        let mut push_ids: Vec<String> = of_app.map(|(push_id, _)| push_id.clone()).collect();
        push_ids.sort_unstable();
        push_ids
    }

    fn change<T>(
        &self,
        call: &Call<'_>,
        push_id: &str,
        act: impl FnOnce(&mut Subscription) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut subscribed = lock(&self.0);
        if subscribed.by_push_id.len() >= PUSH_IDS_MAX && !subscribed.by_push_id.contains_key(push_id) {
            return Err(Code::OTHER.plain());
        }
        let subscription = subscribed.by_push_id.entry(push_id.to_owned()).or_default();
        subscription.package.clone_from(&call.app.package);
        act(subscription)
    }

    /// Tags with their numbers, which they are given when they are first asked for.
    fn numbered(&self, tags: &BTreeSet<String>) -> Value {
        let mut subscribed = lock(&self.0);
        let numbers = &mut subscribed.tag_numbers;
        let numbered = tags.iter().map(|tag| {
            let next = numbers.len() + 1;
            let number = match numbers.get(tag) {
                Some(number) => *number,
                None if next > TAG_NUMBERS_MAX => 0,
                None => *numbers.entry(tag.clone()).or_insert(next),
            };
            json!({ "tagId": number, "tagName": tag })
        });
        numbered.collect()
    }
}

impl Desk {
    /// Does something with the push id that a request names, which must be subscribed.
    fn subscribe<'a, T>(
        &self,
        call: &'a Call<'_>,
        act: impl FnOnce(&mut Subscription) -> Result<T, Refusal>,
    ) -> Result<(&'a str, T), Refusal> {
        let push_id = call.form.need("pushId")?.trim();
        let found = self.tokens.find(push_id).ok_or_else(|| Code::PUSH_ID.plain())?;
        if !found.standing.is_alive() || found.phone.profile().app != call.app.package {
            return Err(Code::NOT_SUBSCRIBED.plain());
        }
        Ok((push_id, self.subscriptions.change(call, push_id, act)?))
    }

    fn switch(
        &self,
        call: &Call<'_>,
        act: impl FnOnce(&mut Subscription) -> Result<(), Refusal>,
    ) -> Result<Answer, Refusal> {
        let (push_id, [bar, direct]) = self.subscribe(call, |own| {
            act(own)?;
            Ok([u8::from(!own.is_bar_off), u8::from(own.is_direct_on)])
        })?;
        Ok(reply::done(&json!({ "barTypeSwitch": bar, "directTypeSwitch": direct, "pushId": push_id })))
    }

    /// `message/getRegisterSwitch`.
    pub(super) fn switches(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        self.switch(call, |_| Ok(()))
    }

    /// `message/changeRegisterSwitch`.
    pub(super) fn change_switch(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let is_direct = call.form.need_number("msgType", 0..=1)? == 1;
        let is_on = call.form.need_number("subSwitch", 0..=1)? == 1;
        self.switch(call, |own| {
            if is_direct {
                own.is_direct_on = is_on;
            } else {
                own.is_bar_off = !is_on;
            }
            Ok(())
        })
    }

    /// `message/changeAllSwitch`.
    pub(super) fn change_all_switches(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let is_on = call.form.need_number("subSwitch", 0..=1)? == 1;
        self.switch(call, |own| {
            (own.is_bar_off, own.is_direct_on) = (!is_on, is_on);
            Ok(())
        })
    }

    fn with_alias(&self, call: &Call<'_>, act: impl FnOnce(&mut Option<String>)) -> Result<Answer, Refusal> {
        let (push_id, alias) = self.subscribe(call, |own| {
            act(&mut own.alias);
            Ok(own.alias.clone().unwrap_or_default())
        })?;
        Ok(reply::done(&json!({ "pushId": push_id, "alias": alias })))
    }

    /// `message/subscribeAlias`: the one alias of a push id.
    pub(super) fn subscribe_alias(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let alias = call.form.need("alias")?.trim();
        if alias.chars().count() > ALIAS_MAX_CHARS {
            return Err(Code::PARAMETER.because("alias不能超过60个字符"));
        }
        self.with_alias(call, |own| *own = Some(alias.to_owned()))
    }

    /// `message/unSubscribeAlias`.
    pub(super) fn unsubscribe_alias(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        self.with_alias(call, |own| *own = None)
    }

    /// `message/getSubAlias`.
    pub(super) fn alias(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        self.with_alias(call, |_| ())
    }

    fn with_tags(
        &self,
        call: &Call<'_>,
        act: impl FnOnce(&mut BTreeSet<String>) -> Result<(), Refusal>,
    ) -> Result<Answer, Refusal> {
        let (push_id, tags) = self.subscribe(call, |own| {
            act(&mut own.tags)?;
            Ok(own.tags.clone())
        })?;
        Ok(reply::done(&json!({ "pushId": push_id, "tags": self.subscriptions.numbered(&tags) })))
    }

    /// `message/subscribeTags`.
    pub(super) fn subscribe_tags(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        call.form.need("tags")?;
        let tags = call.form.list("tags");
        if tags.iter().any(|tag| tag.chars().count() > TAG_MAX_CHARS) {
            return Err(Code::PARAMETER.because("单个标签不能超过20个字符"));
        }
        self.with_tags(call, |own| {
            let new = tags.iter().collect::<BTreeSet<_>>().into_iter().filter(|tag| !own.contains(**tag));
            if own.len() + new.count() > TAGS_MAX {
                return Err(Code::PARAMETER.because("标签不能超过100个"));
            }
            own.extend(tags.iter().map(|tag| (*tag).to_owned()));
            Ok(())
        })
    }

    /// `message/unSubscribeTags`.
    pub(super) fn unsubscribe_tags(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        call.form.need("tags")?;
        let tags = call.form.list("tags");
        self.with_tags(call, |own| {
            own.retain(|tag| !tags.contains(&tag.as_str()));
            Ok(())
        })
    }

    /// `message/getSubTags`.
    pub(super) fn tags(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        self.with_tags(call, |_| Ok(()))
    }

    /// `message/unSubAllTags`.
    pub(super) fn unsubscribe_all_tags(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        self.subscribe(call, |own| {
            own.tags.clear();
            Ok(())
        })?;
        Ok(reply::done(&Value::from(true)))
    }
}
