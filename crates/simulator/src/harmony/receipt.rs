//! Receipts, in the only version (V2) that V3 messages have.
//!
//! Body, header and statuses: the vendor's receipt page, documented. The book has no receipt for what is shown or
//! clicked; none either for a message whose lifetime passed, which is told as status 14, other (assumed).

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use model::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::apps::{App, Apps, ReceiptConfiguration};
use crate::{
    counter::Post,
    phone::{Report, ReportKind},
};

/// Most entries of one post. Documented.
const ENTRIES_MAX: usize = 100;
/// Header of the signature.
const SIGNATURE_HEADER: &str = "x-huawei-callback-id";

pub(super) const DELIVERED: u32 = 0;
pub(super) const UNINSTALLED: u32 = 2;
pub(super) const NOT_THIS_DEVICE: u32 = 5;
pub(super) const NOTIFICATIONS_OFF: u32 = 6;
pub(super) const OTHER: u32 = 14;
pub(super) const OVERWRITTEN: u32 = 15;
pub(super) const DEVICE_AMOUNT: u32 = 102;
pub(super) const CATEGORY_AMOUNT: u32 = 256;
pub(super) const CONTENT: u32 = 259;

/// Why a message did not come up, by the status that tells it. Documented.
const STATUSES: &[(u32, &str)] = &[
    (UNINSTALLED, "the app is not installed any more"),
    (NOT_THIS_DEVICE, "the token is not this phone's any more"),
    (NOTIFICATIONS_OFF, "notifications of this app are switched off"),
    (10, "the phone was not seen for 30 days"),
    (OTHER, "not delivered for another reason"),
    (OVERWRITTEN, "a newer message took its place while the phone was out of reach"),
    (22, "the phone's user is another"),
    (27, "the app does not run; the data waits"),
    (31, "the app has no page to open at a tap"),
    (51, "the phone was not unlocked since it started"),
    (DEVICE_AMOUNT, "the day's amount of this phone is used up"),
    (144, "the app has no such profile"),
    (151, "the card is not there"),
    (155, "the card could not be updated"),
    (156, "the card's image could not be had"),
    (158, "the card's data is too long"),
    (188, "the app could not be started"),
    (191, "the badge could not be set"),
    (201, "held back by the vendor"),
    (CATEGORY_AMOUNT, "the day's amount of its category is used up"),
    (CONTENT, "the text holds a blocked word"),
    (261, "the live view is not allowed"),
    (262, "the live view is not there"),
    (264, "the live view has ended"),
    (265, "the live view is switched off"),
    (268, "the user has not subscribed"),
    (269, "the subscription is used up"),
];

/// The words for a status; `None`: not in the book, or it tells no failure.
pub(super) fn status_words(status: u32) -> Option<&'static str> {
    STATUSES.iter().find_map(|(own, words)| (*own == status).then_some(*words))
}

fn status_of(kind: &ReportKind) -> Option<u32> {
    match kind {
        ReportKind::Arrived => Some(DELIVERED),
        ReportKind::Shown | ReportKind::Clicked => None,
        ReportKind::NotificationsOff => Some(NOTIFICATIONS_OFF),
        ReportKind::Expired => Some(OTHER),
        ReportKind::TokenDead { replaced_by: None } => Some(UNINSTALLED),
        ReportKind::TokenDead { replaced_by: Some(_) } => Some(NOT_THIS_DEVICE),
        ReportKind::Withheld(words) => {
            let found = STATUSES.iter().find_map(|(status, own)| (own == words).then_some(*status));
            Some(found.unwrap_or(OTHER))
        }
    }
}

/// The posts that tell what phones reported.
pub(super) fn posts(apps: &Apps, reports: &[Report], now: Timestamp) -> Vec<Post> {
    let mut entries: BTreeMap<(&str, &str), Vec<Value>> = BTreeMap::new();
    for report in reports {
        let Some(callback) = &report.origin.callback else { continue };
        let Some(status) = status_of(&report.kind) else { continue };
        let told = entry(report, &callback.param, status);
        entries.entry((&callback.url, &report.origin.app)).or_default().push(told);
    }
    let mut posts = Vec::new();
    for ((url, package), entries) in entries {
        let app = apps.of_package(package);
        posts.extend(entries.chunks(ENTRIES_MAX).map(|entries| post(url, app.as_ref(), entries, now)));
    }
    posts
}

/// `param` is the push-type, for a card with the form's id after a blank.
fn entry(report: &Report, param: &str, status: u32) -> Value {
    let (push_type, form_id) =
        param.split_once(' ').map_or((param, None), |(push_type, form)| (push_type, Some(form)));
    let at = report.at.millis();
    let mut entry = json!({
        "pushType": push_type.parse::<u32>().unwrap_or_default(),
        "appPackageName": report.origin.app,
        "token": report.token,
        "requestId": report.origin.message_id,
    });
    if !report.origin.jobkey.is_empty() {
        entry["biTag"] = report.origin.jobkey.as_str().into();
    }
    match form_id {
        Some(form) => entry["formStatus"] = json!({ "formId": form, "result": status, "timestamp": at }),
        None => entry["deliveryStatus"] = json!({ "result": status, "timestamp": at }),
    }
    entry
}

fn post(url: &str, app: Option<&Arc<App>>, entries: &[Value], now: Timestamp) -> Post {
    let mut headers = vec![("content-type", "application/json;charset=UTF-8".to_owned())];
    if let Some(app) = app {
        headers.push((SIGNATURE_HEADER, signature(&app.receipts, now)));
    }
    let body = json!({ "statuses": entries }).to_string();
    Post { url: url.to_owned(), headers, body, events: entries.len() }
}

fn signature(configuration: &ReceiptConfiguration, now: Timestamp) -> String {
    let nonce = Uuid::new_v4().to_string();
    let timestamp = now.millis().to_string();
    let value = sign(configuration.secret.expose(), &timestamp, &nonce, &configuration.user);
    format!("timestamp={timestamp}; nonce={nonce}; value={value}")
}

/// New configurations sign with the secret's bytes, old ones, whose secret is no base64, with its text. Documented.
fn sign(secret: &str, timestamp: &str, nonce: &str, user: &str) -> String {
    let key = STANDARD.decode(secret).unwrap_or_else(|_| secret.as_bytes().to_vec());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    STANDARD.encode(hmac::sign(&key, format!("{timestamp}{nonce}{user}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_vendors_rule() {
        let signed =
            |secret| sign(secret, "1767225600123", "3f0d6f3e-0a54-4c6e-9a58-2f6a1c7b9d10", "im-push-receipt");
        let new = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        assert_eq!(signed(new), "/nEJc104GbWwMiNHsqjTjsBVp40lTxvEmTT95eeKK1c=");
        assert_eq!(signed("receipt-secret-2019"), "ci3GMweWFpxjkBBZk0Ebcc5utD8DAm90ZaMeIt2Ujmg=");
    }

    #[test]
    fn every_failure_has_words_of_its_own() {
        for (status, words) in STATUSES {
            assert_eq!(status_of(&ReportKind::Withheld(words)), Some(*status));
        }
        assert_eq!(status_of(&ReportKind::Withheld("anything else")), Some(OTHER));
        assert_eq!(status_of(&ReportKind::Clicked), None);
    }
}
