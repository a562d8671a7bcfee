//! From messages to frames and decisions.

use im::ImConfig;
use model::{
    Addressee, AppPolicy, BackgroundPolicy, Body, Call, CallEvent, CallId, CallMedia, CallSignal,
    ConversationId, DeliveryState, ForcePush, Invitee, InviteeState, Message, MessageKind, PresencePolicy,
    PushSettings, Recalled, Seq,
};
use rules::Reason;
use store::{NewBinding, Op};
use uuid::Uuid;

use crate::harness::{APP, World, device, many, peer, user};

const DAY_MS: i64 = 24 * 3_600_000;

#[tokio::test]
async fn a4_an_accepted_message_is_stored_before_anybody_is_told() {
    let world = World::default().await;
    world.im.stop();
    let message = world.send("ann", "bo", "hello").await;
    let stored = world.store.message(APP, message).await.unwrap().unwrap();
    assert_eq!(stored.body, Body::text("hello"));
    assert!(world.store.fanout(APP, message).await.unwrap().is_some());
    assert!(world.deliveries(message).await.is_empty());
}

#[tokio::test]
async fn a4_a_restart_takes_up_what_was_accepted_and_not_decided() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    world.im.stop();
    let message = world.send("ann", "bo", "hello").await;
    let world = world.restarted().await;
    assert_eq!(world.only(message, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn b5_a_phone_on_screen_that_acknowledges_gets_a_frame_and_no_push() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    let message = world.send("ann", "bo", "hello").await;
    let frame = bo.next_message().await;
    assert_eq!(frame.id, message);
    bo.ack(&world, &frame).await;
    assert!(world.fate(message, "bo").await.is_empty());
}

#[tokio::test]
async fn the_fan_out_ends_with_the_last_acknowledgement_and_not_at_its_deadline() {
    let config = ImConfig { ack_within_ms: 3_600_000, ..ImConfig::default() };
    let world = World::with(many(), config).await;
    let mut bo = world.phone("bo", 1).await;
    let message = world.send("ann", "bo", "hello").await;
    let frame = bo.next_message().await;
    bo.ack(&world, &frame).await;
    assert!(world.fate(message, "bo").await.is_empty());
}

#[tokio::test]
async fn b1_a_killed_app_is_pushed_to() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    let message = world.send("ann", "bo", "hello").await;
    let pushed = world.only(message, "bo").await;
    assert_eq!((pushed.state, pushed.reason), (DeliveryState::Queued, Reason::PUSH_DISCONNECTED));
}

#[tokio::test]
async fn b2_a_frame_that_is_not_acknowledged_becomes_a_push_when_the_socket_closes() {
    let config = ImConfig { ack_within_ms: 3_600_000, ..ImConfig::default() };
    let world = World::with(many(), config).await;
    let mut bo = world.phone("bo", 1).await;
    let message = world.send("ann", "bo", "hello").await;
    bo.next_message().await;
    world.im.closed(&bo.opened.live).await;
    let pushed = world.only(message, "bo").await;
    assert_eq!((pushed.state, pushed.reason), (DeliveryState::Queued, Reason::PUSH_UNACKED));
    assert_eq!(pushed.certificate, Some(world.certificate));
}

#[tokio::test]
async fn b3_a_connected_background_gets_frame_and_push_together() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    world.background(&bo).await;
    let message = world.send("ann", "bo", "hello").await;
    bo.next_message().await;
    let pushed = world.only(message, "bo").await;
    assert_eq!((pushed.state, pushed.reason), (DeliveryState::Queued, Reason::PUSH_BACKGROUND));
}

#[tokio::test]
async fn b4_under_wait_for_loss_a_background_ack_means_no_push_and_a_lost_connection_one() {
    let policy = AppPolicy { background_android: BackgroundPolicy::WaitForLoss, ..many() };
    let world = World::new(policy).await;
    let mut bo = world.phone("bo", 1).await;
    world.background(&bo).await;
    let first = world.send("ann", "bo", "hello").await;
    let frame = bo.next_message().await;
    bo.ack(&world, &frame).await;
    assert!(world.fate(first, "bo").await.is_empty());
    let second = world.send("ann", "bo", "are you there").await;
    bo.next_message().await;
    world.im.closed(&bo.opened.live).await;
    assert_eq!(world.only(second, "bo").await.reason, Reason::PUSH_UNACKED);
}

