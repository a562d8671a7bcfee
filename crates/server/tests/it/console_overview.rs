//! The overview and the lanes: what was counted is shown, in both languages, and the brake is released by who may.

use std::collections::BTreeMap;

use http::Method;
use model::{
    Addressee, Attempt, Body, CertificateId, CertificateName, Class, ConsoleRole, ConversationId, DeliveryId,
    DeliveryState, Form, Mentions, Message, MessageId, MessageKind, Purpose, PushSettings, ReasonCode,
    Receipt, ReceiptKind, Secret, Seq, TextVariant, Timestamp, UserId, Vendor,
};
use rules::Reason;
use server::SimulatorAddress;
use store::{
    AuditFilter, BrakeRecord, CertificateDraft, DeliveryFilter, DeliveryUpdate, FanoutNext, LedgerOp,
    NewDelivery, Op, Outcome,
};
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    browser::{Browser, location, operator},
    console_security::everywhere,
    house::{House, PATIENCE},
};

const HOUR_MS: i64 = 3_600_000;
/// A name that is not markup.
const HOSTILE: &str = "<i>\"'&";

async fn certificate(
    house: &House,
    vendor: Vendor,
    name: &str,
    expires_at: Option<Timestamp>,
) -> CertificateId {
    let draft = CertificateDraft {
        app: house.app.id,
        id: None,
        vendor,
        name: CertificateName::new(name).unwrap(),
        disabled: false,
        form: Form { public: BTreeMap::new(), secret: BTreeMap::new() },
        environment: None,
        expires_at,
        receipt_secret: Secret::new("unguessable".to_owned()),
        at: house.now(),
    };
    let outcomes = house.store.commit(vec![Op::PutCertificate(draft)]).await.unwrap();
    house.im.catalogue().forget(house.app.id);
    match outcomes[..] {
        [Outcome::Certificate(id, _)] => id,
        ref other => panic!("a certificate, not {other:?}"),
    }
}

/// Something for a user that nobody else decides about: it is not due before tomorrow.
async fn decided(
    house: &House,
    certificate: CertificateId,
    class: Class,
    state: DeliveryState,
    reason: ReasonCode,
) -> (MessageId, DeliveryId) {
    let at = house.now();
    let (ann, bo) = (UserId::new("ann").unwrap(), UserId::new("bo").unwrap());
    let message = Message {
        id: MessageId(Uuid::now_v7()),
        app: house.app.id,
        addressee: Addressee::Conversation(ConversationId::peer(&ann, &bo)),
        kind: MessageKind::Message,
        sender: Some(ann),
        sender_device: None,
        client_message_id: None,
        seq: Seq(0),
        body: Body::text("hello"),
        mentions: Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: Some(PushSettings { class, ..PushSettings::default() }),
        sent_at: at,
        expires_at: at.plus_ms(48 * HOUR_MS),
    };
    let new = NewDelivery {
        purpose: Purpose::Notify,
        user: Some(bo),
        device: None,
        push_id: None,
        certificate: Some(certificate),
        token: "a-token".into(),
        binding_generation: 0,
        state,
        reason,
        rules_version: 1,
        facts: Vec::new(),
        text: TextVariant::Full,
        counts_badge: false,
        decided_at: at,
        due_at: at.plus_ms(24 * HOUR_MS),
        expires_at: message.expires_at,
    };
    let id = message.id;
    let decide = Op::Decide { app: house.app.id, message: id, deliveries: vec![new], next: FanoutNext::Done };
    house.store.commit(vec![Op::Accept(Box::new(message)), decide]).await.unwrap();
    let filter = DeliveryFilter { message: Some(id), ..DeliveryFilter::default() };
    (id, house.store.deliveries(house.app.id, &filter, 1).await.unwrap().remove(0).id)
}

/// A push that went so far.
async fn pushed(
    house: &House,
    certificate: CertificateId,
    class: Class,
    state: DeliveryState,
    marks: &[ReceiptKind],
) {
    let (message, id) =
        decided(house, certificate, class, DeliveryState::Queued, Reason::PUSH_DISCONNECTED).await;
    let at = house.now();
    let attempt = Attempt {
        at,
        took_ms: 9,
        verdict: "accepted".to_owned(),
        http_status: 200,
        code: String::new(),
        text: String::new(),
    };
    let reason = if state == DeliveryState::Accepted { Reason::ACCEPTED } else { Reason::MISCONFIGURED };
    let update =
        DeliveryUpdate { id, state, reason, due_at: at, attempt: Some(attempt), vendor_message_id: None, at };
    let mark = |kind: &ReceiptKind| Op::Mark {
        app: house.app.id,
        certificate,
        receipt: Receipt {
            message: Some(message),
            vendor_message_id: String::new(),
            token: "a-token".to_owned(),
            kind: kind.clone(),
            at,
            code: String::new(),
        },
    };
    let mut ops = vec![Op::Update(update)];
    ops.extend(marks.iter().map(mark));
    house.store.commit(ops).await.unwrap();
}

