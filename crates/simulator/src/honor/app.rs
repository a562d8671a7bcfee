//! Apps registered with Honor: the console's values, rights and amounts.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use model::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::reply::Code;
use crate::{
    counter::Credential,
    shared::{hex, random},
};

/// Most apps there can be.
const APPS_MAX: usize = 1000;
/// Longest package name, in bytes; what Android takes.
const PACKAGE_MAX_BYTES: usize = 255;
/// Longest receipt address, in bytes. Assumed.
const RECEIPT_URL_MAX_BYTES: usize = 2048;
/// Marketing messages a day, device and app. Documented.
const MARKETING_PER_DEVICE: u64 = 2;
/// The same for a news app with the licence. Documented.
const MARKETING_PER_DEVICE_NEWS: u64 = 5;

/// An app as it is registered with Honor.
#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) package: String,
    /// Stands in the path of the send call.
    pub(super) app_id: String,
    /// Stands in the token request; another number than the app id.
    pub(super) client_id: String,
    client_secret: Secret<String>,
    /// Full class name of the launcher Activity, without which a badge does not change.
    pub(super) badge_class: String,
    pub(super) rights: Rights,
}

/// What an app may do, and how much of it. Every member of the JSON that sets them is optional and stays as it was
/// where it is absent; by default an app has what a well-kept chat app has.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rights {
    /// The push service is switched on in the console; without it every send is refused with 403. Default true.
    pub(super) push_enabled: bool,
    /// `importance` is believed; without it every notification counts as marketing (documented). Default true.
    pub(super) self_classification: bool,
    /// A news app with the licence: 5 marketing messages a day and device instead of 2 (documented). Default false.
    pub(super) news_licence: bool,
    /// An app of the games class: clicks may not open web pages (documented). Default false.
    pub(super) game: bool,
    /// Where receipts go, as entered in the console; null: none are posted. Default null.
    pub(super) receipt_url: Option<String>,
    /// Marketing messages a day and device; null: what the licence gives. Default null.
    pub(super) marketing_per_device: Option<u64>,
    /// Messages to test users a day. Default 1000 (documented).
    pub(super) test_per_day: u64,
    /// Requests a second. Default 3000 (an aggregator's table).
    pub(super) per_second: u64,
    /// How far the header `timestamp` may be off, in milliseconds; null: any time is taken, because the vendor's
    /// tolerance is not known. Default null.
    pub(super) timestamp_tolerance_ms: Option<u64>,
    /// The code of an answer in which some tokens failed, 200 or 80100000: both are told of. Default 200.
    pub(super) partial_failure_code: u32,
}

impl Default for Rights {
    fn default() -> Self {
        Self {
            push_enabled: true,
            self_classification: true,
            news_licence: false,
            game: false,
            receipt_url: None,
            marketing_per_device: None,
            test_per_day: 1000,
            per_second: 3000,
            timestamp_tolerance_ms: None,
            partial_failure_code: Code::OK.0,
        }
    }
}

impl Rights {
    /// How many marketing messages a device is shown in a day.
    pub(super) fn marketing_limit(&self) -> u64 {
        let licensed = if self.news_licence { MARKETING_PER_DEVICE_NEWS } else { MARKETING_PER_DEVICE };
        self.marketing_per_device.unwrap_or(licensed)
    }

    /// The same with the members of a JSON object in place.
    fn with(&self, members: &Value) -> Result<Self, String> {
        let members = members.as_object().ok_or("rights must be an object")?;
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        for (name, value) in members {
            all[name] = value.clone();
        }
        let rights: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        let fits = |url: &String| {
            url.len() <= RECEIPT_URL_MAX_BYTES && (url.starts_with("http://") || url.starts_with("https://"))
        };
        if !rights.receipt_url.as_ref().is_none_or(fits) {
            return Err("receipt_url must be an http or https URL of at most 2048 bytes".to_owned());
        }
        if ![Code::OK.0, Code::PARTIAL.0].contains(&rights.partial_failure_code) {
            return Err("partial_failure_code must be 200 or 80100000".to_owned());
        }
        Ok(rights)
    }
}

impl App {
    /// Whether this is its secret.
    pub(super) fn has_secret(&self, secret: &str) -> bool {
        self.client_secret.expose().as_bytes().ct_eq(secret.as_bytes()).into()
    }

    fn credential(&self) -> Credential {
        [
            ("app_id", &self.app_id),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose()),
            ("badge_class", &self.badge_class),
        ]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .into()
    }
}

/// All registered apps, by package.
#[derive(Default)]
pub(super) struct Apps(RwLock<BTreeMap<String, Arc<App>>>);

