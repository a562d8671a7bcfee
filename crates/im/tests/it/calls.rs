//! Calls over live sessions and the store.

use std::sync::Arc;

use im::{Im, ImConfig};
use model::{
    BindingKind, Body, CallAction, CallEvent, CallId, CallInvite, CallMedia, CallSignal, Class,
    ConversationId, DeliveryState, ErrorCode, Fault, InviteeState, ManualClock, Message, MessageId,
    MessageKind, Presentation, Purpose, PushId, PushSettings, SessionState, Timestamp, Vendor,
};
use rules::Reason;
use store::{Change, NewBinding, Op, Outcome};
use tokio::sync::broadcast;
use uuid::Uuid;
use wire::MessageFrame;

use crate::{
    harness::{APP, Phone, World, device, user},
    scenes::{group, users},
};

const RINGS_MS: i64 = 60_000;

fn id() -> CallId {
    CallId(Uuid::from_u128(9))
}

fn invite(names: &[&str]) -> CallInvite {
    CallInvite {
        users: users(names),
        group: None,
        media: CallMedia::Audio,
        rings_ms: RINGS_MS,
        ext: None,
        push: None,
    }
}

fn inviting(names: &[&str]) -> CallAction {
    CallAction::Invite(Box::new(invite(names)))
}

fn cancel(push: Option<PushSettings>) -> CallAction {
    CallAction::Cancel { users: Vec::new(), push: push.map(Box::new) }
}

fn signal(body: &Body) -> &CallSignal {
    let Body::Call(signal) = body else { panic!("{body:?}") };
    signal
}

impl World {
    async fn act(&self, phone: &Phone, action: CallAction) -> Result<(), Fault> {
        self.im.call(&phone.opened.live, id(), &action).await
    }

    /// The signals that a user was sent, in order.
    async fn signals(&self, name: &str) -> Vec<Message> {
        self.stored(&ConversationId::system(&user(name))).await
    }

    async fn events(&self, name: &str) -> Vec<CallEvent> {
        self.signals(name).await.iter().map(|message| signal(&message.body).event).collect()
    }

    async fn invitation(&self, name: &str) -> MessageId {
        let call = self.im.call_state(APP, id()).await.unwrap().unwrap();
        call.invitees.iter().find(|invitee| invitee.user == user(name)).unwrap().invitation.unwrap()
    }

    /// Waits until a user was sent this.
    async fn wait_for(&self, news: &mut broadcast::Receiver<Change>, name: &str, event: CallEvent) {
        while !self.events(name).await.contains(&event) {
            news.recv().await.unwrap();
        }
    }
}

async fn next_signal(phone: &mut Phone, event: CallEvent) -> MessageFrame {
    loop {
        let frame = phone.next_of(MessageKind::Call).await;
        if signal(&frame.body).event == event {
            return frame;
        }
    }
}

#[tokio::test]
async fn f3_who_is_away_is_pushed_at_once_as_a_call_for_as_long_as_it_rings() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let (bo, mut cy) = (world.phone("bo", 2).await, world.phone("cy", 3).await);
    world.im.closed(&bo.opened.live).await;
    let mut news = world.news();
    world.act(&ann, inviting(&["bo", "cy"])).await.unwrap();
    let frame = next_signal(&mut cy, CallEvent::Invited).await;
    assert_eq!(signal(&frame.body).caller, user("ann"));
    let invitation = world.invitation("bo").await;
    let deliveries = world.settled(&mut news, invitation).await;
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].state, DeliveryState::Queued);
    let stored = world.stored_message(invitation).await;
    let rings_until = signal(&stored.body).rings_until;
    assert_eq!((deliveries[0].expires_at, stored.expires_at), (rings_until, rings_until));
    assert_eq!(rings_until, stored.sent_at.plus_ms(RINGS_MS));
    let push = stored.push.unwrap();
    assert_eq!((push.class, push.presentation), (Class::Call, Presentation::Alert));
}

#[tokio::test]
async fn f3_t19_the_caller_says_what_the_push_looks_like_and_that_it_goes_to_the_voip_token() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let asked = PushSettings {
        title: Some("Ann calls".into()),
        class: Class::Marketing,
        presentation: Presentation::Voip,
        lifetime_ms: Some(7 * 24 * 3_600_000),
        ..PushSettings::default()
    };
    let with = |push| CallAction::Invite(Box::new(CallInvite { push: Some(push), ..invite(&["bo"]) }));
    let long = PushSettings { title: Some("x".repeat(257)), ..asked.clone() };
    assert_eq!(world.act(&ann, with(long)).await.unwrap_err().code, ErrorCode::Invalid);
    world.act(&ann, with(asked.clone())).await.unwrap();
    let stored = world.stored_message(world.invitation("bo").await).await;
    let as_a_call = PushSettings { class: Class::Call, lifetime_ms: Some(RINGS_MS), ..asked };
    assert_eq!(stored.push, Some(as_a_call));
}

