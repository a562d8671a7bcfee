//! The world: what each step does to phones, connections, ledger and truth.

use std::collections::{BTreeMap, VecDeque};

use im::AppView;
use model::{
    Addressee, Body, Call, CallEvent, CallId, CallMedia, CallSignal, Class, ClientMessageId, ConversationId,
    DoNotDisturb, ForcePush, Invitee, InviteeState, Mentions, Message, MessageId, MessageKind, MultiEndRule,
    Mute, PlatformClass, PushSettings, Quiet, Seq, SessionState, Timestamp, UserSettings,
};
use rules::Reason;
use uuid::Uuid;
use wire::{ClientFrame, KickReason, ServerInput};

use super::{
    Flaw,
    cast::{APP, BEGINNING, Cast, GADGETS, Gadget, House, PEOPLE, Person, device_id, token, view},
    ledger::{Ledger, Letter, Moment, Page, Row, place_of},
    phones::{Link, Phone},
    steps::{Asked, History, Sent, Step, To},
    truth::{Property, Truth},
};

/// How long a message lives where its sender does not say.
const WEEK_MS: i64 = 7 * 24 * 3_600_000;
/// How long a call rings.
const RINGS_MS: i64 = 30_000;
/// How long the world is given to come to rest, in rounds of ten seconds.
const LAST_ROUNDS: usize = 60;

pub(crate) struct World {
    pub(crate) flaw: Flaw,
    pub(crate) cast: Cast,
    pub(crate) view: AppView,
    pub(crate) ledger: Ledger,
    pub(crate) truth: Truth,
    pub(crate) now: Timestamp,
    pub(crate) started_at: Timestamp,
    pub(crate) moment: Moment,
    pub(crate) links: Vec<Option<Link>>,
    pub(crate) phones: Vec<Phone>,
    pub(crate) pinged_at: Timestamp,
    pub(crate) calls: BTreeMap<Letter, Call>,
    /// Looked at, and not stored yet.
    pub(crate) page: Option<Page>,
    /// What the lane has claimed, and what it has on the wire.
    pub(crate) hands: VecDeque<usize>,
    pub(crate) wire: VecDeque<usize>,
    /// Who every message was for when it was acknowledged to its sender.
    targets: Vec<Vec<(Option<Person>, Option<Gadget>)>>,
}

/// Lets a history happen and comes to rest. Answers what was violated.
pub(crate) fn live_through(history: &History, flaw: Flaw) -> Vec<(Property, String)> {
    let mut world = World::new(history.house, flaw);
    for person in 0..PEOPLE {
        world.log_in(person, [0, 1, 3][person], history.house.on_screen, true);
    }
    for step in &history.steps {
        world.take(step);
        world.judge_now();
    }
    world.come_to_rest();
    world.judge_ends();
    world.truth.violations
}

impl World {
    fn new(house: House, flaw: Flaw) -> Self {
        Self {
            flaw,
            cast: Cast::new(),
            view: view(house),
            ledger: Ledger::new(flaw),
            truth: Truth::new(house),
            now: BEGINNING,
            started_at: BEGINNING.plus_ms(-WEEK_MS),
            moment: 0,
            links: (0..GADGETS).map(|_| None).collect(),
            phones: (0..GADGETS).map(|_| Phone::default()).collect(),
            pinged_at: BEGINNING,
            calls: BTreeMap::new(),
            page: None,
            hands: VecDeque::new(),
            wire: VecDeque::new(),
            targets: Vec::new(),
        }
    }

    fn take(&mut self, step: &Step) {
        self.moment += 1;
        match *step {
            Step::Login { person, gadget, foreground, binds } => {
                self.log_in(person, gadget, foreground, binds)
            }
            Step::Reconnect { gadget, foreground } => self.reconnect(gadget, foreground),
            Step::Screen { gadget, foreground } => {
                self.say(gadget, &ClientFrame::Presence { request: 1, foreground, unread: None });
            }
            Step::Kill { gadget } => self.kill(gadget),
            Step::Freeze { gadget, frozen } => self.freeze(gadget, frozen),
            Step::LoseNetwork { gadget } => self.lose_network(gadget),
            Step::Ack { gadget } => self.acknowledge(gadget),
            Step::Fetch { gadget } => self.ask_for_everything(gadget),
            Step::Logout { gadget } => self.say(gadget, &ClientFrame::Logout { request: 1 }),
            Step::KickUser { person } => self.kick(person),
            Step::SwitchPush { gadget, on } => {
                self.say(gadget, &ClientFrame::PushSwitch { request: 1, on });
            }
            Step::Unregister { gadget } => self.say(gadget, &ClientFrame::Unregister { request: 1 }),
            Step::Bind { gadget, token_of } => self.report_token(gadget, token_of),
            Step::Permission { gadget, allowed } => {
                self.ledger.allow_notifications(gadget, allowed);
                self.truth.notifications(gadget, allowed);
            }
            Step::Settings { person, quiet, desktop_first } => self.set(person, quiet, desktop_first),
            Step::Mute { person, with, group, mute } => self.mute(person, with, group, mute),
            Step::Send(sent) => self.send(sent),
            Step::Push { person, gadget } => self.push(person, gadget),
            Step::Call { from, to } => self.call(from, to),
            Step::EndCall => self.end_call(),
            Step::Restart => self.restart(),
            Step::FanOut => self.fan_out(),
            Step::Look => self.look_at_one(),
            Step::Commit => self.commit(),
            Step::Claim => self.claim(),
            Step::Begin => self.begin(),
            Step::Arrive(answer) => self.arrive(answer),
            Step::Wait { ms } => self.wait(ms),
        }
    }

