//! What can happen, and histories of it.

use model::{Mute, Quiet};
use proptest::prelude::*;

use super::cast::{GADGETS, Gadget, House, PEOPLE, Person};

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A user logs in on a device, whoever used it before, with or without a token to report.
    Login { person: Person, gadget: Gadget, foreground: bool, binds: bool },
    /// A device comes back to its user's login after a loss.
    Reconnect { gadget: Gadget, foreground: bool },
    /// The app comes on screen or leaves it.
    Screen { gadget: Gadget, foreground: bool },
    /// The app's process is ended.
    Kill { gadget: Gadget },
    /// The process stands still with its socket open, or goes on.
    Freeze { gadget: Gadget, frozen: bool },
    /// The network is gone, and the server does not hear of it.
    LoseNetwork { gadget: Gadget },
    /// The app acknowledges what it has.
    Ack { gadget: Gadget },
    /// The app asks for everything it has not.
    Fetch { gadget: Gadget },
    /// The user logs out.
    Logout { gadget: Gadget },
    /// The App's backend ends every login of a user.
    KickUser { person: Person },
    /// The app switches its pushes off or on.
    SwitchPush { gadget: Gadget, on: bool },
    /// The app ends its Push ID.
    Unregister { gadget: Gadget },
    /// The app reports a token, perhaps one that another device had.
    Bind { gadget: Gadget, token_of: Gadget },
    /// The system's permission for notifications changes.
    Permission { gadget: Gadget, allowed: bool },
    /// A user wants to be disturbed in another way.
    Settings { person: Person, quiet: Option<Quiet>, desktop_first: bool },
    /// A user mutes the group, or the conversation with another user.
    Mute { person: Person, with: Person, group: bool, mute: Mute },
    /// A message.
    Send(Sent),
    /// A push alone: to a user, or to a device's Push ID.
    Push { person: Person, gadget: Option<Gadget> },
    /// Somebody calls.
    Call { from: Person, to: Person },
    /// The newest call is over.
    EndCall,
    /// The server stops and starts.
    Restart,
    /// Every message that is due is looked at and decided.
    FanOut,
    /// One message that is due is looked at; its decisions are stored later.
    Look,
    /// What was looked at is stored.
    Commit,
    /// A lane takes what is due into its hands.
    Claim,
    /// The oldest push in the hands begins.
    Begin,
    /// The oldest push on the wire arrives, and the vendor answers.
    Arrive(Answer),
    /// Time passes.
    Wait { ms: i64 },
}

/// A message to send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) from: Person,
    pub(crate) to: To,
    pub(crate) asked: Asked,
    pub(crate) mentions: bool,
    pub(crate) online_only: bool,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum To {
    Person(Person),
    Group,
    /// A custom system notification.
    System(Person),
}

/// What the sender asks of the push.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    Nothing,
    Push,
    NoPush,
    Force,
    /// A lifetime of two seconds.
    Soon,
}

/// What a vendor answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Accepted,
    Later,
    TokenDead,
}

/// A history: how the App is set, and what happens.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) house: House,
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn any_history() -> impl Strategy<Value = History> {
    let house = any::<(bool, bool, bool)>().prop_map(|(waits_for_loss, many_devices, asks_for_settings)| {
        House { waits_for_loss, many_devices, asks_for_settings }
    });
    (house, proptest::collection::vec(any_step(), 4..48)).prop_map(|(house, steps)| History { house, steps })
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => any_login(),
        6 => any_phone(),
        4 => any_wish(),
        6 => any_message(),
        8 => any_road(),
    ]
}

const fn person() -> std::ops::Range<Person> {
    0..PEOPLE
}

const fn gadget() -> std::ops::Range<Gadget> {
    0..GADGETS
}

fn any_login() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (person(), gadget(), any::<bool>(), any::<bool>())
            .prop_map(|(person, gadget, foreground, binds)| Step::Login { person, gadget, foreground, binds }),
        3 => (gadget(), any::<bool>()).prop_map(|(gadget, foreground)| Step::Reconnect { gadget, foreground }),
        3 => gadget().prop_map(|gadget| Step::Logout { gadget }),
        1 => person().prop_map(|person| Step::KickUser { person }),
        1 => Just(Step::Restart),
    ]
}

fn any_phone() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (gadget(), any::<bool>()).prop_map(|(gadget, foreground)| Step::Screen { gadget, foreground }),
        3 => gadget().prop_map(|gadget| Step::Kill { gadget }),
        2 => (gadget(), any::<bool>()).prop_map(|(gadget, frozen)| Step::Freeze { gadget, frozen }),
        2 => gadget().prop_map(|gadget| Step::LoseNetwork { gadget }),
        4 => gadget().prop_map(|gadget| Step::Ack { gadget }),
        2 => gadget().prop_map(|gadget| Step::Fetch { gadget }),
    ]
}

fn any_wish() -> impl Strategy<Value = Step> {
    let quiet = prop_oneof![Just(None), Just(Some(Quiet::Silent)), Just(Some(Quiet::HideDetails))];
    let mute = prop_oneof![Just(Mute::None), Just(Mute::All), Just(Mute::ExceptMentions)];
    prop_oneof![
        3 => (gadget(), any::<bool>()).prop_map(|(gadget, on)| Step::SwitchPush { gadget, on }),
        2 => gadget().prop_map(|gadget| Step::Unregister { gadget }),
        2 => (gadget(), gadget()).prop_map(|(gadget, token_of)| Step::Bind { gadget, token_of }),
        1 => (gadget(), any::<bool>()).prop_map(|(gadget, allowed)| Step::Permission { gadget, allowed }),
        2 => (person(), quiet, any::<bool>())
            .prop_map(|(person, quiet, desktop_first)| Step::Settings { person, quiet, desktop_first }),
        2 => (person(), person(), any::<bool>(), mute)
            .prop_map(|(person, with, group, mute)| Step::Mute { person, with, group, mute }),
    ]
}

fn any_message() -> impl Strategy<Value = Step> {
    let to = prop_oneof![
        3 => person().prop_map(To::Person),
        2 => Just(To::Group),
        1 => person().prop_map(To::System),
    ];
    let asked = prop_oneof![
        2 => Just(Asked::Nothing),
        4 => Just(Asked::Push),
        1 => Just(Asked::NoPush),
        1 => Just(Asked::Force),
        1 => Just(Asked::Soon),
    ];
    let online_only = proptest::bool::weighted(0.1);
    prop_oneof![
        8 => (person(), to, asked, any::<bool>(), online_only).prop_map(
            |(from, to, asked, mentions, online_only)| Step::Send(Sent { from, to, asked, mentions, online_only })
        ),
        2 => (person(), proptest::option::of(gadget())).prop_map(|(person, gadget)| Step::Push { person, gadget }),
        1 => (person(), person()).prop_map(|(from, to)| Step::Call { from, to }),
        1 => Just(Step::EndCall),
    ]
}

fn any_road() -> impl Strategy<Value = Step> {
    let answer =
        prop_oneof![4 => Just(Answer::Accepted), 1 => Just(Answer::Later), 1 => Just(Answer::TokenDead)];
    let ms = prop_oneof![3 => Just(10_i64), 2 => Just(1_000), 2 => Just(6_000), 1 => Just(100_000)];
    prop_oneof![
        4 => Just(Step::FanOut),
        2 => Just(Step::Look),
        2 => Just(Step::Commit),
        4 => Just(Step::Claim),
        5 => Just(Step::Begin),
        3 => answer.prop_map(Step::Arrive),
        3 => ms.prop_map(|ms| Step::Wait { ms }),
    ]
}