#[tokio::test]
async fn t19_a_call_goes_to_the_token_for_calls_where_the_device_has_one_and_to_nobody_elses() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    for (name, number) in [("bo", 2), ("cy", 3), ("di", 4)] {
        world.sleeping_phone(name, number).await;
    }
    let calls = world.certificate_of(Vendor::Apns, "calls").await;
    for (number, owner) in [(2, "bo"), (3, "eve")] {
        let binding = NewBinding {
            taken_over_reason: rules::Reason::TOKEN_TAKEN_OVER,
            app: APP,
            device: device(number),
            certificate: calls,
            kind: BindingKind::Voip,
            token: format!("calls-{number}").into(),
            owner: Some(user(owner)),
            push_id: PushId(Uuid::new_v4()),
            at: world.im.now(),
        };
        assert_eq!(world.commit(Op::Bind(binding)).await, Outcome::Done);
    }
    let push = PushSettings { presentation: Presentation::Voip, ..PushSettings::default() };
    let invite = CallInvite { push: Some(push), ..invite(&["bo", "cy", "di"]) };
    world.act(&ann, CallAction::Invite(Box::new(invite))).await.unwrap();
    let mut through = Vec::new();
    for name in ["bo", "cy", "di"] {
        let delivery = world.only(world.invitation(name).await, name).await;
        assert_eq!(delivery.state, DeliveryState::Queued);
        through.push((delivery.certificate.unwrap(), delivery.token.to_string()));
    }
    let alert = |number: u8| (world.certificate, format!("token-{number}"));
    assert_eq!(through, [(calls, "calls-2".to_owned()), alert(3), alert(4)]);
}

#[tokio::test]
async fn f3_an_invitation_that_is_repeated_rings_once_and_a_call_nobody_began_is_not_found() {
    let world = World::default().await;
    let (ann, eve) = (world.phone("ann", 1).await, world.phone("eve", 2).await);
    assert_eq!(world.act(&ann, CallAction::Accept {}).await.unwrap_err().code, ErrorCode::NotFound);
    world.act(&ann, inviting(&["bo"])).await.unwrap();
    world.act(&ann, inviting(&["bo"])).await.unwrap();
    assert_eq!(world.events("bo").await, [CallEvent::Invited]);
    assert_eq!(world.act(&eve, CallAction::Accept {}).await.unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(world.events("ann").await, [], "what is refused is told to nobody");
}

#[tokio::test]
async fn f3_answered_on_one_phone_the_users_other_phones_stop_ringing() {
    let world = World::default().await;
    let mut ann = world.phone("ann", 1).await;
    let (bo, mut tablet) = (world.phone("bo", 2).await, world.phone("bo", 3).await);
    let away = world.phone("bo", 4).await;
    world.im.closed(&away.opened.live).await;
    for live in [&bo.opened.live, &tablet.opened.live] {
        world.im.set_presence(live, false, None).await.unwrap();
    }
    let mut news = world.news();
    world.act(&ann, inviting(&["bo"])).await.unwrap();
    let invitation = world.invitation("bo").await;
    assert_eq!(world.settled(&mut news, invitation).await.len(), 3, "every phone rings");
    world.vendor_accepts_all().await;
    world.act(&bo, CallAction::Accept {}).await.unwrap();
    let told = next_signal(&mut tablet, CallEvent::Accepted).await;
    assert_eq!(signal(&told.body).device, Some(bo.opened.live.device));
    assert_eq!(signal(&next_signal(&mut ann, CallEvent::Accepted).await.body).by, Some(user("bo")));
    let mut withdrawn: Vec<_> =
        world.of_purpose(invitation, Purpose::Withdraw).await.into_iter().map(|one| one.device).collect();
    withdrawn.sort();
    let others = [tablet.opened.live.device, away.opened.live.device].map(Some);
    assert_eq!(withdrawn, others);
    let late = world.act(&tablet, CallAction::Accept {}).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::CallOver);
}

#[tokio::test]
async fn f3_of_two_phones_that_answer_at_once_one_is_too_late() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let (bo, tablet) = (world.phone("bo", 2).await, world.phone("bo", 3).await);
    world.act(&ann, inviting(&["bo"])).await.unwrap();
    let (one, other) =
        tokio::join!(world.act(&bo, CallAction::Accept {}), world.act(&tablet, CallAction::Accept {}));
    let refused = [one, other].into_iter().filter_map(Result::err).map(|fault| fault.code);
    assert_eq!(refused.collect::<Vec<_>>(), [ErrorCode::CallOver]);
    let accepted = world.events("ann").await.into_iter().filter(|event| *event == CallEvent::Accepted);
    assert_eq!(accepted.count(), 1, "the one who was too late signals nothing");
}

