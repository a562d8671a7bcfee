//! Groups whose members are connected in great number: their members are kept in memory, and a message is written once
//! for all of them.
//!
//! A member takes this road who has one device alone, connected and on screen: the rules wait for such a one's
//! acknowledgement whatever else they would see, so nothing has to be read. All others are looked at as always, and so
//! is everybody who has not acknowledged in time.
//!
//! What is kept is as the store has it: a message takes this road only once its acceptance was heard in the feed, and
//! what changed before that was heard before.

use std::{collections::HashMap, sync::Arc};

use model::{AppId, ConversationId, ConversationKind, MessageId, MessageKind, Seq, Timestamp, UserId};
use rules::{Reason, Ruling, decide};
use store::{AudienceRow, Change, FanoutCursor, StoreError};
use wire::Parcel;

use crate::{
    Im,
    audience::{Occasion, Standing, facts_of},
    frames::frame_of,
    registry::Live,
    waits::{Crowd, Places},
    whom::Whom,
};

/// So many members must be there for it to be worth while.
const CROWD_MIN: usize = 32;
/// Groups that are kept; one more, and all are read again.
const KEPT_MAX: usize = 256;
/// How long a group that was found not to be worth while is taken for that, in milliseconds.
const QUIET_FOR_MS: i64 = 10_000;
/// One member in so many may have changed before a group is read again.
const CHANGED_PART: usize = 8;
/// Accepted messages that are remembered to have been heard of.
const HEARD_MAX: usize = 16_384;
/// So soon after it was sent, a message's acceptance may be on disk and not be heard of yet, in milliseconds.
const HEARD_WITHIN_MS: i64 = 1_000;
/// Members that are read at once.
const PAGE: u32 = 512;
/// How soon messages of one group follow one another at most, in milliseconds: what comes in between is gathered and
/// goes together. A lone message never waits; what comes faster than this nobody reads one by one, and each member's
/// socket would be written to for each.
const GATHERED_MS: i64 = 50;
/// Messages of one group that are handed over together: one bit of a word for each.
pub(crate) const RUN_MAX: usize = 64;

/// Groups as the fan-out knows them.
#[derive(Default)]
pub(crate) struct Crowds {
    kept: HashMap<Key, Kept>,
    /// With whether it was looked at since.
    heard: HashMap<MessageId, bool>,
}

/// One group.
struct Kept {
    /// All members, in their order.
    members: Arc<[UserId]>,
    /// The same, with how to reach each.
    routes: Vec<Route>,
    /// One who takes this road: for the rules, as good as any other.
    sample: Option<AudienceRow>,
    changed: usize,
    read_at: Timestamp,
    /// When messages were handed over last.
    handed_at: Option<Timestamp>,
}

/// How to reach a member.
struct Route {
    /// What came before this place is not for the member.
    from: Seq,
    /// The connection of the member's one device; `None`: the member is looked at as always.
    live: Option<Arc<Live>>,
}

/// A group's conversation.
pub(crate) type Key = (AppId, ConversationId);

/// How a message goes to those who are there.
pub(crate) enum Way {
    /// Member by member, as everybody is looked at.
    Alone,
    /// Written once, to be handed over with others of its group.
    Together(Ready),
}

/// A message that is written, and those it goes to.
pub(crate) struct Ready {
    seq: Seq,
    parcel: Arc<Parcel>,
    crowd: Arc<Crowd>,
}

/// The group that a message is for.
pub(crate) fn key_of(cursor: &FanoutCursor) -> Option<Key> {
    let conversation = cursor.message.addressee.conversation()?;
    let is_group = matches!(conversation.kind(), ConversationKind::Group(_));
    is_group.then(|| (cursor.message.app, conversation.clone()))
}

impl Crowds {
    /// Hears of a change.
    pub(crate) fn hear(&mut self, change: &Change) {
        match change {
            Change::Accepted(_, message) => {
                self.make_room();
                self.heard.insert(*message, false);
            }
            Change::Group(app, group) => {
                self.kept.remove(&(*app, ConversationId::group(group)));
            }
            Change::Session(app, user, _) => self.changed(*app, user),
            _ => {}
        }
    }

    /// Something may have been missed.
    pub(crate) fn forget_all(&mut self) {
        *self = Self::default();
    }

