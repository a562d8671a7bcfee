//! One look at a message's targets: frames leave, decisions are made, and full pages of them are committed on the way.

use std::{
    collections::BTreeSet,
    ops::Bound::{Excluded, Unbounded},
    pin::Pin,
    sync::Arc,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, MaybeDone, maybe_done},
};
use model::{
    Addressee, BindingState, Class, ConversationKind, DeliveryState, Message, MessageKind, Presentation,
    Purpose, PushSettings, Timestamp, UserId,
};
use rules::{Decision, Facts, Reason, Ruling, TABLE_VERSION, decide};
use store::{AudienceRow, FanoutCursor, FanoutNext, NewDelivery, Op, Outcome, StoreError};

use crate::{
    Im,
    audience::{Occasion, Standing, facts_of, reminder_text},
    catalogue::AppView,
    frames::Frames,
    reach::is_sending_device,
    registry::Live,
    waits::{Places, WaitedUser},
};

/// Targets that are read at once.
const AUDIENCE_PAGE: u32 = 512;
/// Decisions that are committed at once, while there is more to read.
const DECISIONS_PAGE: usize = 256;
/// Up to so many users are read one by one; more are looked for in whole pages.
const ONE_BY_ONE_MAX: usize = 32;

/// Whose targets are looked at.
#[derive(Debug)]
pub(crate) enum Whom {
    /// Everybody the message is for.
    Everybody,
    /// Those who are waited for; all others are decided.
    These(Places),
}

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

/// Looks at a message's targets, page by page. The page that comes back ends the fan-out, or puts it off until the first
/// waiting target is due; until then the cursor stands at the start, since one who waits must be met again, and a target
/// that is decided keeps its row. A page that was overtaken ends the look, so that the last one cannot end the
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
                    let delivery = self.through_call_token(delivery).await?;
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

    /// A push that is to ring as a call goes to the device's token for calls, where it has one (row T19).
    async fn through_call_token(&self, delivery: NewDelivery) -> Result<NewDelivery, StoreError> {
        let Occasion { message, view, .. } = self.occasion;
        let Some(device) = delivery.device.filter(|_| delivery.state == DeliveryState::Queued) else {
            return Ok(delivery);
        };
        let Some(push) = message.push.as_ref().filter(|push| may_ring(push)) else { return Ok(delivery) };
        let Some(binding) = self.im.store().call_binding(message.app, device).await? else {
            return Ok(delivery);
        };
        let vendor = view.certificate(binding.certificate).map(|certificate| certificate.vendor);
        let resource = push.resource.as_ref().and_then(|id| view.resource(id));
        let settings = vendor.map(|vendor| rules::settings_for(push, resource, vendor));
        let rings = settings.is_some_and(|settings| settings.presentation == Some(Presentation::Voip));
        if !rings || binding.owner != delivery.user {
            return Ok(delivery);
        }
        Ok(NewDelivery {
            certificate: Some(binding.certificate),
            token: binding.token,
            binding_generation: binding.generation,
            counts_badge: false,
            ..delivery
        })
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

    /// When those are due whom this look passes over. The first look of a crowd's message is due at once, and passes over
    /// the crowd.
    fn others_due(&self, cursor: &FanoutCursor) -> Timestamp {
        let crowd_due = self.im.waits.crowd_due(cursor.message.id);
        crowd_due.filter(|_| cursor.due_at <= self.occasion.now).unwrap_or(cursor.due_at)
    }
}

impl Whom {
    /// Behind which user reading begins.
    fn start(&self) -> Option<Option<UserId>> {
        match self {
            Self::Everybody => Some(None),
            Self::These(users) => users.values().next().cloned(),
        }
    }

    fn page_size(&self) -> u32 {
        match self {
            Self::These(users) if users.len() <= ONE_BY_ONE_MAX => 1,
            Self::Everybody | Self::These(_) => AUDIENCE_PAGE,
        }
    }

    /// Behind which user reading goes on; `None`: there is nobody more.
    fn next_place(&self, addressee: &Addressee, rows: &[AudienceRow]) -> Option<Option<UserId>> {
        let last = rows.last()?.user.as_ref()?;
        match self {
            Self::Everybody if is_last(addressee, last) => None,
            Self::Everybody => Some(Some(last.clone())),
            Self::These(users) => {
                let (_, before) = users.range((Excluded(last), Unbounded)).next()?;
                Some(before.clone().max(Some(last.clone())))
            }
        }
    }

    /// The member right before a user who is to be looked at; `None` for one who is not.
    fn place_of(&self, user: Option<&UserId>, met: Option<&UserId>) -> Option<Option<UserId>> {
        match self {
            Self::Everybody => Some(met.cloned()),
            Self::These(users) => users.get(user?).cloned(),
        }
    }
}

