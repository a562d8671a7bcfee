//! Who is still waited for, by message: a second look reads only them, and nobody where all have acknowledged.
//!
//! It lives in memory alone. A message that is not here, or whose first look was not committed, is looked at in full.

mod crowd;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::{DeviceId, MessageId, Timestamp, UserId};

pub(crate) use crowd::{Crowd, GivenBack, Ticket};

/// Users that are waited for at once; beyond that everything is forgotten, and looked at in full when it is due.
const USERS_MAX: usize = 200_000;

/// Users, each with the member right before in the order of the audience, which is read from behind that one.
pub(crate) type Places = BTreeMap<UserId, Option<UserId>>;

/// What is waited for from one user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WaitedUser {
    /// The member right before.
    pub(crate) before: Option<UserId>,
    /// Devices whose acknowledgement is awaited.
    pub(crate) devices: Vec<DeviceId>,
    /// Something is awaited that no acknowledgement of these devices decides.
    pub(crate) beyond_acks: bool,
}

#[derive(Debug, Default)]
struct Waiting {
    /// The look that found them is committed: nobody else is undecided.
    is_complete: bool,
    users: BTreeMap<UserId, WaitedUser>,
    /// Members who got the message as a crowd, and until when they are waited for.
    crowd: Option<(Arc<Crowd>, Timestamp)>,
}

impl Waiting {
    fn is_over(&self) -> bool {
        self.is_complete && self.users.is_empty() && self.crowd().is_none_or(Crowd::is_over)
    }

    fn crowd(&self) -> Option<&Crowd> {
        self.crowd.as_ref().map(|(crowd, _)| &**crowd)
    }

    /// What it counts for against the most that is kept: a crowd is a bit for each member.
    fn weight(&self) -> usize {
        self.users.len() + self.crowd().map_or(0, Crowd::weight)
    }
}

#[derive(Debug, Default)]
struct Inner {
    messages: HashMap<MessageId, Waiting>,
    users: usize,
}

/// See the module's words.
#[derive(Debug, Default)]
pub(crate) struct Waits(Mutex<Inner>);

impl Waits {
    /// A look at everybody begins.
    pub(crate) fn begin(&self, message: MessageId) {
        let mut inner = self.lock();
        inner.forget(message);
        inner.messages.insert(message, Waiting::default());
    }

    /// A look at everybody begins with a crowd that is waited for.
    pub(crate) fn begin_with_crowd(&self, message: MessageId, crowd: Arc<Crowd>, until: Timestamp) {
        let mut inner = self.lock();
        inner.forget(message);
        inner.make_room(crowd.weight());
        let waiting = Waiting { crowd: Some((crowd, until)), ..Waiting::default() };
        inner.users += waiting.weight();
        inner.messages.insert(message, waiting);
    }

    /// Until when a message's crowd is waited for.
    pub(crate) fn crowd_due(&self, message: MessageId) -> Option<Timestamp> {
        self.lock().messages.get(&message)?.crowd.as_ref().map(|(_, until)| *until)
    }

    /// The last of a crowd has acknowledged. `true`: nobody else is waited for.
    pub(crate) fn crowd_is_over(&self, message: MessageId) -> bool {
        self.lock().drop_if_over(message)
    }

    /// A look found that this user has to be waited for.
    pub(crate) fn wait_for(&self, message: MessageId, user: UserId, waited: WaitedUser) {
        let mut inner = self.lock();
        inner.make_room(1);
        let Some(waiting) = inner.messages.get_mut(&message) else { return };
        if let Some(crowd) = waiting.crowd() {
            crowd.decided(&user);
        }
        if waiting.users.insert(user, waited).is_none() {
            inner.users += 1;
        }
    }

    /// A look was committed, by which these users are decided. `true`: nobody is waited for any more.
    pub(crate) fn committed(&self, message: MessageId, decided: &[UserId]) -> bool {
        let mut inner = self.lock();
        let Some(waiting) = inner.messages.get_mut(&message) else {
            return false;
        };
        waiting.is_complete = true;
        let before = waiting.users.len();
        for user in decided {
            waiting.users.remove(user);
            if let Some(crowd) = waiting.crowd() {
                crowd.decided(user);
            }
        }
        let gone = before - waiting.users.len();
        inner.users -= gone;
        inner.drop_if_over(message)
    }

    /// The fan-out is over.
    pub(crate) fn forget(&self, message: MessageId) {
        self.lock().forget(message);
    }

    /// A device's acknowledgement of these messages is stored. Gives back those for which nobody is waited any more.
    pub(crate) fn acked(&self, user: &UserId, device: DeviceId, messages: &[MessageId]) -> Vec<MessageId> {
        let mut inner = self.lock();
        let mut over = Vec::new();
        for &message in messages {
            let Some(waiting) = inner.messages.get_mut(&message) else { continue };
            let Some(waited) = waiting.users.get_mut(user) else { continue };
            waited.devices.retain(|other| *other != device);
            if waited.devices.is_empty() && !waited.beyond_acks {
                waiting.users.remove(user);
                inner.users -= 1;
                if inner.drop_if_over(message) {
                    over.push(message);
                }
            }
        }
        over
    }

