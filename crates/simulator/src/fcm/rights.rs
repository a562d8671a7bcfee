//! What may be set for an app: amounts, switches of its project, and the notification channels it has created.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// Most channels of an app.
const CHANNELS_MAX: usize = 100;

/// How loud a notification channel is, as the user and the app have set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Importance {
    /// Switched off.
    None,
    Min,
    Low,
    Default,
    High,
}

/// Rights and amounts of a project, as the JSON of `set_rights` names them. A member that is absent keeps its value,
/// apart from `channels`, which is replaced as a whole.
#[derive(Debug, Clone)]
pub(super) struct Rights {
    /// `sends_per_minute`: messages of the project. Documented: 600,000.
    pub(super) sends_per_minute: u64,
    /// `device_per_minute`: messages to one phone. Documented: 240.
    pub(super) device_per_minute: u64,
    /// `device_per_hour`: messages to one phone. Documented: 5,000.
    pub(super) device_per_hour: u64,
    /// `collapsible_burst`: collapsible messages to one phone before they are held back to one in three minutes.
    /// Documented: 20. At least 1.
    pub(super) collapsible_burst: u32,
    /// `topics_per_second`: topic requests. Documented: 3,000.
    pub(super) topics_per_second: u64,
    /// `api_enabled`: the API is switched on in the project.
    pub(super) api_enabled: bool,
    /// `may_send`: the account has the permission to send.
    pub(super) may_send: bool,
    /// `account_exists`: the account has not been removed.
    pub(super) account_exists: bool,
    /// `key_exists`: the account's key has not been removed.
    pub(super) key_exists: bool,
}

impl Default for Rights {
    fn default() -> Self {
        Self {
            sends_per_minute: 600_000,
            device_per_minute: 240,
            device_per_hour: 5000,
            collapsible_burst: 20,
            topics_per_second: 3000,
            api_enabled: true,
            may_send: true,
            account_exists: true,
            key_exists: true,
        }
    }
}

/// The notification channels of an app, by id: `channels`, an object of `none`, `min`, `low`, `default` and `high`.
pub(super) type Channels = BTreeMap<String, Importance>;

/// What a change of rights names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Change {
    sends_per_minute: Option<u64>,
    device_per_minute: Option<u64>,
    device_per_hour: Option<u64>,
    collapsible_burst: Option<u32>,
    topics_per_second: Option<u64>,
    api_enabled: Option<bool>,
    may_send: Option<bool>,
    account_exists: Option<bool>,
    key_exists: Option<bool>,
    channels: Option<Channels>,
}

impl Change {
    /// Reads a change.
    ///
    /// # Errors
    /// What cannot be set, in words.
    pub(super) fn read(json: &Value) -> Result<Self, String> {
        let change: Self = serde::Deserialize::deserialize(json).map_err(|error| error.to_string())?;
        if change.channels.as_ref().is_some_and(|channels| channels.len() > CHANNELS_MAX) {
            return Err(format!("there are more than {CHANNELS_MAX} channels"));
        }
        Ok(change)
    }

    /// Sets what it names.
    pub(super) fn apply(self, rights: &mut Rights, channels: &mut Channels) {
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        set(&mut rights.sends_per_minute, self.sends_per_minute);
        set(&mut rights.device_per_minute, self.device_per_minute);
        set(&mut rights.device_per_hour, self.device_per_hour);
        set(&mut rights.collapsible_burst, self.collapsible_burst.map(|burst| burst.max(1)));
        set(&mut rights.topics_per_second, self.topics_per_second);
        set(&mut rights.api_enabled, self.api_enabled);
        set(&mut rights.may_send, self.may_send);
        set(&mut rights.account_exists, self.account_exists);
        set(&mut rights.key_exists, self.key_exists);
        set(channels, self.channels);
    }
}
