//! What a phone is shown: by push resource, by the message's own vendor settings, with a name, without details, with a
//! badge.

use std::collections::BTreeMap;

use model::{
    AppPolicy, ClickAction, DeliveryState, ForcePush, Presentation, PushResource, PushSettings, ResourceId,
    Style, TextVariant, Vendor, VendorSettings,
};
use simulator::Opens;
use store::{FanoutNext, NewDelivery, Op, Outcome, Store};

use crate::{
    people::{Person, Shown, WHOLE},
    support::{APP, Stage},
};

async fn two_people(vendor: Vendor) -> (Stage, Person, Person) {
    let stage = Stage::new().await;
    let certificate = stage.enrolled(vendor).await;
    let (ann, bo) =
        (stage.person("ann", vendor, certificate).await, stage.person("bo", vendor, certificate).await);
    (stage, ann, bo)
}

fn resource(vendor: Vendor, settings: VendorSettings, stage: &Stage) -> Op {
    Op::PutResource(PushResource {
        app: APP,
        id: ResourceId::new("dinner").unwrap(),
        vendors: BTreeMap::from([(vendor, settings)]),
        updated_at: stage.now(),
    })
}

fn web_page(url: &str) -> ClickAction {
    ClickAction::WebPage(url.to_owned())
}

fn clicking(click: ClickAction) -> VendorSettings {
    VendorSettings { click: Some(click), ..VendorSettings::default() }
}

/// What the newest notification opens at a tap.
fn opens(person: &Person) -> Opens {
    person.phone.shade()[0].opens.clone()
}

fn texts(person: &Person) -> Vec<String> {
    person.phone.shade().into_iter().map(|shown| shown.body).collect()
}

#[tokio::test]
async fn e8_t17_message_resource_and_certificate_decide_in_this_order() {
    let (stage, ann, bo) = two_people(Vendor::Xiaomi).await;
    let _gateway = stage.gateway();
    let of_resource = resource(Vendor::Xiaomi, clicking(web_page("https://example.com/resource")), &stage);
    stage.commit(of_resource).await;
    let plain = PushSettings::default();
    let with_resource = PushSettings { resource: Some(ResourceId::new("dinner").unwrap()), ..plain.clone() };
    let own = PushSettings { click: Some(web_page("https://example.com/own")), ..with_resource.clone() };
    let vendors = BTreeMap::from([(Vendor::Xiaomi, clicking(web_page("https://example.com/xiaomi")))]);
    let for_xiaomi = PushSettings { vendors, ..own.clone() };
    for (push, expected) in [
        (plain, Opens::App),
        (with_resource, Opens::Web("https://example.com/resource".to_owned())),
        (own, Opens::Web("https://example.com/own".to_owned())),
        (for_xiaomi, Opens::Web("https://example.com/xiaomi".to_owned())),
    ] {
        let message = stage.send(stage.letter(&ann, &bo, Some(push)), &[(&bo, WHOLE)]).await;
        stage.ended(message).await;
        assert_eq!(opens(&bo), expected);
        stage.clock.advance_ms(60_000);
    }
}

#[tokio::test]
async fn e8_a_changed_resource_is_used_at_once_and_an_unknown_one_is_a_plain_alert() {
    let (stage, ann, bo) = two_people(Vendor::Xiaomi).await;
    let _gateway = stage.gateway();
    let asked = |id: &str| {
        Some(PushSettings { resource: Some(ResourceId::new(id).unwrap()), ..PushSettings::default() })
    };
    for address in ["https://example.com/first", "https://example.com/second"] {
        stage.commit(resource(Vendor::Xiaomi, clicking(web_page(address)), &stage)).await;
        let message = stage.send(stage.letter(&ann, &bo, asked("dinner")), &[(&bo, WHOLE)]).await;
        stage.ended(message).await;
        assert_eq!(opens(&bo), Opens::Web(address.to_owned()));
        stage.clock.advance_ms(60_000);
    }
    let message = stage.send(stage.letter(&ann, &bo, asked("lunch")), &[(&bo, WHOLE)]).await;
    stage.ended(message).await;
    assert_eq!(opens(&bo), Opens::App);
}

