//! Apps as they are registered in AppGallery Connect, with their rights.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::jwt::ServiceAccount;
use crate::{
    counter::Credential,
    shared::{hex, random},
};

/// Apps there can be.
const APPS_MAX: usize = 1000;
/// Devices a second of the smallest app. Documented as the least.
const DEVICES_PER_SECOND: u64 = 6000;
/// Marketing messages a day, device and app. Documented.
const MARKETING_PER_DAY: u64 = 2;
/// Messages of any class a day, device and app. Documented.
const MESSAGES_PER_DAY: u64 = 3000;
/// Test messages a day and app. Documented.
const TESTS_PER_DAY: u64 = 500;

/// An app.
#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) package: String,
    /// Client id of the OAuth credential, which for older apps is the app id.
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) project_id: String,
    /// The activity whose icon bears the badge.
    pub(super) badge_class: String,
    /// Id of its receipt configuration.
    pub(super) receipt_id: String,
    pub(super) receipt_user: String,
    pub(super) receipt_secret: String,
    pub(super) rights: Rights,
}

/// What an app may do, and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) push_enabled: bool,
    /// Granted categories; `None`: all.
    categories: Option<Vec<String>>,
    pub(super) high_priority: bool,
    pub(super) revoke: bool,
    pub(super) devices_per_second: u64,
    pub(super) marketing_per_day: u64,
    pub(super) messages_per_day: u64,
    pub(super) tests_per_day: u64,
    pub(super) receipt_url: Option<String>,
    pub(super) receipt_version: ReceiptVersion,
    pub(super) receipt_key_is_text: bool,
    pub(super) service_account: Option<ServiceAccount>,
}

/// The shape of receipts that was chosen in the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReceiptVersion {
    V1,
    V2,
}

impl Default for Rights {
    fn default() -> Self {
        Self {
            push_enabled: true,
            categories: None,
            high_priority: true,
            revoke: true,
            devices_per_second: DEVICES_PER_SECOND,
            marketing_per_day: MARKETING_PER_DAY,
            messages_per_day: MESSAGES_PER_DAY,
            tests_per_day: TESTS_PER_DAY,
            receipt_url: None,
            receipt_version: ReceiptVersion::V1,
            receipt_key_is_text: false,
            service_account: None,
        }
    }
}

impl Rights {
    /// Whether a push of this category is counted and shown as marketing: it names none that was granted.
    pub(super) fn is_marketing(&self, category: Option<&str>) -> bool {
        let granted = |category: &str| {
            self.categories.as_ref().is_none_or(|granted| granted.iter().any(|own| own == category))
        };
        category.is_none_or(|category| category == "MARKETING" || !granted(category))
    }

    /// Sets one right or amount.
    fn set(&mut self, key: &str, value: &Value) -> Result<(), String> {
        let flag = || value.as_bool().ok_or_else(|| format!("{key} must be true or false"));
        let amount = || value.as_u64().ok_or_else(|| format!("{key} must be a whole number"));
        match key {
            "push_enabled" => self.push_enabled = flag()?,
            "self_classification" => self.categories = categories(value)?,
            "high_priority" => self.high_priority = flag()?,
            "revoke" => self.revoke = flag()?,
            "devices_per_second" => self.devices_per_second = amount()?,
            "marketing_per_day" => self.marketing_per_day = amount()?,
            "messages_per_day" => self.messages_per_day = amount()?,
            "tests_per_day" => self.tests_per_day = amount()?,
            "receipt_url" => {
                let url = value.as_str().or(value.is_null().then_some(""));
                let url = url.ok_or_else(|| "receipt_url must be a URL".to_owned())?;
                self.receipt_url = (!url.is_empty()).then(|| url.to_owned());
            }
            "receipt_version" => {
                self.receipt_version = match value.as_u64() {
                    Some(1) => ReceiptVersion::V1,
                    Some(2) => ReceiptVersion::V2,
                    _ => return Err("receipt_version must be 1 or 2".to_owned()),
                };
            }
            "receipt_key_is_text" => self.receipt_key_is_text = flag()?,
            "service_account" if value.is_null() => self.service_account = None,
            "service_account" => self.service_account = Some(ServiceAccount::read(value)?),
            _ => return Err(format!("this vendor knows no right `{key}`")),
        }
        Ok(())
    }
}

