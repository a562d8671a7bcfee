//! Invitations to calls: handed to the app only while they ring (row F3).

use model::{CallEvent, CallId, CallSignal, Timestamp, UserId};

/// Invitations that came with a sync: a later page may say that the call is over, so they wait for its end.
#[derive(Debug, Default)]
pub(crate) struct Ringing(Vec<CallSignal>);

impl Ringing {
    pub(crate) const fn of(held: Vec<CallSignal>) -> Self {
        Self(held)
    }

    pub(crate) fn held(&self) -> &[CallSignal] {
        &self.0
    }

    pub(crate) fn hold(&mut self, invitation: CallSignal) {
        self.0.retain(|held| held.call != invitation.call);
        self.0.push(invitation);
    }

    pub(crate) fn stop(&mut self, call: CallId) {
        self.0.retain(|held| held.call != call);
    }

    /// What still rings at this time of the server's; the rest is gone.
    pub(crate) fn take_ringing(&mut self, server_now: Timestamp) -> Vec<CallSignal> {
        std::mem::take(&mut self.0).into_iter().filter(|held| held.rings_until > server_now).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Whether after this signal the user's phones ring no more: the call is over or was taken back, or the user has
/// answered it on some device.
pub(crate) fn ends_ringing(signal: &CallSignal, user: Option<&UserId>) -> bool {
    match signal.event {
        CallEvent::Cancelled | CallEvent::TimedOut | CallEvent::Ended => true,
        CallEvent::Accepted | CallEvent::Rejected | CallEvent::Left => {
            signal.by.is_some() && signal.by.as_ref() == user
        }
        CallEvent::Invited | CallEvent::Received => false,
    }
}