#[tokio::test]
async fn e8_t18_a_resource_makes_a_push_silent_at_one_vendor() {
    let (stage, ann, bo) = two_people(Vendor::Apns).await;
    let _gateway = stage.gateway();
    let silent = VendorSettings { presentation: Some(Presentation::Data), ..VendorSettings::default() };
    stage.commit(resource(Vendor::Apns, silent, &stage)).await;
    let resource = Some(ResourceId::new("dinner").unwrap());
    let push = PushSettings { resource, ..PushSettings::default() };
    let message = stage.send(stage.letter(&ann, &bo, Some(push)), &[(&bo, WHOLE)]).await;
    stage.ended(message).await;
    assert!(bo.phone.shade().is_empty());
    assert_eq!(stage.requests(Vendor::Apns).iter().filter(|entry| entry.status == 200).count(), 1);
}

#[tokio::test]
async fn e6_t17_the_channel_of_one_vendor_is_the_messages_own() {
    let (stage, ann, bo) = two_people(Vendor::Oppo).await;
    let _gateway = stage.gateway();
    let style = Style { channel: Some("no such channel".to_owned()), ..Style::default() };
    let other = BTreeMap::from([(Vendor::Vivo, VendorSettings { style, ..VendorSettings::default() })]);
    let push = PushSettings { vendors: other, ..PushSettings::default() };
    let message = stage.send(stage.letter(&ann, &bo, Some(push)), &[(&bo, WHOLE)]).await;
    stage.ended(message).await;
    assert_eq!(texts(&bo).len(), 1, "what is said for vivo changes nothing at OPPO");
}

#[tokio::test]
async fn e9_who_wrote_it_stands_before_the_text_and_in_a_group_the_groups_name() {
    let (stage, ann, bo) = two_people(Vendor::Xiaomi).await;
    let _gateway = stage.gateway();
    let group = stage.group("Friday", &[&ann, &bo]).await;
    let unnamed = PushSettings { sender_prefix: Some(false), ..PushSettings::default() };
    let mut shown = Vec::new();
    for message in [
        stage.letter(&ann, &bo, None),
        stage.message_to(group, Some(&ann), None),
        stage.letter(&ann, &bo, Some(unnamed)),
        stage.message_to(model::ConversationId::system(&bo.user), None, None),
    ] {
        let message = stage.send(message, &[(&bo, WHOLE)]).await;
        stage.ended(message).await;
        shown.push(texts(&bo).remove(0));
        stage.clock.advance_ms(60_000);
    }
    assert!(shown[0].starts_with("ann the First:") && shown[0].ends_with("dinner?"), "{shown:?}");
    assert!(shown[1].starts_with("ann the First(Friday):") && shown[1].ends_with("dinner?"), "{shown:?}");
    assert_eq!(shown[2..], ["dinner?", "dinner?"]);
}

#[tokio::test]
async fn t24_f6_one_message_shows_each_member_what_the_member_may_see() {
    let stage = Stage::new().await;
    let certificate = stage.enrolled(Vendor::Xiaomi).await;
    let mut people = Vec::new();
    for name in ["ann", "bo", "cy", "di"] {
        people.push(stage.person(name, Vendor::Xiaomi, certificate).await);
    }
    let [ann, bo, cy, di] = people.try_into().unwrap_or_else(|_| panic!("four people"));
    let group = stage.group("Friday", &[&ann, &bo, &cy, &di]).await;
    let force = ForcePush { body: Some("come home".to_owned()), ..ForcePush::default() };
    let push = PushSettings { force: Some(force), ..PushSettings::default() };
    let message = stage.message_to(group, Some(&ann), Some(push));
    let as_text = |text| Shown { text, ..WHOLE };
    let targets = [
        (&bo, as_text(TextVariant::Full)),
        (&cy, as_text(TextVariant::Hidden)),
        (&di, as_text(TextVariant::Forced)),
    ];
    let message = stage.send(message, &targets).await;
    let _gateway = stage.gateway();
    stage.ended(message).await;
    assert!(texts(&bo)[0].ends_with("dinner?"));
    assert_eq!(texts(&cy), ["You have a new message"]);
    assert!(texts(&di)[0].ends_with("come home"));
}

