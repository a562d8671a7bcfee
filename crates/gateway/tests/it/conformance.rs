//! Every vendor alike: what its adapter makes, its simulator takes, over real sockets. The two are readings of one book
//! that know nothing of each other.

use std::sync::Arc;

use model::{Class, ClickAction, DeliveryState, Form, PushSettings, Secret, Vendor};
use simulator::Phone;
use vendors::FieldKind;

use crate::support::{PACKAGE, Stage};

every_vendor! {
    #[test]
    fn its_certificate_is_taken_and_a_spoiled_one_is_not() => certificate;
    #[test]
    fn a_dead_token_in_a_list_harms_nobody_else() => partial_failure;
    #[test]
    fn an_access_token_that_was_ended_is_renewed_and_the_push_arrives() => expired_auth;
    #[test]
    fn every_class_click_and_length_is_taken() => every_shape;
}

async fn certificate(vendor: Vendor) {
    let stage = Stage::new().await;
    let gateway = stage.gateway();
    let form = enrol(&stage, vendor);
    let taken = gateway.probe(vendor, &form).await.unwrap().outcome;
    assert_ne!(taken.accepted, Some(false), "{vendor}: {taken:?}");
    if let Some(spoiled) = spoil(vendor, &form) {
        let refused = gateway.probe(vendor, &spoiled).await.unwrap().outcome;
        assert_eq!(refused.accepted, Some(false), "{vendor}: {refused:?}");
    }
}

async fn partial_failure(vendor: Vendor) {
    let stage = Stage::new().await;
    let form = enrol(&stage, vendor);
    let certificate = stage.put_certificate(None, vendor, form, false).await;
    let phones = phones(&stage, vendor, 3);
    let tokens: Vec<String> = phones.iter().map(|phone| phone.register_token().unwrap()).collect();
    phones[1].invalidate_token();
    let message = stage.queue(certificate, &tokens).await;
    let _gateway = stage.gateway();
    for delivery in stage.ended(message).await {
        let dead = *delivery.token == *tokens[1];
        assert!(dead || delivery.state == DeliveryState::Accepted, "{vendor}: {delivery:?}");
    }
    let shown: Vec<usize> = phones.iter().map(|phone| phone.shade().len()).collect();
    assert_eq!(shown, [1, 0, 1], "{vendor}");
}

/// OPPO names every target again, with its token and an id: the longest answer that any vendor gives.
#[tokio::test]
async fn the_answer_to_the_longest_list_is_read_to_its_end() {
    let vendor = Vendor::Oppo;
    let stage = Stage::new().await;
    let form = enrol(&stage, vendor);
    let certificate = stage.put_certificate(None, vendor, form, false).await;
    let phones = phones(&stage, vendor, vendors::adapter(vendor).limits().batch);
    let tokens: Vec<String> = phones.iter().map(|phone| phone.register_token().unwrap()).collect();
    let message = stage.queue(certificate, &tokens).await;
    let _gateway = stage.gateway();
    let ended = stage.ended(message).await;
    assert_eq!(ended.len(), tokens.len());
    assert!(ended.iter().all(|delivery| delivery.state == DeliveryState::Accepted), "{:?}", ended[0]);
}

async fn expired_auth(vendor: Vendor) {
    let stage = Stage::new().await;
    let form = enrol(&stage, vendor);
    let certificate = stage.put_certificate(None, vendor, form, false).await;
    let [phone] = phones(&stage, vendor, 1).try_into().unwrap();
    let token = phone.register_token().unwrap();
    let _gateway = stage.gateway();
    stage.ended(stage.queue(certificate, std::slice::from_ref(&token)).await).await;
    // Longer than any vendor wants an access token to be kept.
    stage.clock.advance_ms(65 * 60_000);
    stage.simulator.world().expire_auth(vendor.name()).unwrap();
    let [delivery] = stage.ended(stage.queue(certificate, &[token]).await).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Accepted, "{vendor}: {delivery:?}");
    assert!(delivery.attempts.len() <= 2, "{vendor}: {:?}", delivery.attempts);
}

