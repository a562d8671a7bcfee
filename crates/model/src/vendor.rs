//! The vendors, and what is true of each whatever its certificate.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::device::Platform;

/// A push service. Its name is the same word in code, API, console and docs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Xiaomi `MiPush`.
    Xiaomi,
    /// Apple Push Notification service.
    Apns,
    /// Huawei Push Kit for Android and EMUI.
    Huawei,
    /// Huawei Push Kit for `HarmonyOS` NEXT, whose tokens live in another world than Huawei's.
    Harmony,
    /// Honor Push.
    Honor,
    /// OPPO Push, for OPPO, realme and `OnePlus`.
    Oppo,
    /// vivo Push, for vivo and iQOO.
    Vivo,
    /// Meizu Push (Flyme).
    Meizu,
    /// Firebase Cloud Messaging.
    Fcm,
    /// Web Push (RFC 8030), which also serves `UnifiedPush`.
    Webpush,
}

/// What is true of a vendor: one row each in [`Vendor::facts`].
#[derive(Debug, Clone, Copy)]
pub struct VendorFacts {
    /// The word used everywhere.
    pub name: &'static str,
    /// What people call it, in English.
    pub title_en: &'static str,
    /// What people call it, in Chinese.
    pub title_zh: &'static str,
    /// The phones it serves.
    pub platform: Platform,
    /// Brands (lower case, as the device reports them) whose own service this is.
    pub brands: &'static [&'static str],
    /// Push type code at login: 5 to 10 as row D7 names them, later vendors take the next free number.
    pub push_type: u8,
    /// Whether a token belongs to one of two environments.
    pub has_environments: bool,
    /// Calls go to tokens of their own (`PushKit`).
    pub calls_apart: bool,
    /// Its SDK calls the app when a notification arrives while the app runs (matrix H).
    pub tells_arrival: bool,
    /// Its SDK hands the app data that shows nothing by itself (matrix H).
    pub hands_data: bool,
    /// Its receipts name a push by the vendor's own id, not by ours.
    pub receipts_by_own_id: bool,
    /// It reports that a push reached its phone.
    pub reports_arrival: bool,
    /// It reports that a notification was tapped.
    pub reports_taps: bool,
}

/// One row a vendor: name, titles, platform, brands, push type.
#[rustfmt::skip]
const TABLE: &[(Vendor, VendorFacts)] = &[
    reports_taps(receipts_by_own_id(tells_arrival(row(Vendor::Xiaomi, "xiaomi", ("Xiaomi", "小米"), Platform::Android, &["xiaomi", "redmi", "poco"], 5)))),
    calls_apart(with_environments(hands_data(row(Vendor::Apns, "apns", ("Apple (APNs)", "苹果 APNs"), Platform::Ios, &["apple"], 11)))),
    reports(hands_data(row(Vendor::Huawei, "huawei", ("Huawei", "华为"), Platform::Android, &["huawei"], 6))),
    reports(hands_data(row(Vendor::Harmony, "harmony", ("HarmonyOS NEXT", "鸿蒙"), Platform::Harmony, &["harmony"], 13))),
    reports_taps(hands_data(row(Vendor::Honor, "honor", ("Honor", "荣耀"), Platform::Android, &["honor"], 12))),
    reports(receipts_by_own_id(row(Vendor::Oppo, "oppo", ("OPPO", "OPPO"), Platform::Android, &["oppo", "realme", "oneplus"], 10))),
    reports(receipts_by_own_id(row(Vendor::Vivo, "vivo", ("vivo", "vivo"), Platform::Android, &["vivo", "iqoo"], 9))),
    reports_taps(receipts_by_own_id(tells_arrival(row(Vendor::Meizu, "meizu", ("Meizu", "魅族"), Platform::Android, &["meizu"], 7)))),
    hands_data(row(Vendor::Fcm, "fcm", ("FCM", "谷歌 FCM"), Platform::Android, &["google", "samsung", "motorola", "sony"], 8)),
    hands_data(row(Vendor::Webpush, "webpush", ("Web Push", "浏览器推送"), Platform::Web, &["browser"], 14)),
];

const fn row(
    vendor: Vendor,
    name: &'static str,
    (title_en, title_zh): (&'static str, &'static str),
    platform: Platform,
    brands: &'static [&'static str],
    push_type: u8,
) -> (Vendor, VendorFacts) {
    let facts = VendorFacts {
        name,
        title_en,
        title_zh,
        platform,
        brands,
        push_type,
        has_environments: false,
        calls_apart: false,
        tells_arrival: false,
        hands_data: false,
        receipts_by_own_id: false,
        reports_arrival: false,
        reports_taps: false,
    };
    (vendor, facts)
}

const fn with_environments((vendor, facts): (Vendor, VendorFacts)) -> (Vendor, VendorFacts) {
    (vendor, VendorFacts { has_environments: true, ..facts })
}

const fn calls_apart((vendor, facts): (Vendor, VendorFacts)) -> (Vendor, VendorFacts) {
    (vendor, VendorFacts { calls_apart: true, ..facts })
}

const fn tells_arrival((vendor, facts): (Vendor, VendorFacts)) -> (Vendor, VendorFacts) {
    (vendor, VendorFacts { tells_arrival: true, ..facts })
}

const fn receipts_by_own_id((vendor, facts): (Vendor, VendorFacts)) -> (Vendor, VendorFacts) {
    (vendor, VendorFacts { receipts_by_own_id: true, ..facts })
}

/// It reports arrivals.
const fn reports((vendor, facts): (Vendor, VendorFacts)) -> (Vendor, VendorFacts) {
    (vendor, VendorFacts { reports_arrival: true, ..facts })
}

/// It reports arrivals and taps.
const fn reports_taps((vendor, facts): (Vendor, VendorFacts)) -> (Vendor, VendorFacts) {
    (vendor, VendorFacts { reports_arrival: true, reports_taps: true, ..facts })
}

const fn hands_data((vendor, facts): (Vendor, VendorFacts)) -> (Vendor, VendorFacts) {
    (vendor, VendorFacts { hands_data: true, ..facts })
}

impl Vendor {
    /// Every vendor.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Xiaomi; TABLE.len()];
        let mut at = 0;
        while at < TABLE.len() {
            all[at] = TABLE[at].0;
            at += 1;
        }
        all
    };

    /// What is true of this vendor.
    #[must_use]
    pub fn facts(self) -> &'static VendorFacts {
        TABLE
            .iter()
            .find_map(|(vendor, facts)| (*vendor == self).then_some(facts))
            .unwrap_or_else(|| unreachable!("every vendor has a row, which a test checks"))
    }

    /// The word used everywhere.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().name
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("names no vendor")]
pub struct UnknownVendor;

impl FromStr for Vendor {
    type Err = UnknownVendor;
    fn from_str(word: &str) -> Result<Self, UnknownVendor> {
        Self::ALL.into_iter().find(|vendor| vendor.name() == word).ok_or(UnknownVendor)
    }
}

#[cfg(test)]
mod tests {
    use super::Vendor;

    #[test]
    fn every_vendor_has_its_row_and_its_serde_name_is_its_name() {
        for vendor in Vendor::ALL {
            assert_eq!(serde_json::to_value(vendor).expect("a vendor is a word"), vendor.name());
            assert_eq!(vendor.name().parse(), Ok(vendor));
        }
    }
}
