//! What happens to calls without anybody's request: invitations time out, callers' logins end, phones receive.
//!
//! One loop follows the feed. It remembers who has a part in a call that rings, so that the many changes that are about
//! somebody else cost a look into a map. What it remembers is read from the store at the start, and again where it may
//! have missed something.

use std::{
    collections::{HashMap, HashSet},
    iter,
    sync::Arc,
    time::Duration,
};

use model::{
    Addressee, AppId, Call, CallId, ConversationId, DeviceId, Fault, InviteeState, MessageId, Timestamp,
    UserId,
};
use store::Change;
use tokio::{
    sync::broadcast::{
        Receiver,
        error::{RecvError, TryRecvError},
    },
    time,
};

use super::machine::{caller_gone, received, time_out};
use crate::{Im, fault_of};

/// Calls that time out in one round.
const ROUND: u32 = 256;
/// Calls that are looked after at once; beyond that receipts of invitations and ended logins go unnoticed.
const WATCHED_MAX: u32 = 100_000;
/// Changes that are taken before the clock is looked at again.
const CHANGES_AT_ONCE: usize = 256;
/// Devices of a user that are asked for an acknowledgement.
const DEVICES_MAX: u32 = 64;
/// How long the loop sleeps when nothing wakes it.
const IDLE: Duration = Duration::from_secs(30);
/// How long the loop waits at least from one look to the next, and after the store refused.
const PAUSE: Duration = Duration::from_millis(200);

/// Calls that ring, by who has a part in them.
#[derive(Default)]
struct Ringing {
    by_user: HashMap<(AppId, UserId), HashSet<CallId>>,
    users: HashMap<(AppId, CallId), Vec<UserId>>,
}

impl Ringing {
    /// Remembers a call as it stands now; one that does not ring is forgotten.
    fn note(&mut self, app: AppId, id: CallId, call: Option<&Call>) {
        for user in self.users.remove(&(app, id)).unwrap_or_default() {
            if let Some(calls) = self.by_user.get_mut(&(app, user.clone())) {
                calls.remove(&id);
                if calls.is_empty() {
                    self.by_user.remove(&(app, user));
                }
            }
        }
        let Some(call) = call.filter(|call| call.ended_at.is_none()) else { return };
        let ringing = call.invitees.iter().filter(|invitee| invitee.state.is_ringing());
        let mut users: Vec<UserId> = ringing.map(|invitee| invitee.user.clone()).collect();
        if users.is_empty() {
            return;
        }
        users.push(call.caller.clone());
        for user in &users {
            self.by_user.entry((app, user.clone())).or_default().insert(id);
        }
        self.users.insert((app, id), users);
    }

    fn of(&self, app: AppId, user: &UserId) -> Vec<CallId> {
        self.by_user
            .get(&(app, user.clone()))
            .map(|calls| calls.iter().copied().collect())
            .unwrap_or_default()
    }
}

/// Runs until the store is gone.
pub(crate) async fn run(im: Arc<Im>, mut feed: Receiver<Change>) {
    loop {
        match load(&im).await {
            Ok(ringing) => match follow(&im, &mut feed, ringing).await {
                Followed::Lagged => {}
                Followed::Closed => return,
            },
            Err(fault) => {
                tracing::warn!(%fault, "the calls that ring could not be read");
                time::sleep(PAUSE).await;
            }
        }
    }
}

/// Everything that rings, but for what is taken back at once because its caller is gone already.
async fn load(im: &Im) -> Result<Ringing, Fault> {
    let mut ringing = Ringing::default();
    let all = im.store().due_calls(Timestamp::NEVER, WATCHED_MAX).await.map_err(|error| fault_of(&error))?;
    for record in &all {
        ringing.note(record.app, record.call.id, Some(&record.call));
        if let Some(device) = record.call.caller_device {
            im.cancel_calls_of(record.app, device, vec![record.call.id]).await?;
        }
    }
    Ok(ringing)
}

/// Why the feed was not followed further.
enum Followed {
    /// Changes were missed.
    Lagged,
    /// The store is gone.
    Closed,
}

async fn follow(im: &Im, feed: &mut Receiver<Change>, mut ringing: Ringing) -> Followed {
    let mut look_at = im.now();
    loop {
        if look_at <= im.now() {
            look_at = next_look(im).await;
        }
        let first = tokio::select! {
            change = feed.recv() => change,
            () = time::sleep(look_at.after(im.now()).min(IDLE)) => continue,
        };
        // Most changes are about something else, so the clock is looked at once for all that came together.
        let together = iter::once(first).chain(iter::from_fn(|| heard_already(feed)));
        for change in together.take(CHANGES_AT_ONCE) {
            match change {
                Ok(change) => {
                    if matches!(change, Change::Call(..)) {
                        look_at = im.now();
                    }
                    if let Err(fault) = note(im, &mut ringing, change).await {
                        tracing::warn!(%fault, "what happened to a call was not noted");
                    }
                }
                Err(RecvError::Lagged(missed)) => {
                    im.store().meter().missed.add(missed);
                    return Followed::Lagged;
                }
                Err(RecvError::Closed) => return Followed::Closed,
            }
        }
    }
}