async fn every_shape(vendor: Vendor) {
    let stage = Stage::new().await;
    let form = enrol(&stage, vendor);
    let certificate = stage.put_certificate(None, vendor, form, false).await;
    let [phone] = phones(&stage, vendor, 1).try_into().unwrap();
    let token = phone.register_token().unwrap();
    let _gateway = stage.gateway();
    for push in shapes() {
        let message = stage.queue_push(certificate, std::slice::from_ref(&token), push.clone()).await;
        let [delivery] = stage.ended(message).await.try_into().unwrap();
        // Some vendors take only so many pushes a minute for one phone.
        stage.clock.advance_ms(60_000);
        // An adapter may know that its vendor cannot carry a shape, and then sends nothing.
        let unsent = delivery.attempts.iter().all(|attempt| attempt.http_status == 0);
        let taken = delivery.state == DeliveryState::Accepted;
        assert!(taken || unsent, "{vendor}: {push:?} ended as {:?}", delivery.attempts);
    }
}

/// Classes, clicks and lengths, each beside an everyday push.
fn shapes() -> Vec<PushSettings> {
    let plain = PushSettings { title: Some("阿明".to_owned()), ..PushSettings::default() };
    let classes = [Class::Chat, Class::Call, Class::System, Class::Marketing];
    let clicks = [
        ClickAction::OpenApp,
        ClickAction::WebPage("https://example.com/a?b=c&d=%20".to_owned()),
        ClickAction::AppPage(
            "intent://com.example.im/chat#Intent;scheme=posthouse;launchFlags=0x4000000;end".to_owned(),
        ),
    ];
    let long = |char: &str, times: usize| Some(char.repeat(times));
    let mut shapes = Vec::new();
    shapes.extend(classes.map(|class| PushSettings { class, ..plain.clone() }));
    shapes.extend(clicks.map(|click| PushSettings { click: Some(click), ..plain.clone() }));
    for char in ["字", "😀", "\"\\", "a"] {
        shapes.push(PushSettings { title: long(char, 120), body: long(char, 900), ..plain.clone() });
    }
    for ext in ["plain", "{\"a\":{\"b\":[1,\"字\"]}}", "&=+%\"\\\n\u{1}"] {
        let (ext, payload) = (Some(ext.to_owned()), Some(format!("{ext} too")));
        shapes.push(PushSettings { ext, payload, ..plain.clone() });
    }
    shapes.push(PushSettings { ext: long("x", 900), ..plain.clone() });
    shapes.push(PushSettings { collapse_key: Some("k".to_owned()), lifetime_ms: Some(30_000), ..plain });
    shapes
}

fn enrol(stage: &Stage, vendor: Vendor) -> Form {
    vendors::fill_form(vendor, &stage.simulator.enrol(vendor, PACKAGE, None).unwrap())
}

/// The same form with the last character of its secret, or of its key's id, changed; `None` where it has neither.
fn spoil(vendor: Vendor, form: &Form) -> Option<Form> {
    let other = |text: &str| {
        let mut text = text.to_owned();
        let last = text.pop()?;
        text.push(if last == 'A' { 'B' } else { 'A' });
        Some(text)
    };
    let mut spoiled = form.clone();
    let secret = |kind| kind == FieldKind::Secret;
    let credential = ["app_secret", "client_secret", "master_secret"];
    let field = vendors::adapter(vendor).fields().iter().find(|field| {
        secret(field.kind) && credential.contains(&field.name) && form.secret.contains_key(field.name)
    });
    if let Some(field) = field {
        let value = other(form.get(field.name)?)?;
        spoiled.secret.insert(field.name.to_owned(), Secret::new(value));
        return Some(spoiled);
    }
    let value = other(form.get("key_id")?)?;
    spoiled.public.insert("key_id".to_owned(), value);
    Some(spoiled)
}

fn phones(stage: &Stage, vendor: Vendor, count: usize) -> Vec<Arc<Phone>> {
    (0..count).map(|number| stage.phone(vendor, &format!("phone-{number}"))).collect()
}

#[test]
fn every_code_leads_to_one_course_and_a_daily_amount_is_only_where_the_vendor_has_one() {
    for vendor in Vendor::ALL {
        let adapter = vendors::adapter(vendor);
        for row in adapter.codes() {
            let may_go_again = ["retry", "renew_auth", "limited"].contains(&row.verdict);
            let course = rules::course(row.judgement);
            assert_eq!(course != rules::Course::End, may_go_again, "{vendor} {}", row.code);
            if course == rules::Course::NextDay {
                assert!(!adapter.daily().kinds.is_empty(), "{vendor} {} names an amount of none", row.code);
            }
        }
    }
}
