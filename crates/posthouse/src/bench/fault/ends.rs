//! What a store says of everything it ever acknowledged, read from its folder once no server has it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::Path,
};

use anyhow::Result;
use model::{AppId, Attempt, Delivery, DeliveryState, MessageId, Timestamp, Verdict};
use store::DeliveryFilter;
use uuid::Uuid;

use crate::stack::open_store;

/// The App that a server makes at its first start.
const APP: AppId = AppId(1);
const PAGE: u32 = 5000;
/// Codes of tries of which nobody knows whether the vendor took them.
const OUTCOME_UNKNOWN: [&str; 3] = ["connection_lost", "answer_timeout", "stream_reset"];

/// The verdict on a try that ended well.
const ACCEPTED: &str = Verdict::Accepted.name();

/// What became of everything.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// Messages with targets that are not decided.
    pub(super) undecided: usize,
    /// Deliveries that have not ended.
    pub(super) queued: usize,
    /// Messages with a delivery that has ended and none that has not.
    pub(super) ended: HashSet<Uuid>,
    /// When the vendor's answer came, by message, where it was taken.
    pub(super) answered: HashMap<Uuid, Timestamp>,
    /// How deliveries ended, by reason.
    pub(super) reasons: BTreeMap<&'static str, u64>,
    /// Those that were dropped, by class.
    pub(super) dropped_by_class: HashMap<&'static str, u64>,
    /// Deliveries that a vendor took, or may have taken.
    pub(super) taken: u64,
    /// Tries of which nobody knows whether the vendor took them.
    pub(super) unknown_tries: u64,
    /// Tries that did not end well.
    pub(super) failed_tries: u64,
    /// The same by the vendor's code or our own.
    pub(super) failed_codes: BTreeMap<String, u64>,
}

impl Ends {
    /// Whether nothing is left to be done.
    pub(super) const fn is_settled(&self) -> bool {
        self.undecided == 0 && self.queued == 0
    }

    fn add(&mut self, delivery: &Delivery, open: &mut HashSet<Uuid>) {
        let message = delivery.message.0;
        if delivery.state.is_terminal() {
            self.ended.insert(message);
            let name = rules::reason(delivery.reason).map_or("unknown", |reason| reason.name);
            *self.reasons.entry(name).or_default() += 1;
        } else {
            self.queued += 1;
            open.insert(message);
        }
        let is_accepted = delivery.state == DeliveryState::Accepted;
        if is_accepted && let Some(at) = delivery.finished_at {
            self.answered.insert(message, at);
        }
        for attempt in delivery.attempts.iter().filter(|attempt| attempt.verdict != ACCEPTED) {
            *self.failed_codes.entry(attempt.code.clone()).or_default() += 1;
        }
        let is_unknown = |attempt: &&Attempt| OUTCOME_UNKNOWN.contains(&attempt.code.as_str());
        let unknown = delivery.attempts.iter().filter(is_unknown).count() as u64;
        self.unknown_tries += unknown;
        self.failed_tries += delivery.attempts.len() as u64 - u64::from(is_accepted);
        self.taken += u64::from(is_accepted || unknown > 0);
    }
}

/// What a dead server left undone.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Undone {
    /// Messages with targets that are not decided.
    pub(super) undecided: u64,
    /// Deliveries that have not ended, on the wire or not.
    pub(super) queued: u64,
}

/// Looked up in a copy of the folder, so that the next start finds the folder as the end left it.
pub(super) async fn undone(data: &Path) -> Result<Undone> {
    let copy = tempfile::tempdir()?;
    for file in fs::read_dir(data)? {
        let file = file?;
        if file.file_type()?.is_file() {
            fs::copy(file.path(), copy.path().join(file.file_name()))?;
        }
    }
    let store = open_store(copy.path(), &copy.path().join("seal.key"))?;
    let queued = DeliveryFilter { state: Some(DeliveryState::Queued), ..DeliveryFilter::default() };
    Ok(Undone {
        undecided: store.due_fanouts(Timestamp::NEVER, u32::MAX).await?.len() as u64,
        queued: store.deliveries(APP, &queued, u32::MAX).await?.len() as u64,
    })
}

/// How many of these messages a folder holds; nothing else may have it open.
pub(super) async fn stored(data: &Path, messages: impl Iterator<Item = Uuid>) -> Result<usize> {
    let store = open_store(data, &data.join("seal.key"))?;
    let mut found = 0;
    for message in messages {
        found += usize::from(store.message(APP, MessageId(message)).await?.is_some());
    }
    Ok(found)
}

/// Reads what a folder holds; nothing else may have it open.
pub(super) async fn read(data: &Path) -> Result<Ends> {
    let store = open_store(data, &data.join("seal.key"))?;
    let mut ends =
        Ends { undecided: store.due_fanouts(Timestamp::NEVER, u32::MAX).await?.len(), ..Ends::default() };
    let (mut filter, mut open) = (DeliveryFilter::default(), HashSet::new());
    loop {
        let page = store.deliveries(APP, &filter, PAGE).await?;
        for delivery in &page {
            ends.add(delivery, &mut open);
            if delivery.state == DeliveryState::Dropped {
                let message = store.message(APP, delivery.message).await?;
                let class = message.and_then(|message| message.push).unwrap_or_default().class;
                *ends.dropped_by_class.entry(class.as_str()).or_default() += 1;
            }
        }
        match page.last() {
            Some(last) => filter.before = Some(last.id.0),
            None => break,
        }
    }
    ends.ended.retain(|message| !open.contains(message));
    Ok(ends)
}