    /// Everybody who is waited for; `None` where that is not known.
    pub(crate) fn everybody(&self, message: MessageId) -> Option<Places> {
        self.places(message, |_| true)
    }

    /// Those of these users who are waited for; `None` where that is not known.
    pub(crate) fn among(&self, message: MessageId, users: &BTreeSet<UserId>) -> Option<Places> {
        self.places(message, |user| users.contains(user))
    }

    /// Whether anybody else than these is waited for.
    pub(crate) fn others_than(&self, message: MessageId, users: &Places) -> bool {
        let inner = self.lock();
        inner.messages.get(&message).is_some_and(|waiting| {
            let is_other = |user: &UserId| !users.contains_key(user);
            waiting.users.keys().any(is_other) || waiting.crowd().is_some_and(|crowd| crowd.any(is_other))
        })
    }

    fn places(&self, message: MessageId, wanted: impl Fn(&UserId) -> bool) -> Option<Places> {
        let inner = self.lock();
        let waiting = inner.messages.get(&message).filter(|waiting| waiting.is_complete)?;
        let alone = waiting.users.iter().map(|(user, waited)| (user, waited.before.as_ref()));
        let of_crowd = waiting.crowd().into_iter().flat_map(Crowd::places);
        let wanted = alone.chain(of_crowd).filter(|(user, _)| wanted(user));
        Some(wanted.map(|(user, before)| (user.clone(), before.cloned())).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn forget(&mut self, message: MessageId) {
        if let Some(waiting) = self.messages.remove(&message) {
            self.users -= waiting.weight();
        }
    }

    fn make_room(&mut self, more: usize) {
        if self.users + more > USERS_MAX {
            *self = Self::default();
        }
    }

    fn drop_if_over(&mut self, message: MessageId) -> bool {
        let over = self.messages.get(&message).is_some_and(Waiting::is_over);
        if over {
            self.forget(message);
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const MESSAGE: MessageId = MessageId(Uuid::from_u128(7));

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    fn device(number: u128) -> DeviceId {
        DeviceId(Uuid::from_u128(number))
    }

    fn waited(devices: &[u128], beyond_acks: bool) -> WaitedUser {
        let devices = devices.iter().map(|number| device(*number)).collect();
        WaitedUser { before: None, devices, beyond_acks }
    }

    #[test]
    fn a_message_is_over_when_the_last_awaited_device_acknowledged() {
        let waits = Waits::default();
        waits.begin(MESSAGE);
        waits.wait_for(MESSAGE, user("ann"), waited(&[1, 2], false));
        waits.wait_for(MESSAGE, user("bo"), waited(&[3], false));
        assert!(!waits.committed(MESSAGE, &[]));
        assert!(waits.acked(&user("ann"), device(1), &[MESSAGE]).is_empty());
        assert!(waits.acked(&user("bo"), device(3), &[MESSAGE]).is_empty());
        assert_eq!(waits.acked(&user("ann"), device(2), &[MESSAGE]), [MESSAGE]);
        assert_eq!(waits.everybody(MESSAGE), None);
    }

    #[test]
    fn what_no_acknowledgement_decides_is_looked_at_again() {
        let waits = Waits::default();
        waits.begin(MESSAGE);
        waits.wait_for(MESSAGE, user("ann"), waited(&[1], true));
        waits.committed(MESSAGE, &[]);
        assert!(waits.acked(&user("ann"), device(1), &[MESSAGE]).is_empty());
        assert_eq!(waits.everybody(MESSAGE).unwrap().len(), 1);
    }

    #[test]
    fn before_the_first_look_is_committed_nobody_is_left_out() {
        let waits = Waits::default();
        waits.begin(MESSAGE);
        waits.wait_for(MESSAGE, user("ann"), waited(&[1], false));
        assert_eq!(waits.everybody(MESSAGE), None);
        assert!(waits.acked(&user("ann"), device(1), &[MESSAGE]).is_empty());
        assert!(waits.committed(MESSAGE, &[]), "the acknowledgement came first");
    }

    #[test]
    fn a_decided_user_is_waited_for_no_more() {
        let waits = Waits::default();
        waits.begin(MESSAGE);
        for name in ["ann", "bo"] {
            waits.wait_for(MESSAGE, user(name), waited(&[1], false));
        }
        assert!(!waits.committed(MESSAGE, &[user("ann")]));
        let bo = waits.among(MESSAGE, &BTreeSet::from([user("ann"), user("bo")])).unwrap();
        assert_eq!(bo.keys().collect::<Vec<_>>(), [&user("bo")]);
        assert!(!waits.others_than(MESSAGE, &bo));
        assert!(waits.committed(MESSAGE, &[user("bo")]));
    }
}
