//! Lanes among themselves, and what happens around a send.

use std::{num::NonZeroU32, time::Duration};

use gateway::{BreakerState, LaneState, Pacing};
use model::{DeliveryState, UserId, Vendor};
use rules::Reason;
use simulator::FaultPlan;
use store::{CancelScope, Op, Store};

use crate::{
    front::Front,
    support::{APNS_HOST, APP, SECRET, Stage, XIAOMI_HOST, all_in, device_tokens, regids, xiaomi_form},
};

fn black_hole() -> FaultPlan {
    FaultPlan { black_hole: true, ..FaultPlan::default() }
}

#[tokio::test]
async fn a_vendor_that_never_answers_does_not_hold_another_up() {
    let stage = Stage::new().await;
    stage.fault(XIAOMI_HOST, black_hole());
    let (xiaomi, apns) = (stage.xiaomi().await, stage.apns().await);
    let stuck = stage.queue(xiaomi, &regids(2000)).await;
    let quick = stage.queue(apns, &device_tokens(500)).await;
    let _gateway = stage.gateway();
    assert!(all_in(&stage.ended(quick).await, DeliveryState::Accepted));
    assert!(all_in(&stage.deliveries(stuck).await, DeliveryState::Queued));
}

#[tokio::test]
async fn no_answer_in_time_is_a_try_and_the_next_goes_on_another_connection() {
    let mut stage = Stage::new().await;
    stage.config.times.answer = Some(Duration::from_millis(100));
    stage.fault(APNS_HOST, black_hole());
    let certificate = stage.apns().await;
    let message = stage.queue(certificate, &device_tokens(1)).await;
    let _gateway = stage.gateway();
    stage.wait_for(message, |deliveries| !deliveries[0].attempts.is_empty()).await;
    stage.fault(APNS_HOST, FaultPlan::default());
    let [delivery] = stage.ended(message).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Accepted);
    assert_eq!((delivery.attempts[0].code.as_str(), delivery.attempts[0].http_status), ("answer_timeout", 0));
}

#[tokio::test]
async fn pushes_to_a_host_that_swallows_everything_wait_for_one_connection_together() {
    const PHONES: usize = 20;
    let mut stage = Stage::new().await;
    stage.config.times.dial = Duration::from_millis(300);
    let certificate = stage.enrolled(Vendor::Webpush).await;
    let tokens: Vec<String> = (0..PHONES)
        .map(|number| stage.phone(Vendor::Webpush, &format!("phone-{number}")).register_token().unwrap())
        .collect();
    let subscription: serde_json::Value = serde_json::from_str(&tokens[0]).unwrap();
    let endpoint: http::Uri = subscription["endpoint"].as_str().unwrap().parse().unwrap();
    let host = endpoint.host().unwrap().to_owned();
    let behind = stage.behind(&host);
    let mut front = Front::before(behind).await;
    stage.redirect(&host, front.address);
    let message = stage.queue(certificate, &tokens).await;
    let _gateway = stage.gateway();
    let tried = stage.wait_for(message, |all| all.iter().all(|one| !one.attempts.is_empty())).await;
    assert!(tried.iter().all(|one| one.attempts[0].code == "connect_timeout"), "{:?}", tried[0].attempts);
    assert!(
        front.knocks() < PHONES / 2,
        "one after the other they would have knocked as often as there are phones"
    );
    front.open();
    assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted));
}

#[tokio::test]
async fn what_is_cancelled_between_claim_and_send_does_not_leave() {
    let mut stage = Stage::new().await;
    let behind = stage.behind(XIAOMI_HOST);
    let mut front = Front::before(behind).await;
    stage.redirect(XIAOMI_HOST, front.address);
    let certificate = stage.xiaomi().await;
    let cancelled = stage.queue(certificate, &regids(3)).await;
    let other = stage.queue(certificate, &regids(2)).await;
    let _gateway = stage.gateway();
    // A lane connects only once it holds something to send.
    front.knocked().await;
    let cancel = Op::Cancel {
        app: APP,
        scope: CancelScope::Message(cancelled),
        reason: Reason::FETCHED,
        at: stage.now(),
    };
    stage.commit(cancel).await;
    front.open();
    assert!(all_in(&stage.ended(other).await, DeliveryState::Accepted));
    for delivery in stage.ended(cancelled).await {
        assert_eq!((delivery.state, delivery.reason), (DeliveryState::Skipped, Reason::FETCHED));
    }
    let sent: usize = stage.requests(Vendor::Xiaomi).iter().map(|entry| entry.targets).sum();
    assert_eq!(sent, 2);
}

#[tokio::test]
async fn what_a_gateway_holds_when_it_shuts_down_is_sent_by_the_next() {
    let mut stage = Stage::new().await;
    let behind = stage.behind(XIAOMI_HOST);
    let mut front = Front::before(behind).await;
    stage.redirect(XIAOMI_HOST, front.address);
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(3)).await;
    let first = stage.gateway();
    front.knocked().await;
    first.shutdown().await;
    assert!(all_in(&stage.deliveries(message).await, DeliveryState::Queued));
    front.open();
    let _second = stage.gateway();
    assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted));
}

