//! What changes while a gateway runs: how vendors and webhooks are reached.

use gateway::Reach;
use model::DeliveryState;

use crate::support::{Stage, XIAOMI_HOST, all_in, nowhere, regids};

#[tokio::test]
async fn a_vendor_that_could_not_be_reached_is_reached_after_a_reload() {
    let mut stage = Stage::new().await;
    let reach = Reach {
        connect_to: stage.config.connect_to.clone(),
        extra_roots: stage.config.extra_roots.clone(),
        may_reach_inside: true,
    };
    stage.redirect(XIAOMI_HOST, nowhere());
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(3)).await;
    let gateway = stage.gateway();
    gateway.reload(&reach);
    assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted));
    let untrusting = Reach { extra_roots: Vec::new(), ..reach.clone() };
    gateway.reload(&untrusting);
    let refused = stage.queue(certificate, &regids(1)).await;
    let paused = |lane: &gateway::LaneStatus| matches!(&lane.state, gateway::LaneState::Paused { code, .. } if code == "tls_failed");
    while !gateway.lanes().iter().any(paused) {
        tokio::task::yield_now().await;
    }
    gateway.reload(&reach);
    assert!(all_in(&stage.ended(refused).await, DeliveryState::Accepted));
}

#[tokio::test]
async fn a_reload_takes_webhooks_leave_to_reach_inside() {
    let stage = Stage::new().await;
    let gateway = stage.gateway();
    assert!(gateway.check_webhook_address("http://127.0.0.1/hook").is_ok());
    gateway.reload(&Reach::default());
    assert!(gateway.check_webhook_address("http://127.0.0.1/hook").is_err());
    assert!(gateway.check_webhook_address("https://hooks.example.com/hook").is_ok());
}
