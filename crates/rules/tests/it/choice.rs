//! Which certificates a device should register with.

use std::collections::BTreeMap;

use model::{
    AppId, Certificate, CertificateId, CertificateName, DeviceReport, Environment, FcmRank, Form, Platform,
    Secret, Timestamp, Vendor,
};
use rules::rank_certificates;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn certificate(id: u32, vendor: Vendor) -> Certificate {
    Certificate {
        id: CertificateId(id),
        app: AppId(1),
        vendor,
        name: CertificateName::new(&format!("c{id}")).unwrap(),
        version: 1,
        disabled: false,
        form: Form::default(),
        environment: None,
        expires_at: None,
        receipt_secret: Secret::new(String::new()),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn naming(mut certificate: Certificate, field: &str, package: &str) -> Certificate {
    certificate.form.public = BTreeMap::from([(field.to_owned(), package.to_owned())]);
    certificate
}

/// One certificate of every vendor, numbered 1 to 10 in the vendors' order.
fn one_of_each() -> Vec<Certificate> {
    (1..).zip(Vendor::ALL).map(|(id, vendor)| certificate(id, vendor)).collect()
}

fn device(platform: Platform, brand: &str) -> DeviceReport {
    DeviceReport { platform, brand: brand.to_owned(), ..DeviceReport::default() }
}

fn ranked(certificates: &[Certificate], report: &DeviceReport, fcm: FcmRank) -> Vec<Vendor> {
    rank_certificates(certificates, report, fcm, NOW).into_iter().map(|found| found.vendor).collect()
}

#[test]
fn d8_a_device_is_told_its_makers_service_first() {
    let makers = [
        ("xiaomi", Vendor::Xiaomi),
        ("Redmi", Vendor::Xiaomi),
        ("HUAWEI", Vendor::Huawei),
        ("honor", Vendor::Honor),
        ("OnePlus", Vendor::Oppo),
        ("realme", Vendor::Oppo),
        ("iQOO", Vendor::Vivo),
        ("meizu", Vendor::Meizu),
    ];
    for (brand, vendor) in makers {
        let ranked = ranked(&one_of_each(), &device(Platform::Android, brand), FcmRank::Last);
        assert_eq!(ranked, [vendor, Vendor::Fcm], "{brand}");
    }
}

#[test]
fn d8_a_certificate_that_cannot_push_is_not_told_of() {
    let disabled = Certificate { disabled: true, ..certificate(2, Vendor::Xiaomi) };
    let expired = Certificate { expires_at: Some(NOW), ..certificate(3, Vendor::Xiaomi) };
    let certificates = [certificate(1, Vendor::Xiaomi), disabled, expired];
    let phone = device(Platform::Android, "xiaomi");
    let ranked = rank_certificates(&certificates, &phone, FcmRank::Last, NOW);
    assert_eq!(ranked.iter().map(|found| found.id.0).collect::<Vec<_>>(), [1]);
}

#[test]
fn d9_d10_fcm_stands_behind_the_maker_on_any_android_device_and_serves_those_without_one() {
    for brand in ["google", "samsung", "nothing", ""] {
        let ranked = ranked(&one_of_each(), &device(Platform::Android, brand), FcmRank::Last);
        assert_eq!(ranked, [Vendor::Fcm], "{brand}");
    }
}

#[test]
fn d10_fcm_first_stands_before_the_maker() {
    let phone = device(Platform::Android, "xiaomi");
    assert_eq!(ranked(&one_of_each(), &phone, FcmRank::First), [Vendor::Fcm, Vendor::Xiaomi]);
    let without = [certificate(1, Vendor::Xiaomi)];
    assert_eq!(ranked(&without, &phone, FcmRank::First), [Vendor::Xiaomi]);
}

#[test]
fn d11_exclusive_fcm_leaves_no_other_service_on_android_where_there_is_a_certificate_of_it() {
    let phone = device(Platform::Android, "oppo");
    assert_eq!(ranked(&one_of_each(), &phone, FcmRank::Exclusive), [Vendor::Fcm]);
    let without = [certificate(1, Vendor::Oppo)];
    assert_eq!(ranked(&without, &phone, FcmRank::Exclusive), [Vendor::Oppo]);
}

#[test]
fn d10_d11_the_rank_of_fcm_changes_nothing_elsewhere() {
    for fcm in [FcmRank::Last, FcmRank::First, FcmRank::Exclusive] {
        let elsewhere = [
            (device(Platform::Ios, "apple"), Vendor::Apns),
            (device(Platform::Harmony, "huawei"), Vendor::Harmony),
            (device(Platform::Web, "chrome"), Vendor::Webpush),
        ];
        for (report, vendor) in elsewhere {
            assert_eq!(ranked(&one_of_each(), &report, fcm), [vendor]);
        }
        assert_eq!(ranked(&one_of_each(), &device(Platform::Desktop, "apple"), fcm), []);
    }
}

#[test]
fn t25_harmony_and_huawei_are_two_worlds_on_phones_of_one_brand() {
    let android = ranked(&one_of_each(), &device(Platform::Android, "huawei"), FcmRank::Last);
    assert_eq!(android, [Vendor::Huawei, Vendor::Fcm]);
    assert_eq!(
        ranked(&one_of_each(), &device(Platform::Harmony, "huawei"), FcmRank::Last),
        [Vendor::Harmony]
    );
}

#[test]
fn t22_of_two_certificates_of_a_vendor_the_one_that_names_the_devices_package_comes_first() {
    let certificates = [
        naming(certificate(1, Vendor::Xiaomi), "package_name", "com.example.im"),
        naming(certificate(2, Vendor::Xiaomi), "package_name", "com.example.work"),
        certificate(3, Vendor::Xiaomi),
    ];
    let ids = |package: &str| {
        let report = DeviceReport { package: package.to_owned(), ..device(Platform::Android, "xiaomi") };
        let ranked = rank_certificates(&certificates, &report, FcmRank::Last, NOW);
        ranked.iter().map(|found| found.id.0).collect::<Vec<_>>()
    };
    assert_eq!(ids("com.example.im"), [1, 3]);
    assert_eq!(ids("com.example.work"), [2, 3]);
    assert_eq!(ids("com.example.other"), [3]);
    assert_eq!(ids(""), [2, 1, 3], "a device that does not say may be any");
}

#[test]
fn t22_c10_an_iphone_is_told_the_certificate_of_its_bundle_and_environment() {
    let apns = |id, topic, environment| {
        let named = naming(certificate(id, Vendor::Apns), "topic", topic);
        Certificate { environment: Some(environment), ..named }
    };
    let certificates = [
        apns(1, "com.example.im", Environment::Development),
        apns(2, "com.example.im", Environment::Production),
        apns(3, "com.example.work", Environment::Production),
    ];
    let report = DeviceReport {
        package: "com.example.im".to_owned(),
        apns_environment: Some(Environment::Production),
        ..device(Platform::Ios, "apple")
    };
    let ranked = rank_certificates(&certificates, &report, FcmRank::Last, NOW);
    assert_eq!(ranked.iter().map(|found| found.id.0).collect::<Vec<_>>(), [2]);
}