#[tokio::test]
async fn coming_to_the_foreground_cancels_what_has_not_begun() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    world.background(&bo).await;
    let message = world.send("ann", "bo", "hello").await;
    world.only(message, "bo").await;
    world.im.set_presence(&bo.opened.live, true, None).await.unwrap();
    let cancelled = world.only(message, "bo").await;
    assert_eq!((cancelled.state, cancelled.reason), (DeliveryState::Skipped, Reason::FETCHED));
}

#[tokio::test]
async fn b6_b7_a_logged_out_phone_is_skipped_and_its_queued_push_is_cancelled() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    world.background(&bo).await;
    let before = world.send("ann", "bo", "before").await;
    world.only(before, "bo").await;
    world.im.logout(&bo.opened.live).await.unwrap();
    let after = world.send("ann", "bo", "after").await;
    let (before, after) = (world.only(before, "bo").await, world.only(after, "bo").await);
    assert_eq!((before.state, before.reason), (DeliveryState::Skipped, Reason::LOGGED_OUT_BEFORE_SEND));
    assert_eq!((after.state, after.reason), (DeliveryState::Skipped, Reason::LOGGED_OUT));
}

#[tokio::test]
async fn a6_b6_a_user_who_never_logged_in_is_skipped_with_that_reason() {
    let world = World::default().await;
    let message = world.send("ann", "nobody", "hello").await;
    let skipped = world.only(message, "nobody").await;
    assert_eq!((skipped.device, skipped.reason), (None, Reason::NEVER_LOGGED_IN));
}

#[tokio::test]
async fn b9_b10_without_push_settings_a_message_pushes_unless_the_app_asks_for_them() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    let plain = world.send("ann", "bo", "hello").await;
    assert_eq!(world.only(plain, "bo").await.state, DeliveryState::Queued);

    let world = World::new(AppPolicy { push_without_settings: false, ..many() }).await;
    world.sleeping_phone("bo", 1).await;
    let plain = world.send("ann", "bo", "hello").await;
    assert_eq!(world.only(plain, "bo").await.reason, Reason::NO_PUSH_SETTINGS);
    let asked = world.send_with("ann", "bo", PushSettings::default()).await;
    assert_eq!(world.only(asked, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn t9_a_message_with_push_off_is_stored_and_not_pushed() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    let quiet = PushSettings { enabled: false, ..PushSettings::default() };
    let message = world.send_with("ann", "bo", quiet).await;
    assert_eq!(world.only(message, "bo").await.reason, Reason::PUSH_OFF);
}

#[tokio::test]
async fn f1_every_device_of_the_receiver_is_a_target_and_the_sender_is_not_pushed_to() {
    let world = World::default().await;
    world.sleeping_phone("ann", 1).await;
    world.sleeping_phone("bo", 2).await;
    world.sleeping_phone("bo", 3).await;
    let message = world.send("ann", "bo", "hello").await;
    let of_bo = world.fate(message, "bo").await;
    assert_eq!(of_bo.len(), 2);
    assert!(of_bo.iter().all(|delivery| delivery.state == DeliveryState::Queued));
    assert_eq!(world.only(message, "ann").await.reason, Reason::OWN_DEVICE);
}

#[tokio::test]
async fn t10_a_message_past_its_lifetime_pushes_no_more() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    world.im.stop();
    let short = PushSettings { lifetime_ms: Some(1_000), ..PushSettings::default() };
    let message = world.send_with("ann", "bo", short).await;
    world.clock.put_forward(2_000);
    let world = world.restarted().await;
    assert_eq!(world.only(message, "bo").await.reason, Reason::MESSAGE_EXPIRED);
}

