//! What really happened, kept beside the ledger by whoever made it happen, and what must therefore never be.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{DeliveryState, Message, MessageKind, Mute, Quiet, ReasonCode, SessionState, Timestamp};
use rules::{Reason, reason};

use super::{
    cast::{Cast, DESKTOP, GADGETS, Gadget, House, PEOPLE, Person},
    ledger::{Letter, Moment, Row},
};

/// What must hold in every history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Property {
    /// No push goes to a device that is logged out, kicked, switched off, or has acknowledged it on screen.
    NoPushToWhoMustNot,
    /// Every target of an acknowledged message ends in exactly one state.
    OneEnd,
    /// Who gets no push has a reason that holds.
    ReasonsHold,
    /// A token belongs to one user, and carries nobody else's pushes.
    OneOwner,
    /// After a fetch, logout, kick or switch-off was acknowledged, nothing decided before it begins.
    NothingBeginsAfter,
    /// Who was logged in on a device before another user has no part in it any more.
    OldOwnerIsOut,
    /// An unregistered Push ID gets nothing, and says why.
    UnregisteredIsSkipped,
}

/// A device, as whoever holds it in hand would describe it.
#[derive(Debug, Clone, Default)]
struct Hand {
    /// Whose login stands, as far as the server has acknowledged it.
    user: Option<Person>,
    /// On screen, as far as the server knows.
    foreground: bool,
    push_off: bool,
    notifications_off: bool,
    unregistered: bool,
    token: Option<Token>,
    /// Why it has no token any more.
    lost: Option<Loss>,
}

#[derive(Debug, Clone)]
struct Token {
    owner: Person,
    text: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Dead,
    TakenOver,
    Ended,
}

/// What really happened.
#[derive(Debug)]
pub(crate) struct Truth {
    house: House,
    hands: Vec<Hand>,
    /// How each login that does not stand came to its end.
    ended: BTreeMap<(Person, Gadget), SessionState>,
    logged_in_once: BTreeSet<Person>,
    quiet: Vec<Option<Quiet>>,
    /// Whose desktop silences their phones.
    desktop_first: Vec<bool>,
    mutes: BTreeMap<(Person, String), Mute>,
    over: BTreeSet<Letter>,
    /// What reached the app.
    received: BTreeSet<(Person, Gadget, Letter)>,
    /// When something was last acknowledged after which nothing older may begin.
    hushed: BTreeMap<(Person, Gadget), Moment>,
    pub(crate) violations: Vec<(Property, String)>,
}

impl Truth {
    pub(crate) fn new(house: House) -> Self {
        Self {
            house,
            hands: vec![Hand::default(); GADGETS],
            ended: BTreeMap::new(),
            logged_in_once: BTreeSet::new(),
            quiet: vec![None; PEOPLE],
            desktop_first: vec![false; PEOPLE],
            mutes: BTreeMap::new(),
            over: BTreeSet::new(),
            received: BTreeSet::new(),
            hushed: BTreeMap::new(),
            violations: Vec::new(),
        }
    }

    pub(crate) fn logged_in(&mut self, person: Person, gadget: Gadget, foreground: bool) {
        self.ended.remove(&(person, gadget));
        self.logged_in_once.insert(person);
        let hand = &mut self.hands[gadget];
        (hand.user, hand.foreground) = (Some(person), foreground);
    }

    pub(crate) fn ended(&mut self, person: Person, gadget: Gadget, how: SessionState, moment: Moment) {
        let hand = &mut self.hands[gadget];
        if hand.user == Some(person) {
            (hand.user, hand.foreground) = (None, false);
        }
        if hand.token.as_ref().is_some_and(|token| token.owner == person) {
            (hand.token, hand.lost) = (None, Some(Loss::Ended));
        }
        self.ended.insert((person, gadget), how);
        self.hushed.insert((person, gadget), moment);
    }

    pub(crate) fn connection_lost(&mut self, gadget: Gadget) {
        self.hands[gadget].foreground = false;
    }

    pub(crate) fn on_screen(&mut self, person: Person, gadget: Gadget, foreground: bool, moment: Moment) {
        self.hands[gadget].foreground = foreground;
        if foreground {
            self.fetched(person, gadget, moment);
        }
    }

    pub(crate) fn fetched(&mut self, person: Person, gadget: Gadget, moment: Moment) {
        self.hushed.insert((person, gadget), moment);
    }

    pub(crate) fn bound(&mut self, person: Person, gadget: Gadget, text: &Arc<str>) {
        for (other, hand) in self.hands.iter_mut().enumerate() {
            if other != gadget && hand.token.as_ref().is_some_and(|token| token.text == *text) {
                (hand.token, hand.lost) = (None, Some(Loss::TakenOver));
            }
        }
        let hand = &mut self.hands[gadget];
        hand.token = Some(Token { owner: person, text: Arc::clone(text) });
        (hand.lost, hand.unregistered) = (None, false);
    }

