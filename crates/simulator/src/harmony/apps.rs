//! The registered apps: each with its service account, client id, receipt configuration and rights.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use model::Secret;
use serde_json::Value;

use super::{
    account::{Account, digits},
    rights::Rights,
};
use crate::{
    counter::Credential,
    shared::{hex, random},
};

/// A registered app. Apps whose key files name the same project belong together.
#[derive(Debug)]
pub(super) struct App {
    pub(super) package: String,
    pub(super) account: Account,
    /// What a recall's path names.
    pub(super) client_id: String,
    pub(super) receipts: ReceiptConfiguration,
    rights: RwLock<Rights>,
}

/// The console's configuration of receipts; where they go is among the rights.
#[derive(Debug)]
pub(super) struct ReceiptConfiguration {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) secret: Secret<String>,
}

impl App {
    /// What it may do now.
    pub(super) fn rights(&self) -> Rights {
        self.rights.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn credential(&self) -> Credential {
        let rights = self.rights();
        let yes_no = |right: bool| if right { "yes" } else { "no" };
        [
            ("service_account", self.account.file.expose().as_str()),
            ("client_id", &self.client_id),
            ("receipt_id", &self.receipts.id),
            ("receipt_user", &self.receipts.user),
            ("receipt_secret", self.receipts.secret.expose()),
            ("right_chat", yes_no(rights.chat)),
            ("right_call", yes_no(rights.call)),
            ("right_system", yes_no(rights.system)),
            ("right_voip", yes_no(rights.voip)),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}

/// All registered apps, by package.
#[derive(Debug, Default)]
pub(super) struct Apps(RwLock<BTreeMap<String, Arc<App>>>);

impl Apps {
    /// Registers an app; `known` holds again what was given before. Rights that were set for the package stay.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let field = |name: &str| known.and_then(|known| known.get(name)).filter(|value| !value.is_empty());
        let account = match field("service_account") {
            Some(file) => Account::of_file(file)?,
            None => Account::generate()?,
        };
        let mut rights = self.of_package(package).map(|app| app.rights()).unwrap_or_default();
        let named = [
            ("right_chat", &mut rights.chat),
            ("right_call", &mut rights.call),
            ("right_system", &mut rights.system),
            ("right_voip", &mut rights.voip),
        ];
        for (name, right) in named {
            if let Some(value) = field(name) {
                *right = matches!(value.as_str(), "yes" | "true" | "1");
            }
        }
        let or = |name: &str, make: fn() -> String| field(name).cloned().unwrap_or_else(make);
        let app = App {
            package: package.to_owned(),
            account,
            client_id: or("client_id", || digits(9)),
            receipts: ReceiptConfiguration {
                id: or("receipt_id", || hex(&random::<8>())),
                user: or("receipt_user", || "im-push-receipt".to_owned()),
                secret: Secret::new(or("receipt_secret", || STANDARD.encode(random::<32>()))),
            },
            rights: RwLock::new(rights),
        };
        let credential = app.credential();
        self.write().insert(package.to_owned(), Arc::new(app));
        Ok(credential)
    }

    /// Changes what an app may do.
    pub(super) fn set_rights(&self, package: &str, change: &Value) -> Result<(), String> {
        let app = self.of_package(package).ok_or("no such app")?;
        let mut rights = app.rights.write().unwrap_or_else(PoisonError::into_inner);
        *rights = rights.changed(change)?;
        Ok(())
    }

    /// The app of this package.
    pub(super) fn of_package(&self, package: &str) -> Option<Arc<App>> {
        self.read().get(package).cloned()
    }

    /// An app whose key file has this key id.
    pub(super) fn of_key(&self, key_id: &str) -> Option<Arc<App>> {
        self.read().values().find(|app| app.account.key_id == key_id).cloned()
    }

    /// The app of this client id.
    pub(super) fn of_client(&self, client_id: &str) -> Option<Arc<App>> {
        self.read().values().find(|app| app.client_id == client_id).cloned()
    }

    /// Every registered app as the consoles show it.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        self.read().values().map(|app| app.credential()).collect()
    }

    /// A package of any registered app.
    pub(super) fn any_package(&self) -> Option<String> {
        self.read().keys().next().cloned()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Arc<App>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, Arc<App>>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
