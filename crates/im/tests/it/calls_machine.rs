//! The machine of a call, transition by transition.

use im::{
    calls::machine::{Actor, Turn, begin, caller_gone, received, step, time_out},
    rings_for,
};
use model::{
    Call, CallAction, CallEvent, CallId, CallInvite, CallMedia, DeviceId, ErrorCode, InviteeState, MessageId,
    Timestamp, UserId,
};
use uuid::Uuid;

use crate::harness::user;

const START: Timestamp = Timestamp(1_790_000_000_000);
const RINGS_MS: i64 = 60_000;

fn on(name: &str, device: u128) -> Actor {
    Actor { user: Some(user(name)), device: Some(DeviceId(Uuid::from_u128(device))) }
}

fn ann() -> Actor {
    on("ann", 1)
}

fn backend() -> Actor {
    Actor { user: None, device: None }
}

fn invite_of(names: &[&str]) -> CallInvite {
    CallInvite {
        users: names.iter().map(|name| user(name)).collect(),
        group: None,
        media: CallMedia::Video,
        rings_ms: RINGS_MS,
        ext: Some("room 7".into()),
        push: None,
    }
}

fn further(names: &[&str]) -> CallAction {
    CallAction::Invite(Box::new(invite_of(names)))
}

fn cancel(names: &[&str]) -> CallAction {
    CallAction::Cancel { users: names.iter().map(|name| user(name)).collect(), push: None }
}

/// Notes invitations as the store's commit does, numbered by the invitee's place.
fn written(mut turn: Turn) -> Turn {
    for (place, invitee) in turn.call.invitees.iter_mut().enumerate() {
        invitee.invitation.get_or_insert(MessageId(Uuid::from_u128(100 + place as u128)));
    }
    turn
}

fn ringing(names: &[&str]) -> Call {
    written(begin(CallId(Uuid::from_u128(9)), &ann(), &invite_of(names), START).unwrap()).call
}

fn after(call: &Call, actor: &Actor, action: &CallAction) -> Call {
    turn(call, actor, action).call
}

fn turn(call: &Call, actor: &Actor, action: &CallAction) -> Turn {
    written(step(call, actor, action, START.plus_ms(1_000)).unwrap().expect("a change"))
}

fn refusal(call: &Call, actor: &Actor, action: &CallAction) -> ErrorCode {
    step(call, actor, action, START.plus_ms(1_000)).unwrap_err().code
}

fn is_repeat(call: &Call, actor: &Actor, action: &CallAction) -> bool {
    step(call, actor, action, START.plus_ms(1_000)).unwrap().is_none()
}

fn state(call: &Call, name: &str) -> InviteeState {
    call.invitees.iter().find(|invitee| invitee.user == user(name)).unwrap().state
}

/// Who is told what, and by whom, in order.
fn told(turn: &Turn) -> Vec<(String, CallEvent, Option<UserId>)> {
    let word = |signal: &im::calls::machine::Signal| {
        (signal.to.to_string(), signal.signal.event, signal.signal.by.clone())
    };
    turn.signals.iter().map(word).collect()
}

fn silenced(turn: &Turn) -> Vec<String> {
    turn.silenced.iter().map(|silenced| silenced.user.to_string()).collect()
}

#[test]
fn f3_a_call_rings_for_everybody_invited_until_its_time_is_over() {
    let turn = begin(CallId(Uuid::from_u128(9)), &ann(), &invite_of(&["bo", "cy", "bo"]), START).unwrap();
    assert_eq!(
        told(&turn),
        [
            ("bo".to_owned(), CallEvent::Invited, Some(user("ann"))),
            ("cy".to_owned(), CallEvent::Invited, Some(user("ann"))),
        ]
    );
    let signal = &turn.signals[0].signal;
    assert_eq!((signal.ext.as_deref(), signal.media), (Some("room 7"), CallMedia::Video));
    assert_eq!(signal.rings_until, START.plus_ms(RINGS_MS));
    let (last, over) = (START.plus_ms(RINGS_MS - 1), START.plus_ms(RINGS_MS));
    assert!(rings_for(&turn.call, &user("bo"), last) && rings_for(&turn.call, &user("cy"), last));
    assert!(!rings_for(&turn.call, &user("bo"), over));
    assert!(!rings_for(&turn.call, &user("ann"), START), "the caller's own phone does not ring");
}

