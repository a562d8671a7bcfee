//! Webhooks, and the outbox of what is still to be told.

use model::{DeliveryId, Event, EventKind, Secret, Timestamp, Webhook, WebhookId};

use super::{
    Stage,
    stage::{APP, FOREIGN, START},
};
use crate::{Change, Op, OutboxEntry, Outcome, UntoldEvents};

fn webhook(events: &[EventKind]) -> Webhook {
    Webhook {
        id: WebhookId(0),
        app: APP,
        url: "https://example.com/hook".to_owned(),
        secret: Secret::new("the signing secret".to_owned()),
        events: events.to_vec(),
        disabled: false,
        created_at: START,
    }
}

async fn put(stage: &Stage, webhook: Webhook) -> WebhookId {
    match stage.commit(Op::PutWebhook(webhook)).await {
        Outcome::Webhook(id) => id,
        other => panic!("a webhook, not {other:?}"),
    }
}

/// Announces that a delivery changed.
async fn announce(stage: &Stage, delivery: i64) -> Timestamp {
    let at = stage.now();
    let event = Event::Delivery { delivery: DeliveryId(delivery) };
    assert_eq!(stage.commit(Op::Announce { app: APP, event, at }).await, Outcome::Done);
    at
}

async fn due(stage: &Stage, limit: u32) -> Vec<OutboxEntry> {
    stage.store().due_events(stage.now(), limit).await.expect("reads")
}

async fn tell(stage: &Stage, row: i64, again_at: Option<Timestamp>) {
    assert_eq!(stage.commit(Op::Told { row, again_at }).await, Outcome::Done);
}

/// With its secret, which never stands in the clear.
pub async fn a_webhook_is_put_changed_and_deleted(stage: Stage) {
    let id = put(&stage, webhook(&[EventKind::Message])).await;
    let changed = Webhook { id, url: "https://example.com/other".to_owned(), disabled: true, ..webhook(&[]) };
    assert_eq!(put(&stage, changed).await, id);
    let listed = stage.store().webhooks(APP).await.expect("reads");
    assert_eq!(listed.len(), 1);
    let found = &listed[0];
    assert_eq!((found.id, found.url.as_str(), found.disabled), (id, "https://example.com/other", true));
    assert_eq!((found.secret.expose().as_str(), found.created_at), ("the signing secret", START));
    assert!(found.events.is_empty());
    let foreign = Webhook { id, app: FOREIGN, ..webhook(&[]) };
    assert_eq!(stage.commit(Op::PutWebhook(foreign)).await, Outcome::Missing);
    assert_eq!(stage.commit(Op::DeleteWebhook { app: FOREIGN, id }).await, Outcome::Missing);
    assert_eq!(stage.commit(Op::DeleteWebhook { app: APP, id }).await, Outcome::Done);
    assert_eq!(stage.commit(Op::DeleteWebhook { app: APP, id }).await, Outcome::Missing);
    assert!(put(&stage, webhook(&[])).await > id, "an id is never used again");
}

/// Rows T14 and T15: each that hears of the kind, once.
pub async fn t14_an_event_waits_for_every_webhook_that_hears_of_it(stage: Stage) {
    let first = put(&stage, webhook(&[EventKind::Delivery, EventKind::Session])).await;
    put(&stage, webhook(&[EventKind::Session])).await;
    put(&stage, Webhook { disabled: true, ..webhook(&[EventKind::Delivery]) }).await;
    let last = put(&stage, webhook(&[EventKind::Delivery])).await;
    let mut feed = stage.store().feed().subscribe();
    let at = announce(&stage, 7).await;
    while feed.recv().await.expect("told") != Change::Outbox {}
    let waiting = due(&stage, 9).await;
    assert_eq!(waiting.iter().map(|entry| entry.webhook).collect::<Vec<_>>(), [first, last]);
    let entry = &waiting[0];
    assert_eq!((entry.app, entry.at, entry.attempts), (APP, at, 0));
    assert_eq!(entry.event, Event::Delivery { delivery: DeliveryId(7) });
    tell(&stage, entry.row, None).await;
    let stage = stage.reopen().await;
    assert_eq!(due(&stage, 9).await.iter().map(|entry| entry.webhook).collect::<Vec<_>>(), [last]);
}

/// What is put off holds up what came after it, and no other webhook.
pub async fn each_webhook_hears_of_events_in_their_order(stage: Stage) {
    let slow = put(&stage, webhook(&[EventKind::Delivery])).await;
    let quick = put(&stage, webhook(&[EventKind::Delivery])).await;
    for delivery in 1..=3 {
        announce(&stage, delivery).await;
    }
    let told = async |stage: &Stage, limit| {
        let entries = due(stage, limit).await.into_iter();
        entries.map(|entry| (entry.webhook, entry.event, entry.attempts)).collect::<Vec<_>>()
    };
    let of = |delivery| Event::Delivery { delivery: DeliveryId(delivery) };
    let each = [(slow, of(1), 0), (slow, of(2), 0), (quick, of(1), 0), (quick, of(2), 0)];
    assert_eq!(told(&stage, 2).await, each, "at most so many for each");
    let oldest = due(&stage, 1).await[0].row;
    let again_at = stage.now().plus_ms(1000);
    tell(&stage, oldest, Some(again_at)).await;
    assert_eq!(told(&stage, 1).await, [(quick, of(1), 0)]);
    let later = stage.store().due_events(again_at, 1).await.expect("reads");
    assert_eq!(
        later.iter().map(|entry| (entry.webhook, entry.attempts)).collect::<Vec<_>>(),
        [(slow, 1), (quick, 0)]
    );
}

/// Nobody is there to be told.
pub async fn a_deleted_webhook_takes_its_events_with_it(stage: Stage) {
    let id = put(&stage, webhook(&[EventKind::Delivery])).await;
    announce(&stage, 1).await;
    stage.commit(Op::DeleteWebhook { app: APP, id }).await;
    assert!(due(&stage, 9).await.is_empty());
    announce(&stage, 2).await;
    assert!(due(&stage, 9).await.is_empty());
}

/// With how the oldest stands, which the others wait for.
pub async fn what_a_webhook_was_not_told_is_counted(stage: Stage) {
    let id = put(&stage, webhook(&[EventKind::Delivery])).await;
    let untold = async |app, most| stage.store().untold(app, id, most).await.expect("reads");
    assert_eq!(untold(APP, 9).await, UntoldEvents::default());
    let at = announce(&stage, 1).await;
    announce(&stage, 2).await;
    let row = due(&stage, 1).await[0].row;
    let again_at = stage.now().plus_ms(1000);
    tell(&stage, row, Some(again_at)).await;
    let both = UntoldEvents { count: 2, oldest: Some(at), attempts: 1, next_at: Some(again_at) };
    assert_eq!(untold(APP, 9).await, both);
    assert_eq!(untold(APP, 1).await.count, 1);
    assert_eq!(untold(FOREIGN, 9).await, UntoldEvents::default());
}
