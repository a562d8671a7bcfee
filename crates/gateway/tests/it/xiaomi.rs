//! Xiaomi: lists over HTTP/1.1.

use model::{DeliveryState, Vendor};
use rules::Reason;
use simulator::{Failure, FaultPlan};

use crate::support::{Stage, XIAOMI_HOST, all_in, regids};

#[tokio::test]
async fn a_push_is_sent_and_its_row_holds_what_the_vendor_said() {
    let stage = Stage::new().await;
    let gateway = stage.gateway();
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(1)).await;
    let [delivery] = stage.ended(message).await.try_into().unwrap();
    assert_eq!((delivery.state, delivery.reason), (DeliveryState::Accepted, Reason::ACCEPTED));
    assert!(delivery.vendor_message_id.is_some());
    assert_eq!((delivery.attempts.len(), delivery.attempts[0].http_status), (1, 200));
    let [lane] = gateway.lanes().try_into().unwrap();
    assert_eq!((lane.vendor, lane.sent, lane.accepted), (Some(Vendor::Xiaomi), 1, 1));
}

#[tokio::test]
async fn one_message_to_2500_tokens_makes_three_requests() {
    let stage = Stage::new().await;
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(2500)).await;
    let _gateway = stage.gateway();
    let deliveries = stage.ended(message).await;
    assert_eq!(deliveries.len(), 2500);
    assert!(all_in(&deliveries, DeliveryState::Accepted));
    let mut targets: Vec<usize> = stage.requests(Vendor::Xiaomi).iter().map(|entry| entry.targets).collect();
    targets.sort_unstable();
    assert_eq!(targets, [500, 1000, 1000]);
}

#[tokio::test]
async fn different_messages_do_not_share_a_request() {
    let stage = Stage::new().await;
    let certificate = stage.xiaomi().await;
    let mut messages = Vec::new();
    for _ in 0..5 {
        messages.push(stage.queue(certificate, &regids(3)).await);
    }
    let _gateway = stage.gateway();
    for message in messages {
        assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted));
    }
    assert_eq!(stage.requests(Vendor::Xiaomi).len(), 5);
}

#[tokio::test]
async fn a_passing_fault_is_tried_again_later() {
    let stage = Stage::new().await;
    let failure = Failure { times: 1, code: "http:503".to_owned() };
    stage.fault(XIAOMI_HOST, FaultPlan { fail: Some(failure), ..FaultPlan::default() });
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(2)).await;
    let _gateway = stage.gateway();
    for delivery in stage.ended(message).await {
        let verdicts: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.verdict.as_str()).collect();
        assert_eq!(verdicts, ["retry", "accepted"]);
        assert!(delivery.attempts[1].at > delivery.attempts[0].at);
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_counts_as_a_try_and_is_repeated() {
    let stage = Stage::new().await;
    stage.fault(XIAOMI_HOST, FaultPlan { lose_answer: 1, ..FaultPlan::default() });
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(1)).await;
    let _gateway = stage.gateway();
    let [delivery] = stage.ended(message).await.try_into().unwrap();
    let codes: Vec<_> =
        delivery.attempts.iter().map(|attempt| (attempt.code.as_str(), attempt.http_status)).collect();
    assert_eq!(codes, [("connection_lost", 0), ("0", 200)]);
}
