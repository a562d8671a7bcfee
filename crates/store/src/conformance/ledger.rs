//! The ledger of daily amounts, brakes, and the backlog.

use std::sync::Arc;

use model::{CertificateId, Class, DayNumber, DeliveryState, PushSettings, Timestamp};

use super::Stage;
use crate::{BrakeRecord, DayCount, DayDevice, LedgerOp, Op, Outcome};

const TODAY: DayNumber = DayNumber(20_000);
const AT: Timestamp = Timestamp(1_728_000_000_000);

fn kind() -> Arc<str> {
    "marketing".into()
}

fn count(certificate: CertificateId, day: DayNumber, class: Class, taken: u32) -> Op {
    Op::Ledger(LedgerOp::Count { certificate, day, kind: kind(), class, taken })
}

fn used_up(certificate: CertificateId, device: Option<i64>, at: Timestamp) -> Op {
    Op::Ledger(LedgerOp::UsedUp { certificate, day: TODAY, kind: kind(), device, at })
}

/// Counts add up, each certificate, day and class by itself.
pub async fn what_is_counted_adds_up_and_outlives_a_reopen(stage: Stage) {
    let certificate = stage.certificate;
    for (day, class, taken) in [
        (TODAY, Class::Chat, 3),
        (TODAY, Class::Marketing, 5),
        (TODAY, Class::Chat, 4),
        (DayNumber(1), Class::Chat, 9),
    ] {
        assert_eq!(stage.commit(count(certificate, day, class, taken)).await, Outcome::Done);
    }
    for _ in 0..2 {
        let device = LedgerOp::CountDevice { certificate, day: TODAY, kind: kind(), device: -7, taken: 1 };
        stage.commit(Op::Ledger(device)).await;
    }
    let stage = stage.reopen().await;
    let read = stage.store().day_ledger(certificate, TODAY, 9).await.expect("reads");
    let counted = |class, taken| DayCount { kind: "marketing".to_owned(), class, taken };
    assert_eq!(read.counts, [counted(Class::Chat, 7), counted(Class::Marketing, 5)]);
    let phone = DayDevice { kind: "marketing".to_owned(), device: -7, taken: 2, used_up_at: None };
    assert_eq!(read.devices, [phone]);
    let other = stage.store().day_ledger(CertificateId(certificate.0 + 1), TODAY, 9).await.expect("reads");
    assert_eq!(other, crate::DayLedger::default());
}

/// The first word of the vendor counts.
pub async fn what_is_used_up_is_kept_with_its_first_moment(stage: Stage) {
    let certificate = stage.certificate;
    for later in [0, 5] {
        stage.commit(used_up(certificate, None, AT.plus_ms(later))).await;
        stage.commit(used_up(certificate, Some(4), AT.plus_ms(later))).await;
    }
    let read = stage.store().day_ledger(certificate, TODAY, 9).await.expect("reads");
    assert_eq!(read.used_up, [("marketing".to_owned(), AT)]);
    assert_eq!((read.devices[0].used_up_at, read.devices[0].taken), (Some(AT), 0));
}

/// A part at a time, until nothing is left.
pub async fn old_days_are_forgotten_and_today_stays(stage: Stage) {
    let certificate = stage.certificate;
    stage.commit(count(certificate, DayNumber(TODAY.0 - 1), Class::Chat, 1)).await;
    stage.commit(count(certificate, TODAY, Class::Chat, 1)).await;
    let forget = Op::Ledger(LedgerOp::Forget { certificate, before: TODAY });
    assert_eq!(stage.commit(forget.clone()).await, Outcome::Forgotten(1));
    assert_eq!(stage.commit(forget).await, Outcome::Forgotten(0));
    assert_eq!(stage.store().day_ledger(certificate, TODAY, 9).await.expect("reads").counts.len(), 1);
}

/// Until somebody releases it.
pub async fn a_brake_outlives_a_reopen(stage: Stage) {
    let certificate = stage.certificate;
    assert_eq!(stage.store().brake(certificate).await.expect("reads"), BrakeRecord::default());
    let brake = BrakeRecord { engaged_at: Some(AT), dead: 19, seen: 20, trusted_until: None };
    stage.commit(Op::Ledger(LedgerOp::SetBrake { certificate, brake })).await;
    let stage = stage.reopen().await;
    assert_eq!(stage.store().brake(certificate).await.expect("reads"), brake);
    let brake = BrakeRecord { engaged_at: None, trusted_until: Some(AT), ..brake };
    stage.commit(Op::Ledger(LedgerOp::SetBrake { certificate, brake })).await;
    assert_eq!(stage.store().brake(certificate).await.expect("reads"), brake);
}

/// What has ended does not wait; beyond the most that is counted it is said that there is more.
pub async fn a_backlog_is_counted_by_class(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let ended = stage.queue_push("bo", phone).await;
    stage.update(ended.id, DeliveryState::Accepted).await;
    stage.queue_push("bo", phone).await;
    let advert = model::Message {
        push: Some(PushSettings { class: Class::Marketing, ..PushSettings::default() }),
        ..stage.message("al", "bo")
    };
    stage.commit(Op::Accept(Box::new(advert.clone()))).await;
    let push = stage.push_to(&advert, phone).await;
    stage.decide(&advert, vec![push]).await;
    let backlog = stage.store().queued_by_class(stage.certificate, 10).await.expect("reads");
    assert_eq!((backlog.by_class, backlog.is_more), ([1, 0, 0, 1], false));
    assert!(stage.store().queued_by_class(stage.certificate, 2).await.expect("reads").is_more);
}