/// A change that is there already.
fn heard_already(feed: &mut Receiver<Change>) -> Option<Result<Change, RecvError>> {
    match feed.try_recv() {
        Ok(change) => Some(Ok(change)),
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Lagged(missed)) => Some(Err(RecvError::Lagged(missed))),
        Err(TryRecvError::Closed) => Some(Err(RecvError::Closed)),
    }
}

async fn note(im: &Im, ringing: &mut Ringing, change: Change) -> Result<(), Fault> {
    match change {
        Change::Call(app, id) => {
            let call = im.call_state(app, id).await?;
            ringing.note(app, id, call.as_ref());
            Ok(())
        }
        Change::Session(app, user, device) => im.cancel_calls_of(app, device, ringing.of(app, &user)).await,
        Change::Acked(app, user, _) => im.note_received(app, &user, ringing.of(app, &user)).await,
        _ => Ok(()),
    }
}

/// Times out what is due, and says when to look again.
async fn next_look(im: &Im) -> Timestamp {
    let put_off = im.now().plus_ms(i64::try_from(PAUSE.as_millis()).unwrap_or(i64::MAX));
    match im.time_out_calls().await {
        Ok(next_due) => next_due.unwrap_or(Timestamp::NEVER).max(put_off),
        Err(fault) => {
            tracing::warn!(%fault, "calls were not timed out");
            put_off
        }
    }
}

impl Im {
    /// Times out the invitations that are due by now, and says when the next one is. The IM half does so by itself; a
    /// clock that is moved by hand needs to be asked.
    ///
    /// # Errors
    /// `busy` or `internal`; what was not timed out is due still.
    pub async fn time_out_calls(&self) -> Result<Option<Timestamp>, Fault> {
        let due = self.store().due_calls(self.now(), ROUND).await.map_err(|error| fault_of(&error))?;
        for record in due {
            self.turn_call_by_itself(record.app, record.call.id, time_out).await?;
        }
        let next = self.store().due_calls(Timestamp::NEVER, 1).await.map_err(|error| fault_of(&error))?;
        Ok(next.first().map(|record| record.call.rings_until))
    }

    /// A login moved or ended. Where it ended, what it was calling on and nobody has answered is taken back.
    async fn cancel_calls_of(&self, app: AppId, device: DeviceId, calls: Vec<CallId>) -> Result<(), Fault> {
        for id in calls {
            let Some(call) = self.call_state(app, id).await? else { continue };
            if call.caller_device != Some(device) {
                continue;
            }
            let sessions =
                self.store().sessions(app, &call.caller).await.map_err(|error| fault_of(&error))?;
            let is_logged_in =
                sessions.iter().any(|session| session.device == device && session.state.is_logged_in());
            if !is_logged_in {
                self.turn_call_by_itself(app, id, caller_gone).await?;
            }
        }
        Ok(())
    }

    /// A user's device acknowledged something. Where it was an invitation, the caller is told that it arrived.
    async fn note_received(&self, app: AppId, user: &UserId, calls: Vec<CallId>) -> Result<(), Fault> {
        for id in calls {
            let Some(call) = self.call_state(app, id).await? else { continue };
            let waiting = call
                .invitees
                .iter()
                .find(|invitee| invitee.user == *user && invitee.state == InviteeState::Inviting);
            let Some(invitation) = waiting.and_then(|invitee| invitee.invitation) else { continue };
            if self.is_acked(app, user, invitation).await? {
                self.turn_call_by_itself(app, id, |call, now| received(call, user, now)).await?;
            }
        }
        Ok(())
    }

    async fn is_acked(&self, app: AppId, user: &UserId, invitation: MessageId) -> Result<bool, Fault> {
        let message = self.store().message(app, invitation).await.map_err(|error| fault_of(&error))?;
        let Some(message) = message else { return Ok(false) };
        let own = Addressee::Conversation(ConversationId::system(user));
        let devices =
            self.store().audience(app, &own, None, DEVICES_MAX).await.map_err(|error| fault_of(&error))?;
        Ok(devices.iter().any(|row| row.acked >= message.seq))
    }
}
