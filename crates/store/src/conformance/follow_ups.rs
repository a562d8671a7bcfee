//! Follow-ups: what a vendor accepted is withdrawn or replaced.

use model::{
    Delivery, DeliveryState, DeviceId, MessageId, Purpose, PushSettings, ReasonCode, Receipt, ReceiptKind,
    SessionId, SessionState,
};

use super::{
    Stage,
    stage::{APP, device, user},
};
use crate::{FollowUp, Op, Outcome};

const OVER: ReasonCode = ReasonCode(10);
const WITHDRAWN: ReasonCode = ReasonCode(11);

fn follow_up(stage: &Stage, message: MessageId, purpose: Purpose) -> FollowUp {
    let at = stage.now();
    FollowUp {
        app: APP,
        message,
        user: None,
        except: None,
        purpose,
        replacement: None,
        cancel_reason: OVER,
        reason: WITHDRAWN,
        expires_at: at.plus_ms(60_000),
        at,
    }
}

fn worded(text: &str) -> Option<Box<PushSettings>> {
    Some(Box::new(PushSettings { body: Some(text.to_owned()), ..PushSettings::default() }))
}

async fn commit(stage: &Stage, follow_up: FollowUp) -> (u32, u32) {
    match stage.commit(Op::FollowUp(follow_up)).await {
        Outcome::Cancelled { cancelled, raced } => (cancelled, raced),
        other => panic!("a follow-up, not {other:?}"),
    }
}

/// A phone in the background that a vendor has taken a push for.
async fn notified_phone(stage: &Stage) -> (DeviceId, SessionId, Delivery) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    (phone, session, queued)
}

async fn purposes(stage: &Stage, message: MessageId) -> Vec<(Purpose, DeliveryState)> {
    let mut found: Vec<_> =
        stage.deliveries_of(message).await.iter().map(|one| (one.purpose, one.state)).collect();
    found.sort_by_key(|(purpose, _)| *purpose as u8);
    found
}

const NOTIFIED: (Purpose, DeliveryState) = (Purpose::Notify, DeliveryState::Accepted);
const WITHDRAWING: (Purpose, DeliveryState) = (Purpose::Withdraw, DeliveryState::Queued);
const REPLACING: (Purpose, DeliveryState) = (Purpose::Replace, DeliveryState::Queued);

/// Row T13: in the same lane, to the same token, with the vendor's id of what it follows.
pub async fn t13_what_a_vendor_accepted_is_withdrawn_once(stage: Stage) {
    let (phone, _, sent) = notified_phone(&stage).await;
    for _ in 0..2 {
        let follow_up = follow_up(&stage, sent.message, Purpose::Withdraw);
        assert_eq!(commit(&stage, follow_up).await, (0, 0));
    }
    assert_eq!(purposes(&stage, sent.message).await, [NOTIFIED, WITHDRAWING]);
    let claimed = stage.claim(9).await.remove(0);
    let row = claimed.delivery;
    assert_eq!((row.purpose, row.reason, row.device), (Purpose::Withdraw, WITHDRAWN, Some(phone)));
    assert_eq!((row.vendor_message_id.as_deref(), &row.token), (Some("vendor-1"), &sent.token));
    assert_eq!((row.user, row.certificate, row.text), (Some(user("bo")), sent.certificate, sent.text));
    assert_eq!((row.badge, row.attempts.len(), claimed.replacement), (None, 0, None));
    assert!(stage.begin(row.id).await);
    stage.update(row.id, DeliveryState::Accepted).await;
    let found = stage.store().delivery(row.id).await.expect("reads").expect("is there");
    assert_eq!((found.app, found.state), (APP, DeliveryState::Accepted));
}

/// Row T13: with words of its own.
pub async fn t13_a_replacement_comes_with_its_settings(stage: Stage) {
    let (_, _, sent) = notified_phone(&stage).await;
    let replace = FollowUp {
        replacement: worded("it was a mistake"),
        ..follow_up(&stage, sent.message, Purpose::Replace)
    };
    commit(&stage, replace).await;
    let claimed = stage.claim(9).await.remove(0);
    assert_eq!(claimed.delivery.purpose, Purpose::Replace);
    let replacement = claimed.replacement.expect("comes with it");
    assert_eq!(replacement.body.as_deref(), Some("it was a mistake"));
}

/// The notification never was, so there is nothing to follow.
pub async fn t13_what_has_not_begun_is_cancelled_and_not_followed(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    assert_eq!(commit(&stage, follow_up(&stage, queued.message, Purpose::Withdraw)).await, (1, 0));
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason), (DeliveryState::Skipped, OVER));
}

/// Whether it lands, only the vendor knows.
pub async fn t13_what_is_on_the_wire_is_followed_when_it_lands(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let (one, two) = (stage.queue_push("bo", phone).await, stage.queue_push("bo", phone).await);
    for id in stage.claim_ids(9).await {
        assert!(stage.begin(id).await);
    }
    for queued in [&one, &two] {
        let replace =
            FollowUp { replacement: worded("over"), ..follow_up(&stage, queued.message, Purpose::Replace) };
        assert_eq!(commit(&stage, replace).await, (0, 1));
    }
    assert_eq!(stage.only_delivery(one.message).await.state, DeliveryState::Queued, "nothing to follow yet");
    stage.update(one.id, DeliveryState::Accepted).await;
    assert_eq!(purposes(&stage, one.message).await, [NOTIFIED, REPLACING]);
    let claimed = stage.claim(9).await.remove(0);
    assert_eq!(claimed.delivery.vendor_message_id.as_deref(), Some("vendor-1"));
    assert!(claimed.replacement.is_some());
    stage.update(two.id, DeliveryState::Rejected).await;
    assert_eq!(stage.only_delivery(two.message).await.state, DeliveryState::Rejected);
}

