//! What an app may do at Xiaomi, and how much of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::app::XiaomiChannel;

/// Most channels of an app. Documented.
const CHANNELS_MAX: usize = 30;
/// Most templates that are remembered.
const TEMPLATES_MAX: usize = 200;
/// Most places of one template. Documented.
const PLACES_MAX: usize = 9;
/// The public channels' amount is at least this. Documented.
const PUBLIC_DAY_BASE: u64 = 10_000;
/// Pushes a day and device in public channels; 8 with a news licence. Documented.
const PUBLIC_PER_DEVICE: u64 = 5;
/// Pushes a day and device without a channel. Documented.
const DEFAULT_PER_DEVICE: u64 = 1;

/// What an app may do. Every member of the JSON that sets them is optional and stays as it was where it is absent; by
/// default an app has what a well-kept chat app has.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rights {
    /// The kinds of important messages that were applied for. A message in a private channel of another kind is treated
    /// as one of a public channel: counted in its amounts and shown quietly. Default: all eight.
    pub(super) private_kinds: BTreeSet<Kind>,
    /// What the private channels are for, by channel id; one that is not named is for `im_message`. Default: none.
    pub(super) channel_kinds: BTreeMap<String, Kind>,
    /// The approved channels, by id: `public`, `private`, or `private_with_template`, which takes messages by a
    /// template only. At most 30 (documented).
    pub(super) channels: BTreeMap<String, Channel>,
    /// The templates' wordings by id, such as `{"title": "来自{$name$}的消息", "text": "{$text$}"}`; while there are none,
    /// any template id is taken and only its parameters are looked at. Default: none.
    pub(super) templates: BTreeMap<String, Wording>,
    /// Every private channel takes messages by a template only, as it is for apps registered since 2026-07-01
    /// (documented). Default false.
    pub(super) templates_required: bool,
    /// Targets a day without a channel: as many as there are phones with notifications on (documented).
    pub(super) day_quota: u64,
    /// Targets a day in public channels; null: twice `day_quota`, and 10000 at least (documented). Default null.
    pub(super) public_day_quota: Option<u64>,
    /// Pushes a day that a device shows without a channel (documented). Default 1.
    pub(super) default_per_device: u64,
    /// Pushes a day that a device shows in public channels (documented; 8 with a news licence). Default 5.
    pub(super) public_per_device: u64,
    /// Targets a second: 500 to 3000 by the number of devices (documented); null: any, for how many devices an app has
    /// is not simulated. Default null.
    pub(super) targets_per_second: Option<u64>,
}

/// The eight kinds of important messages (row K of the seed documents).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    ImMessage,
    FollowedUpdate,
    PersonalMatter,
    OrderState,
    Finance,
    StateChange,
    ResourceChange,
    DeviceAlert,
}

const KINDS: [Kind; 8] = [
    Kind::ImMessage,
    Kind::FollowedUpdate,
    Kind::PersonalMatter,
    Kind::OrderState,
    Kind::Finance,
    Kind::StateChange,
    Kind::ResourceChange,
    Kind::DeviceAlert,
];

/// A channel in the words of the rights' JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Channel {
    Public,
    Private,
    PrivateWithTemplate,
}

impl From<XiaomiChannel> for Channel {
    fn from(channel: XiaomiChannel) -> Self {
        match channel {
            XiaomiChannel::Public => Self::Public,
            XiaomiChannel::Private { needs_template: false } => Self::Private,
            XiaomiChannel::Private { needs_template: true } => Self::PrivateWithTemplate,
        }
    }
}

/// An approved template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    title: String,
    text: String,
}

impl Wording {
    /// The names of its places, which stand in `{$name$}`.
    pub(super) fn places(&self) -> BTreeSet<&str> {
        let all = [&self.title, &self.text];
        all.into_iter()
            .flat_map(|text| text.split("{$").skip(1))
            .filter_map(|rest| Some(rest.split_once("$}")?.0))
            .collect()
    }
}

impl Rights {
    pub(super) fn new(day_quota: u64, channels: BTreeMap<String, Channel>) -> Self {
        Self {
            private_kinds: KINDS.into(),
            channel_kinds: BTreeMap::new(),
            channels,
            templates: BTreeMap::new(),
            templates_required: false,
            day_quota,
            public_day_quota: None,
            default_per_device: DEFAULT_PER_DEVICE,
            public_per_device: PUBLIC_PER_DEVICE,
            targets_per_second: None,
        }
    }

    /// Targets a day in public channels.
    pub(super) fn public_limit(&self) -> u64 {
        self.public_day_quota.unwrap_or_else(|| self.day_quota.saturating_mul(2).max(PUBLIC_DAY_BASE))
    }

    /// Whether the kind of a private channel was applied for.
    pub(super) fn grants(&self, channel: &str) -> bool {
        self.private_kinds.contains(self.channel_kinds.get(channel).unwrap_or(&Kind::ImMessage))
    }

    /// The same with the members of a JSON object in place.
    pub(super) fn with(&self, members: &Map<String, Value>) -> Result<Self, String> {
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        for (name, value) in members {
            all[name] = value.clone();
        }
        let rights: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        if rights.channels.len() > CHANNELS_MAX || rights.channel_kinds.len() > CHANNELS_MAX {
            return Err(format!("an app has at most {CHANNELS_MAX} channels"));
        }
        if rights.templates.len() > TEMPLATES_MAX {
            return Err(format!("there are at most {TEMPLATES_MAX} templates"));
        }
        let fits =
            |wording: &Wording| !wording.title.starts_with("{$") && (wording.places().len() <= PLACES_MAX);
        if !rights.templates.values().all(fits) {
            return Err(format!(
                "a template's title begins with a word, and it has at most {PLACES_MAX} places"
            ));
        }
        Ok(rights)
    }

    /// One more public channel, as a server may make it; `false` where there are as many as may be.
    pub(super) fn add_channel(&mut self, id: &str) -> bool {
        let has_room = self.channels.len() < CHANNELS_MAX || self.channels.contains_key(id);
        if has_room {
            self.channels.entry(id.to_owned()).or_insert(Channel::Public);
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rights_change_by_member_and_what_cannot_be_is_told() {
        let rights = Rights::new(250_000, BTreeMap::new());
        let set = |members: Value| rights.with(members.as_object().unwrap());
        assert_eq!(rights.public_limit(), 500_000);
        assert_eq!(set(json!({"day_quota": 7})).unwrap().public_limit(), 10_000);
        assert_eq!(set(json!({"day_quota": 7, "public_day_quota": 2})).unwrap().public_limit(), 2);
        let granted = set(json!({"private_kinds": ["finance"], "channel_kinds": {"a": "finance"}})).unwrap();
        assert!(granted.grants("a") && !granted.grants("b") && rights.grants("b"));
        for wrong in [
            json!({"no_such": 1}),
            json!({"private_kinds": ["weather"]}),
            json!({"channels": {"a": "loud"}}),
            json!({"templates": {"T": {"title": "{$a$}", "text": "b"}}}),
            json!({"day_quota": -1}),
        ] {
            assert!(set(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_template_knows_its_places() {
        let wording = Wording { title: "a {$x$} b".to_owned(), text: "{$y$}{$x$} {$broken".to_owned() };
        assert_eq!(wording.places(), ["x", "y"].into());
    }
}