#[tokio::test]
async fn f3_a_cancelled_calls_notification_is_withdrawn_or_replaced_and_its_signal_pushes_nothing() {
    for instead in [None, Some(PushSettings { body: Some("missed call".into()), ..PushSettings::default() })]
    {
        let world = World::default().await;
        let ann = world.phone("ann", 1).await;
        let (bo, cy) = (world.phone("bo", 2).await, world.phone("cy", 3).await);
        for away in [&bo, &cy] {
            world.im.closed(&away.opened.live).await;
        }
        let mut news = world.news();
        world.act(&ann, inviting(&["bo"])).await.unwrap();
        let shown = world.invitation("bo").await;
        world.settled(&mut news, shown).await;
        world.vendor_accepts_all().await;
        world.act(&ann, inviting(&["cy"])).await.unwrap();
        let queued = world.invitation("cy").await;
        world.settled(&mut news, queued).await;
        world.act(&ann, cancel(instead.clone())).await.unwrap();
        let purpose = if instead.is_some() { Purpose::Replace } else { Purpose::Withdraw };
        assert_eq!(world.of_purpose(shown, purpose).await.len(), 1);
        let cancelled = &world.of_purpose(queued, Purpose::Notify).await[0];
        assert_eq!(
            (cancelled.state, cancelled.reason),
            (DeliveryState::Skipped, Reason::CALL_OVER_BEFORE_SEND)
        );
        let word = world.signals("bo").await.pop().unwrap();
        assert_eq!(signal(&word.body).event, CallEvent::Cancelled);
        let decided = world.settled(&mut news, word.id).await;
        assert_eq!((decided[0].state, decided[0].reason), (DeliveryState::Skipped, Reason::CALL_OVER));
    }
}

#[tokio::test]
async fn f3_coming_online_one_gets_an_invitation_only_while_it_rings() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let bo = world.phone("bo", 2).await;
    world.im.closed(&bo.opened.live).await;
    world.act(&ann, inviting(&["bo"])).await.unwrap();
    let mut early = world.phone("bo", 2).await;
    world.im.sync(&early.opened.live, &[]).await.unwrap();
    assert_eq!(next_signal(&mut early, CallEvent::Invited).await.id, world.invitation("bo").await);
    world.im.closed(&early.opened.live).await;
    world.act(&ann, cancel(None)).await.unwrap();
    let mut late = world.phone("bo", 2).await;
    world.im.sync(&late.opened.live, &[]).await.unwrap();
    let first = late.next_of(MessageKind::Call).await;
    assert_eq!(signal(&first.body).event, CallEvent::Cancelled);
}

#[tokio::test]
async fn f3_the_caller_hears_that_the_invitation_arrived() {
    let world = World::default().await;
    let mut ann = world.phone("ann", 1).await;
    let mut bo = world.phone("bo", 2).await;
    world.act(&ann, inviting(&["bo"])).await.unwrap();
    let frame = next_signal(&mut bo, CallEvent::Invited).await;
    world.acked(&bo.opened.live, vec![(frame.conversation, frame.seq)]).await;
    let told = next_signal(&mut ann, CallEvent::Received).await;
    assert_eq!(signal(&told.body).by, Some(user("bo")));
    let call = world.im.call_state(APP, id()).await.unwrap().unwrap();
    assert_eq!(call.invitees[0].state, InviteeState::Received);
}

#[tokio::test]
async fn f3_who_does_not_answer_in_time_has_missed_the_call_without_anybody_asking() {
    let world = World::default().await;
    let mut ann = world.phone("ann", 1).await;
    let short = CallInvite { rings_ms: 1_000, ..invite(&["bo"]) };
    world.act(&ann, CallAction::Invite(Box::new(short))).await.unwrap();
    let missed = next_signal(&mut ann, CallEvent::TimedOut).await;
    assert_eq!(signal(&missed.body).by, Some(user("bo")));
    next_signal(&mut ann, CallEvent::Ended).await;
    assert_eq!(world.events("bo").await, [CallEvent::Invited, CallEvent::TimedOut]);
}

#[tokio::test]
async fn f3_a_call_that_a_stop_left_ringing_is_missed_after_the_restart() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    world.act(&ann, inviting(&["bo"])).await.unwrap();
    world.im.stop();
    let mut news = world.news();
    let clock = Arc::new(ManualClock::at(Timestamp(1_790_000_000_000).plus_ms(10 * RINGS_MS)));
    let again = Im::start(Arc::clone(&world.store), clock, ImConfig::default()).await.unwrap();
    world.wait_for(&mut news, "bo", CallEvent::TimedOut).await;
    let call = again.call_state(APP, id()).await.unwrap().unwrap();
    assert_eq!((call.invitees[0].state, call.ended_at.is_some()), (InviteeState::TimedOut, true));
}

