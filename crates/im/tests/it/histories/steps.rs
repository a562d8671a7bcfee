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

/// A history is drawn as a row of numbers, each of which is read as one step: that is quick to draw, and a smaller
/// number is a plainer step.
pub(crate) fn any_history() -> impl Strategy<Value = History> {
    (0_u64..16, proptest::collection::vec(any::<u64>(), 4..48)).prop_map(|(house, numbers)| {
        let mut dice = Dice(house);
        let house = House {
            waits_for_loss: dice.coin(),
            many_devices: dice.coin(),
            asks_for_settings: dice.coin(),
            on_screen: dice.coin(),
        };
        History { house, steps: numbers.into_iter().map(|number| step(Dice(number))).collect() }
    })
}

/// A number that is read as one small number after the other.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        let sides = sides as u64;
        let rolled = self.0 % sides;
        self.0 /= sides;
        rolled as usize
    }

    fn coin(&mut self) -> bool {
        self.roll(2) == 1
    }

    fn person(&mut self) -> Person {
        self.roll(PEOPLE)
    }

    fn gadget(&mut self) -> Gadget {
        self.roll(GADGETS)
    }

    /// One of these, as often as its weight says.
    fn weighted<T: Copy>(&mut self, choices: &[(usize, T)]) -> T {
        let mut left = self.roll(choices.iter().map(|(weight, _)| weight).sum());
        for &(weight, choice) in choices {
            if left < weight {
                return choice;
            }
            left -= weight;
        }
        unreachable!("the roll is below the sum of the weights")
    }
}

/// How a step is read from a number.
type Reading = fn(&mut Dice) -> Step;

const STEPS: &[(usize, Reading)] = &[
    (12, |dice| Step::Send(sent(dice))),
    (8, |_| Step::FanOut),
    (4, |_| Step::Look),
    (4, |_| Step::Commit),
    (8, |_| Step::Claim),
    (10, |_| Step::Begin),
    (6, |dice| {
        let answers = [(4, Answer::Accepted), (1, Answer::Later), (1, Answer::TokenDead)];
        Step::Arrive(dice.weighted(&answers))
    }),
    (6, |dice| Step::Wait { ms: dice.weighted(&[(3, 10), (2, 1_000), (2, 6_000), (1, 100_000)]) }),
    (6, |dice| Step::Screen { gadget: dice.gadget(), foreground: dice.coin() }),
    (5, |dice| Step::Ack { gadget: dice.gadget() }),
    (4, |dice| Step::Kill { gadget: dice.gadget() }),
    (3, |dice| Step::Freeze { gadget: dice.gadget(), frozen: dice.coin() }),
    (3, |dice| Step::LoseNetwork { gadget: dice.gadget() }),
    (3, |dice| Step::Fetch { gadget: dice.gadget() }),
    (3, |dice| Step::Reconnect { gadget: dice.gadget(), foreground: dice.coin() }),
    (3, |dice| Step::Login {
        person: dice.person(),
        gadget: dice.gadget(),
        foreground: dice.coin(),
        binds: dice.coin(),
    }),
    (5, |dice| Step::Logout { gadget: dice.gadget() }),
    (2, |dice| Step::KickUser { person: dice.person() }),
    (1, |_| Step::Restart),
    (4, |dice| Step::SwitchPush { gadget: dice.gadget(), on: dice.coin() }),
    (3, |dice| Step::Unregister { gadget: dice.gadget() }),
    (3, |dice| Step::Bind { gadget: dice.gadget(), token_of: dice.gadget() }),
    (1, |dice| Step::Permission { gadget: dice.gadget(), allowed: dice.coin() }),
    (3, |dice| Step::Settings {
        person: dice.person(),
        quiet: dice.weighted(&[(1, None), (1, Some(Quiet::Silent)), (1, Some(Quiet::HideDetails))]),
        desktop_first: dice.coin(),
    }),
    (3, |dice| Step::Mute {
        person: dice.person(),
        with: dice.person(),
        group: dice.coin(),
        mute: dice.weighted(&[(1, Mute::None), (1, Mute::All), (1, Mute::ExceptMentions)]),
    }),
    (3, |dice| Step::Push { person: dice.person(), gadget: dice.coin().then(|| dice.gadget()) }),
    (2, |dice| Step::Call { from: dice.person(), to: dice.person() }),
    (1, |_| Step::EndCall),
];

fn step(mut dice: Dice) -> Step {
    let read: Reading = dice.weighted(STEPS);
    read(&mut dice)
}

fn sent(dice: &mut Dice) -> Sent {
    let to = match dice.roll(6) {
        0..3 => To::Person(dice.person()),
        3..5 => To::Group,
        _ => To::System(dice.person()),
    };
    let asked =
        [(4, Asked::Push), (2, Asked::Nothing), (1, Asked::NoPush), (1, Asked::Force), (1, Asked::Soon)];
    Sent {
        from: dice.person(),
        to,
        asked: dice.weighted(&asked),
        mentions: dice.coin(),
        online_only: dice.roll(10) == 1,
    }
}
