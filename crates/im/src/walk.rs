//! One look at a message's targets: frames leave, decisions are made, and full pages of them are committed on the way.

use std::{collections::BTreeSet, pin::Pin, sync::Arc};

use futures_util::{
    FutureExt,
    future::{BoxFuture, MaybeDone, maybe_done},
};
use model::{Class, Message, MessageKind, Timestamp, UserId};
use rules::{Decision, Facts, Reason, Ruling, decide};
use store::{AudienceRow, FanoutCursor, FanoutNext, NewDelivery, Op, Outcome, StoreError};

use crate::{
    Im,
    audience::{Occasion, Standing, facts_of, reminder_text},
    catalogue::AppView,
    deliveries::{new_delivery, through_call_token},
    frames::Frames,
    reach::is_sending_device,
    registry::Live,
    waits::WaitedUser,
    whom::{AUDIENCE_PAGE, Whom},
};

/// Decisions that are committed at once, while there is more to read.
const DECISIONS_PAGE: usize = 256;

/// What a look came to.
#[derive(Debug)]
pub(crate) enum Looked {
    /// Its last page, to be committed with those of others.
    Ready {
        /// Decisions that make rows.
        deliveries: Vec<NewDelivery>,
        /// The end of the fan-out, or when to look again.
        next: FanoutNext,
        /// Who needs no further look, once this is committed.
        decided: Vec<UserId>,
    },
    /// Everything is committed already.
    Committed,
    /// A logout or fetch overtook a page; the message is to be looked at again.
    Overtaken,
}

/// Looks at a message's targets, page by page. The page that comes back ends the fan-out, or puts it off until the
/// first waiting target is due; until then the cursor stands at the start, since one who waits must be met again, and a
/// target that is decided keeps its row. A page that was overtaken ends the look, so that the last one cannot end the
/// fan-out over its head.
pub(crate) async fn look(
    im: &Im,
    cursor: &FanoutCursor,
    whom: &Whom,
    now: Timestamp,
) -> Result<Looked, StoreError> {
    let message = &cursor.message;
    let Some(view) = im.catalogue().view(message.app).await? else {
        return Ok(Looked::Ready { deliveries: Vec::new(), next: FanoutNext::Done, decided: Vec::new() });
    };
    if message.online_only {
        return look_once(im, cursor, &view, now).await;
    }
    if matches!(whom, Whom::Everybody) {
        im.waits.begin(message.id);
    }
    let call = im.call_of(message).await?;
    let mut walk = Walk {
        im,
        occasion: Occasion { message, view: &view, call: call.as_ref(), now },
        whom,
        frames: Frames::of(message),
        deliveries: Vec::new(),
        waiting: BTreeSet::new(),
        waits_until: None,
    };
    let mut place = whom.start();
    let mut met = None;
    let mut committing = None;
    while let Some(after) = place {
        if walk.deliveries.len() >= DECISIONS_PAGE {
            if is_overtaken(committing.take()).await? {
                return Ok(Looked::Overtaken);
            }
            let page = std::mem::take(&mut walk.deliveries);
            let op = decide_page(message, page, FanoutNext::Again { after: None, due_at: now });
            committing = Some(begin(im.store().commit(vec![op])));
        }
        let limit = whom.page_size();
        let rows = im.store().audience(message.app, &message.addressee, after.as_ref(), limit).await?;
        place = whom.next_place(&message.addressee, &rows);
        walk.look_at_page(rows, &mut met).await?;
    }
    if is_overtaken(committing).await? {
        return Ok(Looked::Overtaken);
    }
    Ok(walk.finish(cursor))
}

/// A page on its way to the disk.
type Committing<'a> = MaybeDone<BoxFuture<'a, Result<Vec<Outcome>, StoreError>>>;

