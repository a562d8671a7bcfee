//! Huawei's receipts: what became of each push, posted as JSON to the URL entered in the console, signed by a header.
//!
//! Only what the book lists is told: not that a notification was tapped, nor that its time passed (documented by
//! silence).

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use model::Timestamp;
use serde::Serialize;

use super::{
    app::{App, ReceiptVersion},
    desk::Desk,
};
use crate::{
    counter::Post,
    phone::{Report, ReportKind},
    shared::random,
};

/// Entries of one post. Documented; an older text says 1000.
const ENTRIES_MAX: usize = 100;
/// `pushType` of every V1 and V2 push.
const PUSH_TYPE: u32 = 0;

/// Reasons why a push is not shown, which the simulator itself gives.
pub(super) const MARKETING_CAP: &str = "the device's marketing messages of the day are used up";
pub(super) const TEST_CAP: &str = "the app's test messages of the day are used up";
pub(super) const DEVICE_CAP: &str = "the device's messages of the day are used up";
pub(super) const OVERWRITTEN: &str = "a newer message took its place before the phone was reached";
pub(super) const NO_PROFILE: &str = "nobody is logged in under the wanted profile";
pub(super) const BLOCKED: &str = "the text holds a blocked word";

/// Statuses with what they mean; the first of a number is what a special token asks for. Documented, but that a
/// blocked word is told as 259 is assumed.
const STATUSES: [(u32, &str); 20] = [
    (0, "delivered"),
    (2, "the app was removed from the device"),
    (5, "the token is not of this device any more"),
    (6, "notifications of this app are switched off"),
    (10, "the device is inactive"),
    (14, "another reason"),
    (15, OVERWRITTEN),
    (22, "the user of the device is another one"),
    (27, "the app does not run, the data is kept"),
    (31, "the page that a tap opens is missing"),
    (51, "the device was restarted and not unlocked yet"),
    (102, DEVICE_CAP),
    (144, NO_PROFILE),
    (188, "the app could not be started"),
    (191, "the badge could not be set"),
    (201, "held back by the vendor"),
    (256, "the amount of the category is used up"),
    (256, MARKETING_CAP),
    (256, TEST_CAP),
    (259, BLOCKED),
];

/// What a status means; `None`: the book has no such status.
pub(super) fn reason(status: u32) -> Option<&'static str> {
    STATUSES.iter().find_map(|(own, reason)| (*own == status).then_some(*reason))
}

/// The status that tells what became of a push; `None`: it is not told.
fn status(kind: &ReportKind) -> Option<u32> {
    match kind {
        ReportKind::Arrived => Some(0),
        ReportKind::NotificationsOff => Some(6),
        ReportKind::TokenDead { replaced_by: None } => Some(2),
        ReportKind::TokenDead { replaced_by: Some(_) } => Some(5),
        ReportKind::Withheld(reason) => {
            STATUSES.iter().find_map(|(status, own)| (own == reason).then_some(*status))
        }
        ReportKind::Shown | ReportKind::Clicked | ReportKind::Expired => None,
    }
}

#[derive(Serialize)]
struct Body<T> {
    statuses: Vec<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryV1<'a> {
    bi_tag: &'a str,
    appid: &'a str,
    token: &'a str,
    status: u32,
    timestamp: i64,
    request_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryV2<'a> {
    bi_tag: &'a str,
    push_type: u32,
    app_package_name: &'a str,
    token: &'a str,
    request_id: &'a str,
    delivery_status: DeliveryStatus,
}

#[derive(Serialize)]
struct DeliveryStatus {
    result: u32,
    timestamp: i64,
}

/// A report with its status.
type Told<'a> = (&'a Report, u32);

impl Desk {
    /// Receipts for what phones reported.
    pub(super) fn receipts(&self, reports: &[Report], now: Timestamp) -> Vec<Post> {
        let mut by_app: BTreeMap<(&str, &str), Vec<Told<'_>>> = BTreeMap::new();
        for report in reports {
            if let (Some(callback), Some(status)) = (&report.origin.callback, status(&report.kind)) {
                by_app.entry((&report.origin.app, &callback.url)).or_default().push((report, status));
            }
        }
        let mut posts = Vec::new();
        for ((package, url), told) in by_app {
            let Some(app) = self.apps.of_package(package) else { continue };
            posts.extend(told.chunks(ENTRIES_MAX).map(|entries| post(&app, url, entries, now)));
        }
        posts
    }
}

