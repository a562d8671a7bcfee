//! The fan-out loop: accepted messages, in commit order, to frames and decisions.

use std::{sync::Arc, time::Duration};

use model::{
    AppId, BindingState, DeliveryState, Message, MessageId, MessageKind, Purpose, SessionState, Timestamp,
};
use rules::{Ruling, TABLE_VERSION, decide};
use store::{AudienceRow, Change, FanoutCursor, FanoutNext, NewDelivery, Op, Outcome, StoreError};
use tokio::{
    sync::{
        broadcast::{Receiver, error::RecvError},
        mpsc,
    },
    time,
};
use wire::MessageFrame;

use crate::{
    Im,
    audience::{Standing, facts_of},
    registry::Live,
};

/// Targets of one page of a message.
const AUDIENCE_PAGE: u32 = 512;
/// Messages of one round of the loop.
const ROUND: u32 = 256;
/// What an acknowledgement may come late after its deadline, before the message is looked at again, in milliseconds.
const ACK_MARGIN_MS: i64 = 250;
/// How long the loop sleeps when nothing wakes it.
const IDLE: Duration = Duration::from_secs(30);
/// How long the loop waits after the store refused.
const REFUSED: Duration = Duration::from_millis(200);

/// A message whose waiting targets must be decided again now.
#[derive(Debug)]
pub(crate) struct Expedite {
    pub(crate) app: AppId,
    pub(crate) message: MessageId,
}

/// Runs until the store is gone.
pub(crate) async fn run(
    im: Arc<Im>,
    mut feed: Receiver<Change>,
    mut expedited: mpsc::UnboundedReceiver<Expedite>,
) {
    let mut urgent = Vec::new();
    loop {
        while let Ok(next) = expedited.try_recv() {
            urgent.push(next);
        }
        let next_due = match round(&im, std::mem::take(&mut urgent)).await {
            Ok((next_due, overtaken)) => {
                urgent = overtaken;
                next_due
            }
            Err(error) => {
                tracing::warn!(%error, "a fan-out round was put off");
                time::sleep(REFUSED).await;
                continue;
            }
        };
        let wait = next_due.map_or(IDLE, |due| due.after(im.now()).min(IDLE));
        if wait.is_zero() {
            continue;
        }
        tokio::select! {
            change = wait_for_accepted(&mut feed) => if change.is_none() { return },
            next = expedited.recv() => match next {
                Some(next) => urgent.push(next),
                None => return,
            },
            () = time::sleep(wait) => {}
        }
    }
}