    pub(crate) fn token_died(&mut self, gadget: Gadget) {
        let hand = &mut self.hands[gadget];
        (hand.token, hand.lost) = (None, Some(Loss::Dead));
    }

    pub(crate) fn push_switched(&mut self, gadget: Gadget, on: bool, moment: Moment) {
        self.hands[gadget].push_off = !on;
        if !on {
            for person in 0..PEOPLE {
                self.hushed.insert((person, gadget), moment);
            }
        }
    }

    pub(crate) fn unregistered(&mut self, gadget: Gadget) {
        let hand = &mut self.hands[gadget];
        (hand.unregistered, hand.token, hand.lost) = (true, None, Some(Loss::Ended));
    }

    pub(crate) fn notifications(&mut self, gadget: Gadget, allowed: bool) {
        self.hands[gadget].notifications_off = !allowed;
    }

    pub(crate) fn set(&mut self, person: Person, quiet: Option<Quiet>, desktop_first: bool) {
        (self.quiet[person], self.desktop_first[person]) = (quiet, desktop_first);
    }

    pub(crate) fn muted(&mut self, person: Person, conversation: &str, mute: Mute) {
        self.mutes.insert((person, conversation.to_owned()), mute);
    }

    pub(crate) fn call_ended(&mut self, letter: Letter) {
        self.over.insert(letter);
    }

    pub(crate) fn received(&mut self, person: Person, gadget: Gadget, letter: Letter) {
        self.received.insert((person, gadget, letter));
    }

    pub(crate) fn has_received(&self, person: Person, gadget: Gadget, letter: Letter) -> bool {
        self.received.contains(&(person, gadget, letter))
    }

    fn violated(&mut self, property: Property, what: String) {
        self.violations.push((property, what));
    }

    /// A send begins.
    pub(crate) fn judge_begin(&mut self, row: &Row, acked: bool) {
        let Some(gadget) = row.gadget else { return };
        let hand = self.hands[gadget].clone();
        let what = format!("letter {} to {:?} on device {gadget}", row.letter, row.person);
        if hand.unregistered {
            self.violated(Property::UnregisteredIsSkipped, format!("{what} begins unregistered"));
        }
        if hand.push_off {
            self.violated(Property::NoPushToWhoMustNot, format!("{what} begins though pushes are off"));
        }
        let holder =
            self.hands.iter().find(|hand| hand.token.as_ref().is_some_and(|token| token.text == row.token));
        let owner = holder.and_then(|hand| hand.token.as_ref()).map(|token| token.owner);
        let Some(person) = row.person else { return };
        if owner.is_some_and(|owner| owner != person) {
            self.violated(Property::OneOwner, format!("{what} begins with the token of {owner:?}"));
        }
        if self.ended.contains_key(&(person, gadget)) {
            self.violated(Property::NoPushToWhoMustNot, format!("{what} begins though the login has ended"));
        }
        if hand.foreground && hand.user == Some(person) && acked {
            self.violated(Property::NoPushToWhoMustNot, format!("{what} begins though it is on screen"));
        }
        if hand.user.is_some_and(|user| user != person) {
            self.violated(Property::OldOwnerIsOut, format!("{what} begins on the device of {:?}", hand.user));
        }
        if self.hushed.get(&(person, gadget)).is_some_and(|&hushed_at| hushed_at > row.read_at) {
            self.violated(Property::NothingBeginsAfter, format!("{what} begins too late"));
        }
    }

    /// The bindings as the ledger has them.
    pub(crate) fn judge_holders(&mut self, holders: &[(Arc<str>, Option<Person>, Gadget)]) {
        for (place, (token, owner, gadget)) in holders.iter().enumerate() {
            if holders[..place].iter().any(|(other, ..)| other == token) {
                self.violated(Property::OneOwner, format!("{token} has two holders"));
            }
            let user = self.hands[*gadget].user;
            if user.is_some() && *owner != user {
                self.violated(
                    Property::OldOwnerIsOut,
                    format!("device {gadget} of {user:?} is bound to {owner:?}"),
                );
            }
        }
    }

    /// A target is skipped, or its push is cancelled, for a reason: does it hold now?
    pub(crate) fn judge_reason(
        &mut self,
        code: ReasonCode,
        target: (Option<Person>, Option<Gadget>),
        (letter, message): (Letter, &Message),
        (cast, now): (&Cast, Timestamp),
    ) {
        let holds = self.holds(code, target, (letter, message), (cast, now));
        if !holds {
            let name = reason(code).map_or("unknown", |reason| reason.name);
            self.violated(
                Property::ReasonsHold,
                format!("letter {letter} to {target:?}: {name} does not hold"),
            );
        }
        let Some(gadget) = target.1 else { return };
        if self.hands[gadget].unregistered
            && target.0.is_none()
            && ![Reason::UNREGISTERED, Reason::UNREGISTERED_BEFORE_SEND].contains(&code)
        {
            self.violated(Property::UnregisteredIsSkipped, format!("letter {letter}: another reason"));
        }
    }