fn categories(value: &Value) -> Result<Option<Vec<String>>, String> {
    let wrong = || "self_classification must be true, false or a list of categories".to_owned();
    match value {
        Value::Bool(true) => Ok(None),
        Value::Bool(false) => Ok(Some(Vec::new())),
        Value::Array(names) => {
            let names: Option<Vec<_>> = names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
            names.map(Some).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// Every registered app, by package.
#[derive(Debug, Default)]
pub(super) struct Registry(RwLock<BTreeMap<String, Arc<App>>>);

impl Registry {
    /// Registers an app. A package that is registered already keeps its credential, as in the vendor's console, unless
    /// `known` says another.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = apps.get(package).cloned();
        if let (Some(app), None) = (&before, known) {
            return Ok(app.credential());
        }
        if before.is_none() && apps.len() >= APPS_MAX {
            return Err(format!("there are {APPS_MAX} apps already"));
        }
        let app = App::from_known(package, known, before.map(|app| app.rights.clone()).unwrap_or_default())?;
        if apps.values().any(|other| other.package != package && other.client_id == app.client_id) {
            return Err("client_id is another app's".to_owned());
        }
        let credential = app.credential();
        apps.insert(package.to_owned(), Arc::new(app));
        Ok(credential)
    }

    pub(super) fn credentials(&self) -> Vec<Credential> {
        self.read().values().map(|app| app.credential()).collect()
    }

    /// Sets rights; all of them, or none where one is wrong.
    pub(super) fn set_rights(&self, package: &str, wanted: &Value) -> Result<(), String> {
        let wanted = wanted.as_object().ok_or("rights must be an object")?;
        let mut apps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let app = apps.get_mut(package).ok_or("no such app")?;
        let mut changed = App::clone(app);
        for (key, value) in wanted {
            changed.rights.set(key, value)?;
        }
        *app = Arc::new(changed);
        Ok(())
    }

    pub(super) fn any_package(&self) -> Option<String> {
        self.read().keys().next().cloned()
    }

    pub(super) fn of_package(&self, package: &str) -> Option<Arc<App>> {
        self.read().get(package).cloned()
    }

    pub(super) fn of_client(&self, client_id: &str) -> Option<Arc<App>> {
        self.read().values().find(|app| app.client_id == client_id).cloned()
    }

    /// The apps of a project, whose credentials serve all of them.
    pub(super) fn of_project(&self, project_id: &str) -> Vec<Arc<App>> {
        self.read().values().filter(|app| app.project_id == project_id).cloned().collect()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Arc<App>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    fn from_known(package: &str, known: Option<&Credential>, rights: Rights) -> Result<Self, String> {
        let field = |name: &str, fresh: &dyn Fn() -> String| {
            let known = known.and_then(|known| known.get(name)).filter(|value| !value.is_empty());
            known.cloned().unwrap_or_else(fresh)
        };
        let app = Self {
            package: package.to_owned(),
            client_id: field("client_id", &|| digits("10", 7)),
            client_secret: field("client_secret", &|| hex(&random::<32>())),
            project_id: field("project_id", &|| digits("7365390", 11)),
            badge_class: field("badge_class", &|| format!("{package}.MainActivity")),
            receipt_id: field("receipt_id", &|| format!("RCP{}", hex(&random::<4>()).to_ascii_uppercase())),
            receipt_user: field("receipt_user", &|| "posthouse".to_owned()),
            receipt_secret: field("receipt_secret", &|| STANDARD.encode(random::<32>())),
            rights,
        };
        for (name, id) in [("client_id", &app.client_id), ("project_id", &app.project_id)] {
            if !is_id(id) {
                return Err(format!("{name} must be 1 to 64 digits"));
            }
        }
        Ok(app)
    }

    /// The fields of a certificate for it.
    fn credential(&self) -> Credential {
        [
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
            ("project_id", &self.project_id),
            ("package_name", &self.package),
            ("badge_class", &self.badge_class),
            ("receipt_id", &self.receipt_id),
            ("receipt_user", &self.receipt_user),
            ("receipt_secret", &self.receipt_secret),
        ]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .into()
    }
}

/// Whether a text is an id: 1 to 64 digits. Documented.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn digits(prefix: &str, count: usize) -> String {
    let number = u128::from_be_bytes(random());
    let text = format!("{number:039}");
    format!("{prefix}{}", text.get(39 - count..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_enrolled_once_holds_again() {
        let registry = Registry::default();
        let first = registry.enrol("com.example.im", None).unwrap();
        assert_eq!(registry.enrol("com.example.im", None).unwrap(), first);
        assert_eq!(Registry::default().enrol("com.example.im", Some(&first)).unwrap(), first);
        assert_eq!(first["badge_class"], "com.example.im.MainActivity");
        assert!(is_id(&first["client_id"]) && is_id(&first["project_id"]));
        assert!(registry.enrol("com.example.other", Some(&first)).is_err());
        let odd = Credential::from([("client_id".to_owned(), "12x".to_owned())]);
        assert!(registry.enrol("com.example.odd", Some(&odd)).is_err());
    }

    #[test]
    fn a_wrong_right_changes_nothing() {
        let registry = Registry::default();
        registry.enrol("com.example.im", None).unwrap();
        for wrong in [
            json!({"revoke": false, "no_such": true}),
            json!({"revoke": false, "high_priority": 1}),
            json!({"revoke": false, "self_classification": [1]}),
            json!({"revoke": false, "receipt_version": 3}),
            json!({"revoke": false, "service_account": {}}),
            json!([]),
        ] {
            assert!(registry.set_rights("com.example.im", &wrong).is_err(), "{wrong}");
        }
        assert_eq!(registry.of_package("com.example.im").unwrap().rights, Rights::default());
        assert!(registry.set_rights("com.example.none", &json!({})).is_err());
    }

    #[test]
    fn a_push_without_a_granted_category_is_marketing() {
        let mut rights = Rights::default();
        assert!(!rights.is_marketing(Some("IM")));
        assert!(rights.is_marketing(Some("MARKETING")) && rights.is_marketing(None));
        rights.set("self_classification", &json!(["IM"])).unwrap();
        assert!(!rights.is_marketing(Some("IM")) && rights.is_marketing(Some("WORK")));
        rights.set("self_classification", &json!(false)).unwrap();
        assert!(rights.is_marketing(Some("IM")));
    }
}
