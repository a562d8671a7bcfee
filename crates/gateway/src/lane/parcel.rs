//! Deliveries that share a job.

use std::sync::Arc;

use model::{AppId, Attempt, Class, DeliveryId, DeviceId, MessageId, Purpose, PushId, REQUEUED, Timestamp};
use store::Claimed;
use vendors::{BatchKey, Content, Job, Origin, Sent, Target};

use super::work::Work;

/// What is kept of a claimed delivery until its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) id: DeliveryId,
    pub(crate) app: AppId,
    /// Whose notification it is.
    pub(crate) message: MessageId,
    pub(crate) class: Class,
    /// Withdraw only where the vendor takes back; what is shown instead replaces.
    pub(crate) purpose: Purpose,
    pub(crate) device: Option<DeviceId>,
    pub(crate) push_id: Option<PushId>,
    pub(crate) token: Arc<str>,
    /// What the app's badge shows with it.
    pub(crate) badge: Option<u32>,
    /// The vendor's id of the push that is followed up.
    pub(crate) followed: Option<Arc<str>>,
    /// Where its push goes, where that is not the certificate's own host.
    pub(crate) origin: Option<Arc<Origin>>,
    pub(crate) expires_at: Timestamp,
    /// Tries before this one.
    pub(crate) tries: u32,
    /// Those of them that ended with a renewal of the authentication.
    pub(crate) renewals: u32,
    pub(crate) token_registered_at: Option<Timestamp>,
    pub(crate) doubts: u8,
    pub(crate) environment_confirmed: bool,
}

impl From<Claimed> for Item {
    fn from(claimed: Claimed) -> Self {
        let renewed = model::Verdict::RenewAuth.name();
        let attempts = since_requeued(&claimed.delivery.attempts);
        let renewals = attempts.iter().filter(|attempt| attempt.verdict == renewed).count();
        Self {
            tries: u32::try_from(attempts.len()).unwrap_or(u32::MAX),
            renewals: u32::try_from(renewals).unwrap_or(u32::MAX),
            id: claimed.delivery.id,
            app: claimed.delivery.app,
            message: claimed.message.id,
            class: claimed.message.push.as_ref().map_or(Class::Chat, |push| push.class),
            purpose: claimed.delivery.purpose,
            device: claimed.delivery.device,
            push_id: claimed.delivery.push_id,
            badge: claimed.delivery.badge,
            followed: claimed.delivery.vendor_message_id.map(Arc::from),
            token: claimed.delivery.token,
            origin: None,
            expires_at: claimed.delivery.expires_at,
            token_registered_at: claimed.token_registered_at,
            doubts: claimed.doubts,
            environment_confirmed: claimed.environment_confirmed,
        }
    }
}

/// The tries that count: those since the push was last put back into the queue.
fn since_requeued(attempts: &[Attempt]) -> &[Attempt] {
    let mark = attempts.iter().rposition(|attempt| attempt.verdict == REQUEUED);
    mark.map_or(attempts, |mark| &attempts[mark + 1..])
}

/// Deliveries that share a job.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(super) work: Work,
    pub(crate) items: Vec<Item>,
    /// The items as what is shown sees them, in their order.
    targets: Vec<Target>,
    /// The items as what is taken back sees them, in their order.
    sent: Vec<Sent>,
    /// The store has said that these may go; they come back here only where nothing was sent.
    pub(crate) begun: bool,
    /// How often it came back like that.
    pub(crate) returns: u8,
    pub(super) key: Option<BatchKey>,
    /// The group's message that is in it, of whose members more may come.
    pub(super) of_group: Option<MessageId>,
    /// It does not leave before it is full.
    pub(super) is_held: bool,
}

impl Parcel {
    pub(super) fn new(work: Work, key: Option<BatchKey>, of_group: Option<MessageId>) -> Self {
        let (items, targets, sent) = (Vec::new(), Vec::new(), Vec::new());
        Self { work, items, targets, sent, begun: false, returns: 0, key, of_group, is_held: false }
    }

    pub(super) fn add(&mut self, item: Item) {
        let token = item.token.clone();
        match &self.work {
            Work::Show(_) => self.targets.push(Target { token, badge: item.badge }),
            Work::TakeBack(_) => {
                self.sent.push(Sent { token, vendor_message_id: item.followed.clone() });
            }
        }
        self.items.push(item);
    }

    /// What it asks of the vendor.
    pub(crate) fn job(&self, now: Timestamp) -> Job<'_> {
        match &self.work {
            Work::Show(content) => Job::Notify { content, targets: &self.targets, now },
            Work::TakeBack(shown) => Job::Recall {
                message: shown.message,
                collapse_key: &shown.collapse_key,
                sent: &self.sent,
                now,
            },
        }
    }

    /// What it shows; `None` where it takes something back.
    pub(crate) fn shown(&self) -> Option<&Content> {
        match &self.work {
            Work::Show(content) => Some(content),
            Work::TakeBack(_) => None,
        }
    }

    /// Where its push goes, where that is not the certificate's own host.
    pub(crate) fn origin(&self) -> Option<&Arc<Origin>> {
        self.items.first()?.origin.as_ref()
    }

    /// Keeps the items for which this holds; the others come out.
    pub(crate) fn sift(&mut self, mut keep: impl FnMut(&Item) -> bool) -> Vec<Item> {
        if self.items.iter().all(&mut keep) {
            return Vec::new();
        }
        let (kept, out): (Vec<Item>, Vec<Item>) = self.items.drain(..).partition(keep);
        self.targets.clear();
        self.sent.clear();
        kept.into_iter().for_each(|item| self.add(item));
        out
    }
}