    fn kick(&mut self, person: Person) {
        for gadget in self.ledger.standing(person) {
            let (how, why) = (SessionState::Kicked, Reason::KICKED_BEFORE_SEND);
            self.ledger.end((person, gadget), how, why, self.now);
            self.truth.ended(person, gadget, how, self.moment);
            self.feed(gadget, ServerInput::Kick(KickReason::ByServer));
        }
    }

    fn set(&mut self, person: Person, quiet: Option<Quiet>, desktop_first: bool) {
        let span = quiet.map(|effect| DoNotDisturb {
            from_minute: 0,
            to_minute: 0,
            time_zone: "Asia/Shanghai".to_owned(),
            effect,
        });
        let rule =
            MultiEndRule { online: vec![PlatformClass::Desktop], silence: vec![PlatformClass::Mobile] };
        let settings = UserSettings {
            do_not_disturb: span,
            hide_details: false,
            multi_end: if desktop_first { vec![rule] } else { Vec::new() },
        };
        self.ledger.set(person, settings);
        self.truth.set(person, quiet, desktop_first);
    }

    fn mute(&mut self, person: Person, with: Person, group: bool, mute: Mute) {
        let conversation = if group {
            self.cast.group.clone()
        } else {
            ConversationId::peer(self.cast.user(person), self.cast.user(with))
        };
        self.truth.muted(person, conversation.as_str(), mute);
        self.ledger.mute(person, conversation, mute);
    }

    fn send(&mut self, sent: Sent) {
        let (addressee, kind) = match sent.to {
            To::Person(to) if to == sent.from => return,
            To::Person(to) => {
                (ConversationId::peer(self.cast.user(sent.from), self.cast.user(to)), MessageKind::Message)
            }
            To::Group => (self.cast.group.clone(), MessageKind::Message),
            To::System(to) => (ConversationId::system(self.cast.user(to)), MessageKind::System),
        };
        let device = (0..GADGETS)
            .find(|&gadget| self.links[gadget].as_ref().is_some_and(|link| link.person == sent.from));
        let message = self.letter(Addressee::Conversation(addressee), kind, settings(sent.asked));
        self.accept(Message {
            sender: (kind == MessageKind::Message).then(|| self.cast.user(sent.from).clone()),
            sender_device: device.filter(|_| kind == MessageKind::Message).map(device_id),
            mentions: Mentions { all: sent.mentions, users: Vec::new() },
            online_only: sent.online_only,
            ..message
        });
    }

    fn push(&mut self, person: Person, gadget: Option<Gadget>) {
        let push_id = gadget.map(|gadget| self.ledger.push_id(gadget));
        let addressee = match push_id {
            None => Addressee::User(self.cast.user(person).clone()),
            Some(Some(push_id)) => Addressee::PushId(push_id),
            Some(None) => return,
        };
        let message = self.letter(addressee, MessageKind::Push, settings(Asked::Push));
        self.accept(message);
    }

    fn call(&mut self, from: Person, to: Person) {
        if from == to {
            return;
        }
        let rings_until = self.now.plus_ms(RINGS_MS);
        let call = CallId(Uuid::from_u128(self.ledger.letters.len() as u128));
        let (caller, invitee) = (self.cast.user(from).clone(), self.cast.user(to).clone());
        let signal = CallSignal {
            call,
            event: CallEvent::Invited,
            caller: caller.clone(),
            by: Some(caller.clone()),
            device: None,
            group: None,
            media: CallMedia::Audio,
            rings_until,
            ext: None,
        };
        let push = PushSettings { class: Class::Call, ..PushSettings::default() };
        let addressee = Addressee::Conversation(ConversationId::system(&invitee));
        let letter = self.accept(Message {
            sender: Some(caller.clone()),
            body: Body::Call(signal),
            expires_at: rings_until,
            ..self.letter(addressee, MessageKind::Call, Some(push))
        });
        let state = InviteeState::Inviting;
        let invitee = Invitee { user: invitee, state, device: None, rings_until, invitation: None };
        self.calls.insert(
            letter,
            Call {
                id: call,
                caller,
                caller_device: None,
                group: None,
                media: CallMedia::Audio,
                ext: None,
                invitees: vec![invitee],
                caller_left: false,
                created_at: self.now,
                rings_until,
                ended_at: None,
            },
        );
    }

