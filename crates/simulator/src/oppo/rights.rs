//! What an app may do and how much: what its developer applied for in the vendor's console.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::reply::Code;

/// Content messages a day of an app that is not in the store yet. Documented.
const TEST_DAY_AMOUNT: u64 = 1000;
/// Content messages a day of an app with few users, and how many each user brings. Documented; an older text says
/// 100000.
const DAY_AMOUNT_MIN: u64 = 20_000;
const DAY_AMOUNT_PER_USER: u64 = 2;
/// Calls and targets a second by accumulated users. Documented.
const RATES: [(u64, u64); 3] = [(100_000_000, 30_000), (50_000_000, 20_000), (10_000_000, 10_000)];
const RATE_MIN: u64 = 5000;

/// The rights of an app; each field is a name in the JSON that sets them, and what is not named stays.
///
/// Defaults are those of a well-kept chat app: in the store, communication and service granted, level 16 and badge too.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rights {
    /// The app is enabled; else every call is answered with 28.
    pub(super) enabled: bool,
    /// It may push by this interface; else sends are answered with 30.
    pub(super) push: bool,
    /// It is in the store; else it has 1000 messages a day, of content and marketing only.
    pub(super) in_store: bool,
    /// Communication and service (private) messages are granted; else they become content and marketing (public) ones.
    pub(super) private: bool,
    /// `notify_level` 16 is granted; else it becomes 2.
    pub(super) level_16: bool,
    /// What is not granted is refused with 67 instead of toned down.
    pub(super) strict: bool,
    /// Badge fields are granted; else they are ignored (assumed).
    pub(super) badge: bool,
    /// Accumulated users, on which amounts and rates rest.
    pub(super) users: u64,
    /// Content messages a day, instead of what the users bring.
    pub(super) day_quota: Option<u64>,
    /// Content messages a day for one device: 2, a news app 5.
    pub(super) device_quota: u64,
    /// A device's amount is told by code 33 in the answer; else the message is accepted and a receipt tells.
    pub(super) device_quota_in_answer: bool,
    /// Calls and targets a second, instead of what the users bring.
    pub(super) per_second: Option<u64>,
    /// Picture uploads a day. The number is assumed.
    pub(super) picture_quota: u64,
    /// Notification channels registered in the console, each `private` or `public`.
    pub(super) channels: BTreeMap<String, Channel>,
    /// A message without a registered channel is shown quietly in the vendor's own channel; else it is not shown.
    pub(super) default_channel: bool,
    /// Approved templates by id: `title` and `content` with places `${name}$`.
    pub(super) templates: BTreeMap<String, Template>,
    /// Categories in which a message must name a template.
    pub(super) templated: BTreeSet<String>,
    /// The hours of the day in Beijing at which marketing messages are held back, as `[from, to]`; null: none.
    pub(super) night: Option<(u8, u8)>,
    /// An id that was served once is accepted when it is dead, and a receipt tells; else the answer tells.
    pub(super) dead_by_receipt: bool,
    /// The code for an invalid registration id: 10000, or 41 as one server met.
    pub(super) invalid_id_code: i32,
    /// A repeated `app_message_id` is answered with 32 instead of success.
    pub(super) repeat_refused: bool,
}

/// What a notification channel is registered as. It decides the class of a message that names no category, as before
/// the rules of 2024-11-20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Channel {
    Private,
    Public,
}

/// An approved template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    pub(super) title: String,
    pub(super) content: String,
}

impl Rights {
    /// Those of an app that has just been registered, with one private channel.
    pub(super) fn of_new_app(channel: &str) -> Self {
        Self {
            enabled: true,
            push: true,
            in_store: true,
            private: true,
            level_16: true,
            strict: false,
            badge: true,
            users: 10_000,
            day_quota: None,
            device_quota: 2,
            device_quota_in_answer: false,
            per_second: None,
            picture_quota: 100,
            channels: BTreeMap::from([(channel.to_owned(), Channel::Private)]),
            default_channel: false,
            templates: BTreeMap::new(),
            templated: BTreeSet::new(),
            night: None,
            dead_by_receipt: false,
            invalid_id_code: Code::REGISTRATION_ID.0,
            repeat_refused: false,
        }
    }

    /// These with some set anew.
    pub(super) fn changed(&self, change: &Value) -> Result<Self, String> {
        let change: Map<String, Value> =
            Map::deserialize(change).map_err(|_| "rights must be a JSON object".to_owned())?;
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        for (name, value) in change {
            all[name] = value;
        }
        let rights: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        let hours = rights.night.unwrap_or_default();
        if hours.0 > 23 || hours.1 > 23 {
            return Err("night must be two hours of 0 to 23".to_owned());
        }
        if ![Code::REGISTRATION_ID.0, Code::INVALID.0].contains(&rights.invalid_id_code) {
            return Err("invalid_id_code must be 10000 or 41".to_owned());
        }
        Ok(rights)
    }

    /// Whether communication and service messages stay such.
    pub(super) const fn grants_service(&self) -> bool {
        self.private && self.in_store
    }

    /// Content messages a day.
    pub(super) fn day_amount(&self) -> u64 {
        let by_users = self.users.saturating_mul(DAY_AMOUNT_PER_USER).max(DAY_AMOUNT_MIN);
        self.day_quota.unwrap_or(if self.in_store { by_users } else { TEST_DAY_AMOUNT })
    }

    /// Calls and targets a second.
    pub(super) fn rate(&self) -> u64 {
        let by_users = RATES.iter().find_map(|(users, rate)| (self.users >= *users).then_some(*rate));
        self.per_second.unwrap_or(by_users.unwrap_or(RATE_MIN))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_named_stays_and_unknown_names_are_refused() {
        let rights = Rights::of_new_app("im").changed(&json!({"private": false})).unwrap();
        let rights = rights.changed(&json!({"day_quota": 7, "night": [22, 8]})).unwrap();
        assert!(!rights.grants_service());
        assert_eq!((rights.day_amount(), rights.night), (7, Some((22, 8))));
        assert_eq!(rights.changed(&json!({"day_quota": null})).unwrap().day_amount(), 20_000);
        for wrong in [
            json!({"surprise": 1}),
            json!([]),
            json!({"night": [24, 0]}),
            json!({"invalid_id_code": 11}),
            json!({"users": -1}),
        ] {
            assert!(rights.changed(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts_and_rates_grow_with_the_users() {
        let of = |users: u64| {
            let rights = Rights::of_new_app("im").changed(&json!({ "users": users })).unwrap();
            (rights.day_amount(), rights.rate())
        };
        assert_eq!(of(9_999), (20_000, 5000));
        assert_eq!(of(9_999_999), (19_999_998, 5000));
        assert_eq!(of(10_000_000), (20_000_000, 10_000));
        assert_eq!(of(50_000_000).1, 20_000);
        assert_eq!(of(100_000_000).1, 30_000);
        let test = Rights::of_new_app("im").changed(&json!({"in_store": false})).unwrap();
        assert_eq!(test.day_amount(), 1000);
    }
}