impl Apps {
    /// Registers an app. Without `known`, a package that is registered already keeps what it has.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        if package.is_empty() || package.len() > PACKAGE_MAX_BYTES {
            return Err("a package name has 1 to 255 bytes".to_owned());
        }
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let own = apps.get(package).cloned();
        if known.is_none()
            && let Some(own) = own
        {
            return Ok(own.credential());
        }
        if own.is_none() && apps.len() >= APPS_MAX {
            return Err(format!("there are {APPS_MAX} apps already"));
        }
        let rights = own.map(|own| own.rights.clone()).unwrap_or_default();
        let app = match known {
            Some(known) => restored(package, known, rights)?,
            None => fresh(package, rights, &apps),
        };
        let clashes = |other: &&Arc<App>| {
            other.package != package && (other.app_id == app.app_id || other.client_id == app.client_id)
        };
        if apps.values().any(|other| clashes(&other)) {
            return Err("app_id or client_id is of another package".to_owned());
        }
        let credential = app.credential();
        apps.insert(package.to_owned(), Arc::new(app));
        Ok(credential)
    }

    /// Every registered app as the console shows it.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        self.read().values().map(|app| app.credential()).collect()
    }

    /// Sets the rights named in a JSON object; its members are described at [`Rights`].
    pub(super) fn set_rights(&self, package: &str, members: &Value) -> Result<(), String> {
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let app = apps.get_mut(package).ok_or("no such app")?;
        let rights = app.rights.with(members)?;
        *app = Arc::new(App { rights, ..App::clone(app) });
        Ok(())
    }

    /// The app of a package.
    pub(super) fn of_package(&self, package: &str) -> Option<Arc<App>> {
        self.read().get(package).cloned()
    }

    /// The app of a client id.
    pub(super) fn of_client(&self, client_id: &str) -> Option<Arc<App>> {
        self.read().values().find(|app| app.client_id == client_id).cloned()
    }

    /// The first package by name.
    pub(super) fn any_package(&self) -> Option<String> {
        self.read().keys().next().cloned()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Arc<App>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The app that an earlier registration described.
fn restored(package: &str, known: &Credential, rights: Rights) -> Result<App, String> {
    let field = |name: &str| known.get(name).filter(|value| !value.is_empty());
    let number = |name: &str| {
        field(name)
            .filter(|value| value.len() <= 20 && value.bytes().all(|byte| byte.is_ascii_digit()))
            .cloned()
            .ok_or_else(|| format!("{name} must be 1 to 20 digits"))
    };
    Ok(App {
        package: package.to_owned(),
        app_id: number("app_id")?,
        client_id: number("client_id")?,
        client_secret: Secret::new(field("client_secret").cloned().ok_or("client_secret is missing")?),
        badge_class: field("badge_class").cloned().unwrap_or_else(|| launcher(package)),
        rights,
    })
}

/// A new app with numbers that no other has.
fn fresh(package: &str, rights: Rights, apps: &BTreeMap<String, Arc<App>>) -> App {
    loop {
        // App ids have about nine digits (observed); the client id's length is assumed.
        let (app_id, client_id) = (number(104_000_000, 1_000_000), number(220_000_000_000, 1_000_000_000));
        if apps.values().any(|app| app.app_id == app_id || app.client_id == client_id) {
            continue;
        }
        return App {
            package: package.to_owned(),
            app_id,
            client_id,
            client_secret: Secret::new(hex(&random::<16>())),
            badge_class: launcher(package),
            rights,
        };
    }
}

fn launcher(package: &str) -> String {
    format!("{package}.MainActivity")
}

/// A random number from `base` up to, not including, `base + span`.
fn number(base: u64, span: u64) -> String {
    (base + u64::from_le_bytes(random::<8>()) % span).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_known_holds_again_and_is_the_same_at_every_enrolment() {
        let apps = Apps::default();
        let first = apps.enrol("com.example.im", None).unwrap();
        assert_eq!(first["badge_class"], "com.example.im.MainActivity");
        assert_ne!(first["app_id"], first["client_id"]);
        assert_eq!(apps.enrol("com.example.im", None).unwrap(), first);
        let later = Apps::default();
        assert_eq!(later.enrol("com.example.im", Some(&first)).unwrap(), first);
        assert_eq!(later.credentials(), std::slice::from_ref(&first));
        assert!(later.enrol("com.example.other", Some(&first)).is_err());
        let mut wrong = first;
        wrong.insert("app_id".to_owned(), "12a".to_owned());
        assert!(later.enrol("com.example.im", Some(&wrong)).is_err());
    }

    #[test]
    fn rights_change_by_member_and_unknown_ones_are_told() {
        let apps = Apps::default();
        apps.enrol("a", None).unwrap();
        apps.set_rights("a", &json!({"news_licence": true, "receipt_url": "https://127.0.0.1/r"})).unwrap();
        apps.set_rights("a", &json!({"self_classification": false})).unwrap();
        let rights = apps.of_package("a").unwrap().rights.clone();
        assert_eq!((rights.marketing_limit(), rights.self_classification), (5, false));
        assert_eq!(rights.receipt_url.as_deref(), Some("https://127.0.0.1/r"));
        for wrong in [
            json!({"no_such": 1}),
            json!([]),
            json!({"receipt_url": "ftp://a"}),
            json!({"partial_failure_code": 500}),
            json!({"test_per_day": -1}),
        ] {
            assert!(apps.set_rights("a", &wrong).is_err(), "{wrong}");
        }
        assert!(apps.set_rights("b", &json!({})).is_err());
    }
}