#[test]
fn f3_an_invitation_outside_its_limits_is_refused() {
    let fault = |invite: &CallInvite| begin(CallId(Uuid::nil()), &ann(), invite, START).unwrap_err().code;
    let many: Vec<String> = (0..33).map(|number| format!("user-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(fault(&invite_of(&[])), ErrorCode::Invalid);
    assert_eq!(fault(&invite_of(&["ann"])), ErrorCode::Invalid);
    assert_eq!(fault(&invite_of(&many)), ErrorCode::Invalid);
    for rings_ms in [0, 999, 600_001] {
        assert_eq!(fault(&CallInvite { rings_ms, ..invite_of(&["bo"]) }), ErrorCode::Invalid);
    }
    let long = CallInvite { ext: Some("x".repeat(3_073)), ..invite_of(&["bo"]) };
    assert_eq!(fault(&long), ErrorCode::Invalid);
    let nobody = begin(CallId(Uuid::nil()), &backend(), &invite_of(&["bo"]), START).unwrap_err();
    assert_eq!(nobody.code, ErrorCode::Invalid);
}

#[test]
fn f3_further_users_are_invited_by_who_is_in_and_nobody_rings_twice() {
    let call = ringing(&["bo", "cy"]);
    assert_eq!(refusal(&call, &on("bo", 2), &further(&["dee"])), ErrorCode::NotAllowed);
    assert_eq!(refusal(&call, &on("eve", 5), &further(&["dee"])), ErrorCode::NotAllowed);
    assert_eq!(refusal(&call, &backend(), &further(&["dee"])), ErrorCode::NotAllowed);
    assert!(is_repeat(&call, &ann(), &further(&["bo", "cy"])), "the same invitation again");
    let call = after(&call, &on("bo", 2), &CallAction::Accept {});
    let call = after(&call, &on("cy", 3), &CallAction::Reject {});
    let further = turn(&call, &on("bo", 2), &further(&["bo", "cy", "dee"]));
    assert_eq!(
        told(&further),
        [
            ("cy".to_owned(), CallEvent::Invited, Some(user("bo"))),
            ("dee".to_owned(), CallEvent::Invited, Some(user("bo"))),
        ],
        "who refused rings anew, who is in does not"
    );
    let full: Vec<String> = (0..32).map(|number| format!("user-{number}")).collect();
    let full: Vec<&str> = full.iter().map(String::as_str).collect();
    assert_eq!(refusal(&call, &ann(), &self::further(&full)), ErrorCode::Invalid);
}

#[test]
fn f3_a_device_that_has_the_invitation_is_reported_once_to_the_caller() {
    let call = ringing(&["bo"]);
    let turn = received(&call, &user("bo"), START).unwrap();
    assert_eq!(state(&turn.call, "bo"), InviteeState::Received);
    assert_eq!(told(&turn), [("ann".to_owned(), CallEvent::Received, Some(user("bo")))]);
    assert!(rings_for(&turn.call, &user("bo"), START));
    assert!(received(&turn.call, &user("bo"), START).is_none());
    assert!(received(&call, &user("bo"), START.plus_ms(RINGS_MS)).is_none());
    assert!(received(&call, &user("eve"), START).is_none());
}

#[test]
fn f3_accepting_on_one_device_stops_the_ringing_of_the_others() {
    let call = ringing(&["bo", "cy"]);
    let accepted = turn(&call, &on("bo", 2), &CallAction::Accept {});
    assert_eq!(state(&accepted.call, "bo"), InviteeState::Accepted);
    assert_eq!(
        told(&accepted),
        [
            ("ann".to_owned(), CallEvent::Accepted, Some(user("bo"))),
            ("bo".to_owned(), CallEvent::Accepted, Some(user("bo"))),
        ]
    );
    assert_eq!(accepted.signals[1].signal.device, on("bo", 2).device);
    assert_eq!(silenced(&accepted), ["bo"]);
    assert_eq!(accepted.silenced[0].except, on("bo", 2).device);
    assert!(accepted.call.ended_at.is_none() && rings_for(&accepted.call, &user("cy"), START));
    let call = accepted.call;
    assert!(is_repeat(&call, &on("bo", 2), &CallAction::Accept {}));
    assert_eq!(refusal(&call, &on("bo", 3), &CallAction::Accept {}), ErrorCode::CallOver);
    assert_eq!(refusal(&call, &on("bo", 2), &CallAction::Reject {}), ErrorCode::CallOver);
    assert_eq!(refusal(&call, &on("eve", 5), &CallAction::Accept {}), ErrorCode::NotAllowed);
    assert_eq!(refusal(&call, &ann(), &CallAction::Accept {}), ErrorCode::NotAllowed);
    assert_eq!(refusal(&call, &backend(), &CallAction::Accept {}), ErrorCode::Invalid);
}

#[test]
fn f3_the_last_refusal_ends_the_call() {
    let call = ringing(&["bo", "cy"]);
    let first = turn(&call, &on("bo", 2), &CallAction::Reject {});
    assert_eq!((state(&first.call, "bo"), first.call.ended_at), (InviteeState::Rejected, None));
    assert!(is_repeat(&first.call, &on("bo", 3), &CallAction::Reject {}));
    assert_eq!(refusal(&first.call, &on("bo", 2), &CallAction::Accept {}), ErrorCode::CallOver);
    let last = turn(&first.call, &on("cy", 3), &CallAction::Reject {});
    assert_eq!(
        told(&last),
        [
            ("cy".to_owned(), CallEvent::Rejected, Some(user("cy"))),
            ("ann".to_owned(), CallEvent::Rejected, Some(user("cy"))),
            ("ann".to_owned(), CallEvent::Ended, Some(user("cy"))),
        ]
    );
    assert_eq!(silenced(&last), ["cy"]);
    assert!(last.call.ended_at.is_some());
    assert_eq!(refusal(&last.call, &ann(), &further(&["bo"])), ErrorCode::CallOver);
}

#[test]
fn f3_the_caller_takes_back_some_or_all_of_what_rings() {
    let call = ringing(&["bo", "cy", "dee"]);
    assert_eq!(refusal(&call, &on("bo", 2), &cancel(&[])), ErrorCode::NotAllowed);
    let some = turn(&call, &ann(), &cancel(&["bo"]));
    assert_eq!(told(&some), [("bo".to_owned(), CallEvent::Cancelled, Some(user("ann")))]);
    assert_eq!((silenced(&some), some.call.ended_at), (vec!["bo".to_owned()], None));
    assert!(is_repeat(&some.call, &ann(), &cancel(&["bo"])));
    let call = after(&some.call, &on("cy", 3), &CallAction::Accept {});
    let rest = turn(&call, &ann(), &cancel(&[]));
    assert_eq!(told(&rest), [("dee".to_owned(), CallEvent::Cancelled, Some(user("ann")))]);
    assert_eq!(state(&rest.call, "cy"), InviteeState::Accepted, "who is in stays in");
    assert_eq!(rest.call.ended_at, None);
}

#[test]
fn f3_taking_back_the_only_invitation_ends_the_call_and_may_be_repeated() {
    let over = turn(&ringing(&["bo"]), &ann(), &cancel(&[]));
    assert_eq!(told(&over), [("bo".to_owned(), CallEvent::Cancelled, Some(user("ann")))]);
    assert!(over.call.ended_at.is_some());
    assert!(is_repeat(&over.call, &ann(), &cancel(&[])));
    assert_eq!(refusal(&over.call, &on("bo", 2), &CallAction::Accept {}), ErrorCode::CallOver);
    let by_backend = turn(&ringing(&["bo"]), &backend(), &cancel(&[]));
    assert_eq!(
        told(&by_backend),
        [("bo".to_owned(), CallEvent::Cancelled, None), ("ann".to_owned(), CallEvent::Ended, None)]
    );
}

#[test]
fn f3_a_call_ends_when_nobody_is_left_beside_one() {
    let call = after(&ringing(&["bo", "cy"]), &on("bo", 2), &CallAction::Accept {});
    assert_eq!(refusal(&call, &on("cy", 3), &CallAction::Leave {}), ErrorCode::NotAllowed);
    assert_eq!(refusal(&call, &on("eve", 5), &CallAction::Leave {}), ErrorCode::NotAllowed);
    let call = after(&call, &on("cy", 3), &CallAction::Accept {});
    let caller_left = turn(&call, &ann(), &CallAction::Leave {});
    assert_eq!(
        told(&caller_left),
        [
            ("bo".to_owned(), CallEvent::Left, Some(user("ann"))),
            ("cy".to_owned(), CallEvent::Left, Some(user("ann"))),
        ],
        "two are left and go on"
    );
    assert!(is_repeat(&caller_left.call, &ann(), &CallAction::Leave {}));
    assert_eq!(refusal(&caller_left.call, &ann(), &CallAction::End {}), ErrorCode::NotAllowed);
    let over = turn(&caller_left.call, &on("bo", 2), &CallAction::Leave {});
    assert_eq!(
        told(&over),
        [
            ("cy".to_owned(), CallEvent::Left, Some(user("bo"))),
            ("cy".to_owned(), CallEvent::Ended, Some(user("bo"))),
        ]
    );
    assert_eq!((state(&over.call, "bo"), over.call.ended_at.is_some()), (InviteeState::Left, true));
    assert!(is_repeat(&over.call, &on("cy", 3), &CallAction::Leave {}), "it is over for the last one too");
}

#[test]
fn f3_a_caller_who_leaves_before_anybody_answers_takes_the_call_along() {
    let over = turn(&ringing(&["bo", "cy"]), &ann(), &CallAction::Leave {});
    assert_eq!(silenced(&over), ["bo", "cy"]);
    assert_eq!(told(&over)[0], ("bo".to_owned(), CallEvent::Cancelled, Some(user("ann"))));
    assert!(over.call.ended_at.is_some());
}

#[test]
fn f3_the_caller_ends_it_for_everybody() {
    let call = after(&ringing(&["bo", "cy"]), &on("bo", 2), &CallAction::Accept {});
    assert_eq!(refusal(&call, &on("bo", 2), &CallAction::End {}), ErrorCode::NotAllowed);
    let over = turn(&call, &ann(), &CallAction::End {});
    assert_eq!(
        told(&over),
        [
            ("cy".to_owned(), CallEvent::Ended, Some(user("ann"))),
            ("bo".to_owned(), CallEvent::Ended, Some(user("ann"))),
        ]
    );
    assert_eq!((silenced(&over), state(&over.call, "cy")), (vec!["cy".to_owned()], InviteeState::Cancelled));
    assert!(is_repeat(&over.call, &ann(), &CallAction::End {}));
    assert_eq!(told(&turn(&call, &backend(), &CallAction::End {})).len(), 3, "the caller is told as well");
}

#[test]
fn f3_who_does_not_answer_in_time_has_missed_it() {
    let call = ringing(&["bo"]);
    let later = START.plus_ms(30_000);
    let call = written(step(&call, &ann(), &further(&["cy"]), later).unwrap().unwrap()).call;
    assert_eq!(call.rings_until, START.plus_ms(RINGS_MS), "the first to stop decides when to look");
    assert!(time_out(&call, START.plus_ms(RINGS_MS - 1)).is_none());
    let first = time_out(&call, START.plus_ms(RINGS_MS)).unwrap();
    assert_eq!(
        told(&first),
        [
            ("bo".to_owned(), CallEvent::TimedOut, Some(user("bo"))),
            ("ann".to_owned(), CallEvent::TimedOut, Some(user("bo"))),
        ]
    );
    assert_eq!((silenced(&first), first.call.ended_at), (vec!["bo".to_owned()], None));
    assert_eq!(first.call.rings_until, later.plus_ms(RINGS_MS));
    let last = time_out(&first.call, later.plus_ms(RINGS_MS)).unwrap();
    assert_eq!(told(&last).last().unwrap(), &("ann".to_owned(), CallEvent::Ended, None));
    assert!(time_out(&last.call, later.plus_ms(10 * RINGS_MS)).is_none());
    let late = step(&call, &on("bo", 2), &CallAction::Accept {}, START.plus_ms(RINGS_MS)).unwrap_err();
    assert_eq!(late.code, ErrorCode::CallOver, "also before the time-out was carried out");
}

#[test]
fn f3_the_end_of_the_callers_login_takes_back_what_nobody_has_answered() {
    let call = ringing(&["bo", "cy"]);
    let gone = caller_gone(&call, START).unwrap();
    assert_eq!(silenced(&gone), ["bo", "cy"]);
    assert_eq!(told(&gone)[0], ("bo".to_owned(), CallEvent::Cancelled, Some(user("ann"))));
    assert!(gone.call.ended_at.is_some());
    assert!(caller_gone(&gone.call, START).is_none());
    let answered = after(&call, &on("bo", 2), &CallAction::Accept {});
    assert!(caller_gone(&answered, START).is_none(), "a call that is talked on goes on");
}
