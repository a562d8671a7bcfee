//! Each look at a device with what it must say: of a phone about which nothing is wrong, and of one with one thing
//! wrong.

use std::collections::BTreeMap;

use model::{
    AppId, AppPolicy, Attempt, Binding, BindingKind, BindingLoss, BindingState, Certificate, CertificateId,
    CertificateName, Delivery, DeliveryId, DeliveryState, Device, DeviceId, DeviceReport, Environment, Form,
    Marks, MessageId, Permission, Platform, Purpose, PushId, Secret, SessionId, SessionState, TextVariant,
    Timestamp, UserId, Vendor,
};
use rules::Reason;
use store::{DeviceRecord, SessionRecord};
use uuid::Uuid;

use super::{Check, Checkup, DeviceState, Outcome, Subject, check_up};

const NOW: Timestamp = Timestamp(1_763_800_000_000);
const HOUR_MS: i64 = 3_600_000;

/// A case: what is looked over, as it may be bent.
struct World {
    record: DeviceRecord,
    certificates: Vec<Certificate>,
    policy: AppPolicy,
    recent: Vec<Delivery>,
}

impl World {
    fn look(&self) -> Checkup {
        check_up(&Subject {
            record: &self.record,
            certificates: &self.certificates,
            policy: &self.policy,
            recent: &self.recent,
            now: NOW,
        })
    }

    fn report(&mut self) -> &mut DeviceReport {
        &mut self.record.device.report
    }

    fn lose(&mut self, loss: BindingLoss) {
        self.record.bindings = vec![BindingState::Lost(loss)];
    }

    fn session(&mut self) -> &mut SessionRecord {
        self.record.session.as_mut().unwrap()
    }
}

fn certificate(vendor: Vendor, fields: &[(&str, &str)]) -> Certificate {
    let public: BTreeMap<String, String> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Certificate {
        id: CertificateId(7),
        app: AppId(1),
        vendor,
        name: CertificateName::new("sample").unwrap(),
        version: 1,
        disabled: false,
        form: Form { public, ..Form::default() },
        environment: (vendor == Vendor::Apns).then_some(Environment::Production),
        expires_at: None,
        receipt_secret: Secret::new(String::new()),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn delivery(state: DeliveryState, reason: model::ReasonCode, verdict: &str, code: &str) -> Delivery {
    Delivery {
        id: DeliveryId(1),
        app: AppId(1),
        message: MessageId(Uuid::nil()),
        purpose: Purpose::Notify,
        user: None,
        device: None,
        push_id: None,
        certificate: Some(CertificateId(7)),
        token: "token".into(),
        binding_generation: 1,
        state,
        reason,
        rules_version: 1,
        facts: Vec::new(),
        text: TextVariant::Full,
        badge: None,
        decided_at: NOW.plus_ms(-HOUR_MS),
        due_at: NOW,
        expires_at: NOW,
        finished_at: None,
        attempts: vec![Attempt {
            at: NOW,
            took_ms: 3,
            verdict: verdict.to_owned(),
            http_status: 200,
            code: code.to_owned(),
            text: String::new(),
        }],
        vendor_message_id: None,
        raced: false,
        marks: Marks::default(),
        receipt_note: String::new(),
    }
}

/// A phone's vendor, brand, platform, and what its certificate says.
type Kind = (Vendor, &'static str, Platform, &'static [(&'static str, &'static str)]);

/// The phones that are looked at.
const PHONES: [Kind; 3] = [
    (Vendor::Apns, "apple", Platform::Ios, &[("topic", "com.example.im")]),
    (Vendor::Oppo, "oppo", Platform::Android, &[("channel_id", "im")]),
    (
        Vendor::Xiaomi,
        "xiaomi",
        Platform::Android,
        &[("package_name", "com.example.im"), ("channel_id", "im")],
    ),
];

/// A phone about which nothing is wrong.
fn healthy(vendor: Vendor) -> World {
    let (_, brand, platform, fields) = *PHONES.iter().find(|(own, ..)| *own == vendor).unwrap();
    let device = DeviceId(Uuid::nil());
    let report = DeviceReport {
        brand: brand.to_owned(),
        platform,
        package: "com.example.im".to_owned(),
        notifications: Permission::Allowed,
        channels: vec!["im".to_owned()],
        apns_environment: (vendor == Vendor::Apns).then_some(Environment::Production),
        ..DeviceReport::default()
    };
    let binding = Binding {
        device,
        certificate: CertificateId(7),
        kind: BindingKind::Alert,
        token: "a-long-token".into(),
        owner: None,
        registered_at: NOW.plus_ms(-HOUR_MS),
        generation: 1,
        doubts: 0,
    };
    let session = SessionRecord {
        id: SessionId(1),
        user: UserId::new("bo").unwrap(),
        device,
        state: SessionState::Disconnected,
        since: NOW.plus_ms(-HOUR_MS),
    };
    let device = Device {
        app: AppId(1),
        id: device,
        push_id: PushId(Uuid::nil()),
        unregistered_at: None,
        push_off_at: None,
        badge: 0,
        report,
        seen_at: NOW,
    };
    World {
        record: DeviceRecord { device, session: Some(session), bindings: vec![BindingState::Bound(binding)] },
        certificates: vec![certificate(vendor, fields)],
        policy: AppPolicy::default(),
        recent: vec![delivery(DeliveryState::Accepted, Reason::PUSH_DISCONNECTED, "accepted", "0")],
    }
}

fn found<'a>(checkup: &'a Checkup, name: &str) -> Option<&'a Check> {
    checkup.checks.iter().find(|check| check.name == name)
}

