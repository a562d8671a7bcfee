//! Apps registered with Meizu: credentials, rights, amounts.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use model::Secret;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    counter::Credential,
    shared::{hex, random},
};

/// Longest `appId`, in digits: it is a number in some answers.
const APP_ID_MAX_DIGITS: usize = 18;
/// Most receipt addresses of an app. Documented.
const CALLBACK_URLS_MAX: usize = 100;
/// Most messages a minute that can be set for a device.
const PER_MINUTE_MAX: usize = 1000;

/// An app as Meizu's console knows it.
#[derive(Debug, Clone)]
pub(super) struct App {
    /// The package its phones have.
    pub(super) package: String,
    /// Decimal digits, about six (documented).
    pub(super) app_id: String,
    /// Signs requests; never sent.
    pub(super) app_secret: Secret<String>,
    /// Only the phone's SDK uses it.
    app_key: Option<String>,
    /// What receipts carry as `access_token`; without one the app has no receipts.
    pub(super) receipt_token: Option<Secret<String>>,
    /// Rights and amounts.
    pub(super) rights: Rights,
}

/// What an app may do, and how much.
#[derive(Debug, Clone)]
pub(super) struct Rights {
    pub(super) private_class: bool,
    pub(super) public_per_device_day: u64,
    pub(super) per_device_minute: usize,
    pub(super) day_quota: u64,
    pub(super) requests_per_second: u64,
    /// `None`: whatever address is asked for counts as registered.
    pub(super) callback_urls: Option<Vec<String>>,
    pub(super) black_listed: bool,
}

impl Default for Rights {
    /// A well-kept chat app that is no news app. Certainty of the amounts: public messages a day two sources, folding
    /// documented, requests a second one source; the book names no daily amount.
    fn default() -> Self {
        Self {
            private_class: true,
            public_per_device_day: 3,
            per_device_minute: 5,
            day_quota: u64::MAX,
            requests_per_second: 200,
            callback_urls: None,
            black_listed: false,
        }
    }
}

/// A change of rights; what is absent stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Messages may be of the private class. Without it they are counted as public ones. Default: true.
    private_class: Option<bool>,
    /// Public messages a day to one device, over which 110011 answers. Default: 3; a news app has 5.
    public_per_device_day: Option<u64>,
    /// Messages a minute to one device, over which they are folded. Default: 5; at most 1000.
    per_device_minute: Option<usize>,
    /// Targets of public messages a day, over which 110019 answers. Default: no limit.
    day_quota: Option<u64>,
    /// Requests a second, over which 110010 answers. Default: 200.
    requests_per_second: Option<u64>,
    /// Registered receipt addresses, at most 100. Default: any address counts as registered.
    callback_urls: Option<Vec<String>>,
    /// The app is on the black list: 110009. Default: false.
    black_listed: Option<bool>,
}

impl Rights {
    fn changed(&self, change: Change) -> Result<Self, String> {
        if change.per_device_minute.is_some_and(|number| number > PER_MINUTE_MAX) {
            return Err(format!("per_device_minute must not be over {PER_MINUTE_MAX}"));
        }
        if change.callback_urls.as_ref().is_some_and(|urls| urls.len() > CALLBACK_URLS_MAX) {
            return Err(format!("callback_urls must not be over {CALLBACK_URLS_MAX}"));
        }
        Ok(Self {
            private_class: change.private_class.unwrap_or(self.private_class),
            public_per_device_day: change.public_per_device_day.unwrap_or(self.public_per_device_day),
            per_device_minute: change.per_device_minute.unwrap_or(self.per_device_minute),
            day_quota: change.day_quota.unwrap_or(self.day_quota),
            requests_per_second: change.requests_per_second.unwrap_or(self.requests_per_second),
            callback_urls: change.callback_urls.or_else(|| self.callback_urls.clone()),
            black_listed: change.black_listed.unwrap_or(self.black_listed),
        })
    }
}

impl App {
    fn new(package: &str) -> Self {
        let secret = || hex(&random::<16>());
        Self {
            package: package.to_owned(),
            app_id: (100_000 + u32::from_le_bytes(random()) % 900_000).to_string(),
            app_secret: Secret::new(secret()),
            app_key: Some(secret()),
            receipt_token: Some(Secret::new(secret())),
            rights: Rights::default(),
        }
    }