#[tokio::test]
async fn f3_a_call_whose_caller_logged_out_while_nobody_looked_is_taken_back_at_the_next_start() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    world.act(&ann, inviting(&["bo"])).await.unwrap();
    world.im.stop();
    world.im.logout(&ann.opened.live).await.unwrap();
    let mut news = world.news();
    let world = world.restarted().await;
    world.wait_for(&mut news, "bo", CallEvent::Cancelled).await;
}

#[tokio::test]
async fn f3_time_that_is_moved_by_hand_ends_the_ringing_when_asked() {
    let world = World::default().await;
    world.im.stop();
    let clock = Arc::new(ManualClock::at(Timestamp(1_790_000_100_000)));
    let im = Im::start(Arc::clone(&world.store), Arc::clone(&clock) as _, ImConfig::default()).await.unwrap();
    im.call_for(APP, Some(user("ann")), id(), &inviting(&["bo"])).await.unwrap();
    assert_eq!(im.time_out_calls().await.unwrap(), Some(Timestamp(1_790_000_160_000)));
    clock.advance_ms(RINGS_MS);
    im.time_out_calls().await.unwrap();
    assert_eq!(im.time_out_calls().await.unwrap(), None);
    assert_eq!(world.events("bo").await, [CallEvent::Invited, CallEvent::TimedOut]);
}

#[tokio::test]
async fn f3_a_caller_who_logs_out_or_is_kicked_takes_the_ringing_along() {
    for kicked in [false, true] {
        let world = World::default().await;
        let ann = world.phone("ann", 1).await;
        let other_of_ann = world.phone("ann", 2).await;
        world.act(&ann, inviting(&["bo"])).await.unwrap();
        let mut news = world.news();
        world.im.logout(&other_of_ann.opened.live).await.unwrap();
        if kicked {
            world.im.end_user(APP, &user("ann"), SessionState::Kicked).await.unwrap();
        } else {
            world.im.logout(&ann.opened.live).await.unwrap();
        }
        world.wait_for(&mut news, "bo", CallEvent::Cancelled).await;
        let call = world.im.call_state(APP, id()).await.unwrap().unwrap();
        assert!(call.ended_at.is_some());
    }
}

#[tokio::test]
async fn f3_a_call_in_a_group_is_for_its_members() {
    let world = World::default().await;
    let (ann, eve) = (world.phone("ann", 1).await, world.phone("eve", 2).await);
    let club = world.club_of("club", "ann", &["bo"]).await;
    let within = |names: &[&str], held: &str| {
        CallAction::Invite(Box::new(CallInvite { group: Some(group(held)), ..invite(names) }))
    };
    for (caller, names, held) in
        [(&ann, ["bo", "eve"], "club"), (&eve, ["ann", "bo"], "club"), (&ann, ["bo", "eve"], "nowhere")]
    {
        let fault = world.act(caller, within(&names, held)).await.unwrap_err();
        assert_eq!(fault.code, ErrorCode::NotAMember);
    }
    world.act(&ann, within(&["bo"], "club")).await.unwrap();
    assert_eq!(signal(&world.signals("bo").await[0].body).group, Some(club));
    let further = world.act(&ann, inviting(&["eve"])).await.unwrap_err();
    assert_eq!(further.code, ErrorCode::NotAMember, "also for whom a call is widened to");
}

#[tokio::test]
async fn f3_the_backend_calls_answers_and_ends_in_a_users_name_or_its_own() {
    let world = World::default().await;
    let act = |name: Option<&str>, action: CallAction| {
        let (im, user) = (Arc::clone(&world.im), name.map(user));
        async move { im.call_for(APP, user, id(), &action).await }
    };
    act(Some("ann"), inviting(&["bo", "cy"])).await.unwrap();
    act(Some("bo"), CallAction::Accept {}).await.unwrap();
    act(Some("bo"), CallAction::Accept {}).await.unwrap();
    act(None, CallAction::End {}).await.unwrap();
    assert_eq!(act(None, inviting(&["dee"])).await.unwrap_err().code, ErrorCode::CallOver);
    assert_eq!(world.events("ann").await, [CallEvent::Accepted, CallEvent::Ended]);
    assert_eq!(world.events("bo").await, [CallEvent::Invited, CallEvent::Accepted, CallEvent::Ended]);
    assert_eq!(world.events("cy").await, [CallEvent::Invited, CallEvent::Ended]);
}
