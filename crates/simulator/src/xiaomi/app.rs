//! Apps registered with Xiaomi: credentials and notification channels.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use model::Secret;
use serde_json::Value;

use super::{
    group::{Group, Groups},
    reply::{Code, Refusal},
    rights::{Channel, Rights},
};
use crate::{counter::Credential, lock::lock, shared::random};

/// Most apps there can be by enrolment.
const APPS_MAX: usize = 1000;
/// Longest package name, in bytes; what Android takes.
const PACKAGE_MAX_BYTES: usize = 255;
/// The channels of an app that is registered on demand, and the fields of a certificate that hold them.
const CHAT_CHANNEL: &str = "130001";
const MARKETING_CHANNEL: &str = "130101";
const CHAT_FIELD: &str = "channel_id";
const MARKETING_FIELD: &str = "channel_id_marketing";

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
    /// How many targets a day it may send to without a channel; public channels have twice that.
    pub day_quota: u64,
}

/// A notification channel of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XiaomiChannel {
    /// 公信: counts against a daily amount; kept for a day at most.
    Public,
    /// 私信: free of any daily amount; kept for ten days at most.
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

/// An app with what it may do and what its phones have said.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    pub(super) app: XiaomiApp,
    pub(super) rights: Rights,
    pub(super) groups: Arc<Mutex<Groups>>,
}

impl Registered {
    fn new(app: XiaomiApp) -> Self {
        let channels = app.channels.iter().map(|(id, channel)| (id.clone(), (*channel).into())).collect();
        let rights = Rights::new(app.day_quota, channels);
        Self { app, rights, groups: Arc::default() }
    }

    /// Whether a package is of this app.
    pub(super) fn owns(&self, package: &str) -> bool {
        self.app.packages.iter().any(|own| own == package)
    }

    /// The app's main package, by which amounts are counted.
    pub(super) fn package(&self) -> &str {
        self.app.packages.first().map_or("", String::as_str)
    }

    /// The channels that an operator would enter: that of chats, and that of marketing.
    fn credential(&self) -> Credential {
        let mut credential = Credential::from([
            ("package_name".to_owned(), self.package().to_owned()),
            ("app_id".to_owned(), self.app.app_id.clone()),
            ("app_secret".to_owned(), self.app.app_secret.expose().clone()),
        ]);
        let first = |is_public: bool| {
            let mut channels = self.rights.channels.iter();
            channels.find_map(|(id, own)| ((*own == Channel::Public) == is_public).then(|| id.clone()))
        };
        credential.extend(first(false).map(|id| (CHAT_FIELD.to_owned(), id)));
        credential.extend(first(true).map(|id| (MARKETING_FIELD.to_owned(), id)));
        credential
    }
}

/// All registered apps, by secret.
#[derive(Default)]
pub(crate) struct Apps(RwLock<HashMap<String, Arc<Registered>>>);

impl Apps {
    /// Registers an app; the same secret again replaces it.
    pub(crate) fn register(&self, app: XiaomiApp) {
        self.put(Registered::new(app));
    }

    /// Who sends, by the `Authorization` header.
    pub(super) fn authenticate(&self, header: Option<&str>) -> Result<Arc<Registered>, Refusal> {
        let secret = header
            .and_then(|value| value.strip_prefix("key="))
            .ok_or_else(|| Code::AUTH.because("authorization must be key=<AppSecret>"))?;
        if secret.is_empty() || secret.chars().any(|char| char.is_whitespace() || char.is_control()) {
            return Err(Code::SECRET.because("the secret is malformed"));
        }
        self.read().get(secret).cloned().ok_or_else(|| Code::AUTH.because("no app has this secret"))
    }