fn post(app: &App, url: &str, told: &[Told<'_>], now: Timestamp) -> Post {
    let nonce = uuid::Uuid::from_bytes(random()).hyphenated().to_string();
    Post {
        url: url.to_owned(),
        headers: vec![
            ("content-type", "application/json; charset=utf-8".to_owned()),
            ("x-huawei-callback-id", signature(app, now, &nonce)),
        ],
        body: body(app, told),
        events: told.len(),
    }
}

fn body(app: &App, told: &[Told<'_>]) -> String {
    let text = match app.rights.receipt_version {
        ReceiptVersion::V1 => {
            serde_json::to_string(&Body { statuses: told.iter().map(|told| entry_v1(app, told)).collect() })
        }
        ReceiptVersion::V2 => {
            serde_json::to_string(&Body { statuses: told.iter().map(|told| entry_v2(app, told)).collect() })
        }
    };
    text.unwrap_or_default()
}

fn entry_v1<'a>(app: &'a App, (report, status): &Told<'a>) -> EntryV1<'a> {
    EntryV1 {
        bi_tag: &report.origin.jobkey,
        appid: &app.client_id,
        token: &report.token,
        status: *status,
        timestamp: report.at.millis(),
        request_id: &report.origin.message_id,
    }
}

fn entry_v2<'a>(app: &'a App, (report, status): &Told<'a>) -> EntryV2<'a> {
    EntryV2 {
        bi_tag: &report.origin.jobkey,
        push_type: PUSH_TYPE,
        app_package_name: &app.package,
        token: &report.token,
        request_id: &report.origin.message_id,
        delivery_status: DeliveryStatus { result: *status, timestamp: report.at.millis() },
    }
}

/// The header that proves a receipt: an HMAC over time, nonce and user name without separators. Documented.
fn signature(app: &App, now: Timestamp, nonce: &str) -> String {
    let decoded = STANDARD.decode(&app.receipt_secret).ok().filter(|_| !app.rights.receipt_key_is_text);
    let key = decoded.unwrap_or_else(|| app.receipt_secret.clone().into_bytes());
    let timestamp = now.millis();
    let signed = format!("{timestamp}{nonce}{}", app.receipt_user);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
    format!("timestamp={timestamp}; nonce={nonce}; value={}", STANDARD.encode(tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{counter::Credential, huawei::app::Registry};

    fn signed(secret: &str, as_text: bool) -> String {
        let registry = Registry::default();
        let known = [("receipt_user", "im-push-receipt"), ("receipt_secret", secret)];
        let known: Credential = known.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        registry.enrol("com.example.im", Some(&known)).unwrap();
        registry.set_rights("com.example.im", &serde_json::json!({"receipt_key_is_text": as_text})).unwrap();
        let app = registry.of_package("com.example.im").unwrap();
        signature(&app, Timestamp(1_767_225_600_123), "3f0d6f3e-0a54-4c6e-9a58-2f6a1c7b9d10")
    }

    #[test]
    fn the_signature_is_that_of_the_books_vectors() {
        let new = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        assert_eq!(
            signed(new, false),
            "timestamp=1767225600123; nonce=3f0d6f3e-0a54-4c6e-9a58-2f6a1c7b9d10; \
             value=/nEJc104GbWwMiNHsqjTjsBVp40lTxvEmTT95eeKK1c="
        );
        assert!(signed(new, true).ends_with("value=p+KNgd21BbBiWIHva0FWcmRHw1OmyZwIlg89TFBz/BA="));
        let old = signed("receipt-secret-2019", true);
        assert!(old.ends_with("value=ci3GMweWFpxjkBBZk0Ebcc5utD8DAm90ZaMeIt2Ujmg="));
    }

    #[test]
    fn every_status_has_one_meaning_that_leads_back_to_it() {
        for (number, _) in STATUSES {
            assert_eq!(status(&ReportKind::Withheld(reason(number).unwrap())), Some(number));
        }
    }
}
