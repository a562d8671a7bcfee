//! What the store promises, in memory.

mod audience;
mod queue;

pub(crate) use audience::place_of;

use std::{collections::BTreeMap, sync::Arc};

use model::{
    Binding, BindingKind, BindingLoss, ConversationId, DeliveryState, Device, LoginPolicy, Message, Mute,
    Permission, PushId, ReasonCode, Seq, SessionId, SessionState, Timestamp, UserSettings,
};
use rules::Reason;
use store::SessionRecord;
use uuid::Uuid;

use super::{
    Flaw,
    cast::{APP, CERTIFICATE, Cast, DESKTOP, GADGETS, Gadget, PEOPLE, Person, device_id, report},
};

/// Counts what happens, one by one: two things at the same millisecond still have an order.
pub(crate) type Moment = u64;

/// A message, by place.
pub(crate) type Letter = usize;

/// A binding, or what became of it.
#[derive(Debug)]
struct Held {
    binding: Binding,
    owner: Option<Person>,
    lost: Option<BindingLoss>,
}

/// A delivery.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) letter: Letter,
    pub(crate) person: Option<Person>,
    pub(crate) gadget: Option<Gadget>,
    pub(crate) token: Arc<str>,
    pub(crate) state: DeliveryState,
    pub(crate) reason: ReasonCode,
    /// When what it rests on was read.
    pub(crate) read_at: Moment,
    pub(crate) due_at: Timestamp,
    pub(crate) tries: u32,
    in_hands: bool,
    on_wire: bool,
    /// A cancel found it on the wire.
    raced: Option<ReasonCode>,
}

/// A decision that makes a row.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) person: Option<Person>,
    pub(crate) gadget: Option<Gadget>,
    pub(crate) token: Arc<str>,
    pub(crate) generation: i64,
    pub(crate) pushes: bool,
    pub(crate) reason: ReasonCode,
}

/// The decisions of one look at a message.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) letter: Letter,
    pub(crate) read_at: Moment,
    pub(crate) decisions: Vec<Decided>,
    /// When those who are waited for are looked at again.
    pub(crate) again_at: Option<Timestamp>,
}

/// A delivery that a cancel ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cancelled {
    pub(crate) row: usize,
    pub(crate) reason: ReasonCode,
}

/// The store.
#[derive(Debug)]
pub(crate) struct Ledger {
    flaw: Flaw,
    sessions: BTreeMap<(Person, Gadget), SessionRecord>,
    opened: i64,
    devices: Vec<Option<Device>>,
    push_ids: u128,
    bindings: Vec<Option<Held>>,
    settings: Vec<Arc<UserSettings>>,
    mutes: BTreeMap<(Person, ConversationId), Mute>,
    acks: BTreeMap<(Person, Gadget, ConversationId), Seq>,
    /// When a device last fetched for a user.
    fetches: BTreeMap<(Person, Gadget), Moment>,
    pub(crate) letters: Vec<Arc<Message>>,
    heads: BTreeMap<ConversationId, Vec<Letter>>,
    pub(crate) fanouts: BTreeMap<Letter, Timestamp>,
    pub(crate) rows: Vec<Row>,
    /// Cancels that nobody has asked about yet.
    pub(crate) cancelled: Vec<Cancelled>,
}

impl Ledger {
    pub(crate) fn new(flaw: Flaw) -> Self {
        Self {
            flaw,
            sessions: BTreeMap::new(),
            opened: 0,
            devices: vec![None; GADGETS],
            push_ids: 0x1000,
            bindings: (0..GADGETS).map(|_| None).collect(),
            settings: vec![Arc::default(); PEOPLE],
            mutes: BTreeMap::new(),
            acks: BTreeMap::new(),
            fetches: BTreeMap::new(),
            letters: Vec::new(),
            heads: BTreeMap::new(),
            fanouts: BTreeMap::new(),
            rows: Vec::new(),
            cancelled: Vec::new(),
        }
    }

    /// Stores a message with its place and its fan-out.
    pub(crate) fn accept(&mut self, mut message: Message) -> Letter {
        let letter = self.letters.len();
        message.id = model::MessageId(Uuid::from_u128(letter as u128));
        if let Some(conversation) = message.addressee.conversation().filter(|_| !message.online_only) {
            let places = self.heads.entry(conversation.clone()).or_default();
            places.push(letter);
            message.seq = Seq(i64::try_from(places.len()).unwrap());
        }
        self.fanouts.insert(letter, message.sent_at);
        self.letters.push(Arc::new(message));
        letter
    }

    /// Messages of a conversation after a place.
    pub(crate) fn after(&self, conversation: &ConversationId, seq: Seq) -> Vec<Arc<Message>> {
        let places = self.heads.get(conversation).map_or(&[][..], Vec::as_slice);
        let skipped = usize::try_from(seq.0).unwrap_or(0).min(places.len());
        places[skipped..].iter().map(|&letter| Arc::clone(&self.letters[letter])).collect()
    }

