//! What receipts teach the ledger: vendors that take a push and swallow it tell only later that an amount is used up.

use std::collections::HashMap;

use model::{Certificate, DeliveryId, MessageId, PushSettings, Receipt, ReceiptKind, Timestamp};
use rules::{Counted, Learned};
use store::{Op, StoreError};
use vendors::{Channel, Content};

use crate::{
    dispatch::Lanes,
    lane::{Catalogue, counted_as, meant, used_up},
    shared::Shared,
};

/// A receipt that says that something is used up.
#[derive(Debug)]
pub(crate) struct UsedUp {
    /// What it is about, once that was found.
    pub(crate) delivery: Option<DeliveryId>,
    /// The token it names.
    pub(crate) token: String,
    /// When it was so.
    pub(crate) at: Timestamp,
}

impl UsedUp {
    /// A vendor's clock may be ahead of ours.
    pub(crate) fn told_by(receipt: &Receipt, now: Timestamp) -> Option<Self> {
        let says_so = receipt.kind == ReceiptKind::QuotaUsedUp;
        says_so.then(|| Self { delivery: None, token: receipt.token.clone(), at: receipt.at.min(now) })
    }
}

/// Teaches the ledger, for the rest of the vendor's day: the one that a lane has at hand, and the one on disk.
pub(crate) async fn learn(
    shared: &Shared,
    lanes: &Lanes,
    certificate: &Certificate,
    channel: &dyn Channel,
    told: Vec<UsedUp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let daily = shared.adapter(certificate.vendor).daily();
    if told.is_empty() || daily.kinds.is_empty() {
        return Ok(());
    }
    let catalogue = Catalogue::read(&*shared.store, certificate.app).await?;
    let board = lanes.board(certificate.id);
    let mut known: HashMap<MessageId, Option<Counted>> = HashMap::new();
    let mut ops: Vec<Op> = Vec::new();
    for word in told {
        let Some(id) = word.delivery else { continue };
        let Some(delivery) = shared.store.delivery(id).await? else { continue };
        let counted = match known.get(&delivery.message) {
            Some(counted) => *counted,
            None => {
                let message = shared.store.message(certificate.app, delivery.message).await?;
                let push = message.and_then(|message| message.push).unwrap_or_default();
                let counted = kind_of(&push, delivery.message, &catalogue, certificate, channel, now);
                known.insert(delivery.message, counted);
                counted
            }
        };
        let Some(kind) = counted.map(|counted| counted.kind) else { continue };
        let device = daily.kinds.get(kind).and_then(|amount| meant(amount, &word.token));
        let learned = Learned { kind, device, at: word.at };
        let by_lane = board.as_ref().and_then(|board| board.ledger().learn(certificate.id, learned));
        let day = daily.day.number(word.at);
        let name = daily.kinds.get(kind).map(|amount| amount.name);
        ops.extend(by_lane.or_else(|| Some(used_up(certificate.id, day, name?.into(), learned))));
    }
    if !ops.is_empty() {
        shared.store.commit(ops).await?;
    }
    Ok(())
}

/// What a message counted as; the words it was shown with have no part in that.
fn kind_of(
    push: &PushSettings,
    message: MessageId,
    catalogue: &Catalogue,
    certificate: &Certificate,
    channel: &dyn Channel,
    now: Timestamp,
) -> Option<Counted> {
    let settings = catalogue.settings(push, certificate.vendor);
    counted_as(channel, &Content::of(message, Default::default(), push, settings, now))
}