/// Hands a page to the writer; the next one is read meanwhile.
fn begin(commit: BoxFuture<'_, Result<Vec<Outcome>, StoreError>>) -> Committing<'_> {
    let mut committing = maybe_done(commit);
    // Nobody waits yet, so nobody has to be woken.
    let _ = (&mut committing).now_or_never();
    committing
}

/// Waits for a page; whether a logout or fetch overtook it.
async fn is_overtaken(committing: Option<Committing<'_>>) -> Result<bool, StoreError> {
    let Some(mut committing) = committing else { return Ok(false) };
    (&mut committing).await;
    let outcomes = Pin::new(&mut committing).take_output();
    Ok(outcomes.transpose()?.is_some_and(|outcomes| outcomes.contains(&Outcome::Stale)))
}

/// Hands a message for connected devices alone to them. The decisions are committed first: a frame that nobody
/// acknowledges must not leave twice.
async fn look_once(
    im: &Im,
    cursor: &FanoutCursor,
    view: &Arc<AppView>,
    now: Timestamp,
) -> Result<Looked, StoreError> {
    let message = &cursor.message;
    let occasion = Occasion { message, view, call: None, now };
    let frames = Frames::of(message);
    let mut place = Some(cursor.after.clone());
    while let Some(after) = place {
        let rows =
            im.store().audience(message.app, &message.addressee, after.as_ref(), AUDIENCE_PAGE).await?;
        place = Whom::Everybody.next_place(&message.addressee, &rows);
        let lives: Vec<Arc<Live>> = rows
            .iter()
            .filter_map(|row| im.live_of(message.app, row))
            .filter(|live| !is_sending_device(message, live))
            .collect();
        let deliveries = rows.into_iter().map(|row| {
            let facts = facts_of(&occasion, &row, im.reach(message, &row, now).standing, &[]);
            let decision = decide(&facts);
            im.meter().note_decided(&decision);
            new_delivery(message, row, &facts, decision)
        });
        let next = match &place {
            Some(after) => FanoutNext::Again { after: after.clone(), due_at: now },
            None => FanoutNext::Done,
        };
        im.store().commit(vec![decide_page(message, deliveries.collect(), next)]).await?;
        if let Some(frame) = frames.plain() {
            lives.iter().for_each(|live| live.deliver_once(Arc::clone(frame)));
        }
    }
    Ok(Looked::Committed)
}

/// A look that is under way.
struct Walk<'a> {
    im: &'a Im,
    occasion: Occasion<'a>,
    whom: &'a Whom,
    frames: Frames,
    deliveries: Vec<NewDelivery>,
    waiting: BTreeSet<UserId>,
    waits_until: Option<Timestamp>,
}

