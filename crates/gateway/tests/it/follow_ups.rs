//! Notifications that are taken back or replaced, at every vendor, on a phone's shade.

use std::sync::Arc;

use model::{
    Body, CallEvent, CallId, CallMedia, CallSignal, CertificateId, Class, DeliveryState, Message,
    MessageKind, Presentation, Purpose, PushSettings, UserId, Vendor,
};
use rules::Reason;
use simulator::Phone;

use crate::{
    people::WHOLE,
    support::{Stage, all_in},
};

every_vendor! {
    #[test]
    fn t13_what_was_taken_back_is_gone_from_the_shade_or_replaced_there() => taken_back;
    #[test]
    fn t13_what_was_replaced_shows_the_new_text_in_the_same_place() => replaced;
    #[test]
    fn t13_data_that_the_app_was_handed_cannot_be_taken_back() => data;
}

fn push(title: &str) -> PushSettings {
    PushSettings { title: Some(title.to_owned()), ..PushSettings::default() }
}

async fn stage(vendor: Vendor) -> (Stage, CertificateId, Arc<Phone>, String) {
    let stage = Stage::new().await;
    let certificate = stage.enrolled(vendor).await;
    let phone = stage.phone(vendor, "bo");
    let token = phone.register_token().unwrap();
    (stage, certificate, phone, token)
}

fn texts(phone: &Phone) -> Vec<(String, String)> {
    phone.shade().into_iter().map(|shown| (shown.title, shown.body)).collect()
}

async fn taken_back(vendor: Vendor) {
    let (stage, certificate, phone, token) = stage(vendor).await;
    let _gateway = stage.gateway();
    let (kept, gone) = (push("kept"), push("gone"));
    let mut messages = Vec::new();
    for push in [kept, gone] {
        let message = stage.queue_push(certificate, std::slice::from_ref(&token), push).await;
        assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted), "{vendor}");
        // Some vendors take only so many pushes a minute for one phone.
        stage.clock.advance_ms(60_000);
        messages.push(message);
    }
    assert_eq!(phone.shade().len(), 2, "{vendor}");
    let badge = phone.view().badge;
    let delivery = stage.followed_up(messages[1], Purpose::Withdraw, None).await;
    assert_eq!(delivery.state, DeliveryState::Accepted, "{vendor}: {:?}", delivery.attempts);
    let left = texts(&phone);
    if vendors::adapter(vendor).recalls() {
        assert_eq!(delivery.reason, Reason::WITHDRAWN, "{vendor}");
        assert_eq!(left, [("kept".to_owned(), "dinner?".to_owned())], "{vendor}");
    } else {
        assert_eq!(delivery.reason, Reason::ACCEPTED, "{vendor}");
        assert!(left.contains(&("kept".to_owned(), "dinner?".to_owned())), "{vendor}: {left:?}");
        assert!(left.contains(&("a new message".to_owned(), "Message recalled".to_owned())), "{left:?}");
        assert_eq!(left.len(), 2, "{vendor}");
        // At Google the launcher counts whatever it is shown, whoever asks it not to.
        assert!(vendor == Vendor::Fcm || phone.view().badge <= badge, "{vendor}: nothing new is counted");
    }
}

async fn replaced(vendor: Vendor) {
    let (stage, certificate, phone, token) = stage(vendor).await;
    let _gateway = stage.gateway();
    let message = stage.queue_push(certificate, &[token], push("before")).await;
    assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted), "{vendor}");
    stage.clock.advance_ms(60_000);
    let after = PushSettings { body: Some("supper".to_owned()), ..push("after") };
    let delivery = stage.followed_up(message, Purpose::Replace, Some(after)).await;
    let ended = (delivery.state, delivery.reason);
    assert_eq!(ended, (DeliveryState::Accepted, Reason::ACCEPTED), "{vendor}: {:?}", delivery.attempts);
    assert_eq!(texts(&phone), [("after".to_owned(), "supper".to_owned())], "{vendor}");
}

async fn data(vendor: Vendor) {
    let (stage, certificate, _phone, token) = stage(vendor).await;
    let _gateway = stage.gateway();
    let push = PushSettings { presentation: Presentation::Data, ..push("data") };
    let message = stage.queue_push(certificate, &[token], push).await;
    let [delivery] = stage.ended(message).await.try_into().unwrap();
    if delivery.state != DeliveryState::Accepted {
        // Where the vendor carries no data, there is nothing to follow up.
        assert!(delivery.attempts.iter().all(|attempt| attempt.http_status == 0), "{vendor}");
        return;
    }
    let delivery = stage.followed_up(message, Purpose::Withdraw, None).await;
    let ended = (delivery.state, delivery.reason);
    assert_eq!(ended, (DeliveryState::Skipped, Reason::CANNOT_WITHDRAW), "{vendor}");
}

#[tokio::test]
async fn t13_notifications_of_many_phones_are_taken_back_by_one_request() {
    let stage = Stage::new().await;
    let certificate = stage.xiaomi().await;
    let _gateway = stage.gateway();
    let message = stage.queue(certificate, &crate::support::regids(500)).await;
    stage.ended(message).await;
    stage.follow_up(message, Purpose::Withdraw, None).await;
    let all =
        stage.wait_for(message, |all| all.len() == 1000 && all.iter().all(|one| one.state.is_terminal()));
    let withdrawn = all.await.into_iter().filter(|one| one.reason == Reason::WITHDRAWN).count();
    assert_eq!(withdrawn, 500);
    let revokes: Vec<usize> = stage
        .requests(Vendor::Xiaomi)
        .iter()
        .filter(|entry| entry.path.contains("revoke"))
        .map(|entry| entry.targets)
        .collect();
    assert_eq!(revokes, [500]);
}

#[tokio::test]
async fn t13_f3_the_invitation_of_a_call_that_is_over_gives_way_to_that_word() {
    let stage = Stage::new().await;
    let certificate = stage.enrolled(Vendor::Honor).await;
    let bo = stage.person("bo", Vendor::Honor, certificate).await;
    let _gateway = stage.gateway();
    let signal = CallSignal {
        call: CallId(uuid::Uuid::nil()),
        event: CallEvent::Invited,
        caller: UserId::new("ann").unwrap(),
        by: None,
        device: None,
        group: None,
        media: CallMedia::Video,
        rings_until: stage.now().plus_ms(60_000),
        ext: None,
    };
    let conversation = model::ConversationId::system(&bo.user);
    let call = PushSettings { class: Class::Call, ..PushSettings::default() };
    let message = Message {
        body: Body::Call(signal),
        kind: MessageKind::Call,
        ..stage.message_to(conversation, None, Some(call))
    };
    let message = stage.send(message, &[(&bo, WHOLE)]).await;
    stage.ended(message).await;
    assert!(texts(&bo.phone)[0].1.ends_with("Incoming video call"), "{:?}", texts(&bo.phone));
    stage.clock.advance_ms(60_000);
    stage.followed_up(message, Purpose::Withdraw, None).await;
    let [(_, body)] = texts(&bo.phone).try_into().unwrap();
    assert!(body.ends_with("The call has ended"), "{body}");
}
