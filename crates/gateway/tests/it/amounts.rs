//! Daily amounts: what is counted over restarts, who waits when they run short, what receipts teach.

use std::collections::BTreeMap;

use gateway::{AmountStatus, Gateway};
use model::{
    CertificateId, Class, Delivery, DeliveryState, Form, MessageId, PushSettings, Secret, Vendor, VendorDay,
};
use rules::Reason;
use simulator::{FaultPlan, XiaomiApp, XiaomiChannel};
use store::{NewDelivery, Store};

use crate::support::{PACKAGE, SECRET, Stage, XIAOMI_HOST, all_in, regids, xiaomi_form};

const HOUR_MS: i64 = 3_600_000;

/// A certificate without private channels, whose public one has this amount.
fn public_form(amount: u64) -> Form {
    let mut form = xiaomi_form(SECRET);
    let amount = amount.to_string();
    let own = [
        ("private_right", "no"),
        ("channel_id", "130001"),
        ("channel_id_marketing", "130001"),
        ("day_public", &amount),
    ];
    form.public.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    form
}

async fn xiaomi(stage: &Stage, amount: u64) -> CertificateId {
    register(stage);
    stage.put_certificate(None, Vendor::Xiaomi, public_form(amount), false).await
}

/// An app with a public channel and a private one.
fn register(stage: &Stage) {
    let app = XiaomiApp::new(PACKAGE, "2882303", Secret::new(SECRET.to_owned()))
        .with_channel("130001", XiaomiChannel::Public)
        .with_channel("130002", XiaomiChannel::Private { needs_template: false });
    stage.simulator.register_xiaomi_app(app);
}

fn of(class: Class) -> PushSettings {
    PushSettings { class, ..PushSettings::default() }
}

/// A push to each of these tokens, which lives so long.
async fn push(
    stage: &Stage,
    certificate: CertificateId,
    class: Class,
    tokens: &[String],
    lifetime_ms: i64,
) -> MessageId {
    let row = stage.row(certificate, "", lifetime_ms);
    let rows = tokens.iter().map(|token| NewDelivery { token: token.as_str().into(), ..row.clone() });
    stage.accept(certificate, rows.collect(), of(class)).await
}

fn ends(deliveries: &[Delivery]) -> BTreeMap<(&'static str, u16), usize> {
    deliveries.iter().fold(BTreeMap::new(), |mut ends, delivery| {
        *ends.entry((delivery.state.as_str(), delivery.reason.0)).or_default() += 1;
        ends
    })
}

/// Taken today by class, of public messages.
fn taken(gateway: &Gateway, certificate: CertificateId) -> [u64; 4] {
    public(gateway, certificate).today.taken
}

fn public(gateway: &Gateway, certificate: CertificateId) -> AmountStatus {
    gateway.amounts(certificate).into_iter().find(|amount| amount.name == "public").unwrap()
}

#[tokio::test]
async fn marketing_waits_before_chats_and_calls_never_over_a_restart() {
    let stage = Stage::new().await;
    let certificate = xiaomi(&stage, 20).await;
    let gateway = stage.gateway();
    let adverts = push(&stage, certificate, Class::Marketing, &regids(30), HOUR_MS).await;
    let ended = stage.ended(adverts).await;
    let accepted = ("accepted", Reason::ACCEPTED.0);
    let reserved = ("dropped", Reason::QUOTA_RESERVED.0);
    assert_eq!(ends(&ended), BTreeMap::from([(accepted, 18), (reserved, 12)]));
    assert_eq!(taken(&gateway, certificate), [0, 0, 0, 18]);
    gateway.shutdown().await;

    let gateway = stage.gateway();
    let notices = push(&stage, certificate, Class::System, &regids(3), HOUR_MS).await;
    assert_eq!(ends(&stage.ended(notices).await), BTreeMap::from([(accepted, 1), (reserved, 2)]));
    let chats = push(&stage, certificate, Class::Chat, &regids(3), HOUR_MS).await;
    let used_up = ("dropped", Reason::QUOTA_USED_UP.0);
    assert_eq!(ends(&stage.ended(chats).await), BTreeMap::from([(accepted, 1), (used_up, 2)]));
    let calls = push(&stage, certificate, Class::Call, &regids(3), HOUR_MS).await;
    assert_eq!(ends(&stage.ended(calls).await), BTreeMap::from([(accepted, 3)]));
    let public = public(&gateway, certificate);
    assert_eq!((public.today.taken, public.today.left), ([1, 3, 1, 18], Some(0)));
    assert_eq!(public.today.put_off, [Class::Chat, Class::System, Class::Marketing]);
    assert_eq!(public.today.resets_at, VendorDay::SHANGHAI.end(stage.now()));
}

#[tokio::test]
async fn what_is_put_off_goes_at_eight_of_the_next_day_where_it_lives_so_long() {
    let stage = Stage::new().await;
    let certificate = xiaomi(&stage, 10).await;
    let _gateway = stage.gateway();
    let adverts = push(&stage, certificate, Class::Marketing, &regids(12), 72 * HOUR_MS).await;
    let waiting = stage
        .wait_for(adverts, |all| {
            all.iter().all(|one| one.state != DeliveryState::Queued || one.due_at > stage.now())
        })
        .await;
    let morning = VendorDay::SHANGHAI.end(stage.now()).plus_ms(8 * HOUR_MS);
    let put_off: Vec<&Delivery> = waiting.iter().filter(|one| one.state == DeliveryState::Queued).collect();
    assert_eq!(put_off.len(), 3);
    assert!(put_off.iter().all(|one| one.due_at == morning && one.reason == Reason::QUOTA_RESERVED));
    stage.clock.advance_ms(morning.since_ms(stage.now()) + 1);
    // Any news makes the lane look at the clock.
    let chat = push(&stage, certificate, Class::Chat, &regids(1), HOUR_MS).await;
    assert!(all_in(&stage.ended(adverts).await, DeliveryState::Accepted));
    assert!(all_in(&stage.ended(chat).await, DeliveryState::Accepted));
}

