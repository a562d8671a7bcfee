//! Calls: changed by whoever read them last, timed out by time.

use model::{Call, CallId, CallMedia, Invitee, InviteeState, Timestamp};
use uuid::Uuid;

use super::{
    Stage,
    stage::{APP, FOREIGN, START, user},
};
use crate::{CallRecord, Op, Outcome};

fn call(rings_until: Timestamp) -> Call {
    Call {
        id: CallId(Uuid::new_v4()),
        caller: user("al"),
        caller_device: None,
        group: None,
        media: CallMedia::Video,
        ext: Some("room 7".to_owned()),
        invitees: vec![Invitee {
            user: user("bo"),
            state: InviteeState::Inviting,
            device: None,
            rings_until,
            invitation: None,
        }],
        caller_left: false,
        created_at: START,
        rings_until,
        ended_at: None,
    }
}

fn put(call: &Call, expected: u32) -> Op {
    Op::PutCall { app: APP, call: Box::new(call.clone()), expected }
}

async fn due(stage: &Stage, by: Timestamp) -> Vec<CallId> {
    stage.store().due_calls(by, 9).await.expect("reads").into_iter().map(|record| record.call.id).collect()
}

/// Two devices that answer at once: one of them is the first.
pub async fn a_call_is_changed_by_who_read_it_last(stage: Stage) {
    let ringing = call(START);
    assert_eq!(stage.commit(put(&ringing, 0)).await, Outcome::Done);
    assert_eq!(stage.commit(put(&ringing, 0)).await, Outcome::Stale, "it is there already");
    let record = stage.store().call(APP, ringing.id).await.expect("reads");
    assert_eq!(record, Some(CallRecord { app: APP, call: ringing.clone(), version: 1 }));
    let mut taken = ringing.clone();
    taken.invitees[0].state = InviteeState::Accepted;
    assert_eq!(stage.commit(put(&taken, 1)).await, Outcome::Done);
    assert_eq!(stage.commit(put(&ringing, 1)).await, Outcome::Stale);
    let record = stage.store().call(APP, ringing.id).await.expect("reads");
    assert_eq!(record, Some(CallRecord { app: APP, call: taken, version: 2 }));
    assert!(stage.store().call(FOREIGN, ringing.id).await.expect("reads").is_none());
}

/// What nobody's phone rings for is not waited for.
pub async fn calls_that_ring_come_due_first_to_end_first(stage: Stage) {
    let (late, early) = (call(START.plus_ms(9)), call(START.plus_ms(5)));
    let mut taken = call(START);
    taken.invitees[0].state = InviteeState::Accepted;
    let ended = Call { ended_at: Some(START), ..call(START) };
    for call in [&late, &early, &taken, &ended] {
        stage.commit(put(call, 0)).await;
    }
    assert!(due(&stage, START).await.is_empty());
    assert_eq!(due(&stage, START.plus_ms(5)).await, [early.id]);
    let stage = stage.reopen().await;
    assert_eq!(due(&stage, START.plus_ms(9)).await, [early.id, late.id]);
    stage.commit(put(&Call { ended_at: Some(START), ..early }, 1)).await;
    assert_eq!(due(&stage, START.plus_ms(9)).await, [late.id]);
}

/// Nobody hears of an answer that came too late.
pub async fn the_signals_of_a_stale_change_are_not_stored(stage: Stage) {
    let signal = Op::Accept(Box::new(stage.message("al", "bo")));
    let outcomes = stage.store().commit(vec![put(&call(START), 4), signal]).await.expect("commits");
    assert_eq!(outcomes, [Outcome::Stale, Outcome::Stale]);
    assert!(stage.store().recent_messages(APP, 9).await.expect("reads").is_empty());
}
