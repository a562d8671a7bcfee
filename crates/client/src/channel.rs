//! The road by which this device is pushed to: which certificate, which vendor token, what the server knows.

use std::fmt;

use model::{CertificateId, Vendor};
use serde::{Deserialize, Serialize};
use wire::Recommended;

use crate::ShippedCertificate;

/// A vendor token that the server has confirmed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The certificate it is bound to.
    pub certificate: CertificateId,
    /// The vendor token.
    pub token: String,
}

impl fmt::Debug for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reported(certificate {})", self.certificate)
    }
}

/// The certificate in use, and how far its token has come in this process.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) vendor: Vendor,
    pub(crate) certificate: CertificateId,
    /// What the vendor gave; never empty.
    pub(crate) token: Option<String>,
    /// The token was handed to the server in this process.
    pub(crate) is_reported: bool,
}

impl Channel {
    pub(crate) const fn of(vendor: Vendor, certificate: CertificateId) -> Self {
        Self { vendor, certificate, token: None, is_reported: false }
    }

    /// The channel for a login: exactly the first recommendation (row D8), with the app's own certificate of that
    /// vendor where it names one.
    pub(crate) fn choose(recommended: &[Recommended], shipped: &[ShippedCertificate]) -> Option<Self> {
        let first = recommended.first()?;
        let own = shipped.iter().filter(|own| own.vendor == first.vendor).find_map(|own| own.id);
        Some(Self::of(first.vendor, own.unwrap_or(first.certificate)))
    }

    /// Whether it is the same road, whatever its token.
    pub(crate) fn is_same_road(&self, other: &Self) -> bool {
        (self.vendor, self.certificate) == (other.vendor, other.certificate)
    }
}
