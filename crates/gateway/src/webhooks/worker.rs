//! Takes events out of the store's outbox and tells them: each webhook's in their order, one webhook beside the other.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt;
use model::{AppId, Timestamp, Webhook, WebhookId};
use store::{Op, OutboxEntry, StoreError};
use tokio::{task::JoinSet, time::sleep};

use super::{line::Lines, read, render, schedule};
use crate::shared::Shared;

/// Events of one webhook that are told in a row, before what became of them is stored.
const EVENTS_A_TURN: u32 = 16;
/// What a stop left waiting is looked for as often as this.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The rest after the store could not be asked.
const REST_AFTER_FAULT: Duration = Duration::from_secs(1);

/// The rest of a webhook about which our own code failed.
const AGAIN_AFTER_OWN_FAULT_MS: i64 = 60_000;

/// What a webhook's turn came to: when its next is due, where it was not heard.
struct Turn {
    webhook: WebhookId,
    again_at: Option<Timestamp>,
}

/// Tells what is to be told, until it is dropped.
pub(crate) async fn run(shared: Arc<Shared>, lines: Arc<Lines>) {
    let mut at_work = AtWork::default();
    loop {
        let rest = match at_work.look(&shared, &lines).await {
            Ok(()) => at_work.rest(&shared),
            Err(error) => {
                tracing::warn!(%error, "the store did not say what webhooks are to be told; it is asked again");
                REST_AFTER_FAULT
            }
        };
        tokio::select! {
            () = shared.outbox.notified() => {}
            Some(Ok(turn)) = at_work.turns.join_next() => at_work.ended(turn),
            () = sleep(rest) => {}
        }
    }
}

/// The webhooks that are being told.
#[derive(Default)]
struct AtWork {
    turns: JoinSet<Turn>,
    busy: HashSet<WebhookId>,
    /// When those that were not heard are tried again.
    waiting: HashMap<WebhookId, Timestamp>,
    /// Whose turn was last: where more webhooks wait than are told at a time, all come round.
    last: Option<WebhookId>,
}

impl AtWork {
    /// Begins turns of webhooks that have something to hear.
    async fn look(&mut self, shared: &Arc<Shared>, lines: &Arc<Lines>) -> Result<(), StoreError> {
        let now = shared.clock.now();
        self.waiting.retain(|_, again_at| *again_at > now);
        let free = shared.config.webhooks.at_once.saturating_sub(self.busy.len());
        if free == 0 {
            return Ok(());
        }
        let mut queues = queues(shared.store.due_events(now, EVENTS_A_TURN).await?);
        queues.retain(|(webhook, _)| !self.busy.contains(webhook) && !self.waiting.contains_key(webhook));
        queues.sort_by_key(|(webhook, _)| (Some(*webhook) <= self.last, *webhook));
        let mut webhooks: HashMap<AppId, Vec<Webhook>> = HashMap::new();
        for (id, queue) in queues.into_iter().take(free) {
            let known = match webhooks.entry(queue[0].app) {
                Entry::Occupied(read) => read.into_mut(),
                Entry::Vacant(place) => {
                    let read = shared.store.webhooks(*place.key()).await?;
                    place.insert(read)
                }
            };
            let known = known.iter().find(|webhook| webhook.id == id && !webhook.disabled).cloned();
            self.begin(id, take_turn(Arc::clone(shared), Arc::clone(lines), id, known, queue), now);
        }
        Ok(())
    }

    fn begin(
        &mut self,
        webhook: WebhookId,
        turn: impl Future<Output = Turn> + Send + 'static,
        now: Timestamp,
    ) {
        self.turns.spawn(async move {
            AssertUnwindSafe(turn).catch_unwind().await.unwrap_or_else(|_| {
                tracing::error!(%webhook, "telling a webhook failed on a fault of our own");
                Turn { webhook, again_at: Some(now.plus_ms(AGAIN_AFTER_OWN_FAULT_MS)) }
            })
        });
        self.busy.insert(webhook);
        self.last = Some(webhook);
    }

    fn ended(&mut self, Turn { webhook, again_at }: Turn) {
        self.busy.remove(&webhook);
        self.waiting.extend(again_at.map(|at| (webhook, at)));
    }

    /// How long there is nothing to do, where nobody says otherwise.
    fn rest(&self, shared: &Shared) -> Duration {
        let now = shared.clock.now();
        self.waiting.values().map(|again_at| again_at.after(now)).min().unwrap_or(LOOK_EVERY).min(LOOK_EVERY)
    }
}

/// Each webhook's events; the store gives them webhook by webhook.
fn queues(entries: Vec<OutboxEntry>) -> Vec<(WebhookId, Vec<OutboxEntry>)> {
    let mut queues: Vec<(WebhookId, Vec<OutboxEntry>)> = Vec::new();
    for entry in entries {
        match queues.last_mut().filter(|(webhook, _)| *webhook == entry.webhook) {
            Some((_, queue)) => queue.push(entry),
            None => queues.push((entry.webhook, vec![entry])),
        }
    }
    queues
}

/// Tells a webhook its events in their order, up to the first that it does not take.
async fn take_turn(
    shared: Arc<Shared>,
    lines: Arc<Lines>,
    id: WebhookId,
    webhook: Option<Webhook>,
    queue: Vec<OutboxEntry>,
) -> Turn {
    let (mut ops, mut again_at) = (Vec::new(), None);
    for entry in &queue {
        let heard = match &webhook {
            Some(webhook) => tell(&shared, &lines, webhook, entry).await,
            // A webhook that is gone or switched off is told nothing.
            None => true,
        };
        let counter = if heard { &shared.meter.webhook_heard } else { &shared.meter.webhook_unheard };
        counter.one();
        let now = shared.clock.now();
        let first = shared.config.webhooks.first_wait;
        let next = if heard { None } else { schedule::again_at(entry.at, entry.attempts, first, now) };
        ops.push(Op::Told { row: entry.row, again_at: next });
        if !heard {
            again_at = next;
            break;
        }
    }
    if let Err(error) = shared.store.commit(ops).await {
        tracing::warn!(%error, webhook = %id, "what a webhook has heard could not be stored; it is told again");
        again_at = Some(shared.clock.now().plus_ms(1000));
    }
    Turn { webhook: id, again_at }
}

/// Whether the webhook took it.
async fn tell(shared: &Shared, lines: &Lines, webhook: &Webhook, entry: &OutboxEntry) -> bool {
    let known = match read::known(&*shared.store, entry).await {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!(%error, "what a webhook is to be told could not be read");
            return false;
        }
    };
    let data = render::data(&entry.event, &known);
    let body = render::body(Some(entry.row), entry.event.kind(), entry.app, entry.at, &data);
    let deadline = shared.config.webhooks.answer;
    match lines.post(shared, webhook, Some(entry.row), body, deadline).await {
        Ok(reply) if (200..300).contains(&reply.status) => true,
        Ok(reply) => {
            tracing::info!(webhook = %webhook.id, status = reply.status, "a webhook did not take an event");
            false
        }
        Err(silence) => {
            tracing::info!(webhook = %webhook.id, %silence, "a webhook was not heard");
            false
        }
    }
}
