//! A call on its way from how it was to how it is: what each act does to it, and whom it tells. Pure.

use model::{
    CALL_INVITEES_MAX, CALL_RINGS_MAX_MS, Call, CallEvent, CallInvite, CallSignal, DeviceId, ErrorCode,
    Fault, Invitee, InviteeState, PUSH_EXT_MAX_BYTES, Timestamp, UserId,
};

use super::machine::{Actor, Signal, Silenced, Turn};
use crate::rings_for;

/// Shortest time a call rings, in milliseconds.
const CALL_RINGS_MIN_MS: i64 = 1_000;

/// A call on its way from how it was to how it is.
pub(super) struct Change<'a> {
    actor: &'a Actor,
    now: Timestamp,
    call: Call,
    signals: Vec<Signal>,
    silenced: Vec<Silenced>,
}

impl<'a> Change<'a> {
    pub(super) fn of(call: &Call, actor: &'a Actor, now: Timestamp) -> Self {
        Self { actor, now, call: call.clone(), signals: Vec::new(), silenced: Vec::new() }
    }

    pub(super) fn invite_further(&mut self, invite: &CallInvite) -> Result<(), Fault> {
        self.expect_running()?;
        match &self.actor.user {
            Some(user) if self.is_inside(user) => self.invite(invite),
            _ => Err(not_allowed("only who is in the call invites into it")),
        }
    }

    /// Rings for everybody named who neither rings nor has accepted already; who is out rings anew.
    pub(super) fn invite(&mut self, invite: &CallInvite) -> Result<(), Fault> {
        check_invite(invite)?;
        let rings_until = self.now.plus_ms(invite.rings_ms);
        for user in &invite.users {
            if *user == self.call.caller {
                return Err(invalid("the caller cannot be invited"));
            }
            let rings = Invitee {
                user: user.clone(),
                state: InviteeState::Inviting,
                device: None,
                rings_until,
                invitation: None,
            };
            match self.invitee(user) {
                Some(invitee) if invitee.state.is_ringing() || invitee.state == InviteeState::Accepted => {
                    continue;
                }
                Some(invitee) => *invitee = rings,
                None => self.call.invitees.push(rings),
            }
            let mut signal = self.signal(CallEvent::Invited, self.actor.user.clone());
            signal.ext = invite.ext.clone().or(signal.ext);
            signal.rings_until = rings_until;
            self.signals.push(Signal { to: user.clone(), signal });
        }
        if self.call.invitees.len() > CALL_INVITEES_MAX {
            return Err(invalid(format!("a call has at most {CALL_INVITEES_MAX} invitees")));
        }
        Ok(())
    }

    pub(super) fn accept(&mut self) -> Result<(), Fault> {
        let (user, device) = self.answering()?;
        match self.invitee(&user).map(|invitee| (invitee.state, invitee.device)) {
            Some((InviteeState::Accepted, on)) if on == device || device.is_none() => return Ok(()),
            Some((InviteeState::Accepted, _)) => return Err(over("it was answered on another device")),
            _ => self.expect_ringing(&user)?,
        }
        self.silence(&user, InviteeState::Accepted);
        self.tell_inside(CallEvent::Accepted, Some(&user));
        Ok(())
    }

    pub(super) fn reject(&mut self) -> Result<(), Fault> {
        let (user, _) = self.answering()?;
        match self.invitee(&user).map(|invitee| invitee.state) {
            Some(InviteeState::Rejected) => return Ok(()),
            Some(InviteeState::Accepted) => return Err(over("it was accepted; leave it instead")),
            _ => self.expect_ringing(&user)?,
        }
        self.silence(&user, InviteeState::Rejected);
        self.tell(&user, CallEvent::Rejected, Some(&user));
        self.tell_inside(CallEvent::Rejected, Some(&user));
        Ok(())
    }

    pub(super) fn cancel(&mut self, users: &[UserId]) -> Result<(), Fault> {
        self.expect_caller("only the caller takes invitations back")?;
        self.take_back(|invitee| users.is_empty() || users.contains(&invitee.user));
        Ok(())
    }

    pub(super) fn leave(&mut self) -> Result<(), Fault> {
        let (user, _) = self.answering()?;
        if user == self.call.caller {
            if self.call.caller_left || self.call.ended_at.is_some() {
                return Ok(());
            }
            self.call.caller_left = true;
        } else {
            let ended = self.call.ended_at.is_some();
            match self.invitee(&user) {
                Some(invitee) if invitee.state == InviteeState::Left || ended => return Ok(()),
                Some(invitee) if invitee.state == InviteeState::Accepted => {
                    invitee.state = InviteeState::Left;
                }
                Some(invitee) if invitee.state.is_ringing() => {
                    return Err(not_allowed("an invitation is accepted or rejected, not left"));
                }
                _ => return Err(over("the user is not in the call")),
            }
        }
        self.tell_inside(CallEvent::Left, Some(&user));
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.expect_caller("only the caller ends it for everybody")?;
        if self.call.ended_at.is_some() {
            return Ok(());
        }
        for user in self.ringing(|_| true) {
            self.silence(&user, InviteeState::Cancelled);
            self.tell(&user, CallEvent::Ended, self.actor.user.as_ref());
        }
        self.close();
        Ok(())
    }

    /// Invitations that match stop ringing, and who had them is told.
    pub(super) fn take_back(&mut self, which: impl Fn(&Invitee) -> bool) {
        if self.call.ended_at.is_some() {
            return;
        }
        for user in self.ringing(which) {
            self.silence(&user, InviteeState::Cancelled);
            self.tell(&user, CallEvent::Cancelled, self.actor.user.as_ref());
        }
    }