/// Returns at the next accepted message, or where some may have been missed; `None` at the end.
async fn wait_for_accepted(feed: &mut Receiver<Change>) -> Option<()> {
    loop {
        match feed.recv().await {
            Ok(Change::Accepted(..)) | Err(RecvError::Lagged(_)) => return Some(()),
            Ok(_) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Looks at everything that is due and at the urgent ones. Answers when to look again, and the urgent ones that a
/// logout or fetch overtook and that must be looked at once more.
async fn round(
    im: &Arc<Im>,
    urgent: Vec<Expedite>,
) -> Result<(Option<Timestamp>, Vec<Expedite>), StoreError> {
    let now = im.now();
    let mut batch = Vec::new();
    let mut asked_by = Vec::new();
    let mut overtaken = Vec::new();
    for one in urgent {
        if let Some(cursor) = im.store().fanout(one.app, one.message).await? {
            let ops = walk(im, &cursor, now).await?;
            match join_or_commit(im, ops, &mut batch).await? {
                Joined::Batch => asked_by.push(one),
                Joined::Committed => {}
                Joined::Overtaken => overtaken.push(one),
            }
        }
    }
    for cursor in im.store().due_fanouts(now, ROUND).await? {
        let ops = walk(im, &cursor, now).await?;
        join_or_commit(im, ops, &mut batch).await?;
    }
    if batch.is_empty() && overtaken.is_empty() {
        let horizon = now.plus_ms(i64::try_from(IDLE.as_millis()).unwrap_or(i64::MAX));
        let next_due = im.store().due_fanouts(horizon, 1).await?.first().map(|cursor| cursor.due_at);
        return Ok((next_due, overtaken));
    }
    let outcomes = im.store().commit(batch).await?;
    let stale = outcomes.iter().zip(asked_by).filter(|(outcome, _)| **outcome == Outcome::Stale);
    overtaken.extend(stale.map(|(_, one)| one));
    Ok((Some(now), overtaken))
}

/// What became of a walk's ops.
enum Joined {
    /// One page: it is committed with the round.
    Batch,
    /// Several pages, all committed.
    Committed,
    /// A logout or fetch overtook a page; the message is due again.
    Overtaken,
}

/// A walk of one page joins the round's batch. A longer one is committed page by page and stops at a page that was
/// overtaken, so that its last page cannot end the fan-out over the head of an earlier one.
async fn join_or_commit(im: &Arc<Im>, ops: Vec<Op>, batch: &mut Vec<Op>) -> Result<Joined, StoreError> {
    if ops.len() == 1 {
        batch.extend(ops);
        return Ok(Joined::Batch);
    }
    for op in ops {
        if im.store().commit(vec![op]).await?.contains(&Outcome::Stale) {
            return Ok(Joined::Overtaken);
        }
    }
    Ok(Joined::Committed)
}

/// Walks a message's targets page by page: frames leave, decisions are made, and the ops that store both come back.
/// The last op ends the fan-out, or puts it off until the first waiting target is due. Until then the cursor stands at
/// the start: a target that is decided keeps its row, and one that waits must be met again.
async fn walk(im: &Arc<Im>, cursor: &FanoutCursor, now: Timestamp) -> Result<Vec<Op>, StoreError> {
    let message = &cursor.message;
    let mut ops = Vec::new();
    let mut after = None;
    let mut waits_until: Option<Timestamp> = None;
    let Some(view) = im.catalogue().view(message.app).await? else {
        return Ok(vec![decided(message, Vec::new(), FanoutNext::Done)]);
    };
    let frames: Option<Arc<[_]>> = frame_of(message).map(|frame| Arc::from([Arc::new(frame)]));
    loop {
        let rows =
            im.store().audience(message.app, &message.addressee, after.as_ref(), AUDIENCE_PAGE).await?;
        let full = rows.len() >= AUDIENCE_PAGE as usize;
        after = rows.iter().rev().find_map(|row| row.user.clone());
        let mut deliveries = Vec::with_capacity(rows.len());
        for row in rows {
            let standing = im.deliver(message, frames.as_ref(), &row);
            let facts = facts_of(message, &row, &view, standing, now);
            let decision = decide(&facts);
            match decision.ruling {
                Ruling::Delivered => {}
                Ruling::Wait => {
                    let until = im.wait_deadline(standing, now);
                    waits_until = Some(waits_until.map_or(until, |other| other.min(until)));
                }
                Ruling::Push | Ruling::Skip => deliveries.push(new_delivery(message, row, &facts, decision)),
            }
        }
        if full && after.is_some() {
            ops.push(decided(message, deliveries, FanoutNext::Again { after: None, due_at: now }));
            continue;
        }
        let next = waits_until.map_or(FanoutNext::Done, |due_at| FanoutNext::Again { after: None, due_at });
        ops.push(decided(message, deliveries, next));
        return Ok(ops);
    }
}

fn decided(message: &Message, deliveries: Vec<NewDelivery>, next: FanoutNext) -> Op {
    Op::Decide { app: message.app, message: message.id, deliveries, next }
}

fn new_delivery(
    message: &Message,
    row: AudienceRow,
    facts: &rules::Facts,
    decision: rules::Decision,
) -> NewDelivery {
    let addressed_by_push_id = row.user.is_none();
    let push_id = row.device.as_ref().filter(|_| addressed_by_push_id).map(|device| device.push_id);
    let (certificate, token, generation) = match row.binding {
        BindingState::Bound(binding) => (Some(binding.certificate), binding.token, binding.generation),
        BindingState::Lost(_) => (None, "".into(), 0),
    };
    NewDelivery {
        purpose: Purpose::Notify,
        user: row.user,
        device: row.device.map(|device| device.id),
        push_id,
        certificate,
        token,
        binding_generation: generation,
        state: if decision.ruling == Ruling::Push { DeliveryState::Queued } else { DeliveryState::Skipped },
        reason: decision.reason,
        rules_version: TABLE_VERSION,
        facts: facts.pack(),
        text: decision.text,
        counts_badge: decision.ruling == Ruling::Push
            && message.push.as_ref().is_none_or(|push| push.counts_badge),
        decided_at: facts.at,
        due_at: facts.at,
        expires_at: message.expires_at,
    }
}

impl Im {
    /// Sends the frame to the target's live session, once per connection, and says where the target stands.
    fn deliver(
        &self,
        message: &Message,
        frames: Option<&Arc<[Arc<MessageFrame>]>>,
        row: &AudienceRow,
    ) -> Standing {
        let Some(live) = self.live_of(message.app, row) else {
            return self.standing_offline(row, self.now());
        };
        let foreground = live.is_foreground();
        let Some(frames) = frames else {
            return Standing::Unframed { foreground };
        };
        let own_device =
            message.sender.as_ref() == Some(&live.user) && message.sender_device == Some(live.device);
        if own_device || row.acked >= message.seq {
            return Standing::Unframed { foreground };
        }
        let conversation = &frames[0].conversation;
        if live.has_out(conversation, message.seq) || live.deliver(Arc::clone(frames)) {
            Standing::Framed { foreground }
        } else {
            Standing::Offline
        }
    }

    /// Where a target stands for somebody who only asks.
    #[must_use]
    pub fn standing(&self, message: &Message, row: &AudienceRow) -> Standing {
        let Some(live) = self.live_of(message.app, row) else {
            return self.standing_offline(row, self.now());
        };
        let foreground = live.is_foreground();
        match message.addressee.conversation() {
            Some(_) => Standing::Framed { foreground },
            None => Standing::Unframed { foreground },
        }
    }

    /// The target's connection, where its login stands and this process holds it.
    fn live_of(&self, app: AppId, row: &AudienceRow) -> Option<Arc<Live>> {
        let session = row.session.as_ref().filter(|session| session.state.is_logged_in())?;
        self.registry.find(app, &session.user, session.device)
    }

    fn standing_offline(&self, row: &AudienceRow, now: Timestamp) -> Standing {
        let grace_ends = self.started_at.plus_ms(self.config.reconnect_grace_ms);
        let lost_by_restart = row.session.as_ref().is_some_and(|session| {
            session.state == SessionState::Disconnected && session.since == self.started_at
        });
        if lost_by_restart && now < grace_ends { Standing::Reconnecting } else { Standing::Offline }
    }

    fn wait_deadline(&self, standing: Standing, now: Timestamp) -> Timestamp {
        match standing {
            Standing::Reconnecting => self.started_at.plus_ms(self.config.reconnect_grace_ms),
            _ => now.plus_ms(i64::from(self.config.ack_within_ms) + ACK_MARGIN_MS),
        }
    }
}

/// A message as its receivers see it; `None` for a push alone.
pub(crate) fn frame_of(message: &Message) -> Option<MessageFrame> {
    if message.kind == MessageKind::Push {
        return None;
    }
    Some(MessageFrame {
        id: message.id,
        conversation: message.addressee.conversation()?.clone(),
        seq: message.seq,
        kind: message.kind,
        sender: message.sender.clone(),
        body: message.body.clone(),
        mentions: message.mentions.clone(),
        reminder: None,
        ext: message.push.as_ref().and_then(|push| push.ext.clone()),
        sent_at: message.sent_at,
    })
}