#[tokio::test]
async fn e2_a_content_free_app_sends_its_templates_alone() {
    let (stage, ann, bo) = two_people(Vendor::Xiaomi).await;
    let mut app = stage.store.app(APP).await.unwrap().unwrap();
    app.policy = AppPolicy { content_free: true, ..AppPolicy::default() };
    stage.commit(Op::PutApp(app)).await;
    let _gateway = stage.gateway();
    let push = PushSettings { title: Some("secret".to_owned()), ..PushSettings::default() };
    let message = stage.send(stage.letter(&ann, &bo, Some(push)), &[(&bo, WHOLE)]).await;
    stage.ended(message).await;
    let shown = &bo.phone.shade()[0];
    assert_eq!((shown.title.as_str(), shown.body.as_str()), ("a new message", "You have a new message"));
}

#[tokio::test]
async fn t1_the_badge_counts_up_from_the_base_that_the_app_reported() {
    let (stage, ann, bo) = two_people(Vendor::Apns).await;
    let _gateway = stage.gateway();
    stage.leaves(&bo, Some(4)).await;
    let quiet = Shown { counts_badge: false, ..WHOLE };
    let uncounted = Some(PushSettings { counts_badge: false, ..PushSettings::default() });
    let mut seen = Vec::new();
    for (push, shown) in [(None, WHOLE), (None, WHOLE), (uncounted, quiet), (None, WHOLE)] {
        let message = stage.send(stage.letter(&ann, &bo, push), &[(&bo, shown)]).await;
        stage.ended(message).await;
        seen.push(bo.phone.view().badge);
    }
    assert_eq!(seen, [5, 6, 6, 7]);
}

#[tokio::test]
async fn t2_t3_a_vendor_that_adds_is_told_to_add_one_for_what_counts() {
    for vendor in [Vendor::Huawei, Vendor::Honor] {
        let (stage, ann, bo) = two_people(vendor).await;
        let _gateway = stage.gateway();
        stage.leaves(&bo, Some(4)).await;
        bo.phone.set_badge(4);
        let quiet = Shown { counts_badge: false, ..WHOLE };
        let uncounted = Some(PushSettings { counts_badge: false, ..PushSettings::default() });
        let mut seen = Vec::new();
        for (push, shown) in [(None, WHOLE), (uncounted, quiet), (None, WHOLE)] {
            let message = stage.send(stage.letter(&ann, &bo, push), &[(&bo, shown)]).await;
            stage.ended(message).await;
            seen.push(bo.phone.view().badge);
            stage.clock.advance_ms(60_000);
        }
        assert_eq!(seen, [5, 5, 6], "{vendor}");
    }
}

#[tokio::test]
async fn t19_a_call_rings_at_its_own_token_and_is_shown_where_there_is_none() {
    let (stage, ann, bo) = two_people(Vendor::Apns).await;
    let _gateway = stage.gateway();
    let call = PushSettings { presentation: Presentation::Voip, ..PushSettings::default() };
    let message = stage.send(stage.letter(&ann, &bo, Some(call.clone())), &[(&bo, WHOLE)]).await;
    let [delivery] = stage.ended(message).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Accepted);
    assert_eq!(texts(&bo).len(), 1, "without a token for calls it is a notification");

    let binding = stage.takes_calls(&bo, delivery.certificate.unwrap()).await;
    let message = stage.letter(&ann, &bo, Some(call));
    let row = NewDelivery {
        user: Some(bo.user.clone()),
        device: Some(bo.device),
        binding_generation: binding.generation,
        ..stage.row(binding.certificate, &binding.token, 60_000)
    };
    let id = message.id;
    stage.commit(Op::Accept(Box::new(message))).await;
    let next = FanoutNext::Done;
    let decided = stage.commit(Op::Decide { app: APP, message: id, deliveries: vec![row], next }).await;
    assert_eq!(decided, Outcome::Done);
    let [delivery] = stage.ended(id).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Accepted, "{:?}", delivery.attempts);
    assert_eq!(texts(&bo).len(), 1, "the app itself shows a call");
}
