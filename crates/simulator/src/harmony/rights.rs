//! What an app may do, and how much.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an app may do, and how much, as it is granted in the vendor's consoles. The names are the keys of the rights
/// that are set by the control API; a key that is not set stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rights {
    /// Category IM. Without a category's right a message is taken for MARKETING, without a word. Documented.
    pub(super) chat: bool,
    /// Categories VOIP and `MISS_CALL`.
    pub(super) call: bool,
    /// Categories SUBSCRIPTION, TRAVEL, HEALTH, WORK, ACCOUNT, EXPRESS, FINANCE, `DEVICE_REMINDER` and MAIL.
    pub(super) system: bool,
    /// Push-type 10, in-app calls: otherwise `noPushTypeRight`.
    pub(super) voip: bool,
    /// Push-type 2, voice broadcasts: otherwise `noPushTypeRight`.
    pub(super) play_voice: bool,
    /// Push-type 7, live views: otherwise `noRightToSendThisLiveNotificationEvent`.
    pub(super) live_view: bool,
    /// Push-type 6 with `backgroundMode` 1: otherwise `noPushTypeRight`.
    pub(super) background_im: bool,
    /// Push is switched on for the project: otherwise 80300002.
    pub(super) push_enabled: bool,
    /// The service account's key is not disabled: otherwise 80200006.
    pub(super) key_enabled: bool,
    /// The app is under penalty: 80300037.
    pub(super) penalty: bool,
    /// Marketing messages a day and device. Documented as 2, for licensed news apps 5.
    pub(super) marketing_per_day: u64,
    /// Notifications a day and device, of all categories. Documented as 3000.
    pub(super) per_day: u64,
    /// Test messages a day and project. Documented as 1000.
    pub(super) test_per_day: u64,
    /// Devices a second. Documented as 6000 at least.
    pub(super) per_second: u64,
    /// Where receipts go, as entered in the console; `null`: nowhere.
    pub(super) receipt_url: Option<String>,
    /// Hosts whose images are verified; an image from another is refused with 80100022 (assumed). `null`: all.
    pub(super) image_hosts: Option<Vec<String>>,
}

impl Default for Rights {
    /// Those of a well-kept chat app, which has not applied for in-app calls.
    fn default() -> Self {
        Self {
            chat: true,
            call: true,
            system: true,
            voip: false,
            play_voice: false,
            live_view: false,
            background_im: false,
            push_enabled: true,
            key_enabled: true,
            penalty: false,
            marketing_per_day: 2,
            per_day: 3000,
            test_per_day: 1000,
            per_second: 6000,
            receipt_url: None,
            image_hosts: None,
        }
    }
}

impl Rights {
    /// The same, with what `change` sets.
    ///
    /// # Errors
    /// What the vendor does not know, in words.
    pub(super) fn changed(&self, change: &Value) -> Result<Self, String> {
        let change = change.as_object().ok_or("rights must be an object")?;
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        for (name, value) in change {
            all[name] = value.clone();
        }
        serde_json::from_value(all).map_err(|error| error.to_string())
    }

    /// Whether a category may be used.
    pub(super) const fn grant(&self, category: Category) -> bool {
        match category {
            Category::Chat => self.chat,
            Category::Call => self.call,
            Category::System => self.system,
            Category::PlayVoice => self.play_voice,
            Category::Marketing => true,
        }
    }
}

/// The categories of the book, as far as rights tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    Chat,
    Call,
    System,
    PlayVoice,
    Marketing,
}

impl Category {
    /// The category of this name; `None`: not in the book.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "IM" => Self::Chat,
            "VOIP" | "MISS_CALL" => Self::Call,
            "SUBSCRIPTION" | "TRAVEL" | "HEALTH" | "WORK" | "ACCOUNT" | "EXPRESS" | "FINANCE"
            | "DEVICE_REMINDER" | "MAIL" => Self::System,
            "PLAY_VOICE" => Self::PlayVoice,
            "MARKETING" => Self::Marketing,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_set_stays_and_what_is_not_known_is_said() {
        let rights = Rights::default().changed(&json!({"voip": true, "receipt_url": "http://a"})).unwrap();
        let rights = rights.changed(&json!({"chat": false})).unwrap();
        assert!(rights.voip && !rights.chat && rights.system);
        assert_eq!(rights.receipt_url.as_deref(), Some("http://a"));
        assert!(rights.changed(&json!({"magic": true})).unwrap_err().contains("magic"));
        assert!(rights.changed(&json!({"chat": 7})).is_err());
        assert!(rights.changed(&json!([])).is_err());
    }
}
