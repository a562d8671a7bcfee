//! Apps registered with vivo. A package belongs to one app.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use model::Secret;
use serde_json::Value;
use uuid::Uuid;

use super::rights::Rights;
use crate::{counter::Credential, shared::random};

/// Longest app id, in digits: it fits a 64-bit number.
const APP_ID_MAX_DIGITS: usize = 18;

/// An app.
#[derive(Debug, Clone)]
pub(super) struct App {
    /// Digits without a leading zero.
    pub(super) app_id: String,
    pub(super) package: String,
    pub(super) app_key: String,
    pub(super) app_secret: Secret<String>,
    /// The console's id of the receipt URL.
    pub(super) callback_id: String,
    pub(super) rights: Rights,
}

impl App {
    fn credential(&self) -> Credential {
        [
            ("app_id", &self.app_id),
            ("app_key", &self.app_key),
            ("app_secret", self.app_secret.expose()),
            ("callback_id", &self.callback_id),
        ]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .into()
    }
}

/// All registered apps, by app id.
#[derive(Debug, Default)]
pub(super) struct Apps(RwLock<BTreeMap<String, Arc<App>>>);

impl Apps {
    /// The app of this id.
    pub(super) fn find(&self, app_id: &str) -> Option<Arc<App>> {
        self.read().get(app_id).cloned()
    }

    /// Registers an app. A package that is registered already gets its app again, unless `known` names another one,
    /// which then takes its place.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let field = |name: &str| known.and_then(|known| known.get(name)).filter(|value| !value.is_empty());
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let own = apps.values().find(|app| app.package == package).cloned();
        let app_id = match (field("app_id"), &own) {
            (Some(app_id), _) => checked(app_id)?.to_owned(),
            (None, Some(own)) => own.app_id.clone(),
            (None, None) => free_id(&apps),
        };
        if apps.get(&app_id).is_some_and(|app| app.package != package) {
            return Err("app_id belongs to another package".to_owned());
        }
        let own = own.filter(|own| own.app_id == app_id);
        let value = |name: &str, of: fn(&App) -> String, fresh: fn() -> String| {
            field(name).cloned().or_else(|| own.as_deref().map(of)).unwrap_or_else(fresh)
        };
        let app = App {
            package: package.to_owned(),
            app_key: value("app_key", |own| own.app_key.clone(), fresh_key),
            app_secret: Secret::new(value("app_secret", |own| own.app_secret.expose().clone(), fresh_key)),
            callback_id: value("callback_id", |own| own.callback_id.clone(), || digits(5)),
            rights: own.as_ref().map(|own| own.rights.clone()).unwrap_or_default(),
            app_id,
        };
        let credential = app.credential();
        apps.retain(|_, other| other.package != package);
        apps.insert(app.app_id.clone(), Arc::new(app));
        Ok(credential)
    }

    /// Sets some of an app's rights.
    pub(super) fn set_rights(&self, package: &str, changes: &Value) -> Result<(), String> {
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let app = apps.values_mut().find(|app| app.package == package).ok_or("no such app")?;
        let rights = app.rights.with(changes)?;
        *app = Arc::new(App { rights, ..App::clone(app) });
        Ok(())
    }

    /// Every registered app as the console shows it.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        self.read().values().map(|app| app.credential()).collect()
    }

    /// A package of any registered app.
    pub(super) fn any_package(&self) -> Option<String> {
        self.read().values().next().map(|app| app.package.clone())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Arc<App>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn checked(app_id: &str) -> Result<&str, String> {
    let fits = (1..=APP_ID_MAX_DIGITS).contains(&app_id.len())
        && app_id.bytes().all(|byte| byte.is_ascii_digit())
        && !app_id.starts_with('0');
    if fits {
        Ok(app_id)
    } else {
        Err(format!("app_id must be 1 to {APP_ID_MAX_DIGITS} digits without a leading zero"))
    }
}

/// An id that no app has. Nine digits are many times more than there can be apps, so it is found soon.
fn free_id(apps: &BTreeMap<String, Arc<App>>) -> String {
    std::iter::repeat_with(|| digits(9)).find(|id| !apps.contains_key(id)).unwrap_or_default()
}

/// Random digits, the first not zero.
pub(super) fn digits(count: u32) -> String {
    let least = 10_u64.pow(count.clamp(1, 18) - 1);
    (least + u64::from_ne_bytes(random()) % (9 * least)).to_string()
}

fn fresh_key() -> String {
    Uuid::new_v4().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_has_one_app_and_what_was_given_before_holds_again() {
        let apps = Apps::default();
        let first = apps.enrol("com.example.im", None).unwrap();
        assert_eq!(apps.enrol("com.example.im", None).unwrap(), first);
        apps.set_rights("com.example.im", &json!({"formal": false})).unwrap();
        assert_eq!(apps.enrol("com.example.im", Some(&first)).unwrap(), first);
        assert!(!apps.find(&first["app_id"]).unwrap().rights.formal, "rights stay");
        let other = Apps::default();
        assert_eq!(other.enrol("com.example.im", Some(&first)).unwrap(), first);
        let another = Credential::from([("app_id".to_owned(), "10777".to_owned())]);
        assert_eq!(apps.enrol("com.example.im", Some(&another)).unwrap()["app_id"], "10777");
        assert_eq!(apps.credentials().len(), 1);
        assert!(apps.enrol("com.example.other", Some(&another)).is_err());
        for app_id in ["0123", "12a", "1234567890123456789"] {
            let known = Credential::from([("app_id".to_owned(), app_id.to_owned())]);
            assert!(apps.enrol("com.example.im", Some(&known)).is_err(), "{app_id}");
        }
    }

    #[test]
    fn digits_are_as_many_as_asked_for() {
        assert!((0..100).all(|_| digits(5).len() == 5 && digits(18).len() == 18));
    }
}
