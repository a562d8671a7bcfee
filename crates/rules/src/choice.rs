//! Which certificates a device should register with, best first (rows D8 to D11, T22).

use std::cmp::Reverse;

use model::{Certificate, CertificateState, DeviceReport, FcmRank, Platform, Timestamp, Vendor};

/// The form fields in which a certificate names the app it is for.
const NAMES_APP: [&str; 2] = ["package_name", "topic"];

/// The App's certificates this device can use, best first: by vendor as the App ranks FCM, then one that names the
/// device's own package before one that names none, then the newest.
#[must_use]
pub fn rank_certificates<'a>(
    certificates: &'a [Certificate],
    report: &DeviceReport,
    fcm: FcmRank,
    now: Timestamp,
) -> Vec<&'a Certificate> {
    let mut usable: Vec<&Certificate> = certificates
        .iter()
        .filter(|certificate| certificate.state(now, report.apns_environment) == CertificateState::Active)
        .filter(|certificate| serves(certificate.vendor, report))
        .filter(|certificate| app_of(certificate).is_none_or(|app| is_or_unknown(&report.package, app)))
        .collect();
    if fcm == FcmRank::Exclusive && usable.iter().any(|certificate| certificate.vendor == Vendor::Fcm) {
        usable.retain(|certificate| certificate.vendor == Vendor::Fcm);
    }
    usable.sort_by_key(|certificate| {
        let is_fcm = certificate.vendor == Vendor::Fcm;
        let behind = if fcm == FcmRank::First { !is_fcm } else { is_fcm };
        (behind, app_of(certificate).is_none(), Reverse(certificate.id))
    });
    usable
}

/// Whether the vendor's service can reach the device. On Android a maker serves its own brands and FCM serves every
/// brand; elsewhere the platform has one service. A device that names no platform is known by its brand alone.
fn serves(vendor: Vendor, report: &DeviceReport) -> bool {
    let facts = vendor.facts();
    let own_brand = facts.brands.contains(&report.brand.to_lowercase().as_str());
    match report.platform {
        Platform::Other => own_brand,
        Platform::Android => facts.platform == Platform::Android && (own_brand || vendor == Vendor::Fcm),
        platform => facts.platform == platform,
    }
}

/// The package or bundle that a certificate is for; `None` where it fits any.
fn app_of(certificate: &Certificate) -> Option<&str> {
    NAMES_APP.iter().find_map(|field| certificate.form.get(field))
}

fn is_or_unknown(package: &str, app: &str) -> bool {
    package.is_empty() || package == app
}