#[test]
fn j1_j3_a_phone_with_nothing_wrong_passes_every_look() {
    for vendor in [Vendor::Xiaomi, Vendor::Oppo, Vendor::Apns] {
        let checkup = healthy(vendor).look();
        assert_eq!(checkup.device_state, DeviceState::Normal);
        for check in &checkup.checks {
            assert_eq!(check.outcome, Outcome::Pass, "{vendor}: {check:?}");
            assert!(!check.evidence.en.is_empty() && !check.evidence.zh.is_empty());
        }
    }
}

type Bend = fn(&mut World);

/// What is bent, whose phone it is, the look that must see it, and what the look must say.
#[rustfmt::skip]
const CASES: &[(&str, Vendor, &str, Outcome, Bend)] = &[
    ("switched off", Vendor::Xiaomi, "certificate", Outcome::Fail, |w| w.certificates[0].disabled = true),
    ("expired", Vendor::Xiaomi, "certificate", Outcome::Fail, |w| w.certificates[0].expires_at = Some(NOW)),
    ("gone", Vendor::Xiaomi, "certificate", Outcome::Fail, |w| w.certificates.clear()),
    ("none for the brand", Vendor::Xiaomi, "certificate", Outcome::Fail,
        |w| { w.certificates.clear(); w.lose(BindingLoss::NeverBound); }),
    ("no brand", Vendor::Xiaomi, "certificate", Outcome::Unknown,
        |w| { w.report().brand.clear(); w.report().platform = Platform::Other; w.lose(BindingLoss::NeverBound); }),
    ("another package", Vendor::Xiaomi, "package", Outcome::Fail, |w| w.report().package = "com.other".to_owned()),
    ("no package", Vendor::Xiaomi, "package", Outcome::Unknown, |w| w.report().package.clear()),
    ("development build", Vendor::Apns, "environment", Outcome::Fail,
        |w| w.report().apns_environment = Some(Environment::Development)),
    ("environment unsaid", Vendor::Apns, "environment", Outcome::Unknown, |w| w.report().apns_environment = None),
    ("vendor's SDK failed", Vendor::Xiaomi, "registration", Outcome::Fail,
        |w| w.report().registration_error = "6003".to_owned()),
    ("nothing reported", Vendor::Apns, "registration", Outcome::Unknown, |w| w.lose(BindingLoss::NeverBound)),
    ("never bound", Vendor::Xiaomi, "token", Outcome::Fail, |w| w.lose(BindingLoss::NeverBound)),
    ("token dead", Vendor::Xiaomi, "token", Outcome::Fail, |w| w.lose(BindingLoss::TokenDead)),
    ("taken over", Vendor::Xiaomi, "token", Outcome::Fail, |w| w.lose(BindingLoss::TakenOver)),
    ("logged out", Vendor::Xiaomi, "login", Outcome::Fail, |w| w.session().state = SessionState::LoggedOut),
    ("kicked", Vendor::Xiaomi, "login", Outcome::Fail, |w| w.session().state = SessionState::Kicked),
    ("never logged in", Vendor::Xiaomi, "login", Outcome::Unknown, |w| w.record.session = None),
    ("push off", Vendor::Xiaomi, "push_switch", Outcome::Fail, |w| w.record.device.push_off_at = Some(NOW)),
    ("unregistered", Vendor::Xiaomi, "push_switch", Outcome::Fail, |w| w.record.device.unregistered_at = Some(NOW)),
    ("notifications off", Vendor::Oppo, "notifications", Outcome::Fail,
        |w| w.report().notifications = Permission::Off),
    ("notifications unsaid", Vendor::Oppo, "notifications", Outcome::Unknown,
        |w| w.report().notifications = Permission::Unknown),
    ("on screen", Vendor::Xiaomi, "app_state", Outcome::Unknown,
        |w| w.session().state = SessionState::OnlineForeground),
    ("just closed", Vendor::Xiaomi, "app_state", Outcome::Unknown, |w| w.session().since = NOW.plus_ms(-9000)),
    ("channel missing", Vendor::Oppo, "channel", Outcome::Fail, |w| w.report().channels = vec!["other".to_owned()]),
    ("channels unsaid", Vendor::Xiaomi, "channel", Outcome::Unknown, |w| w.report().channels.clear()),
    ("OPPO without ChannelID", Vendor::Oppo, "channel", Outcome::Unknown, |w| w.certificates[0].form.public.clear()),
    ("told to slow down", Vendor::Xiaomi, "pace", Outcome::Fail,
        |w| w.recent[0].attempts[0].verdict = "limited".to_owned()),
    ("five in a minute", Vendor::Xiaomi, "pace", Outcome::Unknown, |w| {
        w.recent[0].decided_at = NOW;
        w.recent = vec![w.recent[0].clone(); 5];
    }),
    ("nothing pushed", Vendor::Xiaomi, "last_push", Outcome::Unknown, |w| w.recent.clear()),
    ("refused", Vendor::Xiaomi, "last_push", Outcome::Fail,
        |w| w.recent = vec![delivery(DeliveryState::Rejected, Reason::MISCONFIGURED, "misconfigured", "21301")]),
];

#[test]
fn j1_j3_j4_j5_j6_j8_each_look_sees_its_own_trouble_and_says_what_to_do() {
    for (case, vendor, name, outcome, bend) in CASES {
        let mut world = healthy(*vendor);
        bend(&mut world);
        let checkup = world.look();
        let check = found(&checkup, name).unwrap_or_else(|| panic!("{case}: no {name}"));
        assert_eq!(check.outcome, *outcome, "{case}: {check:?}");
        if *outcome == Outcome::Fail {
            assert!(!check.fix.en.is_empty() && !check.fix.zh.is_empty(), "{case} has no fix");
            let is_device = check.part == super::Part::Device;
            assert_eq!(checkup.device_state == DeviceState::Abnormal, is_device, "{case}");
        }
    }
}

#[test]
fn a_look_that_does_not_concern_the_device_is_not_taken() {
    let checkup = healthy(Vendor::Xiaomi).look();
    assert!(found(&checkup, "environment").is_none());
    assert!(found(&healthy(Vendor::Apns).look(), "channel").is_none());
}