    /// Registers an app with a channel for chats and one for marketing, as a chat app has. Without `known`, a package
    /// that is registered already keeps what it has.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        if package.is_empty() || package.len() > PACKAGE_MAX_BYTES {
            return Err("a package name has 1 to 255 bytes".to_owned());
        }
        if known.is_none()
            && let Some(own) = self.of_package(package)
        {
            return Ok(own.credential());
        }
        if self.read().len() >= APPS_MAX {
            return Err(format!("there are {APPS_MAX} apps already"));
        }
        let field = |name: &str| known.and_then(|known| known.get(name)).cloned();
        let secret = field("app_secret").unwrap_or_else(|| STANDARD.encode(random::<16>()));
        let app_id = field("app_id").unwrap_or_else(|| format!("28823037615{:08}", random::<1>()[0]));
        let mut app = XiaomiApp::new(package, app_id, Secret::new(secret));
        if let Some(id) = field(CHAT_FIELD).or_else(|| known.is_none().then(|| CHAT_CHANNEL.to_owned())) {
            app = app.with_channel(id, XiaomiChannel::Private { needs_template: false });
        }
        if let Some(id) =
            field(MARKETING_FIELD).or_else(|| known.is_none().then(|| MARKETING_CHANNEL.to_owned()))
        {
            app = app.with_channel(id, XiaomiChannel::Public);
        }
        let registered = Registered::new(app);
        let credential = registered.credential();
        self.put(registered);
        Ok(credential)
    }

    /// Sets what a JSON object names: members of [`Rights`], and those of [`Group::member`].
    pub(super) fn set_rights(&self, package: &str, members: &Value) -> Result<(), String> {
        let mut members = members.as_object().ok_or("rights must be an object")?.clone();
        let app = self.of_package(package).ok_or("no such app")?;
        for group in Group::ALL {
            if let Some(names) = members.remove(group.member()) {
                lock(&app.groups).set(group, &names)?;
            }
        }
        let rights = app.rights.with(&members)?;
        self.put(Registered { rights, ..Registered::clone(&app) });
        Ok(())
    }

    /// Changes what an app may do.
    pub(super) fn change(&self, app: &Registered, change: impl FnOnce(&mut Rights)) {
        let mut changed = app.clone();
        change(&mut changed.rights);
        self.put(changed);
    }

    /// Every registered app as Xiaomi's console shows it.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        let mut credentials: Vec<Credential> = self.read().values().map(|app| app.credential()).collect();
        credentials.sort();
        credentials
    }

    /// A package of any registered app: what a new phone gets that names none.
    pub(super) fn any_package(&self) -> Option<String> {
        self.read().values().filter_map(|registered| registered.app.packages.first()).min().cloned()
    }

    /// The app that owns a package.
    pub(super) fn of_package(&self, package: &str) -> Option<Arc<Registered>> {
        self.read().values().find(|app| app.owns(package)).cloned()
    }

    fn put(&self, registered: Registered) {
        let secret = registered.app.app_secret.expose().clone();
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(secret, Arc::new(registered));
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, Arc<Registered>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_known_holds_again_and_is_the_same_at_every_enrolment() {
        let apps = Apps::default();
        let first = apps.enrol("com.example.im", None).unwrap();
        assert_eq!(
            (first[CHAT_FIELD].as_str(), first[MARKETING_FIELD].as_str()),
            (CHAT_CHANNEL, MARKETING_CHANNEL)
        );
        assert_eq!(apps.enrol("com.example.im", None).unwrap(), first);
        let later = Apps::default();
        assert_eq!(later.enrol("com.example.im", Some(&first)).unwrap(), first);
        assert_eq!(later.credentials(), [first]);
        assert!(apps.enrol("", None).is_err());
    }

    #[test]
    fn rights_and_names_are_set_by_package() {
        let apps = Apps::default();
        apps.enrol("com.example.im", None).unwrap();
        apps.set_rights("com.example.im", &json!({"day_quota": 3, "aliases": {"ann": ["r1"]}})).unwrap();
        let app = apps.of_package("com.example.im").unwrap();
        assert_eq!(app.rights.day_quota, 3);
        assert_eq!(lock(&app.groups).names(Group::Alias, "r1"), ["ann"]);
        assert!(apps.set_rights("com.example.im", &json!({"aliases": 1})).is_err());
        assert!(apps.set_rights("com.other", &json!({})).is_err());
    }
}
