//! The newest call as the phones and the page show it. Pure but for [`newest`].

use im::Im;
use model::{AppId, Body, Call, InviteeState, Message, Timestamp, UserId};

use crate::console::{
    answer::Failure,
    chrome::{Moment, Tone},
    words::{LabWords, Lang},
};

/// The call of which the newest signal tells, among the newest messages.
pub(super) async fn newest(im: &Im, app: AppId, recent: &[Message]) -> Result<Option<Call>, Failure> {
    let told = recent.iter().find_map(|message| match &message.body {
        Body::Call(signal) => Some(signal.call),
        _ => None,
    });
    match told {
        Some(call) => Ok(im.call_state(app, call).await?),
        None => Ok(None),
    }
}

/// What a user's phone shows of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Ringing {
    /// Nothing.
    Silent,
    /// It calls somebody.
    Out,
    /// It rings.
    In,
    /// It is in the call.
    Talking,
}

impl Ringing {
    /// What the phone of a user shows; nothing where the call is over.
    pub(super) fn of(call: Option<&Call>, user: &str, now: Timestamp) -> Self {
        let Some(call) = call.filter(|call| call.ended_at.is_none()) else { return Self::Silent };
        let own = call.invitees.iter().find(|invitee| invitee.user.as_str() == user);
        let is_caller = call.caller.as_str() == user && !call.caller_left;
        match own.map(|own| own.state) {
            Some(InviteeState::Accepted) => Self::Talking,
            Some(state) if state.is_ringing() && own.is_some_and(|own| now < own.rings_until) => Self::In,
            _ if !is_caller => Self::Silent,
            _ if call.invitees.iter().any(|other| other.state == InviteeState::Accepted) => Self::Talking,
            _ => Self::Out,
        }
    }

    pub(in crate::console) const fn is_silent(self) -> bool {
        matches!(self, Self::Silent)
    }

    pub(in crate::console) const fn class(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Out => "out",
            Self::In => "in",
            Self::Talking => "talking",
        }
    }
}

/// The call in a line.
pub(super) struct CallView {
    pub(super) caller: String,
    /// The phone of somebody still rings.
    pub(super) is_ringing: bool,
    pub(super) is_over: bool,
    pub(super) rings_until: Moment,
    pub(super) ended_at: Option<Moment>,
    pub(super) people: Vec<Person>,
}

/// One who was invited.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) tone: Tone,
    pub(super) state: &'static str,
}

impl CallView {
    pub(super) fn of(lang: Lang, call: &Call) -> Self {
        let words = lang.lab_words();
        let people = call.invitees.iter().map(|invitee| {
            let (tone, state) = state(words, invitee.state);
            Person { name: invitee.user.to_string(), tone, state }
        });
        Self {
            caller: call.caller.to_string(),
            is_ringing: call.ended_at.is_none()
                && call.invitees.iter().any(|invitee| invitee.state.is_ringing()),
            is_over: call.ended_at.is_some(),
            rings_until: Moment(call.rings_until),
            ended_at: call.ended_at.map(Moment),
            people: people.collect(),
        }
    }
}

const fn state(words: &LabWords, state: InviteeState) -> (Tone, &'static str) {
    match state {
        InviteeState::Inviting => (Tone::Info, words.call_inviting),
        InviteeState::Received => (Tone::Info, words.call_received),
        InviteeState::Accepted => (Tone::Ok, words.call_accepted),
        InviteeState::Rejected => (Tone::Bad, words.call_rejected),
        InviteeState::Cancelled => (Tone::Plain, words.call_cancelled),
        InviteeState::TimedOut => (Tone::Warn, words.call_timed_out),
        InviteeState::Left => (Tone::Plain, words.call_left),
    }
}

/// Whom a user may call: at most so many, not itself.
pub(super) fn invited(users: Vec<UserId>, caller: &str) -> Vec<UserId> {
    users.into_iter().filter(|user| user.as_str() != caller).take(32).collect()
}

#[cfg(test)]
mod tests {
    use model::{CallId, CallMedia, Invitee};
    use uuid::Uuid;

    use super::*;

    fn call(state: InviteeState) -> Call {
        Call {
            id: CallId(Uuid::nil()),
            caller: "ann".parse().unwrap(),
            caller_device: None,
            group: None,
            media: CallMedia::Audio,
            ext: None,
            invitees: vec![Invitee {
                user: "bo".parse().unwrap(),
                state,
                device: None,
                rings_until: Timestamp(100),
                invitation: None,
            }],
            caller_left: false,
            created_at: Timestamp(0),
            rings_until: Timestamp(100),
            ended_at: None,
        }
    }

    #[test]
    fn each_phone_shows_its_own_side_of_the_call() {
        let at = |state, user, now| Ringing::of(Some(&call(state)), user, Timestamp(now));
        assert_eq!(at(InviteeState::Inviting, "bo", 1), Ringing::In);
        assert_eq!(at(InviteeState::Inviting, "bo", 100), Ringing::Silent);
        assert_eq!(at(InviteeState::Inviting, "ann", 1), Ringing::Out);
        assert_eq!(at(InviteeState::Accepted, "bo", 1), Ringing::Talking);
        assert_eq!(at(InviteeState::Accepted, "ann", 1), Ringing::Talking);
        assert_eq!(at(InviteeState::Rejected, "bo", 1), Ringing::Silent);
        assert_eq!(at(InviteeState::Inviting, "dee", 1), Ringing::Silent);
        let over = Call { ended_at: Some(Timestamp(1)), ..call(InviteeState::Accepted) };
        assert_eq!(Ringing::of(Some(&over), "bo", Timestamp(2)), Ringing::Silent);
    }
}
