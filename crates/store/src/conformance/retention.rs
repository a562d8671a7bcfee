//! Retention: what is over goes step by step, what has not ended stays, and nothing that was numbered is numbered
//! again.

use model::{
    Addressee, Call, CallId, CallMedia, ConversationId, DeliveryState, Event, EventKind, Invitee,
    InviteeState, Message, MessageId, PushId, Secret, Seq, SessionState, Timestamp, Webhook, WebhookId,
};
use uuid::Uuid;

use super::{
    Stage,
    stage::{APP, FOREIGN, LOGGED_OUT, START, device, user},
};
use crate::{DeliveryFilter, Expiry, ExpiryStep, FanoutNext, NewDelivery, Op, Outcome};

/// Later than everything a check does, and earlier than what it does afterwards.
const LATER: Timestamp = START.plus_ms(1_000_000);

/// One pass in steps of so many rows; answers the rows that went and the steps it took.
pub(super) async fn pass(stage: &Stage, before: Timestamp, limit: u32) -> (u32, usize) {
    let (mut step, mut all_rows, mut steps) = (ExpiryStep::FIRST, 0, 0);
    loop {
        let expiry = Expiry { app: APP, before, tokens_before: before, step, limit };
        match stage.commit(Op::Expire(expiry)).await {
            Outcome::Expired { rows, next } => {
                assert!(rows <= limit + 8, "a step takes away no more than it may: {rows}");
                all_rows += rows;
                steps += 1;
                match next {
                    Some(next) => step = next,
                    None => return (all_rows, steps),
                }
            }
            other => panic!("a step, not {other:?}"),
        }
    }
}

/// A message whose targets are all decided.
async fn settled(stage: &Stage, receiver: &str) -> Message {
    let message = stage.accept(receiver).await;
    assert_eq!(stage.decide(&message, Vec::new()).await, Outcome::Done);
    message
}

async fn is_there(stage: &Stage, message: MessageId) -> bool {
    stage.store().message(APP, message).await.expect("reads").is_some()
}

/// With its deliveries and what was to follow its notification.
pub async fn a_message_goes_when_it_is_over_with_all_that_hangs_on_it(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(1).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    let before = stage.now();
    let young = settled(&stage, "bo").await;
    let (rows, _) = pass(&stage, before, 100).await;
    assert_eq!(rows, 2, "the message and its delivery");
    assert!(!is_there(&stage, queued.message).await);
    assert!(stage.store().delivery(queued.id).await.expect("reads").is_none());
    assert!(is_there(&stage, young.id).await, "what is not over stays");
    assert_eq!(pass(&stage, before, 100).await.0, 0, "nothing more is over");
}

/// "Every target ends in exactly one state": also one that takes longer than the retention.
pub async fn a_message_stays_while_a_target_of_it_has_not_ended(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let undecided = stage.accept("cy").await;
    let queued = stage.queue_push("bo", phone).await;
    pass(&stage, LATER, 100).await;
    assert!(is_there(&stage, undecided.id).await && is_there(&stage, queued.message).await);
    assert_eq!(stage.claim_ids(9).await, [queued.id], "it is sent all the same");
    stage.update(queued.id, DeliveryState::Dropped).await;
    assert_eq!(stage.decide(&undecided, Vec::new()).await, Outcome::Done);
    pass(&stage, LATER, 100).await;
    assert!(!is_there(&stage, undecided.id).await && !is_there(&stage, queued.message).await);
}

/// A group's message has more targets than a step may take.
pub async fn a_pass_goes_on_where_a_step_ended(stage: Stage) {
    let message = stage.accept("bo").await;
    let now = stage.now();
    let skipped = |number: u32| NewDelivery {
        purpose: model::Purpose::Notify,
        user: Some(user(&format!("u{number}"))),
        device: None,
        push_id: None,
        certificate: None,
        token: "".into(),
        binding_generation: 0,
        state: DeliveryState::Skipped,
        reason: LOGGED_OUT,
        rules_version: 1,
        facts: Vec::new(),
        text: model::TextVariant::Full,
        counts_badge: false,
        decided_at: now,
        due_at: now,
        expires_at: now,
    };
    let deliveries = (0..50).map(skipped).collect();
    stage.commit(Op::Decide { app: APP, message: message.id, deliveries, next: FanoutNext::Done }).await;
    for _ in 0..20 {
        settled(&stage, "cy").await;
    }
    let (rows, steps) = pass(&stage, LATER, 8).await;
    assert_eq!(rows, 50 + 1 + 20);
    assert!(steps >= 9, "71 rows by 8: {steps} steps");
    assert!(stage.store().recent_messages(APP, 9).await.expect("reads").is_empty());
}