/// What stands in the element of a `data-test`, without what is marked in it.
fn shown<'a>(page: &'a str, test: &str) -> &'a str {
    let start = page.find(&format!("data-test=\"{test}\"")).unwrap_or_else(|| panic!("{test} in {page}"));
    let rest = &page[start..];
    let rest = &rest[rest.find('>').unwrap() + 1..];
    rest[..rest.find('<').unwrap()].trim()
}

#[tokio::test]
async fn the_overview_is_where_one_comes_in_and_stands_first() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    assert_eq!(location(&browser.get("/console").await), "/console/overview");
    let page = browser.get("/console/overview").await;
    assert_eq!(page.status, 200);
    let place = |name: &str| page.text.find(&format!("data-test=\"nav-{name}\"")).unwrap();
    assert!(place("overview") < place("lanes") && place("lanes") < place("explain"));
    let simulator =
        SimulatorAddress { url: "http://127.0.0.1:9".to_owned(), key: Secret::new("key".to_owned()) };
    let beside = |config: &mut server::ServerConfig| config.simulator = Some(simulator);
    let dev = House::set_to(im::ImConfig::default(), model::AppPolicy::default(), beside).await;
    let welcome = dev.raw(Method::GET, &dev.console_link(), &[], "").await;
    assert!(welcome.text.contains("url=/console/lab"), "one comes to try things out: {}", welcome.text);
}

#[tokio::test]
async fn where_nothing_is_the_page_says_what_to_do_next() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let page = browser.get("/console/overview").await.text;
    assert!(page.contains("data-test=\"no-certificate\"") && page.contains("href=\"/console/certificates\""));
    let zh = browser.get_as("/console/overview", "zh-CN").await.text;
    assert!(zh.contains("还没有推送证书") && zh.contains("一切正常"), "{zh}");
    assert!(browser.get("/console/lanes").await.text.contains("data-test=\"no-certificate\""));
    certificate(&house, Vendor::Xiaomi, "mine", None).await;
    let page = browser.get("/console/overview").await.text;
    assert!(page.contains("data-test=\"nothing-sent\"") && page.contains("href=\"/console/lab\""), "{page}");
    let filtered = browser.get("/console/overview?class=call").await.text;
    assert!(filtered.contains("data-test=\"nothing-found\""));
}

#[tokio::test]
async fn the_funnel_shows_what_was_counted_and_not_what_nobody_tells() {
    let house = House::new().await;
    let browser = Browser::signed_in(&house).await;
    let xiaomi = certificate(&house, Vendor::Xiaomi, "mine", None).await;
    let apns = certificate(&house, Vendor::Apns, "ios", None).await;
    for marks in [&[ReceiptKind::Arrived, ReceiptKind::Clicked][..], &[ReceiptKind::Arrived], &[]] {
        pushed(&house, xiaomi, Class::Chat, DeliveryState::Accepted, marks).await;
    }
    pushed(&house, xiaomi, Class::Marketing, DeliveryState::Rejected, &[]).await;
    pushed(&house, apns, Class::Chat, DeliveryState::Accepted, &[]).await;
    decided(&house, apns, Class::Chat, DeliveryState::Queued, Reason::PUSH_DISCONNECTED).await;
    decided(&house, apns, Class::Chat, DeliveryState::Skipped, Reason::MUTED).await;

    let page = browser.get("/console/overview").await.text;
    for (step, number) in
        [("eligible", "6"), ("sent", "5"), ("accepted", "4"), ("arrived", "2"), ("clicked", "1")]
    {
        assert_eq!(shown(&page, &format!("number-{step}")), number, "{step}");
    }
    assert_eq!(shown(&page, "number-shown"), "Not reported");
    assert!(page.contains("66.7% where it is reported"), "{page}");
    assert!(page.contains("Not reported by Apple (APNs)."));
    assert!(
        page.contains("part-rejected")
            && page.contains("Accepted 4 · Rejected 1 · Given up 0 · Not pushed 1")
    );
    assert!(page.contains("/console/dead-letters?reason=misconfigured"), "{page}");

    let of_apns = browser.get("/console/overview?vendor=apns&range=7d").await.text;
    assert_eq!((shown(&of_apns, "number-eligible"), shown(&of_apns, "number-accepted")), ("2", "1"));
    assert_eq!(shown(&of_apns, "number-arrived"), "Not reported");
    assert!(
        of_apns.contains("Not known is not zero") && of_apns.contains("range=30d&#38;vendor=apns"),
        "{of_apns}"
    );
    let of_class = browser.get_as("/console/overview?class=marketing&range=30d", "zh").await.text;
    assert_eq!(shown(&of_class, "number-sent"), "1");
    assert!(of_class.contains("推送漏斗") && of_class.contains("无厂商回执"));
    let odd = browser.get("/console/overview?range=%22%3E%3Chostile%3E&vendor=nobody&class=none").await;
    assert_eq!(odd.status, 200);
    assert!(!odd.text.contains("<hostile>") && shown(&odd.text, "number-eligible") == "6");
}

