//! Apps: whose key a subscription is bound to.

use std::{collections::BTreeMap, sync::Mutex};

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    encoding::{AsBigEndian, EcPrivateKeyBin},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    rights::{Rights, Wished},
    subscription::{Browser, made_so_far},
    vapid::{Bound, SenderKey, decode},
};
use crate::{counter::Credential, lock::lock};

/// Keys remembered of one app; a subscription made with an older one fits none.
const KEYS_MAX: usize = 16;

/// The apps that enrolled.
#[derive(Debug, Default)]
pub(super) struct Apps(Mutex<BTreeMap<String, App>>);

#[derive(Debug)]
struct App {
    subject: String,
    private_key: String,
    /// Every key that its page ever subscribed with, by the number of the first subscription; the oldest first.
    keys: Vec<(u64, SenderKey)>,
    rights: Rights,
}

impl Apps {
    /// Makes an app, or gives it another key: subscriptions made before stay bound to the old one.
    ///
    /// # Errors
    /// What is wrong with `known`, in words.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let field = |name: &str| known.and_then(|known| known.get(name)).map(|value| value.trim());
        let private = match field("private_key") {
            Some(text) => {
                let bytes = decode(text).ok_or("private_key is not base64url")?;
                PrivateKey::from_private_key(&ECDH_P256, &bytes)
                    .map_err(|_| "private_key is not 32 bytes of a P-256 key")?
            }
            None => PrivateKey::generate(&ECDH_P256).map_err(|_| "no key could be made")?,
        };
        let key: SenderKey = private
            .compute_public_key()
            .ok()
            .and_then(|key| key.as_ref().try_into().ok())
            .ok_or("the key has no public half")?;
        let scalar: EcPrivateKeyBin<'_> = private.as_be_bytes().map_err(|_| "the key cannot be written")?;
        let private_key = match field("private_key") {
            Some(text) => text.to_owned(),
            None => URL_SAFE_NO_PAD.encode(scalar.as_ref()),
        };
        let subject = field("subject").unwrap_or("mailto:push@im.example").to_owned();
        let mut apps = lock(&self.0);
        let app = apps.entry(package.to_owned()).or_insert_with(|| App {
            subject: String::new(),
            private_key: String::new(),
            keys: Vec::new(),
            rights: Rights::default(),
        });
        if app.keys.last().is_none_or(|(_, last)| *last != key) {
            let first = if app.keys.is_empty() { 0 } else { made_so_far() };
            if app.keys.len() == KEYS_MAX {
                app.keys.remove(0);
            }
            app.keys.push((first, key));
        }
        (app.subject, app.private_key) = (subject, private_key);
        Ok(credential(app))
    }

    /// What every app was given.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        lock(&self.0).values().map(credential).collect()
    }

    /// An app that enrolled.
    pub(super) fn any(&self) -> Option<String> {
        lock(&self.0).keys().next().cloned()
    }

    /// The key that a subscription of this app is bound to, by the subscription's number.
    pub(super) fn bound(&self, package: &str, number: u64) -> Bound {
        let apps = lock(&self.0);
        let keys = apps.get(package).map(|app| app.keys.as_slice()).unwrap_or_default();
        let found = keys.iter().rev().find(|(first, _)| *first <= number);
        found.map_or(Bound::ToAnother, |(_, key)| Bound::To(*key))
    }

    /// The limits of an app's subscriptions.
    pub(super) fn rights(&self, package: &str) -> Rights {
        lock(&self.0).get(package).map(|app| app.rights.clone()).unwrap_or_default()
    }

    /// Sets an app's limits, as [`Wished::read`] describes. Returns the browser that was asked for.
    ///
    /// # Errors
    /// What is not understood, in words.
    pub(super) fn set_rights(&self, package: &str, json: &Value) -> Result<Option<Browser>, String> {
        let mut apps = lock(&self.0);
        let app = apps.get_mut(package).ok_or("no app of this package is registered")?;
        let wished = Wished::read(json, app.rights.clone())?;
        app.rights = wished.rights;
        Ok(wished.browser)
    }

    /// Counts a push against `gone_after`. Returns whether the subscription is still there.
    pub(super) fn outlives(&self, package: &str) -> bool {
        let mut apps = lock(&self.0);
        let Some(left) = apps.get_mut(package).and_then(|app| app.rights.gone_after.as_mut()) else {
            return true;
        };
        let outlives = *left > 0;
        *left = left.saturating_sub(1);
        outlives
    }

    /// Ends `gone_after`: one subscription has gone.
    pub(super) fn lose_one(&self, package: &str) {
        if let Some(app) = lock(&self.0).get_mut(package) {
            app.rights.gone_after = None;
        }
    }
}

fn credential(app: &App) -> Credential {
    [("subject", &app.subject), ("private_key", &app.private_key)]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_earlier_enrolment_gave_holds_again() {
        let apps = Apps::default();
        let given = apps.enrol("com.example.im", None).unwrap();
        let bound = apps.bound("com.example.im", 0);
        assert!(matches!(bound, Bound::To(_)));
        let later = Apps::default();
        assert_eq!(later.enrol("com.example.im", Some(&given)).unwrap(), given);
        assert_eq!(later.bound("com.example.im", 0), bound);
        assert_eq!(later.credentials(), [given]);
        assert_eq!(later.bound("com.example.other", 0), Bound::ToAnother);
    }

    #[test]
    fn subscriptions_made_before_a_new_key_stay_bound_to_the_old_one() {
        let apps = Apps::default();
        apps.enrol("com.example.im", None).unwrap();
        Browser::Firefox.mint()();
        let old = apps.bound("com.example.im", 0);
        apps.enrol("com.example.im", None).unwrap();
        assert_eq!(apps.bound("com.example.im", 0), old);
        assert_ne!(apps.bound("com.example.im", made_so_far()), old);
    }

    #[test]
    fn a_key_that_is_none_and_rights_that_are_none_are_refused_in_words() {
        let apps = Apps::default();
        let known = Credential::from([("private_key".to_owned(), "AAAA".to_owned())]);
        assert!(apps.enrol("com.example.im", Some(&known)).is_err());
        assert!(apps.set_rights("com.example.im", &json!({})).is_err());
        apps.enrol("com.example.im", None).unwrap();
        for wrong in [json!([]), json!({"browser": "lynx"}), json!({"per_second": "x"}), json!({"colour": 1})]
        {
            assert!(apps.set_rights("com.example.im", &wrong).is_err(), "{wrong}");
        }
        let browser = apps.set_rights("com.example.im", &json!({"browser": "safari", "per_second": 2}));
        assert_eq!(browser, Ok(Some(Browser::Safari)));
        assert_eq!(apps.rights("com.example.im").per_second, 2);
    }
}