#[tokio::test]
async fn a_push_whose_lifetime_ends_while_the_vendor_is_out_of_reach_is_dropped_with_the_reason() {
    let mut stage = Stage::new().await;
    let behind = stage.behind(XIAOMI_HOST);
    let mut front = Front::before(behind).await;
    stage.redirect(XIAOMI_HOST, front.address);
    let certificate = stage.xiaomi().await;
    let short = stage.queue_with(certificate, &regids(1), 60_000).await;
    let _gateway = stage.gateway();
    front.knocked().await;
    stage.clock.advance_ms(120_000);
    front.open();
    let [delivery] = stage.ended(short).await.try_into().unwrap();
    assert_eq!((delivery.state, delivery.reason), (DeliveryState::Dropped, Reason::EXPIRED_IN_QUEUE));
    assert!(delivery.attempts.is_empty());
    assert!(stage.requests(Vendor::Xiaomi).is_empty());
}

#[tokio::test]
async fn a_switched_off_certificate_sends_nothing_and_says_why() {
    let stage = Stage::new().await;
    let certificate = stage.put_certificate(None, Vendor::Xiaomi, xiaomi_form(SECRET), true).await;
    let message = stage.queue(certificate, &regids(2)).await;
    let _gateway = stage.gateway();
    for delivery in stage.ended(message).await {
        assert_eq!((delivery.state, delivery.reason), (DeliveryState::Dropped, Reason::CERTIFICATE_UNUSABLE));
    }
}

#[tokio::test]
async fn an_edited_certificate_is_used_at_once() {
    let stage = Stage::new().await;
    let certificate = stage.xiaomi().await;
    stage.put_certificate(Some(certificate), Vendor::Xiaomi, xiaomi_form("wrong"), false).await;
    let gateway = stage.gateway();
    let refused = stage.queue(certificate, &regids(1)).await;
    let [delivery] = stage.ended(refused).await.try_into().unwrap();
    assert_eq!((delivery.state, delivery.reason), (DeliveryState::Rejected, Reason::MISCONFIGURED));
    assert!(matches!(gateway.lanes()[0].state, LaneState::Alarm { .. }));
    stage.put_certificate(Some(certificate), Vendor::Xiaomi, xiaomi_form(SECRET), false).await;
    let message = stage.queue(certificate, &regids(1)).await;
    assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted));
}

#[tokio::test]
async fn a_rate_holds_pushes_back_and_loses_none() {
    let mut stage = Stage::new().await;
    stage.config.pacing = Pacing::PerSecond(NonZeroU32::new(200).unwrap());
    let certificate = stage.apns().await;
    let message = stage.queue(certificate, &device_tokens(300)).await;
    let _gateway = stage.gateway();
    assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted));
}

#[tokio::test]
async fn a_vendor_that_cannot_be_reached_costs_no_try_and_is_found_when_it_is_back() {
    let mut stage = Stage::new().await;
    let real = stage.behind(XIAOMI_HOST);
    let mut front = Front::before(real).await;
    stage.redirect(XIAOMI_HOST, front.address);
    stage.config.times.dial = Duration::from_millis(100);
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(2)).await;
    let gateway = stage.gateway();
    // After the fifth the breaker opens, so the sixth comes after its first rest.
    for _ in 0..6 {
        front.knocked().await;
    }
    assert_eq!(gateway.lanes()[0].waiting, 2, "they stay in hand");
    assert_ne!(gateway.lanes()[0].breaker, BreakerState::Closed);
    front.open();
    for delivery in stage.ended(message).await {
        assert_eq!((delivery.state, delivery.attempts.len()), (DeliveryState::Accepted, 1));
    }
    assert_eq!(gateway.lanes()[0].breaker, BreakerState::Closed);
}

#[tokio::test]
async fn a_connection_that_has_fallen_silent_is_found_by_ping_and_replaced() {
    let mut stage = Stage::new().await;
    let behind = stage.behind(APNS_HOST);
    let front = Front::before(behind).await;
    stage.redirect(APNS_HOST, front.address);
    stage.config.times.ping_every = Duration::from_millis(50);
    stage.config.times.ping_answer = Duration::from_millis(200);
    let certificate = stage.apns().await;
    front.open();
    let _gateway = stage.gateway();
    let first = stage.queue(certificate, &device_tokens(1)).await;
    assert!(all_in(&stage.ended(first).await, DeliveryState::Accepted));
    front.freeze();
    let second = stage.queue(certificate, &device_tokens(1)).await;
    stage.wait_for(second, |deliveries| !deliveries[0].attempts.is_empty()).await;
    front.open();
    let [delivery] = stage.ended(second).await.try_into().unwrap();
    assert_eq!(
        (delivery.state, delivery.attempts[0].code.as_str()),
        (DeliveryState::Accepted, "connection_lost")
    );
}

#[tokio::test]
async fn results_that_the_store_does_not_take_are_kept_and_nothing_is_sent_again() {
    let mut stage = Stage::new().await;
    let behind = stage.behind(XIAOMI_HOST);
    let mut front = Front::before(behind).await;
    stage.redirect(XIAOMI_HOST, front.address);
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(3)).await;
    let gateway = stage.gateway();
    front.knocked().await;
    let lock = stage.lock_store();
    let mut news = stage.simulator.world().news().subscribe();
    front.open();
    while stage.requests(Vendor::Xiaomi).is_empty() {
        news.changed().await.unwrap();
    }
    // The writer takes what comes in turn, so when these are refused the lane's results were too.
    for _ in 0..2 {
        let put = Op::PutUser { app: APP, user: UserId::new("bo").unwrap(), at: stage.now() };
        assert!(stage.store.commit(vec![put]).await.is_err());
    }
    drop(lock);
    for delivery in stage.ended(message).await {
        assert_eq!((delivery.state, delivery.attempts.len()), (DeliveryState::Accepted, 1));
    }
    assert_eq!(stage.requests(Vendor::Xiaomi).len(), 1);
    assert_eq!(gateway.lanes()[0].sent, 3);
}