/// A clock that was ahead for a moment stamps messages that are over late.
pub async fn one_message_from_the_future_holds_up_nothing_behind_it(stage: Stage) {
    let mut ahead = stage.message("al", "bo");
    ahead.sent_at = LATER.plus_ms(1);
    ahead.expires_at = LATER.plus_ms(2);
    stage.commit(Op::Accept(Box::new(ahead.clone()))).await;
    stage.decide(&ahead, Vec::new()).await;
    let behind = settled(&stage, "bo").await;
    pass(&stage, LATER, 100).await;
    assert!(!is_there(&stage, behind.id).await && is_there(&stage, ahead.id).await);
}

/// A client that was away for longer is told from where the conversation is kept, and misses nothing after that.
pub async fn a_conversation_goes_on_from_its_number_and_tells_what_is_kept(stage: Stage) {
    let conversation = ConversationId::peer(&user("al"), &user("bo"));
    for _ in 0..3 {
        settled(&stage, "bo").await;
    }
    let before = stage.now();
    let kept = settled(&stage, "bo").await;
    pass(&stage, before, 100).await;
    let after =
        async |seq| stage.store().messages_after(APP, &conversation, Seq(seq), 9).await.expect("reads");
    assert_eq!(after(0).await.iter().map(|message| message.id).collect::<Vec<_>>(), [kept.id]);
    assert_eq!(after(2).await.len(), 1, "a head inside the hole");
    assert!(after(4).await.is_empty() && after(99).await.is_empty());
    pass(&stage, LATER, 100).await;
    assert!(after(0).await.is_empty());
    assert_eq!(settled(&stage, "bo").await.seq, Seq(5), "no place is given twice");
    let listed = stage.store().conversation_list(APP, &user("bo"), 9).await.expect("reads");
    assert_eq!((listed[0].head.seq, listed[0].unread), (Seq(5), 1));
}

/// An answer that was lost is asked for again while the message is kept; afterwards it is another message.
pub async fn a_client_message_id_is_forgotten_with_its_message(stage: Stage) {
    let client_message_id = model::ClientMessageId::new("c-1").ok();
    let message = Message { client_message_id, ..stage.message("al", "bo") };
    stage.commit(Op::Accept(Box::new(message.clone()))).await;
    stage.decide(&message, Vec::new()).await;
    let again = Message { id: MessageId(Uuid::now_v7()), ..message };
    assert!(matches!(stage.commit(Op::Accept(Box::new(again.clone()))).await, Outcome::Duplicate { .. }));
    pass(&stage, LATER, 100).await;
    assert!(matches!(stage.commit(Op::Accept(Box::new(again))).await, Outcome::Accepted { seq: Seq(2) }));
}

/// Each App has its own retention.
pub async fn another_apps_messages_are_left_alone(stage: Stage) {
    let foreign = Message { app: FOREIGN, ..stage.message("al", "bo") };
    stage.commit(Op::Accept(Box::new(foreign.clone()))).await;
    let decide = Op::Decide { app: FOREIGN, message: foreign.id, deliveries: vec![], next: FanoutNext::Done };
    stage.commit(decide).await;
    pass(&stage, LATER, 100).await;
    assert!(stage.store().message(FOREIGN, foreign.id).await.expect("reads").is_some());
}

fn call(state: InviteeState, ended_at: Option<Timestamp>) -> Call {
    let invitee = Invitee { user: user("bo"), state, device: None, rings_until: LATER, invitation: None };
    Call {
        id: CallId(Uuid::new_v4()),
        caller: user("al"),
        caller_device: None,
        group: None,
        media: CallMedia::Audio,
        ext: None,
        invitees: vec![invitee],
        caller_left: false,
        created_at: START,
        rings_until: LATER,
        ended_at,
    }
}

