//! Badges: the base that the app reported, and one for each push since.

use model::{DeviceId, SessionId, SessionState};

use super::{
    Stage,
    stage::{APP, FETCHED, user},
};
use crate::{NewDelivery, Op, Outcome};

async fn report_base(stage: &Stage, session: SessionId, base: u32) {
    let at = stage.now();
    let to = SessionState::OnlineBackground;
    let op = Op::MoveSession { app: APP, session, to, badge: Some(base), at, cancel_reason: FETCHED };
    assert_eq!(stage.commit(op).await, Outcome::Moved(true));
}

async fn badge(stage: &Stage, device: DeviceId) -> u32 {
    stage.store().device(APP, device).await.expect("reads").expect("is there").device.badge
}

/// Accepts a message to `bo` and queues a push that counts or does not; what its row says of the badge.
async fn push(stage: &Stage, device: DeviceId, counts_badge: bool) -> Option<u32> {
    let message = stage.accept("bo").await;
    let decision = NewDelivery { counts_badge, ..stage.push_to(&message, device).await };
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Done);
    stage.only_delivery(message.id).await.badge
}

/// Row T1.
pub async fn t1_each_push_that_counts_shows_one_more_than_the_base(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let (tablet, _) = stage.sleeping_phone("bo", "t-2").await;
    assert_eq!(badge(&stage, phone).await, 0);
    report_base(&stage, session, 7).await;
    assert_eq!(badge(&stage, phone).await, 7);
    assert_eq!(push(&stage, phone, true).await, Some(8));
    assert_eq!(push(&stage, phone, true).await, Some(9));
    assert_eq!(push(&stage, tablet, true).await, Some(1), "each device for itself");
    assert_eq!((badge(&stage, phone).await, badge(&stage, tablet).await), (9, 1));
}

/// Row T3.
pub async fn t3_a_push_that_does_not_count_leaves_the_badge(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    report_base(&stage, session, 7).await;
    assert_eq!(push(&stage, phone, false).await, None);
    assert_eq!(badge(&stage, phone).await, 7);
}

/// The row that is there was counted when it was made.
pub async fn a_target_that_is_decided_twice_counts_once(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    for _ in 0..2 {
        let decision = NewDelivery { counts_badge: true, ..stage.push_to(&message, phone).await };
        stage.decide(&message, vec![decision]).await;
    }
    assert_eq!((stage.only_delivery(message.id).await.badge, badge(&stage, phone).await), (Some(1), 1));
}

/// The app itself keeps the badge of the device it is read on.
pub async fn t1_reading_elsewhere_lowers_the_badge_by_what_was_read(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let (tablet, tablets) = stage.sleeping_phone("bo", "t-2").await;
    for _ in 0..3 {
        push(&stage, phone, true).await;
    }
    report_base(&stage, tablets, 5).await;
    super::reads::read(&stage, Some(tablet), 2).await;
    assert_eq!((badge(&stage, phone).await, badge(&stage, tablet).await), (1, 5));
    super::reads::read(&stage, Some(tablet), 2).await;
    assert_eq!(badge(&stage, phone).await, 1, "read once");
    stage.accept("bo").await;
    super::reads::read(&stage, Some(tablet), 4).await;
    assert_eq!(badge(&stage, phone).await, 0, "never under 0");
    assert_eq!(stage.store().sessions(APP, &user("bo")).await.expect("reads").len(), 2);
}

/// The app reports its base again when it goes to the background.
pub async fn coming_to_the_foreground_sets_no_badge(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    push(&stage, phone, true).await;
    assert!(stage.move_to(session, SessionState::OnlineForeground).await);
    assert_eq!(badge(&stage, phone).await, 1);
}
