//! The vendors, and what is true of each whatever its certificate.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::device::Platform;

/// A push service. Its name is the same word in code, API, console and docs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Xiaomi `MiPush`.
    Xiaomi,
    /// Apple Push Notification service.
    Apns,
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
    /// Push type code at login (row D7: 5 Xiaomi; APNs has none there and takes the next free number).
    pub push_type: u8,
    /// Whether a token belongs to one of two environments.
    pub has_environments: bool,
}

const TABLE: [(Vendor, VendorFacts); 2] = [
    (
        Vendor::Xiaomi,
        VendorFacts {
            name: "xiaomi",
            title_en: "Xiaomi",
            title_zh: "小米",
            platform: Platform::Android,
            brands: &["xiaomi", "redmi", "poco"],
            push_type: 5,
            has_environments: false,
        },
    ),
    (
        Vendor::Apns,
        VendorFacts {
            name: "apns",
            title_en: "Apple (APNs)",
            title_zh: "苹果 APNs",
            platform: Platform::Ios,
            brands: &["apple"],
            push_type: 11,
            has_environments: true,
        },
    ),
];

impl Vendor {
    /// Every vendor.
    pub const ALL: [Self; 2] = [Self::Xiaomi, Self::Apns];

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