/// One whose phones all vanished never ends, and goes too.
pub async fn calls_go_unless_they_ring(stage: Stage) {
    let ended = call(InviteeState::Accepted, Some(START));
    let vanished = call(InviteeState::Accepted, None);
    let ringing = call(InviteeState::Inviting, None);
    for call in [&ended, &vanished, &ringing] {
        stage.commit(Op::PutCall { app: APP, call: Box::new(call.clone()), expected: 0 }).await;
    }
    pass(&stage, START, 100).await;
    assert!(stage.store().call(APP, ended.id).await.expect("reads").is_some(), "nothing is over yet");
    pass(&stage, LATER, 1).await;
    for (call, stays) in [(ended, false), (vanished, false), (ringing, true)] {
        assert_eq!(stage.store().call(APP, call.id).await.expect("reads").is_some(), stays);
    }
}

/// A webhook that is down for longer than anything is kept.
pub async fn events_that_nobody_took_go(stage: Stage) {
    let webhook = Webhook {
        id: WebhookId(0),
        app: APP,
        url: "https://backend.example/hook".to_owned(),
        secret: Secret::new("hook".to_owned()),
        events: vec![EventKind::Message],
        disabled: false,
        created_at: START,
    };
    stage.commit(Op::PutWebhook(webhook)).await;
    let announce = async |at| {
        let event = Event::Message { message: MessageId(Uuid::now_v7()) };
        stage.commit(Op::Announce { app: APP, event, at }).await;
    };
    announce(START).await;
    announce(START).await;
    announce(LATER).await;
    pass(&stage, LATER, 1).await;
    let left = stage.store().due_events(LATER, 9).await.expect("reads");
    assert_eq!(left.iter().map(|entry| entry.at).collect::<Vec<_>>(), [LATER]);
}

/// A Push ID that was unregistered long ago is nobody's; one that stands, stands however long nobody was heard of.
pub async fn an_unregistered_device_goes_and_a_silent_one_keeps_its_push_id(stage: Stage) {
    let (gone, silent, lost) = (device(), device(), device());
    let push_id = stage.register(gone).await;
    stage.bind(gone, None, "t-1").await;
    let (reason, at) = (LOGGED_OUT, stage.now());
    stage.commit(Op::UnregisterDevice { app: APP, push_id, reason, at }).await;
    let kept: PushId = stage.register(silent).await;
    stage.bind(silent, None, "t-2").await;
    let session = stage.login("bo", lost).await;
    stage.bind(lost, Some("bo"), "t-3").await;
    stage.logout(session).await;
    pass(&stage, START, 100).await;
    assert!(stage.store().device(APP, gone).await.expect("reads").is_some(), "nothing is over yet");
    pass(&stage, LATER, 100).await;
    assert!(stage.store().device(APP, gone).await.expect("reads").is_none());
    let silent = stage.store().device(APP, silent).await.expect("reads").expect("is there");
    assert_eq!(silent.device.push_id, kept);
    assert!(matches!(silent.bindings[0], model::BindingState::Bound(_)));
    let lost = stage.store().device(APP, lost).await.expect("reads").expect("its Push ID stands");
    assert_eq!(lost.bindings[0], model::BindingState::Lost(model::BindingLoss::NeverBound));
    assert_eq!(lost.session.expect("its login is known").state, SessionState::LoggedOut);
}

/// What a device that comes back needs is not taken while something is on its way to it.
pub async fn a_device_with_a_push_on_its_way_is_left_alone(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(1).await;
    assert!(stage.begin(queued.id).await);
    stage.logout(session).await;
    pass(&stage, LATER, 100).await;
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert_eq!(record.bindings[0], model::BindingState::Lost(model::BindingLoss::LoggedOut));
    assert_eq!(stage.list(DeliveryFilter::default()).await.len(), 1);
}

/// Pushes alone are in no conversation and go like messages.
pub async fn a_push_alone_goes_too(stage: Stage) {
    let push = stage.push(Addressee::User(user("bo")));
    stage.commit(Op::Accept(Box::new(push.clone()))).await;
    stage.decide(&push, Vec::new()).await;
    pass(&stage, LATER, 100).await;
    assert!(!is_there(&stage, push.id).await);
}