#[tokio::test]
async fn certificates_that_end_and_the_last_changes_are_shown_and_are_not_markup() {
    let house = House::new().await;
    operator(&house, HOSTILE, everywhere(ConsoleRole::Owner)).await;
    let browser = Browser::with_password(&house, HOSTILE).await;
    let now = house.now();
    certificate(&house, Vendor::Apns, HOSTILE, Some(now.plus_ms(24 * HOUR_MS))).await;
    certificate(&house, Vendor::Apns, "old", Some(now.plus_ms(-HOUR_MS))).await;
    certificate(&house, Vendor::Apns, "far", Some(now.plus_ms(40 * 24 * HOUR_MS))).await;
    let page = browser.get("/console/overview").await.text;
    assert_eq!(page.matches("data-test=\"attention-line\"").count(), 2, "{page}");
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
    assert!(place("Certificate expired") < place("Certificate expires soon"));
    assert!(page.contains("data-test=\"late\"") && page.contains("signed in"));
    for page in [page.clone(), browser.get("/console/lanes").await.text] {
        assert!(page.contains("&#60;i&#62;&#34;&#39;&#38;") && !page.contains(HOSTILE), "{page}");
    }
}

#[tokio::test]
async fn an_engaged_brake_is_shown_and_released_by_who_may() {
    let house = House::new().await;
    operator(&house, "viewer", everywhere(ConsoleRole::Viewer)).await;
    operator(&house, "li", everywhere(ConsoleRole::Operator)).await;
    let id = u32::try_from(house.certificate("mine").await).unwrap();
    let certificate = CertificateId(id);
    let brake = BrakeRecord { engaged_at: Some(house.now()), dead: 19, seen: 20, trusted_until: None };
    house.store.commit(vec![Op::Ledger(LedgerOp::SetBrake { certificate, brake })]).await.unwrap();
    // Its lane begins with the first push, and reads how the brake stands.
    decided(&house, certificate, Class::Chat, DeliveryState::Queued, Reason::PUSH_DISCONNECTED).await;
    let is_braked = || house.gateway.lanes().iter().any(|lane| lane.brake.engaged_at.is_some());
    let opened = async {
        while !is_braked() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, opened).await.expect("the lane is open");
    let (viewer, li) =
        (Browser::with_password(&house, "viewer").await, Browser::with_password(&house, "li").await);
    let locked = viewer.get("/console/lanes").await.text;
    assert!(
        locked.contains("19 / 20") && locked.contains("data-test=\"release-brake\" disabled"),
        "{locked}"
    );
    assert!(viewer.get("/console/overview").await.text.contains("Mass removal braked"));
    let path = format!("/console/lanes/{id}/brake");
    assert_eq!(viewer.post(&path, &[]).await.status, 403);
    assert!(house.store.brake(certificate).await.unwrap().engaged_at.is_some());

    assert_eq!(li.post("/console/lanes/999/brake", &[]).await.status, 404);
    let released = li.post(&path, &[]).await;
    assert_eq!(location(&released), "/console/lanes?released=1");
    let stands = house.store.brake(certificate).await.unwrap();
    assert!(stands.engaged_at.is_none() && stands.trusted_until.is_some());
    let page = li.get("/console/lanes?released=1").await.text;
    assert!(
        page.contains("data-test=\"brake-released\"") && !page.contains("data-test=\"release-brake\""),
        "{page}"
    );
    let filter = AuditFilter { action: Some("release_brake".to_owned()), ..AuditFilter::default() };
    let entries = house.store.audit(Some(house.app.id), &filter, 9).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].actor.as_str(), entries[0].object.as_str()), ("li", format!("id {id}").as_str()));
}
