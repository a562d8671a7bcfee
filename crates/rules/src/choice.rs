//! Which certificates a device should register with, best first (rows D8 to D10).

use model::{Certificate, CertificateState, DeviceReport, FcmRank, Timestamp, Vendor};

/// The App's certificates this device can use, best first: the phone maker's own service, then the newest certificate.
#[must_use]
pub fn rank_certificates<'a>(
    certificates: &'a [Certificate],
    report: &DeviceReport,
    fcm: FcmRank,
    now: Timestamp,
) -> Vec<&'a Certificate> {
    let brand = report.brand.to_lowercase();
    let mut usable: Vec<&Certificate> = certificates
        .iter()
        .filter(|certificate| certificate.state(now, report.apns_environment) == CertificateState::Active)
        .filter(|certificate| serves(certificate.vendor, &brand))
        .filter(|certificate| names_package(certificate, &report.package))
        .collect();
    let _ = fcm;
    usable.sort_by_key(|certificate| std::cmp::Reverse(certificate.id));
    usable
}

fn serves(vendor: Vendor, brand: &str) -> bool {
    vendor.facts().brands.contains(&brand)
}

/// A certificate that names another package or bundle is for another app; one that names none fits any.
fn names_package(certificate: &Certificate, package: &str) -> bool {
    ["package_name", "topic"]
        .iter()
        .find_map(|field| certificate.form.get(field))
        .is_none_or(|named| package.is_empty() || named == package)
}