impl Walk<'_> {
    /// `met` is the last user of the page before, and becomes the last of this one.
    async fn look_at_page(
        &mut self,
        rows: Vec<AudienceRow>,
        met: &mut Option<UserId>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter().peekable();
        while let Some(first) = rows.next() {
            let user = first.user.clone();
            let mut ends = vec![first];
            while let Some(row) = rows.next_if(|row| row.user.is_some() && row.user == user) {
                ends.push(row);
            }
            let is_newcomer = ends.iter().any(|row| is_from_before(self.occasion.message, row));
            if let Some(before) = self.whom.place_of(user.as_ref(), met.as_ref()).filter(|_| !is_newcomer) {
                self.look_at_user(ends, before).await?;
            }
            *met = user;
        }
        Ok(())
    }

    async fn look_at_user(
        &mut self,
        rows: Vec<AudienceRow>,
        before: Option<UserId>,
    ) -> Result<(), StoreError> {
        let Occasion { message, now, .. } = self.occasion;
        let mut unsent = Vec::with_capacity(rows.len());
        let mut ends = Vec::with_capacity(rows.len());
        for row in rows {
            let reach = self.im.reach(message, &row, now);
            unsent.push(reach.unsent);
            ends.push((row, reach.standing));
        }
        for (at, live) in unsent.into_iter().enumerate() {
            if let Some(live) = live
                && !self.send(&ends, at, &live).await?
            {
                ends[at].1 = Standing::Offline;
            }
        }
        if message.kind != MessageKind::Notice {
            self.decide_user(ends, before).await?;
        }
        Ok(())
    }

    /// Sends the frame, with a reminder where the client is to show one by itself. `false`: the socket is gone.
    async fn send(
        &mut self,
        ends: &[(AudienceRow, Standing)],
        at: usize,
        live: &Live,
    ) -> Result<bool, StoreError> {
        let (row, standing) = &ends[at];
        let Occasion { message, view, now, .. } = self.occasion;
        let text = match standing {
            Standing::Framed { foreground: false } => {
                reminder_text(&facts_of(&self.occasion, row, *standing, ends))
            }
            _ => None,
        };
        let frame = match (text, &row.device) {
            (Some(text), Some(device)) => {
                let language = &device.report.language;
                self.frames.reminding(&**self.im.store(), message, view, language, text).await?
            }
            _ => self.frames.plain().cloned(),
        };
        Ok(frame.is_some_and(|frame| live.deliver(frame, now)))
    }

    async fn decide_user(
        &mut self,
        ends: Vec<(AudienceRow, Standing)>,
        before: Option<UserId>,
    ) -> Result<(), StoreError> {
        let Occasion { message, now, .. } = self.occasion;
        let decisions: Vec<(Facts, Decision)> = ends
            .iter()
            .map(|(row, standing)| {
                let facts = facts_of(&self.occasion, row, *standing, &ends);
                let decision = decide(&facts);
                (facts, decision)
            })
            .collect();
        let user = ends.first().and_then(|(row, _)| row.user.clone());
        let mut waited = WaitedUser { before, devices: Vec::new(), beyond_acks: false };
        let mut waits = false;
        for ((row, standing), (facts, decision)) in ends.into_iter().zip(decisions) {
            self.im.meter().note_decided(&decision);
            match decision.ruling {
                Ruling::Delivered => {}
                Ruling::Push | Ruling::Skip => {
                    let delivery = new_delivery(message, row, &facts, decision);
                    let delivery = through_call_token(self.im, &self.occasion, delivery).await?;
                    let class = message.push.as_ref().map_or(Class::Chat, |push| push.class);
                    self.deliveries.push(self.im.shed(delivery, class).await?);
                }
                Ruling::Wait => {
                    waits = true;
                    let until = self.im.wait_deadline(message, standing, now);
                    self.waits_until = Some(self.waits_until.map_or(until, |other| other.min(until)));
                    let for_ack =
                        [Reason::FOREGROUND_WAITING, Reason::BACKGROUND_WAITING].contains(&decision.reason);
                    match row.device.filter(|_| for_ack) {
                        Some(device) => waited.devices.push(device.id),
                        None => waited.beyond_acks = true,
                    }
                }
            }
        }
        // Only a login is waited for, so there is a user.
        if let Some(user) = user.filter(|_| waits) {
            self.im.waits.wait_for(message.id, user.clone(), waited);
            self.waiting.insert(user);
        }
        Ok(())
    }

    fn finish(self, cursor: &FanoutCursor) -> Looked {
        let message = self.occasion.message;
        let (decided, others_wait) = match self.whom {
            Whom::Everybody => (Vec::new(), false),
            Whom::These(users) => (
                users.keys().filter(|user| !self.waiting.contains(*user)).cloned().collect(),
                self.im.waits.others_than(message.id, users),
            ),
        };
        let others_due = self.others_due(cursor);
        let due_at = match (self.waits_until, others_wait) {
            (Some(until), true) => Some(until.min(others_due)),
            (until, false) => until,
            (None, true) => Some(others_due),
        };
        let next = due_at.map_or(FanoutNext::Done, |due_at| FanoutNext::Again { after: None, due_at });
        Looked::Ready { deliveries: self.deliveries, next, decided }
    }

    /// When those are due whom this look passes over. The first look of a crowd's message is due at once, and passes
    /// over the crowd.
    fn others_due(&self, cursor: &FanoutCursor) -> Timestamp {
        let crowd_due = self.im.waits.crowd_due(cursor.message.id);
        crowd_due.filter(|_| cursor.due_at <= self.occasion.now).unwrap_or(cursor.due_at)
    }
}

/// Whether the user came into the conversation only after the message.
fn is_from_before(message: &Message, row: &AudienceRow) -> bool {
    message.seq.0 > 0 && message.seq <= row.from
}

/// The decisions of a page with the moved cursor.
fn decide_page(message: &Message, deliveries: Vec<NewDelivery>, next: FanoutNext) -> Op {
    Op::Decide { app: message.app, message: message.id, deliveries, next }
}
