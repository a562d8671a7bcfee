//! APNs: many streams on few HTTP/2 connections.

use model::{
    BindingKind, BindingState, DeliveryState, DeviceId, DeviceReport, Environment, PushId, Timestamp, Vendor,
};
use rules::Reason;
use simulator::{FaultPlan, Goaway};
use store::{NewBinding, NewDelivery, Op, Store};
use uuid::Uuid;

use crate::support::{APNS_HOST, APP, Stage, all_in, device_tokens};

#[tokio::test]
async fn a_thousand_pushes_share_few_connections() {
    let stage = Stage::new().await;
    let certificate = stage.apns().await;
    let message = stage.queue(certificate, &device_tokens(1000)).await;
    let gateway = stage.gateway();
    let deliveries = stage.ended(message).await;
    assert!(all_in(&deliveries, DeliveryState::Accepted));
    assert!(deliveries.iter().all(|delivery| delivery.attempts.len() == 1));
    assert_eq!(stage.requests(Vendor::Apns).len(), 1000);
    let [lane] = gateway.lanes().try_into().unwrap();
    assert!((1..=4).contains(&lane.connections), "{lane:?}");
}

#[tokio::test]
async fn a_p12_certificate_authenticates_by_the_handshake() {
    let stage = Stage::new().await;
    let certificate = stage.put_certificate(None, Vendor::Apns, stage.p12_form(), false).await;
    let message = stage.queue(certificate, &device_tokens(3)).await;
    let _gateway = stage.gateway();
    assert!(all_in(&stage.ended(message).await, DeliveryState::Accepted));
}

#[tokio::test]
async fn a_connection_that_goes_away_midway_loses_and_repeats_nothing() {
    let stage = Stage::new().await;
    let goaway = Goaway { after: 300, reason: "Shutdown".to_owned() };
    stage.fault(APNS_HOST, FaultPlan { goaway: Some(goaway), ..FaultPlan::default() });
    let certificate = stage.apns().await;
    let message = stage.queue(certificate, &device_tokens(1000)).await;
    let _gateway = stage.gateway();
    let deliveries = stage.ended(message).await;
    assert!(all_in(&deliveries, DeliveryState::Accepted));
    assert!(
        deliveries.iter().all(|delivery| delivery.attempts.len() == 1),
        "unsent requests count as no try"
    );
    let accepted = stage.requests(Vendor::Apns).iter().filter(|entry| entry.status == 200).count();
    assert_eq!(accepted, 1000);
}

#[tokio::test]
async fn an_expired_provider_token_is_renewed_and_the_refused_pushes_go_again() {
    let stage = Stage::new().await;
    let certificate = stage.apns().await;
    let gateway = stage.gateway();
    let first = stage.queue(certificate, &device_tokens(5)).await;
    assert!(all_in(&stage.ended(first).await, DeliveryState::Accepted));
    // Past the time for which a token is kept, before the time at which it is renewed anyway.
    stage.clock.advance_ms(25 * 60_000);
    stage.simulator.world().expire_auth(APNS_HOST).unwrap();
    stage.clock.advance_ms(60_000);
    let second = stage.queue(certificate, &device_tokens(200)).await;
    let deliveries = stage.ended(second).await;
    assert!(all_in(&deliveries, DeliveryState::Accepted));
    let codes: Vec<_> = deliveries
        .iter()
        .flat_map(|delivery| &delivery.attempts)
        .map(|attempt| attempt.code.as_str())
        .collect();
    assert!(codes.contains(&"ExpiredProviderToken"));
    assert!(!codes.contains(&"TooManyProviderTokenUpdates"));
    assert_eq!(gateway.lanes()[0].accepted, 205);
}

#[tokio::test]
async fn a_dead_token_clears_the_binding_that_was_registered_before() {
    let (stage, binding) = push_to_dead_token(-2 * 3_600_000).await;
    assert!(matches!(binding, BindingState::Lost { .. }), "{binding:?}");
    drop(stage);
}

#[tokio::test]
async fn a_dead_token_that_was_registered_again_later_stays() {
    let (stage, binding) = push_to_dead_token(0).await;
    assert!(matches!(binding, BindingState::Bound(_)), "{binding:?}");
    drop(stage);
}

/// Binds a token that Apple calls dead for an hour, so long ago, pushes to it and gives the device's binding.
async fn push_to_dead_token(bound_ms_ago: i64) -> (Stage, BindingState) {
    let stage = Stage::new().await;
    let certificate = stage.apns().await;
    let (device, push_id) = (DeviceId(Uuid::now_v7()), PushId(Uuid::now_v7()));
    let bound_at: Timestamp = stage.now().plus_ms(bound_ms_ago);
    let report = DeviceReport { apns_environment: Some(Environment::Development), ..DeviceReport::default() };
    let token = format!("fa170410{:056x}", 1);
    stage.commit(Op::RegisterDevice { app: APP, device, push_id, report, at: bound_at }).await;
    let binding = NewBinding {
        taken_over_reason: rules::Reason::TOKEN_TAKEN_OVER,
        app: APP,
        device,
        certificate,
        kind: BindingKind::Alert,
        token: token.as_str().into(),
        owner: None,
        push_id: PushId(Uuid::new_v4()),
        at: bound_at,
    };
    stage.commit(Op::Bind(binding)).await;
    let record = stage.store.device(APP, device).await.unwrap().unwrap();
    let BindingState::Bound(binding) = &record.bindings[0] else { panic!("{record:?}") };
    let row = NewDelivery {
        binding_generation: binding.generation,
        device: Some(device),
        push_id: Some(push_id),
        ..stage.row(certificate, &token, 3_600_000)
    };
    let message = stage.queue_rows(certificate, vec![row]).await;
    let gateway = stage.gateway();
    let [delivery] = stage.ended(message).await.try_into().unwrap();
    let expected = if bound_ms_ago == 0 { Reason::TOKEN_DEAD_KEPT } else { Reason::TOKEN_DEAD };
    assert_eq!((delivery.state, delivery.reason), (DeliveryState::Rejected, expected));
    gateway.shutdown().await;
    let record = stage.store.device(APP, device).await.unwrap().unwrap();
    let [binding] = record.bindings.try_into().unwrap();
    (stage, binding)
}
