//! The machine of a call: who does what, what becomes of the call, and who is told. Pure.
//!
//! In the call are the caller, until leaving it, and who accepted. A call ends when nobody rings and at most one is
//! left in it, when nobody at all is in it, or when it is ended. Who is still in it hears of the end, but for who
//! caused it.

use model::{
    Call, CallAction, CallEvent, CallId, CallInvite, CallSignal, DeviceId, Fault, InviteeState, MessageId,
    Timestamp, UserId,
};

use super::change::{Change, invalid};
use crate::rings_for;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// In whose name; `None`: the App's backend in its own, which may cancel and end.
    pub user: Option<UserId>,
    /// On which device; `None`: the App's backend.
    pub device: Option<DeviceId>,
}

/// What an act makes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The call as it is now. Those who are newly invited have no invitation yet: it is noted when it is written.
    pub call: Call,
    /// Who is told what.
    pub signals: Vec<Signal>,
    /// Invitations that ring no longer.
    pub silenced: Vec<Silenced>,
}

/// What one user is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Who.
    pub to: UserId,
    /// What.
    pub signal: CallSignal,
}

/// An invitation that rings no longer: its notifications are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silenced {
    /// Whose.
    pub user: UserId,
    /// The message that carried it.
    pub invitation: MessageId,
    /// The device that answered it, which sees to its own notification.
    pub except: Option<DeviceId>,
}

/// What a first invitation makes: a call.
///
/// # Errors
/// `invalid` for an invitation outside its limits.
pub fn begin(id: CallId, actor: &Actor, invite: &CallInvite, now: Timestamp) -> Result<Turn, Fault> {
    let Some(caller) = actor.user.clone() else {
        return Err(invalid("an invitation needs a caller"));
    };
    let call = Call {
        id,
        caller,
        caller_device: actor.device,
        group: invite.group.clone(),
        media: invite.media,
        ext: invite.ext.clone(),
        invitees: Vec::new(),
        caller_left: false,
        created_at: now,
        rings_until: now,
        ended_at: None,
    };
    let mut change = Change::of(&call, actor, now);
    change.invite(invite)?;
    Ok(change.settled())
}

/// What a participant's action makes of a call; `None` where it repeats what is so already.
///
/// # Errors
/// `not_allowed` for who may not, `call_over` where the call or the user's part in it is over, `invalid`.
pub fn step(call: &Call, actor: &Actor, action: &CallAction, now: Timestamp) -> Result<Option<Turn>, Fault> {
    let mut change = Change::of(call, actor, now);
    match action {
        CallAction::Invite(invite) => change.invite_further(invite)?,
        CallAction::Accept {} => change.accept()?,
        CallAction::Reject {} => change.reject()?,
        CallAction::Cancel { users, .. } => change.cancel(users)?,
        CallAction::Leave {} => change.leave()?,
        CallAction::End {} => change.end()?,
    }
    let turn = change.settled();
    Ok((turn.call != *call).then_some(turn))
}

/// A device of an invitee has the invitation.
#[must_use]
pub fn received(call: &Call, user: &UserId, now: Timestamp) -> Option<Turn> {
    if !rings_for(call, user, now) {
        return None;
    }
    let invitee_itself = Actor { user: Some(user.clone()), device: None };
    let mut change = Change::of(call, &invitee_itself, now);
    let invitee = change.invitee(user).filter(|invitee| invitee.state == InviteeState::Inviting)?;
    invitee.state = InviteeState::Received;
    change.tell_inside(CallEvent::Received, Some(user));
    Some(change.settled())
}

/// Who has not answered by now has missed it.
#[must_use]
pub fn time_out(call: &Call, now: Timestamp) -> Option<Turn> {
    let nobody = Actor { user: None, device: None };
    let mut change = Change::of(call, &nobody, now);
    let missed = change.ringing(|invitee| invitee.rings_until <= now);
    if call.ended_at.is_some() || missed.is_empty() {
        return None;
    }
    for user in missed {
        change.silence(&user, InviteeState::TimedOut);
        change.tell(&user, CallEvent::TimedOut, Some(&user));
        change.tell_inside(CallEvent::TimedOut, Some(&user));
    }
    Some(change.settled())
}

/// The caller's login on the calling device ended: what nobody has answered yet is taken back.
#[must_use]
pub fn caller_gone(call: &Call, now: Timestamp) -> Option<Turn> {
    let answered = call.invitees.iter().any(|invitee| invitee.state == InviteeState::Accepted);
    if answered || call.caller_left || call.ended_at.is_some() {
        return None;
    }
    let actor = Actor { user: Some(call.caller.clone()), device: call.caller_device };
    let mut change = Change::of(call, &actor, now);
    change.take_back(|_| true);
    let turn = change.settled();
    (turn.call != *call).then_some(turn)
}