    /// Ends the call where nobody is left to talk, and sets when the next invitation stops ringing.
    pub(super) fn settled(mut self) -> Turn {
        let inside = self.inside().len();
        let rings = self.call.invitees.iter().any(|invitee| invitee.state.is_ringing());
        if self.call.ended_at.is_none() && (inside == 0 || inside == 1 && !rings) {
            self.take_back(|_| true);
            self.close();
        }
        let ringing = self.call.invitees.iter().filter(|invitee| invitee.state.is_ringing());
        if let Some(next) = ringing.map(|invitee| invitee.rings_until).min() {
            self.call.rings_until = next;
        }
        Turn { call: self.call, signals: self.signals, silenced: self.silenced }
    }

    fn close(&mut self) {
        self.call.ended_at = Some(self.now);
        let by = self.actor.user.as_ref();
        for user in self.inside().into_iter().filter(|user| Some(user) != by) {
            self.tell(&user, CallEvent::Ended, by);
        }
    }

    pub(super) fn silence(&mut self, user: &UserId, state: InviteeState) {
        let device = self.actor.device.filter(|_| self.actor.user.as_ref() == Some(user));
        let Some(invitee) = self.invitee(user) else { return };
        invitee.state = state;
        invitee.device = device;
        let invitation = invitee.invitation;
        self.silenced.extend(invitation.map(|invitation| Silenced {
            user: user.clone(),
            invitation,
            except: device,
        }));
    }

    pub(super) fn tell_inside(&mut self, event: CallEvent, by: Option<&UserId>) {
        for user in self.inside() {
            self.tell(&user, event, by);
        }
    }

    pub(super) fn tell(&mut self, to: &UserId, event: CallEvent, by: Option<&UserId>) {
        let signal = CallSignal { ext: None, ..self.signal(event, by.cloned()) };
        self.signals.push(Signal { to: to.clone(), signal });
    }

    fn signal(&self, event: CallEvent, by: Option<UserId>) -> CallSignal {
        CallSignal {
            call: self.call.id,
            event,
            caller: self.call.caller.clone(),
            device: self.actor.device.filter(|_| by == self.actor.user),
            by,
            group: self.call.group.clone(),
            media: self.call.media,
            rings_until: self.call.rings_until,
            ext: self.call.ext.clone(),
        }
    }

    /// Who is in the call now.
    pub(super) fn inside(&self) -> Vec<UserId> {
        let caller = (!self.call.caller_left).then(|| self.call.caller.clone());
        let accepted = self.call.invitees.iter().filter(|invitee| invitee.state == InviteeState::Accepted);
        caller.into_iter().chain(accepted.map(|invitee| invitee.user.clone())).collect()
    }

    fn is_inside(&self, user: &UserId) -> bool {
        self.inside().contains(user)
    }

    pub(super) fn ringing(&self, which: impl Fn(&Invitee) -> bool) -> Vec<UserId> {
        let ringing = self.call.invitees.iter().filter(|invitee| invitee.state.is_ringing());
        ringing.filter(|invitee| which(invitee)).map(|invitee| invitee.user.clone()).collect()
    }

    pub(super) fn invitee(&mut self, user: &UserId) -> Option<&mut Invitee> {
        self.call.invitees.iter_mut().find(|invitee| invitee.user == *user)
    }

    /// Whoever acts has a part in the call.
    fn answering(&self) -> Result<(UserId, Option<DeviceId>), Fault> {
        let Some(user) = self.actor.user.clone() else {
            return Err(invalid("this is done in a user's name"));
        };
        let invited = self.call.invitees.iter().any(|invitee| invitee.user == user);
        if user == self.call.caller || invited {
            Ok((user, self.actor.device))
        } else {
            Err(not_allowed("the user has no part in this call"))
        }
    }

    fn expect_caller(&self, otherwise: &str) -> Result<(), Fault> {
        match &self.actor.user {
            None => Ok(()),
            Some(user) if *user == self.call.caller && !self.call.caller_left => Ok(()),
            Some(_) => Err(not_allowed(otherwise)),
        }
    }

    fn expect_running(&self) -> Result<(), Fault> {
        if self.call.ended_at.is_some() { Err(ErrorCode::CallOver.into()) } else { Ok(()) }
    }

    fn expect_ringing(&self, user: &UserId) -> Result<(), Fault> {
        self.expect_running()?;
        if *user == self.call.caller {
            return Err(not_allowed("the caller has no invitation to answer"));
        }
        if rings_for(&self.call, user, self.now) { Ok(()) } else { Err(over("it does not ring any more")) }
    }
}

fn check_invite(invite: &CallInvite) -> Result<(), Fault> {
    if invite.users.is_empty() || invite.users.len() > CALL_INVITEES_MAX {
        return Err(invalid(format!("an invitation names 1 to {CALL_INVITEES_MAX} users")));
    }
    if !(CALL_RINGS_MIN_MS..=CALL_RINGS_MAX_MS).contains(&invite.rings_ms) {
        return Err(invalid("rings_ms must be 1 second to 10 minutes"));
    }
    if invite.ext.as_ref().is_some_and(|ext| ext.len() > PUSH_EXT_MAX_BYTES) {
        return Err(invalid("ext is over 3072 bytes"));
    }
    Ok(())
}

pub(super) fn invalid(detail: impl Into<String>) -> Fault {
    Fault::new(ErrorCode::Invalid, detail)
}

fn not_allowed(detail: &str) -> Fault {
    Fault::new(ErrorCode::NotAllowed, detail)
}

fn over(detail: &str) -> Fault {
    Fault::new(ErrorCode::CallOver, detail)
}