#[tokio::test]
async fn t10_an_online_only_message_reaches_connected_devices_once_and_nobody_else() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    world.sleeping_phone("bo", 2).await;
    let message = Message { online_only: true, ..world.message("ann", peer("ann", "bo")) };
    let message = world.accept(message).await;
    let fate = world.fate(message, "bo").await;
    assert_eq!(fate.len(), 2);
    assert!(fate.iter().all(|one| (one.state, one.reason) == (DeliveryState::Skipped, Reason::ONLINE_ONLY)));
    let frame = bo.next_message().await;
    assert_eq!((frame.id, frame.seq), (message, Seq(0)));
    world.im.sync(&bo.opened.live, &[]).await.unwrap();
    assert_eq!(bo.frames(), []);
    world.im.closed(&bo.opened.live).await;
    assert_eq!(world.fate(message, "bo").await, fate, "nothing waited for an acknowledgement");
}

#[tokio::test]
async fn a_notice_is_told_to_everybody_connected_and_makes_no_rows() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    world.sleeping_phone("ann", 2).await;
    let recalled = Recalled { message: world.send("ann", "bo", "hello").await, seq: Seq(1), by: None };
    let frame = bo.next_message().await;
    bo.ack(&world, &frame).await;
    let notice = Message {
        kind: MessageKind::Notice,
        body: Body::Recall(recalled),
        sender: None,
        ..world.message("ann", peer("ann", "bo"))
    };
    let notice = world.accept(notice).await;
    let mut news = world.news();
    assert!(world.settled(&mut news, notice).await.is_empty());
    assert_eq!(bo.next_message().await.id, notice);
}

#[tokio::test]
async fn f5_t7_a_forced_push_breaks_through_mute_and_only_for_those_named() {
    let world = World::default().await;
    let group = world.group("tea", "ann", &["bo", "cy"]).await;
    for (name, number) in [("bo", 1), ("cy", 2)] {
        world.sleeping_phone(name, number).await;
        world.im.set_mute_of(APP, user(name), group.clone(), model::Mute::All).await.unwrap();
    }
    let force = ForcePush { all: false, users: vec![user("bo")], body: Some("come at once".into()) };
    let push = PushSettings { force: Some(force), ..PushSettings::default() };
    let message = world.accept(Message { push: Some(push), ..world.message("ann", group) }).await;
    let bo = world.only(message, "bo").await;
    assert_eq!((bo.state, bo.text), (DeliveryState::Queued, model::TextVariant::Forced));
    assert_eq!(world.only(message, "cy").await.reason, Reason::MUTED);
}

