//! What vivo's console and its people grant an app.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::class::Class;

/// Devices that can be registered for test messages. Documented.
const TEST_DEVICES_MAX: usize = 20;
/// Aliases and words that are kept.
const NAMES_MAX: usize = 10_000;
/// Valid users an amount is reckoned from at least. Documented.
const USERS_MIN: u64 = 10_000;

/// An app's rights and amounts: the members of the JSON that sets them, each of which stays where it is left out.
/// The defaults are those of a chat app in good order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rights {
    /// Valid users; the amounts and the rate follow from it. 1,000,000.
    users: u64,
    /// Is a news app: may send more operational messages. No.
    news_app: bool,
    /// System messages a day; null: three for each user (documented).
    system_per_day: Option<u64>,
    /// Operational messages a day; null: two for each user, three for a news app (documented).
    operational_per_day: Option<u64>,
    /// Operational messages a day and device; null: 2, or 5 for a news app (documented).
    device_per_day: Option<u64>,
    /// Targets a second; null: 3000, 4000 from 5 million users, 5000 over 8 million (documented).
    per_second: Option<u64>,
    /// Exchanges for an access token in a day: 10,000 (older text).
    pub(super) auth_per_day: u64,
    /// Exchanges for an access token in a second: 10 (newer text).
    pub(super) auth_per_second: u64,
    /// Messages saved for lists in a day: 1,000,000 (assumed, the book gives no number).
    pub(super) saves_per_day: u64,
    /// System categories the app may use: all six. A message of another one is corrected to operational.
    pub(super) system_categories: Vec<String>,
    /// Words by which the vendor's own check knows a system message for an operational one, and corrects it. None.
    pub(super) marketing_words: Vec<String>,
    /// `addBadge` has an effect. Yes.
    pub(super) badge: bool,
    /// Formal messages may be sent; an app under review may not. Yes.
    pub(super) formal: bool,
    /// RegIds of the devices that get test messages, at most 20. None.
    pub(super) test_devices: Vec<String>,
    /// RegIds by the alias that the app on the phone has set. None.
    pub(super) aliases: BTreeMap<String, String>,
    /// Operational messages go out from 7:00 to 23:00 in Beijing only. Yes; off for tests at any hour.
    pub(super) night_rule: bool,
    /// Chinese characters count twice against the limits of title and content, as an older text has it. No.
    pub(super) chinese_counts_twice: bool,
    /// The receipt URL behind `callback_id`. None.
    pub(super) receipt_url: Option<String>,
}

impl Default for Rights {
    fn default() -> Self {
        Self {
            users: 1_000_000,
            news_app: false,
            system_per_day: None,
            operational_per_day: None,
            device_per_day: None,
            per_second: None,
            auth_per_day: 10_000,
            auth_per_second: 10,
            saves_per_day: 1_000_000,
            system_categories: Class::System.categories().iter().map(|&name| name.to_owned()).collect(),
            marketing_words: Vec::new(),
            badge: true,
            formal: true,
            test_devices: Vec::new(),
            aliases: BTreeMap::new(),
            night_rule: true,
            chinese_counts_twice: false,
            receipt_url: None,
        }
    }
}

impl Rights {
    /// The same with some members set anew.
    pub(super) fn with(&self, changes: &Value) -> Result<Self, String> {
        let changes = changes.as_object().ok_or("rights must be an object")?;
        let mut members = match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            _ => return Err("the rights cannot be shown".to_owned()),
        };
        members.extend(changes.clone());
        let rights: Self = serde_json::from_value(members.into()).map_err(|error| error.to_string())?;
        if rights.test_devices.len() > TEST_DEVICES_MAX {
            return Err(format!("test_devices must be at most {TEST_DEVICES_MAX}"));
        }
        if rights.aliases.len().max(rights.marketing_words.len()) > NAMES_MAX {
            return Err(format!("aliases and marketing_words must be at most {NAMES_MAX} each"));
        }
        Ok(rights)
    }

    /// Messages a day of a class.
    pub(super) fn per_day(&self, class: Class) -> u64 {
        let users = self.users.max(USERS_MIN);
        match class {
            Class::System => self.system_per_day.unwrap_or(users.saturating_mul(3)),
            Class::Operational => self
                .operational_per_day
                .unwrap_or_else(|| users.saturating_mul(if self.news_app { 3 } else { 2 })),
        }
    }

    /// Operational messages a day and device.
    pub(super) fn device_per_day(&self) -> u64 {
        self.device_per_day.unwrap_or(if self.news_app { 5 } else { 2 })
    }

    /// Targets a second.
    pub(super) fn per_second(&self) -> u64 {
        self.per_second.unwrap_or(match self.users {
            ..5_000_000 => 3000,
            5_000_000..=8_000_000 => 4000,
            _ => 5000,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_follow_from_the_users_until_they_are_set() {
        let rights = Rights::default().with(&json!({"users": 9000})).unwrap();
        assert_eq!((rights.per_day(Class::System), rights.per_day(Class::Operational)), (30_000, 20_000));
        assert_eq!((rights.per_second(), rights.device_per_day()), (3000, 2));
        let news = rights.with(&json!({"users": 6_000_000, "news_app": true, "system_per_day": 5})).unwrap();
        assert_eq!((news.per_day(Class::System), news.per_day(Class::Operational)), (5, 18_000_000));
        assert_eq!((news.per_second(), news.device_per_day()), (4000, 5));
    }

    #[test]
    fn what_the_vendor_does_not_know_is_said() {
        let error = |changes| Rights::default().with(&changes).unwrap_err();
        assert!(error(json!({"sound": true})).contains("sound"));
        assert!(error(json!({"formal": null})).contains("null"));
        assert!(error(json!([])).contains("object"));
        assert!(error(json!({"test_devices": vec!["a"; 21]})).contains("20"));
    }
}