    pub(crate) fn conversations(&self) -> Vec<ConversationId> {
        self.heads.keys().cloned().collect()
    }

    /// Opens a login. Answers which others it ended.
    pub(crate) fn open(
        &mut self,
        (person, gadget): (Person, Gadget),
        cast: &Cast,
        (state, policy): (SessionState, LoginPolicy),
        now: Timestamp,
    ) -> (SessionId, Vec<(Person, Gadget)>) {
        self.meet(gadget, now);
        let ended: Vec<(Person, Gadget)> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.state.is_logged_in())
            .map(|(&key, _)| key)
            .filter(|&(other, elsewhere)| {
                let takes_over = elsewhere == gadget && other != person;
                let kicks = other == person && elsewhere != gadget && policy == LoginPolicy::OneDevice;
                takes_over && self.flaw != Flaw::LeavesTheOldOwner || kicks
            })
            .collect();
        for &(other, elsewhere) in &ended {
            self.end((other, elsewhere), SessionState::Kicked, Reason::KICKED_BEFORE_SEND, now);
        }
        self.opened += 1;
        let id = SessionId(self.opened);
        let user = cast.user(person).clone();
        let record = SessionRecord { id, user, device: device_id(gadget), state, since: now };
        self.sessions.insert((person, gadget), record);
        (id, ended)
    }

    /// Makes a device where it is not known yet.
    pub(crate) fn meet(&mut self, gadget: Gadget, now: Timestamp) {
        if self.devices[gadget].is_none() {
            let push_id = self.next_push_id();
            self.devices[gadget] = Some(Device {
                app: APP,
                id: device_id(gadget),
                push_id,
                unregistered_at: None,
                push_off_at: None,
                badge: 0,
                report: report(gadget),
                seen_at: now,
            });
        }
    }

    fn next_push_id(&mut self) -> PushId {
        self.push_ids += 1;
        PushId(Uuid::from_u128(self.push_ids))
    }

    pub(crate) fn push_id(&self, gadget: Gadget) -> Option<PushId> {
        self.devices[gadget].as_ref().map(|device| device.push_id)
    }

    /// Where a user's logins stand.
    pub(crate) fn standing(&self, person: Person) -> Vec<Gadget> {
        let standing = self.sessions.iter().filter(|(_, session)| session.state.is_logged_in());
        standing.map(|(&key, _)| key).filter(|key| key.0 == person).map(|key| key.1).collect()
    }

    /// Moves a login between online states and `disconnected`, if it stands.
    pub(crate) fn move_to(
        &mut self,
        key: (Person, Gadget),
        session: SessionId,
        to: SessionState,
        now: Timestamp,
        moment: Moment,
    ) {
        let Some(record) = self.sessions.get_mut(&key) else { return };
        if record.id != session || !record.state.is_logged_in() {
            return;
        }
        (record.state, record.since) = (to, now);
        if to == SessionState::OnlineForeground {
            self.fetch(key, moment);
        }
    }

    /// The device has, or is given, everything: pushes of it that have not begun are needless.
    pub(crate) fn fetch(&mut self, key: (Person, Gadget), moment: Moment) {
        if self.flaw == Flaw::FetchCancelsNothing {
            return;
        }
        self.fetches.insert(key, moment);
        self.cancel(Reason::FETCHED, |row| row.person == Some(key.0) && row.gadget == Some(key.1));
    }

    /// Ends a login: its binding goes and its queue is cancelled.
    pub(crate) fn end(
        &mut self,
        key: (Person, Gadget),
        to: SessionState,
        reason: ReasonCode,
        now: Timestamp,
    ) {
        let Some(session) = self.sessions.get_mut(&key).filter(|session| session.state.is_logged_in()) else {
            return;
        };
        (session.state, session.since) = (to, now);
        let forgets = match to {
            SessionState::LoggedOut => Flaw::LogoutCancelsNothing,
            _ => Flaw::KickCancelsNothing,
        };
        if let Some(held) = &mut self.bindings[key.1]
            && held.owner == Some(key.0)
        {
            held.lost.get_or_insert(BindingLoss::LoggedOut);
        }
        if self.flaw != forgets {
            self.cancel(reason, |row| row.person == Some(key.0) && row.gadget == Some(key.1));
        }
    }

    /// Every login that was online becomes disconnected, and nothing is in a lane's hands any more.
    pub(crate) fn restart(&mut self, now: Timestamp) {
        for session in self.sessions.values_mut().filter(|session| session.state.is_online()) {
            (session.state, session.since) = (SessionState::Disconnected, now);
        }
        for row in &mut self.rows {
            (row.in_hands, row.on_wire) = (false, false);
            if let (DeliveryState::Queued, Some(reason)) = (row.state, row.raced) {
                (row.state, row.reason) = (DeliveryState::Skipped, reason);
            }
        }
    }

    /// Binds a token to a device and its user; another holder loses it, with what was about to be sent to it.
    pub(crate) fn bind(&mut self, gadget: Gadget, owner: Person, token: &Arc<str>, now: Timestamp) {
        if self.devices[gadget].as_ref().is_some_and(|device| device.unregistered_at.is_some()) {
            let push_id = self.next_push_id();
            if let Some(device) = &mut self.devices[gadget] {
                (device.push_id, device.unregistered_at) = (push_id, None);
            }
        }
        for other in 0..GADGETS {
            let holds = |held: &&mut Held| held.lost.is_none() && held.binding.token == *token;
            if other != gadget
                && self.flaw != Flaw::LeavesTokensWhereTheyWere
                && let Some(held) = self.bindings[other].as_mut().filter(holds)
            {
                held.lost = Some(BindingLoss::TakenOver);
                if self.flaw != Flaw::TakeoverCancelsNothing {
                    self.cancel(Reason::TOKEN_TAKEN_OVER, |row| row.gadget == Some(other));
                }
            }
        }
        let before = self.bindings[gadget].take();
        let generation = before.as_ref().map_or(1, |held| {
            let same = held.lost.is_none() && held.binding.token == *token && held.owner == Some(owner);
            held.binding.generation + i64::from(!same)
        });
        let binding = Binding {
            device: device_id(gadget),
            certificate: CERTIFICATE,
            kind: BindingKind::Alert,
            token: Arc::clone(token),
            owner: None,
            registered_at: now,
            generation,
            doubts: 0,
        };
        self.bindings[gadget] = Some(Held { binding, owner: Some(owner), lost: None });
    }

    /// A vendor called the token dead.
    pub(crate) fn clear(&mut self, token: &Arc<str>, registered_before: Timestamp) -> Option<Gadget> {
        let dead = |held: &Held| {
            held.lost.is_none()
                && held.binding.token == *token
                && held.binding.registered_at < registered_before
        };
        let gadget = self.bindings.iter().position(|held| held.as_ref().is_some_and(dead))?;
        if let Some(held) = &mut self.bindings[gadget] {
            held.lost = Some(BindingLoss::TokenDead);
        }
        Some(gadget)
    }

    pub(crate) fn switch_push(&mut self, gadget: Gadget, on: bool, now: Timestamp) {
        let Some(device) = &mut self.devices[gadget] else { return };
        device.push_off_at = (!on).then_some(now);
        if !on && self.flaw != Flaw::SwitchOffCancelsNothing {
            self.cancel(Reason::SWITCHED_OFF_BEFORE_SEND, |row| row.gadget == Some(gadget));
        }
    }

    pub(crate) fn unregister(&mut self, gadget: Gadget, now: Timestamp) {
        if self.flaw == Flaw::ForgetsUnregistration {
            return;
        }
        let Some(device) = &mut self.devices[gadget] else { return };
        device.unregistered_at.get_or_insert(now);
        if let Some(held) = &mut self.bindings[gadget] {
            held.lost.get_or_insert(BindingLoss::Unregistered);
        }
        self.cancel(Reason::UNREGISTERED_BEFORE_SEND, |row| row.gadget == Some(gadget));
    }

    pub(crate) fn allow_notifications(&mut self, gadget: Gadget, allowed: bool) {
        if let Some(device) = &mut self.devices[gadget] {
            device.report.notifications = if allowed { Permission::Allowed } else { Permission::Off };
        }
    }

    pub(crate) fn set(&mut self, person: Person, settings: UserSettings) {
        self.settings[person] = Arc::new(settings);
    }

    pub(crate) fn mute(&mut self, person: Person, conversation: ConversationId, mute: Mute) {
        if self.flaw != Flaw::NeverUnmutes || mute != Mute::None {
            self.mutes.insert((person, conversation), mute);
        }
    }

    pub(crate) fn ack(&mut self, key: (Person, Gadget), conversation: &ConversationId, seq: Seq) {
        let cursor = self.acks.entry((key.0, key.1, conversation.clone())).or_insert(Seq(0));
        *cursor = seq.max(*cursor);
    }

    pub(crate) fn end_call(&mut self, letter: Letter) {
        self.cancel(Reason::CALL_OVER_BEFORE_SEND, |row| row.letter == letter);
    }

    /// Whether this place of a conversation has been acknowledged by a user's device.
    pub(crate) fn has_acked(&self, key: (Person, Gadget), message: &Message) -> bool {
        let Some(conversation) = message.addressee.conversation() else { return false };
        let acked = self.acks.get(&(key.0, key.1, conversation.clone())).copied().unwrap_or(Seq(0));
        message.seq.0 > 0 && acked >= message.seq
    }

    /// Who holds each token that is bound.
    pub(crate) fn holders(&self) -> Vec<(Arc<str>, Option<Person>, Gadget)> {
        (0..GADGETS)
            .filter_map(|gadget| {
                let held = self.bindings[gadget].as_ref().filter(|held| held.lost.is_none())?;
                Some((Arc::clone(&held.binding.token), held.owner, gadget))
            })
            .collect()
    }

    pub(crate) const fn has_vendor(gadget: Gadget) -> bool {
        gadget != DESKTOP
    }
}