#[tokio::test]
async fn t16_a_device_that_was_silent_for_too_long_is_not_pushed_to() {
    let world = World::new(AppPolicy { stale_after_days: Some(30), ..many() }).await;
    world.sleeping_phone("bo", 1).await;
    world.clock.put_forward(29 * DAY_MS);
    let in_time = world.send("ann", "bo", "hello").await;
    assert_eq!(world.only(in_time, "bo").await.state, DeliveryState::Queued);
    world.clock.put_forward(2 * DAY_MS);
    let late = world.send("ann", "bo", "still there?").await;
    assert_eq!(world.only(late, "bo").await.reason, Reason::STALE_DEVICE);
    let mut back = world.phone("bo", 1).await;
    let seen = world.send("ann", "bo", "welcome").await;
    back.next_message().await;
    world.im.closed(&back.opened.live).await;
    assert_eq!(world.only(seen, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn a_push_to_a_user_of_an_app_without_sessions_goes_to_every_bound_device() {
    let world = World::new(AppPolicy { presence: PresencePolicy::None, ..many() }).await;
    for number in [1, 2] {
        world
            .commit(Op::RegisterDevice {
                app: APP,
                device: device(number),
                push_id: model::PushId(Uuid::from_u128(number)),
                report: model::DeviceReport::default(),
                at: world.im.now(),
            })
            .await;
        world
            .commit(Op::Bind(NewBinding {
                taken_over_reason: rules::Reason::TOKEN_TAKEN_OVER,
                app: APP,
                device: device(number),
                certificate: world.certificate,
                kind: model::BindingKind::Alert,
                token: format!("token-{number}").into(),
                owner: Some(user("bo")),
                push_id: model::PushId(Uuid::from_u128(number)),
                at: world.im.now(),
            }))
            .await;
    }
    let push = im::NewPush {
        app: APP,
        addressee: Addressee::User(user("bo")),
        push: PushSettings::default(),
        idempotency_key: None,
    };
    let message = world.im.push(push).await.unwrap().message;
    let fate = world.fate(message, "bo").await;
    assert_eq!(fate.len(), 2);
    assert!(fate.iter().all(|one| one.reason == Reason::PUSH_DIRECT));
}

fn ringing(world: &World, invitee: InviteeState) -> Call {
    let until = world.im.now().plus_ms(60_000);
    Call {
        id: CallId(Uuid::from_u128(9)),
        caller: user("ann"),
        caller_device: None,
        group: None,
        media: CallMedia::Audio,
        ext: None,
        invitees: vec![Invitee {
            user: user("bo"),
            state: invitee,
            device: None,
            rings_until: until,
            invitation: None,
        }],
        caller_left: false,
        created_at: world.im.now(),
        rings_until: until,
        ended_at: None,
    }
}

/// The invitation of a call that is stored as it is given.
pub(crate) async fn invitation(world: &World, state: InviteeState) -> Message {
    let call = ringing(world, state);
    let signal = CallSignal {
        call: call.id,
        event: CallEvent::Invited,
        caller: user("ann"),
        by: Some(user("ann")),
        device: None,
        group: None,
        media: call.media,
        rings_until: call.rings_until,
        ext: None,
    };
    world.commit(Op::PutCall { app: APP, call: Box::new(call), expected: 0 }).await;
    Message {
        kind: MessageKind::Call,
        body: Body::Call(signal),
        push: Some(PushSettings::default()),
        ..world.message("ann", ConversationId::system(&user("bo")))
    }
}

#[tokio::test]
async fn f3_an_invitation_pushes_only_while_it_rings() {
    for (state, reason) in
        [(InviteeState::Inviting, Reason::PUSH_DISCONNECTED), (InviteeState::Cancelled, Reason::CALL_OVER)]
    {
        let world = World::default().await;
        world.sleeping_phone("bo", 1).await;
        let message = invitation(&world, state).await;
        let message = world.accept(message).await;
        assert_eq!(world.only(message, "bo").await.reason, reason, "{state:?}");
    }
}

#[tokio::test]
async fn f3_a_call_has_a_deadline_of_its_own_after_which_it_is_pushed() {
    let config = ImConfig { ack_within_ms: 3_600_000, call_ack_within_ms: 20, ..ImConfig::default() };
    let world = World::with(many(), config).await;
    let mut bo = world.phone("bo", 1).await;
    let message = invitation(&world, InviteeState::Inviting).await;
    let message = world.accept(message).await;
    bo.next_message().await;
    let pushed = world.only(message, "bo").await;
    assert_eq!((pushed.state, pushed.reason), (DeliveryState::Queued, Reason::PUSH_UNACKED));
}

#[tokio::test]
async fn f3_after_a_restart_a_call_does_not_wait_for_clients_to_come_back_and_a_message_does() {
    let config = ImConfig { reconnect_grace_ms: 3_600_000, ..ImConfig::default() };
    let world = World::with(many(), config).await;
    let _connected = world.phone("bo", 1).await;
    let world = world.restarted().await;
    let message = world.send("ann", "bo", "hello").await;
    let call = invitation(&world, InviteeState::Inviting).await;
    let call = world.accept(call).await;
    assert_eq!(world.only(call, "bo").await.state, DeliveryState::Queued);
    assert!(world.deliveries(message).await.iter().all(|one| one.user != Some(user("bo"))));
    assert!(world.store.fanout(APP, message).await.unwrap().is_some(), "it was sent first, and waits");
}