#[tokio::test]
async fn an_amount_that_the_vendor_says_is_used_up_holds_its_kind_and_no_other() {
    let stage = Stage::new().await;
    register(&stage);
    let mut form = public_form(1_000_000);
    form.public.extend(
        [("private_right", "yes"), ("channel_id", "130002")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let certificate = stage.put_certificate(None, Vendor::Xiaomi, form, false).await;
    stage.fault(XIAOMI_HOST, FaultPlan { quota_used_up: true, ..FaultPlan::default() });
    let gateway = stage.gateway();
    let adverts = push(&stage, certificate, Class::Marketing, &regids(2), HOUR_MS).await;
    let ended = stage.ended(adverts).await;
    assert!(ended.iter().all(|one| one.reason == Reason::QUOTA_USED_UP && one.attempts.len() == 1));
    stage.fault(XIAOMI_HOST, FaultPlan::default());
    let asked = stage.requests(Vendor::Xiaomi).len();
    let more = push(&stage, certificate, Class::Marketing, &regids(2), HOUR_MS).await;
    let ended = stage.ended(more).await;
    assert!(ended.iter().all(|one| one.reason == Reason::QUOTA_USED_UP && one.attempts.is_empty()));
    assert_eq!(stage.requests(Vendor::Xiaomi).len(), asked, "the vendor is not asked again today");
    let chats = push(&stage, certificate, Class::Chat, &regids(2), HOUR_MS).await;
    assert!(all_in(&stage.ended(chats).await, DeliveryState::Accepted), "private channels have their own");
    gateway.shutdown().await;

    let gateway = stage.gateway();
    let still = push(&stage, certificate, Class::Marketing, &regids(1), HOUR_MS).await;
    assert!(stage.ended(still).await[0].attempts.is_empty(), "a restart forgets nothing");
    assert!(public(&gateway, certificate).today.used_up_at.is_some());
}

#[tokio::test]
async fn a_receipt_teaches_that_one_phone_has_had_its_share() {
    let stage = Stage::new().await;
    let mut credentials = stage.simulator.enrol(Vendor::Huawei, PACKAGE, None).unwrap();
    credentials.retain(|name, _| !name.starts_with("receipt_"));
    let form = vendors::fill_form(Vendor::Huawei, &credentials);
    let certificate = stage.put_certificate(None, Vendor::Huawei, form, false).await;
    let mut gateway = stage.gateway();
    let tokens: Vec<String> =
        ["one", "other"].map(|name| stage.phone(Vendor::Huawei, name).register_token().unwrap()).into();
    let first = push(&stage, certificate, Class::Chat, &tokens, HOUR_MS).await;
    let [delivery, _] = stage.ended(first).await.try_into().unwrap();
    let body = serde_json::json!({ "statuses": [{
        "biTag": first.to_string(), "appid": "1", "token": &*delivery.token, "status": 256,
        "timestamp": stage.now().millis(), "requestId": delivery.vendor_message_id,
    }]});
    let body = body.to_string().into_bytes();
    let count = gateway.receipt(Vendor::Huawei, certificate, "receipt-secret", &[], &body).await.unwrap();
    assert_eq!(count, 1);
    for restarted in [false, true] {
        let next = push(&stage, certificate, Class::Chat, &tokens, HOUR_MS).await;
        for after in stage.ended(next).await {
            let full = after.token == delivery.token;
            let expected = if full { Reason::QUOTA_DEVICE } else { Reason::ACCEPTED };
            assert_eq!(after.reason, expected, "after a restart: {restarted}");
        }
        gateway.shutdown().await;
        gateway = stage.gateway();
    }
    let call = push(&stage, certificate, Class::Call, &tokens, HOUR_MS).await;
    assert!(all_in(&stage.ended(call).await, DeliveryState::Accepted));
}

#[tokio::test]
async fn a_phone_that_had_its_marketing_of_the_day_gets_no_more_of_it() {
    let stage = Stage::new().await;
    let certificate = stage.enrolled(Vendor::Huawei).await;
    let _gateway = stage.gateway();
    let token = [stage.phone(Vendor::Huawei, "one").register_token().unwrap()];
    let mut reasons = Vec::new();
    for _ in 0..3 {
        let advert = push(&stage, certificate, Class::Marketing, &token, HOUR_MS).await;
        reasons.push(stage.ended(advert).await[0].reason);
    }
    assert_eq!(reasons, [Reason::ACCEPTED, Reason::ACCEPTED, Reason::QUOTA_DEVICE]);
    let read = stage.store.day_ledger(certificate, VendorDay::SHANGHAI.number(stage.now()), 9).await.unwrap();
    assert_eq!((read.devices.len(), read.devices[0].taken), (1, 2));
}

#[tokio::test]
async fn what_shares_a_job_shares_what_is_left() {
    let stage = Stage::new().await;
    let certificate = xiaomi(&stage, 2500).await;
    let _gateway = stage.gateway();
    let adverts = push(&stage, certificate, Class::Marketing, &regids(3000), HOUR_MS).await;
    let ended = ends(&stage.ended(adverts).await);
    assert_eq!(ended[&("accepted", Reason::ACCEPTED.0)], 2250, "a tenth is kept");
    let read = stage.store.day_ledger(certificate, VendorDay::SHANGHAI.number(stage.now()), 0).await.unwrap();
    assert_eq!(read.counts.iter().map(|count| count.taken).sum::<u32>(), 2250);
}
