//! The apps registered in OPPO's console: one app key for each package.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use model::Secret;
use serde_json::Value;

use super::{rights::Rights, tags::Roster};
use crate::{
    counter::Credential,
    lock::lock,
    shared::{hex, random},
};

/// The channel that a new app has registered.
const CHAT_CHANNEL: &str = "im_chat";

/// A registered app.
#[derive(Debug)]
pub(super) struct App {
    pub(super) package: String,
    pub(super) app_key: String,
    /// Digits; the beginning of its message ids.
    pub(super) app_id: String,
    /// What the server signs with. The `AppSecret` of the device SDK is another one.
    pub(super) master_secret: Secret<String>,
    channel_id: String,
    rights: Mutex<Arc<Rights>>,
    /// Aliases and tags of its devices.
    pub(super) roster: Mutex<Roster>,
}

impl App {
    /// Its rights at this moment.
    pub(super) fn rights(&self) -> Arc<Rights> {
        Arc::clone(&lock(&self.rights))
    }

    fn of(package: &str, known: Option<&Credential>) -> Result<Self, String> {
        let field =
            |name: &str| known.and_then(|known| known.get(name)).filter(|text| !text.is_empty()).cloned();
        let app_id = field("app_id").unwrap_or_else(new_app_id);
        if app_id.len() > 20 || !app_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("app_id must be at most 20 digits".to_owned());
        }
        let channel_id = field("channel_id").unwrap_or_else(|| CHAT_CHANNEL.to_owned());
        Ok(Self {
            package: package.to_owned(),
            app_key: field("app_key").unwrap_or_else(|| hex(&random::<16>())),
            app_id,
            master_secret: Secret::new(field("master_secret").unwrap_or_else(|| hex(&random::<16>()))),
            rights: Mutex::new(Arc::new(Rights::of_new_app(&channel_id))),
            channel_id,
            roster: Mutex::default(),
        })
    }

    fn credential(&self) -> Credential {
        [
            ("app_key", &self.app_key),
            ("app_id", &self.app_id),
            ("master_secret", self.master_secret.expose()),
            ("channel_id", &self.channel_id),
        ]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .into()
    }
}

fn new_app_id() -> String {
    format!("30{:06}", u32::from_le_bytes(random::<4>()) % 1_000_000)
}

/// All registered apps, by package.
#[derive(Debug, Default)]
pub(super) struct Apps(Mutex<BTreeMap<String, Arc<App>>>);

impl Apps {
    /// The app of this key.
    pub(super) fn find(&self, app_key: &str) -> Option<Arc<App>> {
        lock(&self.0).values().find(|app| app.app_key == app_key).cloned()
    }

    /// Registers an app, or shows it where it is registered; `known` holds again what was given before.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let mut apps = lock(&self.0);
        if let Some(own) = apps.get(package).map(|app| app.credential())
            && known.is_none_or(|known| own.iter().all(|(name, text)| known.get(name) == Some(text)))
        {
            return Ok(own);
        }
        let app = App::of(package, known)?;
        if apps.values().any(|other| other.app_key == app.app_key && other.package != package) {
            return Err("app_key belongs to another package".to_owned());
        }
        let credential = app.credential();
        apps.insert(package.to_owned(), Arc::new(app));
        Ok(credential)
    }

    /// Every registered app as the console shows it.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        lock(&self.0).values().map(|app| app.credential()).collect()
    }

    /// Sets rights of an app.
    pub(super) fn set_rights(&self, package: &str, change: &Value) -> Result<(), String> {
        let app = lock(&self.0).get(package).cloned().ok_or("no such app")?;
        let mut rights = lock(&app.rights);
        *rights = Arc::new(rights.changed(change)?);
        Ok(())
    }

    /// A registered package: what a new phone gets that names none.
    pub(super) fn any_package(&self) -> Option<String> {
        lock(&self.0).keys().next().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_restored_exactly_and_its_key_stays_its_own() {
        let apps = Apps::default();
        let first = apps.enrol("com.example.im", None).unwrap();
        assert_eq!(apps.enrol("com.example.im", None).unwrap(), first);
        let other = Apps::default();
        assert_eq!(other.enrol("com.example.im", Some(&first)).unwrap(), first);
        assert_eq!(other.credentials(), std::slice::from_ref(&first));
        assert!(other.enrol("com.example.mail", Some(&first)).is_err());
        let wrong = Credential::from([("app_id".to_owned(), "x1".to_owned())]);
        assert!(other.enrol("com.example.mail", Some(&wrong)).is_err());
        assert_eq!(other.find(&first["app_key"]).unwrap().package, "com.example.im");
    }
}
