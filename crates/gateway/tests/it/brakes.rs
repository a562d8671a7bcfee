//! A vendor that calls every token dead.

use gateway::LaneState;
use model::{BindingState, DeliveryState, Vendor};
use rules::Reason;
use simulator::{Failure, FaultPlan};
use store::Store;

use crate::{
    people::{Person, WHOLE},
    support::{APP, Stage},
};

const FCM_HOST: &str = "fcm.googleapis.com";
const PEOPLE: usize = 40;

async fn bound(stage: &Stage, people: &[Person]) -> usize {
    let mut bound = 0;
    for person in people {
        let record = stage.store.device(APP, person.device).await.unwrap().unwrap();
        bound += usize::from(matches!(record.bindings[0], BindingState::Bound(_)));
    }
    bound
}

#[tokio::test]
async fn a_vendor_that_calls_every_token_dead_is_not_believed_until_the_operator_says_so() {
    let stage = Stage::new().await;
    let certificate = stage.enrolled(Vendor::Fcm).await;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(stage.person(&format!("user-{number}"), Vendor::Fcm, certificate).await);
    }
    let every = Failure { times: 10_000, code: "UNREGISTERED".to_owned() };
    stage.fault(FCM_HOST, FaultPlan { fail: Some(every), ..FaultPlan::default() });
    let gateway = stage.gateway();
    let tell = async |from: &Person, to: &Person| {
        let id = stage.send(stage.letter(from, to, None), &[(to, WHOLE)]).await;
        stage.ended(id).await.remove(0)
    };
    let mut disbelieved = 0;
    for person in &people[1..] {
        let ended = tell(&people[0], person).await;
        assert_eq!(ended.state, DeliveryState::Rejected);
        disbelieved += usize::from(ended.reason == Reason::TOKEN_DISBELIEVED);
    }
    assert_eq!((disbelieved, bound(&stage, &people).await), (PEOPLE - 1 - 19, PEOPLE - 19));
    let lane = &gateway.lanes()[0];
    assert!(lane.brake.engaged_at.is_some());
    assert_eq!((lane.brake.dead, lane.brake.seen), (20, 20));
    assert!(matches!(&lane.state, LaneState::Alarm { code } if code == "mass_removal"));
    gateway.shutdown().await;

    let gateway = stage.gateway();
    let last = &people[PEOPLE - 1];
    assert_eq!(tell(&people[0], last).await.reason, Reason::TOKEN_DISBELIEVED, "a restart keeps the brake");
    stage.fault(FCM_HOST, FaultPlan::default());
    assert_eq!(tell(&people[0], last).await.state, DeliveryState::Accepted);
    assert!(
        matches!(&gateway.lanes()[0].state, LaneState::Alarm { .. }),
        "the alarm stays until somebody looks"
    );

    gateway.release_brake(certificate).await.unwrap();
    let every = Failure { times: 10_000, code: "UNREGISTERED".to_owned() };
    stage.fault(FCM_HOST, FaultPlan { fail: Some(every), ..FaultPlan::default() });
    assert_eq!(tell(&people[0], last).await.reason, Reason::TOKEN_DEAD);
    assert_eq!(bound(&stage, &people).await, PEOPLE - 20);
    assert!(gateway.lanes()[0].brake.engaged_at.is_none());
}