    /// The app of an earlier credential. What that one lacks without harm stays lacking.
    fn known(package: &str, known: &Credential) -> Result<Self, String> {
        let field = |name: &str| known.get(name).filter(|value| !value.is_empty()).cloned();
        let new = Self::new(package);
        let app_id = field("app_id").unwrap_or(new.app_id);
        if app_id.len() > APP_ID_MAX_DIGITS || !app_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("app_id must be 1 to {APP_ID_MAX_DIGITS} digits"));
        }
        Ok(Self {
            app_id,
            app_secret: field("app_secret").map_or(new.app_secret, Secret::new),
            app_key: field("app_key"),
            receipt_token: field("receipt_token").map(Secret::new),
            ..Self::new(package)
        })
    }

    fn credential(&self) -> Credential {
        let mut credential = Credential::from([
            ("app_id".to_owned(), self.app_id.clone()),
            ("app_secret".to_owned(), self.app_secret.expose().clone()),
        ]);
        credential.extend(self.app_key.iter().map(|key| ("app_key".to_owned(), key.clone())));
        let token = self.receipt_token.iter().map(|token| token.expose().clone());
        credential.extend(token.map(|token| ("receipt_token".to_owned(), token)));
        credential
    }

    /// Whether receipts may go to an address. Addresses are compared as they are written (assumed).
    pub(super) fn has_registered(&self, url: &str) -> bool {
        self.rights.callback_urls.as_ref().is_none_or(|urls| urls.iter().any(|own| own == url))
    }
}

/// All registered apps, by `appId`.
#[derive(Default)]
pub(super) struct Apps(RwLock<BTreeMap<String, Arc<App>>>);

impl Apps {
    /// Registers an app. A package that has one keeps it, unless an earlier credential is given, which then holds.
    ///
    /// # Errors
    /// What is wrong with the earlier credential.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let current = apps.values().find(|app| app.package == package).cloned();
        let mut app = match (known, &current) {
            (None, Some(current)) => return Ok(current.credential()),
            (None, None) => App::new(package),
            (Some(known), _) => App::known(package, known)?,
        };
        while known.is_none() && apps.contains_key(&app.app_id) {
            app = App::new(package);
        }
        if apps.get(&app.app_id).is_some_and(|other| other.package != package) {
            return Err("app_id belongs to another package".to_owned());
        }
        if let Some(current) = current {
            app.rights = current.rights.clone();
            apps.remove(&current.app_id);
        }
        let credential = app.credential();
        apps.insert(app.app_id.clone(), Arc::new(app));
        Ok(credential)
    }

    /// Changes rights of the app that a package has.
    ///
    /// # Errors
    /// What is not known or not a right.
    pub(super) fn set_rights(&self, package: &str, rights: &Value) -> Result<(), String> {
        let change = Change::deserialize(rights).map_err(|error| error.to_string())?;
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let app = apps.values_mut().find(|app| app.package == package).ok_or("no such app")?;
        let rights = app.rights.changed(change)?;
        *app = Arc::new(App { rights, ..App::clone(app) });
        Ok(())
    }

    /// The app with this `appId`.
    pub(super) fn by_id(&self, app_id: &str) -> Option<Arc<App>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(app_id).cloned()
    }

    /// The app that a package has.
    pub(super) fn by_package(&self, package: &str) -> Option<Arc<App>> {
        let apps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        apps.values().find(|app| app.package == package).cloned()
    }

    /// Every app as the console shows it.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        let apps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        apps.values().map(|app| app.credential()).collect()
    }

    /// A package of any app.
    pub(super) fn any_package(&self) -> Option<String> {
        let apps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        apps.values().map(|app| &app.package).min().cloned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_credential_can_be_restored_exactly() {
        let first = Apps::default().enrol("com.example.im", None).unwrap();
        assert_eq!(
            first.keys().map(String::as_str).collect::<Vec<_>>(),
            ["app_id", "app_key", "app_secret", "receipt_token"]
        );
        let apps = Apps::default();
        assert_eq!(apps.enrol("com.example.im", Some(&first)).as_ref(), Ok(&first));
        assert_eq!(apps.enrol("com.example.im", None).as_ref(), Ok(&first));
        assert_eq!(apps.credentials().first(), Some(&first));
        assert!(apps.enrol("com.example.other", Some(&first)).is_err());
        let mut short = first;
        short.remove("app_key");
        short.remove("receipt_token");
        assert_eq!(apps.enrol("com.example.im", Some(&short)).as_ref(), Ok(&short));
        short.insert("app_id".to_owned(), "12a".to_owned());
        assert!(apps.enrol("com.example.im", Some(&short)).is_err());
    }

    #[test]
    fn rights_change_one_by_one_and_unknown_ones_are_refused() {
        let apps = Apps::default();
        apps.enrol("com.example.im", None).unwrap();
        apps.set_rights("com.example.im", &json!({"day_quota": 7})).unwrap();
        apps.set_rights("com.example.im", &json!({"private_class": false})).unwrap();
        let rights = apps.by_package("com.example.im").unwrap().rights.clone();
        assert_eq!((rights.day_quota, rights.private_class, rights.public_per_device_day), (7, false, 3));
        for wrong in
            [json!({"quota": 1}), json!({"day_quota": -1}), json!(1), json!({"per_device_minute": 1001})]
        {
            assert!(apps.set_rights("com.example.im", &wrong).is_err(), "{wrong}");
        }
        assert!(apps.set_rights("com.example.other", &json!({})).is_err());
    }
}