    fn holds(
        &self,
        code: ReasonCode,
        (person, gadget): (Option<Person>, Option<Gadget>),
        (letter, message): (Letter, &Message),
        (cast, now): (&Cast, Timestamp),
    ) -> bool {
        let push = message.push.as_ref();
        let sender = message.sender.as_ref().map(|user| cast.person(user));
        let forced = push
            .and_then(|push| push.force.as_ref())
            .is_some_and(|force| person.is_some_and(|person| force.includes(cast.user(person))));
        let hand = gadget.map(|gadget| &self.hands[gadget]);
        let is = |of: fn(&Hand) -> bool| hand.is_some_and(of);
        let ended = |how| person.zip(gadget).is_some_and(|key| self.ended.get(&key) == Some(&how));
        let of_person = |of: &dyn Fn(Person) -> bool| person.is_some_and(of);
        match code {
            Reason::PUSH_OFF => push.is_some_and(|push| !push.enabled),
            Reason::NO_PUSH_SETTINGS => push.is_none() && self.house.asks_for_settings,
            Reason::ONLINE_ONLY => message.online_only,
            Reason::MESSAGE_EXPIRED | Reason::EXPIRED_IN_QUEUE => now >= message.expires_at,
            Reason::CALL_OVER | Reason::CALL_OVER_BEFORE_SEND => {
                self.over.contains(&letter) || message.kind == MessageKind::Call && now >= message.expires_at
            }
            Reason::OWN_DEVICE => person.is_some() && person == sender,
            Reason::NEVER_LOGGED_IN => of_person(&|person| !self.logged_in_once.contains(&person)),
            Reason::LOGGED_OUT | Reason::LOGGED_OUT_BEFORE_SEND => ended(SessionState::LoggedOut),
            Reason::KICKED | Reason::KICKED_BEFORE_SEND => ended(SessionState::Kicked),
            Reason::DO_NOT_DISTURB => {
                !forced && of_person(&|person| self.quiet[person] == Some(Quiet::Silent))
            }
            Reason::MUTED => !forced && of_person(&|person| self.mute(person, message) == Mute::All),
            Reason::NOT_MENTIONED => {
                !forced
                    && of_person(&|person| {
                        self.mute(person, message) == Mute::ExceptMentions
                            && !message.mentions.includes(cast.user(person))
                    })
            }
            Reason::OTHER_END_ACKED => of_person(&|person| {
                self.desktop_first[person]
                    && gadget != Some(DESKTOP)
                    && self.has_received(person, DESKTOP, letter)
            }),
            Reason::UNREGISTERED | Reason::UNREGISTERED_BEFORE_SEND => is(|hand| hand.unregistered),
            Reason::PUSH_SWITCHED_OFF | Reason::SWITCHED_OFF_BEFORE_SEND => is(|hand| hand.push_off),
            Reason::FOREGROUND => message.addressee.conversation().is_none() && is(|hand| hand.foreground),
            Reason::NOTIFICATIONS_OFF => is(|hand| hand.notifications_off),
            Reason::TOKEN_CLEARED => is(|hand| hand.lost == Some(Loss::Dead)),
            Reason::TOKEN_TAKEN_OVER => {
                let of_another = |token: &Token| person.is_some_and(|person| token.owner != person);
                hand.is_some_and(|hand| {
                    hand.lost == Some(Loss::TakenOver) || hand.token.as_ref().is_some_and(of_another)
                })
            }
            Reason::NO_BINDING => is(|hand| hand.token.is_none()),
            Reason::FETCHED => {
                let hushed = person.zip(gadget).is_some_and(|key| self.hushed.contains_key(&key));
                hushed && hand.is_some_and(|hand| hand.user == person)
            }
            _ => false,
        }
    }

    fn mute(&self, person: Person, message: &Message) -> Mute {
        let conversation = message.addressee.conversation().map(|conversation| conversation.as_str());
        conversation
            .and_then(|conversation| self.mutes.get(&(person, conversation.to_owned())))
            .copied()
            .unwrap_or_default()
    }

    /// Everything has come to rest: how did this target end?
    pub(crate) fn judge_end(
        &mut self,
        (person, gadget): (Option<Person>, Option<Gadget>),
        letter: Letter,
        rows: &[&Row],
        acked: bool,
    ) {
        let what = format!("letter {letter} to {person:?} on {gadget:?}");
        match rows {
            [] if acked => {
                let arrived = person
                    .zip(gadget)
                    .is_some_and(|(person, gadget)| self.has_received(person, gadget, letter));
                if !arrived {
                    self.violated(Property::ReasonsHold, format!("{what} is delivered and never arrived"));
                }
            }
            [] => self.violated(Property::OneEnd, format!("{what} has no end")),
            [row] if row.state == DeliveryState::Queued => {
                self.violated(Property::OneEnd, format!("{what} is queued for ever"));
            }
            [_] => {}
            _ => self.violated(Property::OneEnd, format!("{what} has {} ends", rows.len())),
        }
    }
}