    fn end_call(&mut self) {
        let Some((&letter, call)) = self.calls.iter_mut().rev().find(|(_, call)| call.ended_at.is_none())
        else {
            return;
        };
        call.ended_at = Some(self.now);
        self.truth.call_ended(letter);
        self.ledger.end_call(letter);
    }

    fn letter(&self, addressee: Addressee, kind: MessageKind, push: Option<PushSettings>) -> Message {
        let lifetime_ms = push.as_ref().and_then(|push| push.lifetime_ms).unwrap_or(WEEK_MS);
        Message {
            id: MessageId(Uuid::nil()),
            app: APP,
            addressee,
            kind,
            sender: None,
            sender_device: None,
            client_message_id: None::<ClientMessageId>,
            seq: Seq(0),
            body: Body::text("hi"),
            mentions: Mentions::default(),
            online_only: false,
            recalled_at: None,
            push,
            sent_at: self.now,
            expires_at: self.now.plus_ms(lifetime_ms),
        }
    }

    fn accept(&mut self, message: Message) -> Letter {
        let audience = self.ledger.audience(&message.addressee, &self.cast);
        self.targets.push(audience.iter().map(|row| place_of(row, &self.cast)).collect());
        self.ledger.accept(message)
    }

    /// The server stops: connections are gone, and so is what only it knew.
    fn restart(&mut self) {
        for gadget in 0..GADGETS {
            self.links[gadget] = None;
            self.truth.connection_lost(gadget);
        }
        (self.page, self.started_at) = (None, self.now);
        self.hands.clear();
        self.wire.clear();
        self.ledger.restart(self.now);
    }

    fn report_token(&mut self, gadget: Gadget, token_of: Gadget) {
        if Ledger::has_vendor(gadget) {
            self.say_bind(gadget, &token(token_of));
        }
    }

    fn judge_now(&mut self) {
        self.truth.judge_holders(&self.ledger.holders());
        for cancelled in std::mem::take(&mut self.ledger.cancelled) {
            let row = &self.ledger.rows[cancelled.row];
            let message = &self.ledger.letters[row.letter];
            let (target, letter) = ((row.person, row.gadget), (row.letter, &**message));
            self.truth.judge_reason(cancelled.reason, target, letter, (&self.cast, self.now));
        }
    }

    fn come_to_rest(&mut self) {
        for _ in 0..LAST_ROUNDS {
            self.commit();
            self.wait(10_000);
            self.claim();
            while !self.hands.is_empty() {
                self.begin();
            }
            while !self.wire.is_empty() {
                self.arrive(super::steps::Answer::Accepted);
            }
            self.judge_now();
            let queued = |row: &Row| row.state == model::DeliveryState::Queued;
            if self.ledger.fanouts.is_empty() && !self.ledger.rows.iter().any(queued) {
                return;
            }
        }
    }

    fn judge_ends(&mut self) {
        for (letter, targets) in self.targets.iter().enumerate() {
            let message = &self.ledger.letters[letter];
            for &(person, gadget) in targets {
                let known = |target: &(Option<Person>, Option<Gadget>)| *target == (None, gadget);
                let audience = self.ledger.audience(&message.addressee, &self.cast);
                if person.is_none() && !audience.iter().any(|row| known(&place_of(row, &self.cast))) {
                    // The Push ID was given up and the device has another one by now.
                    continue;
                }
                let gadgets: Vec<Gadget> =
                    gadget.map_or_else(|| (0..GADGETS).collect(), |gadget| vec![gadget]);
                let is_of = |row: &&Row| {
                    row.letter == letter && row.person == person && (gadget.is_none() || row.gadget == gadget)
                };
                let mut rows: Vec<&Row> = self.ledger.rows.iter().filter(is_of).collect();
                if gadget.is_none() {
                    // A user without a device may have got several before the message was decided: each has its end.
                    rows.truncate(1);
                }
                let acked = person.and_then(|person| {
                    gadgets.iter().copied().find(|&gadget| self.ledger.has_acked((person, gadget), message))
                });
                let target = (person, acked.or(gadget));
                self.truth.judge_end(target, letter, &rows, acked.is_some());
            }
        }
    }
}

fn settings(asked: Asked) -> Option<PushSettings> {
    let push = PushSettings::default();
    match asked {
        Asked::Nothing => None,
        Asked::Push => Some(push),
        Asked::NoPush => Some(PushSettings { enabled: false, ..push }),
        Asked::Force => {
            Some(PushSettings { force: Some(ForcePush { all: true, ..ForcePush::default() }), ..push })
        }
        Asked::Soon => Some(PushSettings { lifetime_ms: Some(2_000), ..push }),
    }
}