    fn make_room(&mut self) {
        if self.heard.len() >= HEARD_MAX {
            self.heard.retain(|_, looked_at| !*looked_at);
        }
        if self.heard.len() >= HEARD_MAX {
            self.heard.clear();
        }
    }

    fn changed(&mut self, app: AppId, user: &UserId) {
        self.kept.retain(|(other, _), kept| {
            if *other == app
                && let Ok(member) = kept.members.binary_search(user)
            {
                kept.routes[member].live = None;
                kept.changed += 1;
            }
            kept.changed <= kept.members.len() / CHANGED_PART
        });
    }

    /// Until when what comes for a group is gathered; `None`: it goes at once.
    pub(crate) fn gathers_until(&self, key: &Key, now: Timestamp) -> Option<Timestamp> {
        let handed_at = self.kept.get(key)?.handed_at?;
        // A clock that was set back must not hold anything up.
        (0..GATHERED_MS).contains(&now.since_ms(handed_at)).then(|| handed_at.plus_ms(GATHERED_MS))
    }

    /// How a message that nobody has looked at goes to the members of a group who are there; `None`: its acceptance
    /// will be heard of in a moment, and should be before it is looked at. What takes the crowd's road waits to be
    /// [handed over](Crowds::hand_over).
    pub(crate) async fn prepare(
        &mut self,
        im: &Im,
        cursor: &FanoutCursor,
        now: Timestamp,
    ) -> Result<Option<Way>, StoreError> {
        let message = &cursor.message;
        let Some(key) = key_of(cursor).filter(|_| may_have_crowd(im, cursor)) else {
            self.heard.remove(&message.id);
            return Ok(Some(Way::Alone));
        };
        match self.heard.get_mut(&message.id) {
            Some(looked_at) if !*looked_at => *looked_at = true,
            Some(_) => return Ok(Some(Way::Alone)),
            None if now.since_ms(message.sent_at) < HEARD_WITHIN_MS => return Ok(None),
            None => return Ok(Some(Way::Alone)),
        }
        let ready = self.ready(im, key, cursor, now).await?;
        Ok(Some(ready.map_or(Way::Alone, Way::Together)))
    }

    async fn ready(
        &mut self,
        im: &Im,
        key: Key,
        cursor: &FanoutCursor,
        now: Timestamp,
    ) -> Result<Option<Ready>, StoreError> {
        let message = &cursor.message;
        if !self.kept.contains_key(&key) {
            if self.kept.len() >= KEPT_MAX {
                self.kept.clear();
            }
            self.kept.insert(key.clone(), Kept::read(im, cursor, now).await?);
        }
        let Some(kept) = self.kept.get(&key) else { return Ok(None) };
        let Some(sample) = &kept.sample else {
            if now.since_ms(kept.read_at) > QUIET_FOR_MS {
                self.kept.remove(&key);
            }
            return Ok(None);
        };
        let Some(view) = im.catalogue().view(message.app).await? else { return Ok(None) };
        let occasion = Occasion { message, view: &view, call: None, now };
        let facts = facts_of(&occasion, sample, Standing::Framed { foreground: true }, &[]);
        let decision = decide(&facts);
        if (decision.ruling, decision.reason) != (Ruling::Wait, Reason::FOREGROUND_WAITING) {
            return Ok(None);
        }
        Ok(kept.ready(im, cursor, now))
    }

    /// Hands messages of one group to the members who are there, those of one member together. Answers, message by
    /// message, who is left to be looked at.
    pub(crate) fn hand_over(&mut self, key: &Key, run: &[Ready], now: Timestamp) -> Vec<Whom> {
        let Some(kept) = self.kept.get_mut(key) else {
            return run.iter().map(|_| Whom::Everybody).collect();
        };
        kept.handed_at = Some(now);
        kept.hand_over(run, now)
    }
}