/// Whether the user came into the conversation only after the message.
fn is_from_before(message: &Message, row: &AudienceRow) -> bool {
    message.seq.0 > 0 && message.seq <= row.from
}

/// Whether nobody can come after this user. Of a group only an empty page tells.
fn is_last(addressee: &Addressee, user: &UserId) -> bool {
    match addressee.conversation().map(model::ConversationId::kind) {
        Some(ConversationKind::Group(_)) => false,
        Some(ConversationKind::Peer(_, second)) => *user == second,
        Some(ConversationKind::System(_)) | None => true,
    }
}

/// Whether a push may have to ring as a call at some vendor.
fn may_ring(push: &PushSettings) -> bool {
    push.resource.is_some()
        || push.presentation == Presentation::Voip
        || push.vendors.values().any(|settings| settings.presentation == Some(Presentation::Voip))
}

/// The decisions of a page with the moved cursor.
fn decide_page(message: &Message, deliveries: Vec<NewDelivery>, next: FanoutNext) -> Op {
    Op::Decide { app: message.app, message: message.id, deliveries, next }
}

pub(crate) fn new_delivery(
    message: &Message,
    row: AudienceRow,
    facts: &Facts,
    decision: Decision,
) -> NewDelivery {
    let addressed_by_push_id = row.user.is_none();
    let push_id = row.device.as_ref().filter(|_| addressed_by_push_id).map(|device| device.push_id);
    let (certificate, token, generation) = match row.binding {
        BindingState::Bound(binding) => (Some(binding.certificate), binding.token, binding.generation),
        BindingState::Lost(_) => (None, "".into(), 0),
    };
    let pushes = decision.ruling == Ruling::Push;
    NewDelivery {
        purpose: Purpose::Notify,
        user: row.user,
        device: row.device.map(|device| device.id),
        push_id,
        certificate,
        token,
        binding_generation: generation,
        state: if pushes { DeliveryState::Queued } else { DeliveryState::Skipped },
        reason: decision.reason,
        rules_version: TABLE_VERSION,
        facts: facts.pack(),
        text: decision.text,
        counts_badge: pushes && message.push.as_ref().is_none_or(|push| push.counts_badge),
        decided_at: facts.at,
        due_at: facts.at,
        expires_at: message.expires_at,
    }
}

#[cfg(test)]
mod tests {
    use model::{BindingLoss, ConversationId, GroupId, Mute, Seq};

    use super::*;

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    fn row(name: &str) -> AudienceRow {
        AudienceRow {
            user: Some(user(name)),
            session: None,
            device: None,
            binding: BindingState::Lost(BindingLoss::NeverBound),
            acked: Seq(0),
            from: Seq(0),
            settings: Arc::default(),
            mute: Mute::None,
        }
    }

    fn group() -> Addressee {
        Addressee::Conversation(ConversationId::group(&GroupId::new("tea").unwrap()))
    }

    /// Bo behind ann, and eve behind dee.
    fn bo_and_eve() -> Whom {
        let places = [("bo", "ann"), ("eve", "dee")];
        Whom::These(places.map(|(one, before)| (user(one), Some(user(before)))).into())
    }

    #[test]
    fn whoever_waits_is_read_from_behind_the_member_before() {
        let whom = bo_and_eve();
        assert_eq!(whom.start(), Some(Some(user("ann"))));
        assert_eq!(whom.page_size(), 1);
        assert_eq!(whom.next_place(&group(), &[row("bo")]), Some(Some(user("dee"))));
        assert_eq!(whom.next_place(&group(), &[row("eve")]), None);
        assert_eq!(whom.place_of(Some(&user("bo")), None), Some(Some(user("ann"))));
        assert_eq!(whom.place_of(Some(&user("cy")), None), None);
    }

    #[test]
    fn a_newcomer_in_between_is_passed_and_one_who_left_is_not_looked_for() {
        let whom = bo_and_eve();
        assert_eq!(whom.next_place(&group(), &[row("bea")]), Some(Some(user("bea"))), "bo comes after bea");
        assert_eq!(whom.next_place(&group(), &[row("cy")]), Some(Some(user("dee"))), "bo has left");
        assert_eq!(whom.next_place(&group(), &[]), None);
    }

    #[test]
    fn only_a_group_is_read_until_nobody_comes() {
        let peer = Addressee::Conversation(ConversationId::peer(&user("ann"), &user("bo")));
        let last =
            |addressee: &Addressee, name| Whom::Everybody.next_place(addressee, &[row(name)]).is_none();
        assert!(!last(&group(), "zoe"));
        assert!(!last(&peer, "ann"));
        assert!(last(&peer, "bo"));
        assert!(last(&Addressee::User(user("bo")), "bo"));
    }
}