/// An answered call rings on on no other device of the user.
pub async fn a_follow_up_is_for_one_user_and_spares_one_device(stage: Stage) {
    let (answering, _) = stage.sleeping_phone("bo", "t-1").await;
    let (ringing, _) = stage.sleeping_phone("bo", "t-2").await;
    let (callers, _) = stage.sleeping_phone("al", "t-3").await;
    let message = stage.accept("bo").await;
    let mut decisions = Vec::new();
    for device in [answering, ringing, callers] {
        decisions.push(stage.push_to(&message, device).await);
    }
    stage.decide(&message, decisions).await;
    for id in stage.claim_ids(9).await {
        stage.update(id, DeliveryState::Accepted).await;
    }
    let of_bo = FollowUp {
        user: Some(user("bo")),
        except: Some(answering),
        ..follow_up(&stage, message.id, Purpose::Withdraw)
    };
    commit(&stage, of_bo).await;
    let followed: Vec<_> = stage.claim(9).await.into_iter().map(|claimed| claimed.delivery.device).collect();
    assert_eq!(followed, [Some(ringing)]);
}

/// No send begins there any more.
pub async fn a_device_that_may_not_be_sent_to_is_not_followed(stage: Stage) {
    let (_, session, sent) = notified_phone(&stage).await;
    assert!(stage.move_to(session, SessionState::OnlineForeground).await);
    commit(&stage, follow_up(&stage, sent.message, Purpose::Withdraw)).await;
    assert_eq!(purposes(&stage, sent.message).await, [NOTIFIED], "the app is on screen");

    let (_, session, sent) = notified_phone(&stage).await;
    stage.logout(session).await;
    commit(&stage, follow_up(&stage, sent.message, Purpose::Withdraw)).await;
    assert_eq!(purposes(&stage, sent.message).await, [NOTIFIED], "logged out");

    let (phone, _, sent) = notified_phone(&stage).await;
    let at = stage.now();
    stage.commit(Op::SwitchPush { app: APP, device: phone, on: false, reason: OVER, at }).await;
    commit(&stage, follow_up(&stage, sent.message, Purpose::Withdraw)).await;
    assert_eq!(purposes(&stage, sent.message).await, [NOTIFIED], "switched off");
}

/// The call is over before the last phone was decided on.
pub async fn a_decision_that_a_follow_up_overtook_is_stale(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let early = stage.push_to(&message, phone).await;
    let of_other = FollowUp { user: Some(user("al")), ..follow_up(&stage, message.id, Purpose::Withdraw) };
    commit(&stage, of_other).await;
    commit(&stage, follow_up(&stage, message.id, Purpose::Withdraw)).await;
    assert_eq!(stage.decide(&message, vec![early]).await, Outcome::Stale);
    let late = stage.push_to(&message, phone).await;
    assert_eq!(stage.decide(&message, vec![late]).await, Outcome::Done);
}

/// A message that was edited and then taken back is taken back.
pub async fn a_withdrawal_takes_the_place_of_a_replacement_that_has_not_begun(stage: Stage) {
    let (_, _, sent) = notified_phone(&stage).await;
    let edited =
        FollowUp { replacement: worded("edited"), ..follow_up(&stage, sent.message, Purpose::Replace) };
    commit(&stage, edited).await;
    assert_eq!(commit(&stage, follow_up(&stage, sent.message, Purpose::Withdraw)).await, (1, 0));
    let ended = (Purpose::Replace, DeliveryState::Skipped);
    assert_eq!(purposes(&stage, sent.message).await, [NOTIFIED, WITHDRAWING, ended]);
}

/// It was about the notification, whoever carries the vendor's id now.
pub async fn a_receipt_of_the_notification_is_not_the_withdrawals(stage: Stage) {
    let (_, _, sent) = notified_phone(&stage).await;
    commit(&stage, follow_up(&stage, sent.message, Purpose::Withdraw)).await;
    for message in [None, Some(sent.message)] {
        let receipt = Receipt {
            message,
            vendor_message_id: "vendor-1".to_owned(),
            token: "t-1".to_owned(),
            kind: ReceiptKind::Arrived,
            at: stage.now(),
            code: String::new(),
        };
        let found = stage.commit(Op::Mark { app: APP, certificate: stage.certificate, receipt }).await;
        assert_eq!(found, Outcome::Marked(Some(sent.id)));
    }
}

/// What was asked before a stop is done after it.
pub async fn a_follow_up_outlives_a_reopen(stage: Stage) {
    let (_, _, sent) = notified_phone(&stage).await;
    let replace =
        FollowUp { replacement: worded("over"), ..follow_up(&stage, sent.message, Purpose::Replace) };
    commit(&stage, replace).await;
    let stage = stage.reopen().await;
    assert!(stage.claim(9).await.remove(0).replacement.is_some());
}

/// Nothing to follow.
pub async fn an_unknown_message_is_not_followed(stage: Stage) {
    let unknown = MessageId(device().0);
    let outcome = stage.commit(Op::FollowUp(follow_up(&stage, unknown, Purpose::Withdraw))).await;
    assert_eq!(outcome, Outcome::Missing);
}