impl Kept {
    async fn read(im: &Im, cursor: &FanoutCursor, now: Timestamp) -> Result<Self, StoreError> {
        let message = &cursor.message;
        let mut kept = Self {
            members: Arc::from([]),
            routes: Vec::new(),
            sample: None,
            changed: 0,
            read_at: now,
            handed_at: None,
        };
        let (mut members, mut after, mut there) = (Vec::new(), None, 0);
        loop {
            let page = im.store().audience(message.app, &message.addressee, after.as_ref(), PAGE).await?;
            let Some(last) = page.last().and_then(|row| row.user.clone()) else { break };
            after = Some(last);
            for rows in page.chunk_by(|one, other| one.user == other.user) {
                let Some(user) = rows[0].user.clone() else { continue };
                let live = only_live(im, message.app, rows);
                if live.is_some() {
                    there += 1;
                    if message.sender.as_ref() != Some(&user) {
                        kept.sample.get_or_insert_with(|| rows[0].clone());
                    }
                }
                members.push(user);
                kept.routes.push(Route { from: rows[0].from, live });
            }
        }
        kept.members = members.into();
        kept.sample = kept.sample.filter(|_| there >= CROWD_MIN);
        Ok(kept)
    }

    /// Writes a message for everybody who is there; from now on they are waited for.
    fn ready(&self, im: &Im, cursor: &FanoutCursor, now: Timestamp) -> Option<Ready> {
        let message = &cursor.message;
        let parcel = Arc::new(Parcel::new(Arc::new(frame_of(message)?)));
        let sender = message.sender.as_ref();
        let is_there = |(member, route): &(usize, &Route)| {
            let live = route.live.as_ref().filter(|live| live.is_foreground() && !live.is_gone());
            route.from < message.seq && live.is_some() && sender != Some(&self.members[*member])
        };
        let there = self.routes.iter().enumerate().filter(is_there);
        let numbers = there.filter_map(|(member, _)| u32::try_from(member).ok());
        let crowd = Arc::new(Crowd::new(Arc::clone(&self.members), numbers));
        im.waits.begin_with_crowd(message.id, Arc::clone(&crowd), im.ack_deadline(message, now));
        Some(Ready { seq: message.seq, parcel, crowd })
    }

    fn hand_over(&self, run: &[Ready], now: Timestamp) -> Vec<Whom> {
        let mut others: Vec<Places> = run.iter().map(|_| Places::new()).collect();
        for (member, route) in self.routes.iter().enumerate() {
            // Asked once: whoever acknowledges is awaited no more.
            let awaited = run
                .iter()
                .rev()
                .fold(0_u64, |awaited, ready| awaited << 1 | u64::from(ready.crowd.is_awaited(member)));
            let mut taken = hand_to(member, route, run, awaited, now);
            for (number, (ready, others)) in run.iter().zip(&mut others).enumerate() {
                if awaited >> number & 1 == 1 {
                    if taken > 0 {
                        taken -= 1;
                        continue;
                    }
                    ready.crowd.forget(member);
                }
                if route.from < ready.seq {
                    let before = member.checked_sub(1).map(|before| self.members[before].clone());
                    others.insert(self.members[member].clone(), before);
                }
            }
        }
        others.into_iter().map(Whom::These).collect()
    }
}

/// Hands a member those of the messages that are awaited of it, the first of them in the lowest bit; how many its
/// socket took.
fn hand_to(member: usize, route: &Route, run: &[Ready], awaited: u64, now: Timestamp) -> usize {
    let (Some(live), Ok(member)) = (&route.live, u32::try_from(member)) else { return 0 };
    if awaited == 0 {
        return 0;
    }
    let chosen = run.iter().enumerate().filter(|(number, _)| awaited >> number & 1 == 1);
    live.deliver_to_crowd(member, chosen.map(|(_, ready)| (&ready.parcel, &ready.crowd)), now)
}

/// Whether a group's message is of a kind that the rules wait for.
fn may_have_crowd(im: &Im, cursor: &FanoutCursor) -> bool {
    let message = &cursor.message;
    matches!(message.kind, MessageKind::Message | MessageKind::System)
        && !message.online_only
        && cursor.after.is_none()
        && im.registry.len() >= CROWD_MIN
}

/// The connection of a user's one device, where it is connected.
fn only_live(im: &Im, app: AppId, rows: &[AudienceRow]) -> Option<Arc<Live>> {
    let [row] = rows else { return None };
    let live = im.live_of(app, row)?;
    row.device.as_ref().filter(|device| device.id == live.device)?;
    Some(live)
}
