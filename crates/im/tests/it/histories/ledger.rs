//! What the store promises, in memory.

use std::{collections::BTreeMap, sync::Arc};

use model::{
    Addressee, Binding, BindingKind, BindingLoss, BindingState, ConversationId, DeliveryState, Device,
    LoginPolicy, Message, Mute, Permission, PushId, ReasonCode, Seq, SessionId, SessionState, Timestamp,
    UserSettings,
};
use rules::{Follow, Reason};
use store::{AudienceRow, SessionRecord};
use uuid::Uuid;

use super::{
    Flaw,
    cast::{APP, CERTIFICATE, Cast, DESKTOP, GADGETS, Gadget, PEOPLE, Person, device_id, gadget, report},
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

    fn cancel(&mut self, reason: ReasonCode, is_meant: impl Fn(&Row) -> bool) {
        for (place, row) in self.rows.iter_mut().enumerate() {
            if row.state != DeliveryState::Queued || row.raced.is_some() || !is_meant(row) {
                continue;
            }
            if row.on_wire {
                row.raced = Some(reason);
            } else if self.flaw != Flaw::BeginsBlindly || !row.in_hands {
                (row.state, row.reason) = (DeliveryState::Skipped, reason);
            }
            self.cancelled.push(Cancelled { row: place, reason });
        }
    }

    /// A message's targets with what the rules look at, user by user.
    pub(crate) fn audience(&self, addressee: &Addressee, cast: &Cast) -> Vec<AudienceRow> {
        match addressee {
            Addressee::Conversation(conversation) => {
                let members = cast.members(conversation);
                members.iter().flat_map(|&person| self.rows_of(person, Some(conversation), cast)).collect()
            }
            Addressee::User(user) => self.rows_of(cast.person(user), None, cast),
            Addressee::PushId(push_id) => (0..GADGETS)
                .filter(|&gadget| self.push_id(gadget) == Some(*push_id))
                .map(|gadget| self.row_of(gadget, None, None, cast))
                .collect(),
            Addressee::Token { .. } => Vec::new(),
        }
    }

    fn rows_of(
        &self,
        person: Person,
        conversation: Option<&ConversationId>,
        cast: &Cast,
    ) -> Vec<AudienceRow> {
        let rows: Vec<AudienceRow> = (0..GADGETS)
            .filter(|&gadget| self.sessions.contains_key(&(person, gadget)))
            .map(|gadget| self.row_of(gadget, Some(person), conversation, cast))
            .collect();
        if !rows.is_empty() {
            return rows;
        }
        vec![AudienceRow {
            user: Some(cast.user(person).clone()),
            session: None,
            device: None,
            binding: BindingState::Lost(BindingLoss::NeverBound),
            acked: Seq(0),
            from: Seq(0),
            settings: Arc::clone(&self.settings[person]),
            mute: Mute::None,
        }]
    }

    fn row_of(
        &self,
        gadget: Gadget,
        person: Option<Person>,
        conversation: Option<&ConversationId>,
        cast: &Cast,
    ) -> AudienceRow {
        let binding = match &self.bindings[gadget] {
            None => BindingState::Lost(BindingLoss::NeverBound),
            Some(Held { lost: Some(loss), .. }) => BindingState::Lost(*loss),
            Some(held) if person.is_some() && held.owner != person => {
                BindingState::Lost(BindingLoss::TakenOver)
            }
            Some(held) => BindingState::Bound(held.binding.clone()),
        };
        let place = person.zip(conversation);
        AudienceRow {
            user: person.map(|person| cast.user(person).clone()),
            session: person.and_then(|person| self.sessions.get(&(person, gadget)).cloned()),
            device: self.devices[gadget].clone(),
            binding,
            acked: place
                .and_then(|(person, conversation)| self.acks.get(&(person, gadget, conversation.clone())))
                .copied()
                .unwrap_or(Seq(0)),
            from: Seq(0),
            settings: person.map(|person| Arc::clone(&self.settings[person])).unwrap_or_default(),
            mute: place
                .and_then(|(person, conversation)| self.mutes.get(&(person, conversation.clone())))
                .copied()
                .unwrap_or_default(),
        }
    }

    /// Whether this place of a conversation has been acknowledged by a user's device.
    pub(crate) fn has_acked(&self, key: (Person, Gadget), message: &Message) -> bool {
        let Some(conversation) = message.addressee.conversation() else { return false };
        let acked = self.acks.get(&(key.0, key.1, conversation.clone())).copied().unwrap_or(Seq(0));
        message.seq.0 > 0 && acked >= message.seq
    }

    /// Stores a page, or nothing of it where one of its pushes rests on what is no longer so. A target that has a row
    /// keeps it.
    pub(crate) fn decide(&mut self, page: Page, now: Timestamp) -> bool {
        if !self.fanouts.contains_key(&page.letter) {
            return true;
        }
        let overtaken = page.decisions.iter().any(|new| new.pushes && self.is_overtaken(&page, new));
        if overtaken && self.flaw != Flaw::CommitsWhatWasOvertaken {
            return false;
        }
        for new in page.decisions {
            let has_row = self
                .rows
                .iter()
                .any(|row| (row.letter, row.person, row.gadget) == (page.letter, new.person, new.gadget));
            if has_row && self.flaw != Flaw::DecidesTwice {
                continue;
            }
            self.rows.push(Row {
                letter: page.letter,
                person: new.person,
                gadget: new.gadget,
                token: new.token,
                state: if new.pushes { DeliveryState::Queued } else { DeliveryState::Skipped },
                reason: new.reason,
                read_at: page.read_at,
                due_at: now,
                tries: 0,
                in_hands: false,
                on_wire: false,
                raced: None,
            });
        }
        match page.again_at.filter(|_| self.flaw != Flaw::ForgetsWhoWaits) {
            Some(again_at) => self.fanouts.insert(page.letter, again_at),
            None => self.fanouts.remove(&page.letter),
        };
        true
    }

    fn is_overtaken(&self, page: &Page, new: &Decided) -> bool {
        let Some(gadget) = new.gadget else { return false };
        let binding_moved = self.bindings[gadget]
            .as_ref()
            .is_none_or(|held| held.lost.is_some() || held.binding.generation != new.generation);
        let is_off = self.devices[gadget].as_ref().is_some_and(|device| device.push_off_at.is_some());
        let login_moved = new.person.is_some_and(|person| {
            let key = (person, gadget);
            let state = self.sessions.get(&key).map(|session| session.state);
            let fetched = self.fetches.get(&key).is_some_and(|&fetched_at| fetched_at > page.read_at)
                && (self.flaw != Flaw::SeesFetchesOnScreenAlone
                    || state == Some(SessionState::OnlineForeground));
            fetched || state.is_some_and(|state| !state.is_logged_in())
        });
        binding_moved || login_moved || is_off && self.flaw != Flaw::SwitchOffCancelsNothing
    }

    /// Takes what is due into a lane's hands.
    pub(crate) fn claim(&mut self, now: Timestamp) -> Vec<usize> {
        let is_free = |row: &Row| row.state == DeliveryState::Queued && !row.in_hands && row.due_at <= now;
        let claimed: Vec<usize> =
            self.rows.iter().enumerate().filter(|(_, row)| is_free(row)).map(|(place, _)| place).collect();
        for &place in &claimed {
            self.rows[place].in_hands = true;
        }
        claimed
    }

    /// The last word before the bytes leave.
    pub(crate) fn begin(&mut self, place: usize) -> bool {
        let row = &mut self.rows[place];
        row.on_wire = row.in_hands && row.state == DeliveryState::Queued;
        row.in_hands = row.on_wire;
        row.on_wire
    }

    /// What a try, or a look before it, brought. A row that raced does not go back into the queue.
    pub(crate) fn update(&mut self, place: usize, follow: &Follow) {
        let row = &mut self.rows[place];
        (row.in_hands, row.on_wire) = (false, false);
        if row.state != DeliveryState::Queued {
            return;
        }
        row.tries += 1;
        (row.state, row.reason, row.due_at) = match (follow.state, row.raced) {
            (DeliveryState::Queued, Some(reason)) => (DeliveryState::Skipped, reason, row.due_at),
            (state, _) => (state, follow.reason, follow.due_at),
        };
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

/// Where a row of the audience stands in the cast.
pub(crate) fn place_of(row: &AudienceRow, cast: &Cast) -> (Option<Person>, Option<Gadget>) {
    (row.user.as_ref().map(|user| cast.person(user)), row.device.as_ref().map(|device| gadget(device.id)))
}
