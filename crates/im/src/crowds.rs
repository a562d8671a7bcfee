//! Groups whose members are connected in great number: their members are kept in memory, and a message is written once
//! for all of them.
//!
//! A member takes this road who has one device alone, connected and on screen: the rules wait for such a one's
//! acknowledgement whatever else they would see, so nothing has to be read. All others are looked at as always, and so is
//! everybody who has not acknowledged in time.
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
    waits::{Crowd, Places, Ticket},
    walk::Whom,
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

/// Groups as the fan-out knows them.
#[derive(Default)]
pub(crate) struct Crowds {
    kept: HashMap<(AppId, ConversationId), Kept>,
    /// With whether it was looked at since.
    heard: HashMap<MessageId, bool>,
}

/// One group.
struct Kept {
    /// All members, in their order.
    members: Arc<[UserId]>,
    /// The same, with how to reach each.
    ways: Vec<Way>,
    /// One who takes this road: for the rules, as good as any other.
    sample: Option<AudienceRow>,
    changed: usize,
    read_at: Timestamp,
}

/// How to reach a member.
struct Way {
    /// What came before this place is not for the member.
    from: Seq,
    /// The connection of the member's one device; `None`: the member is looked at as always.
    live: Option<Arc<Live>>,
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
                kept.ways[member].live = None;
                kept.changed += 1;
            }
            kept.changed <= kept.members.len() / CHANGED_PART
        });
    }

    /// Hands a message that nobody has looked at to the members of a group who are there. Answers who is left to be
    /// looked at; `None`: its acceptance will be heard of in a moment, and should be before it is looked at.
    pub(crate) async fn deliver(
        &mut self,
        im: &Im,
        cursor: &FanoutCursor,
        now: Timestamp,
    ) -> Result<Option<Whom>, StoreError> {
        let message = &cursor.message;
        let conversation = message.addressee.conversation().filter(|_| may_have_crowd(im, cursor));
        let Some(conversation) = conversation else {
            self.heard.remove(&message.id);
            return Ok(Some(Whom::Everybody));
        };
        match self.heard.get_mut(&message.id) {
            Some(looked_at) if !*looked_at => *looked_at = true,
            Some(_) => return Ok(Some(Whom::Everybody)),
            None if now.since_ms(message.sent_at) < HEARD_WITHIN_MS => return Ok(None),
            None => return Ok(Some(Whom::Everybody)),
        }
        let key = (message.app, conversation.clone());
        self.deliver_to(im, key, cursor, now).await.map(Some)
    }

    async fn deliver_to(
        &mut self,
        im: &Im,
        key: (AppId, ConversationId),
        cursor: &FanoutCursor,
        now: Timestamp,
    ) -> Result<Whom, StoreError> {
        let message = &cursor.message;
        if !self.kept.contains_key(&key) {
            if self.kept.len() >= KEPT_MAX {
                self.kept.clear();
            }
            self.kept.insert(key.clone(), Kept::read(im, cursor, now).await?);
        }
        let Some(kept) = self.kept.get(&key) else { return Ok(Whom::Everybody) };
        let Some(sample) = &kept.sample else {
            if now.since_ms(kept.read_at) > QUIET_FOR_MS {
                self.kept.remove(&key);
            }
            return Ok(Whom::Everybody);
        };
        let Some(view) = im.catalogue().view(message.app).await? else { return Ok(Whom::Everybody) };
        let occasion = Occasion { message, view: &view, call: None, now };
        let facts = facts_of(&occasion, sample, Standing::Framed { foreground: true }, &[]);
        let decision = decide(&facts);
        if (decision.ruling, decision.reason) != (Ruling::Wait, Reason::FOREGROUND_WAITING) {
            return Ok(Whom::Everybody);
        }
        Ok(kept.deliver(im, cursor, now))
    }
}

impl Kept {
    async fn read(im: &Im, cursor: &FanoutCursor, now: Timestamp) -> Result<Self, StoreError> {
        let message = &cursor.message;
        let mut kept =
            Self { members: Arc::from([]), ways: Vec::new(), sample: None, changed: 0, read_at: now };
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
                kept.ways.push(Way { from: rows[0].from, live });
            }
        }
        kept.members = members.into();
        kept.sample = kept.sample.filter(|_| there >= CROWD_MIN);
        Ok(kept)
    }

    fn deliver(&self, im: &Im, cursor: &FanoutCursor, now: Timestamp) -> Whom {
        let message = &cursor.message;
        let Some(frame) = frame_of(message) else { return Whom::Everybody };
        let parcel = Arc::new(Parcel::new(Arc::new(frame)));
        let sender = message.sender.as_ref();
        let is_there = |(member, way): &(usize, &Way)| {
            let live = way.live.as_ref().filter(|live| live.is_foreground() && !live.is_gone());
            live.is_some() && sender != Some(&self.members[*member])
        };
        let is_for = |way: &Way| way.from < message.seq;
        let numbered = || self.ways.iter().enumerate();
        let there = numbered().filter(|one| is_for(one.1) && is_there(one));
        let numbers = there.filter_map(|(member, _)| u32::try_from(member).ok());
        let crowd = Arc::new(Crowd::new(Arc::clone(&self.members), numbers));
        im.waits.begin_with_crowd(message.id, Arc::clone(&crowd), im.ack_deadline(message, now));
        let mut others = Places::new();
        for (member, way) in numbered().filter(|(_, way)| is_for(way)) {
            if crowd.is_awaited(member) {
                let ticket = Ticket::new(Arc::clone(&crowd), u32::try_from(member).unwrap_or(u32::MAX));
                let live = way.live.as_ref();
                if live.is_some_and(|live| live.deliver_to_crowd(&parcel, ticket, now)) {
                    continue;
                }
                crowd.forget(member);
            }
            let before = member.checked_sub(1).map(|before| self.members[before].clone());
            others.insert(self.members[member].clone(), before);
        }
        Whom::These(others)
    }
}

/// Whether a message is one for a group, of a kind that the rules wait for.
fn may_have_crowd(im: &Im, cursor: &FanoutCursor) -> bool {
    let message = &cursor.message;
    let conversation = message.addressee.conversation().map(ConversationId::kind);
    matches!(conversation, Some(ConversationKind::Group(_)))
        && matches!(message.kind, MessageKind::Message | MessageKind::System)
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
