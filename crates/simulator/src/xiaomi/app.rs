//! Apps registered with Xiaomi: credentials, notification channels, daily amount.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Secret, Timestamp};
use serde_json::Value;

use super::reply::{Code, Refusal};
use crate::{counter::Credential, lock::lock, shared::random};

/// The private channel of an app that is registered on demand.
const CHAT_CHANNEL: &str = "130001";
const DAY_MS: i64 = 24 * 3_600_000;
/// The vendor's day begins at midnight in Beijing.
pub(super) const BEIJING_OFFSET_MS: i64 = 8 * 3_600_000;

/// An app as it is registered with Xiaomi.
#[derive(Debug, Clone)]
pub struct XiaomiApp {
    /// `AppID`; only the phone's SDK uses it.
    pub app_id: String,
    /// `AppSecret`: the server's whole credential.
    pub app_secret: Secret<String>,
    /// Package names that belong to it.
    pub packages: Vec<String>,
    /// Its approved notification channels, by id.
    pub channels: BTreeMap<String, XiaomiChannel>,
    /// How many targets a day it may send to outside private channels.
    pub day_quota: u64,
}

/// A notification channel of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XiaomiChannel {
    /// 公信: counts against the daily amount; kept for a day at most.
    Public,
    /// 私信: free of the daily amount; kept for ten days at most.
    Private {
        /// A message must name an approved template.
        needs_template: bool,
    },
}

impl XiaomiApp {
    /// An app with one package, without channels, with the amount a middling app has.
    #[must_use]
    pub fn new(package: impl Into<String>, app_id: impl Into<String>, app_secret: Secret<String>) -> Self {
        Self {
            app_id: app_id.into(),
            app_secret,
            packages: vec![package.into()],
            channels: BTreeMap::new(),
            day_quota: 250_000,
        }
    }

    /// The same with one more channel.
    #[must_use]
    pub fn with_channel(mut self, id: impl Into<String>, channel: XiaomiChannel) -> Self {
        self.channels.insert(id.into(), channel);
        self
    }
}

/// An app with what it has used today.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) app: XiaomiApp,
    used: Mutex<Used>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Used {
    day: i64,
    targets: u64,
}

impl Registered {
    /// Takes targets from today's amount, or none of them.
    pub(super) fn spend(&self, targets: u64, now: Timestamp) -> Result<(), Refusal> {
        let mut used = lock(&self.used);
        let today = beijing_day(now);
        if used.day != today {
            *used = Used { day: today, targets: 0 };
        }
        if used.targets + targets > self.app.day_quota {
            return Err(exhausted(self.app.day_quota, used.targets));
        }
        used.targets += targets;
        Ok(())
    }

    /// How many targets have been sent to today.
    pub(super) fn spent(&self, now: Timestamp) -> u64 {
        let used = *lock(&self.used);
        if used.day == beijing_day(now) { used.targets } else { 0 }
    }
}

/// The refusal of an app whose amount is used up.
pub(super) fn exhausted(quota: u64, used: u64) -> Refusal {
    Code::QUOTA.because(format!("exceed quota, quota: {quota}, have acked: {used}"))
}

const fn beijing_day(now: Timestamp) -> i64 {
    now.millis().saturating_add(BEIJING_OFFSET_MS).div_euclid(DAY_MS)
}

fn credential(app: &XiaomiApp) -> Credential {
    let mut credential = Credential::from([
        ("package_name".to_owned(), app.packages.first().cloned().unwrap_or_default()),
        ("app_id".to_owned(), app.app_id.clone()),
        ("app_secret".to_owned(), app.app_secret.expose().clone()),
    ]);
    credential.extend(app.channels.keys().next().map(|id| ("channel_id".to_owned(), id.clone())));
    credential
}

/// All registered apps, by secret.
#[derive(Default)]
pub(super) struct Apps(RwLock<HashMap<String, Arc<Registered>>>);

impl Apps {
    /// Registers an app; the same secret again replaces it.
    pub(super) fn register(&self, app: XiaomiApp) {
        let registered = Arc::new(Registered { used: Mutex::default(), app });
        let secret = registered.app.app_secret.expose().clone();
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(secret, registered);
    }

    /// Who sends, by the `Authorization` header.
    pub(super) fn authenticate(&self, header: Option<&str>) -> Result<Arc<Registered>, Refusal> {
        let secret = header
            .and_then(|value| value.strip_prefix("key="))
            .ok_or_else(|| Code::AUTH.because("authorization must be key=<AppSecret>"))?;
        if secret.is_empty() || secret.chars().any(|char| char.is_whitespace() || char.is_control()) {
            return Err(Code::SECRET.because("the secret is malformed"));
        }
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(secret)
            .cloned()
            .ok_or_else(|| Code::AUTH.because("no app has this secret"))
    }

    /// Registers an app with a private channel, as a chat app has; `known` holds again what was given before.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let field = |name: &str| known.and_then(|known| known.get(name)).cloned();
        let secret = field("app_secret").unwrap_or_else(|| STANDARD.encode(random::<16>()));
        let app_id = field("app_id").unwrap_or_else(|| format!("28823037615{:08}", random::<1>()[0]));
        let channel = field("channel_id").unwrap_or_else(|| CHAT_CHANNEL.to_owned());
        let app = XiaomiApp::new(package, app_id, Secret::new(secret))
            .with_channel(channel, XiaomiChannel::Private { needs_template: false });
        let credential = credential(&app);
        self.register(app);
        Ok(credential)
    }

    /// `day_quota`: targets a day outside private channels.
    pub(super) fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        let quota = rights.get("day_quota").and_then(Value::as_u64).ok_or("day_quota must be a number")?;
        let apps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut of_package =
            apps.values().filter(|registered| registered.app.packages.iter().any(|own| own == package));
        let app = XiaomiApp { day_quota: quota, ..of_package.next().ok_or("no such app")?.app.clone() };
        drop(apps);
        self.register(app);
        Ok(())
    }

    /// Every registered app as Xiaomi's console shows it.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        let apps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut credentials: Vec<Credential> =
            apps.values().map(|registered| credential(&registered.app)).collect();
        credentials.sort();
        credentials
    }

    /// A package of any registered app: what a new phone gets that names none.
    pub(super) fn any_package(&self) -> Option<String> {
        let apps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        apps.values().filter_map(|registered| registered.app.packages.first()).min().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_amount_is_refilled_at_midnight_in_beijing() {
        let mut app = XiaomiApp::new("p", "1", Secret::new("s".to_owned()));
        app.day_quota = 2;
        let registered = Registered { app, used: Mutex::default() };
        let before_midnight = Timestamp(16 * 3_600_000 - 1);
        assert_eq!(registered.spend(2, before_midnight), Ok(()));
        assert_eq!(registered.spend(1, before_midnight).unwrap_err().code, Code::QUOTA);
        assert_eq!(registered.spend(1, before_midnight.plus_ms(1)), Ok(()));
    }
}
