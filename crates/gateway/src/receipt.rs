//! What a vendor calls back with: marks on deliveries, and tokens that are dead.

use std::collections::VecDeque;

use model::{
    AppId, Certificate, CertificateId, ErrorCode, Event, Fault, Receipt, ReceiptKind, Timestamp,
    VENDOR_TOKEN_MAX_BYTES, Vendor,
};
use store::{BindingClear, Op, Outcome, StoreError};
use subtle::ConstantTimeEq;
use vendors::{Callback, ReceiptError};

use crate::{
    dispatch::Lanes,
    learned::{self, UsedUp},
    shared::Shared,
    webhooks::Hears,
};

/// Receipts of one commit: a vendor gathers them, and live traffic must come in between.
const RECEIPTS_A_COMMIT: usize = 512;

pub(crate) async fn take_in(
    shared: &Shared,
    lanes: &Lanes,
    vendor: Vendor,
    certificate: CertificateId,
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<usize, Fault> {
    let found = shared.store.certificate(certificate).await.map_err(busy)?;
    let known = found.filter(|found| {
        let same = found.receipt_secret.expose().as_bytes().ct_eq(secret.as_bytes());
        bool::from(same) && found.vendor == vendor
    });
    let Some(known) = known else { return Err(ErrorCode::NotFound.into()) };
    let now = shared.clock.now();
    let callback = Callback { headers, body, received_at: now };
    // The form was read when it was saved; one that reads no more is a certificate that is as good as gone.
    let channel = shared.channel(&known).await.map_err(|_| Fault::from(ErrorCode::NotFound))?;
    let receipts = channel.receipts(&callback).map_err(|error| match error {
        ReceiptError::Unsupported => Fault::from(ErrorCode::NotFound),
        ReceiptError::Malformed | ReceiptError::Forged => {
            Fault::new(ErrorCode::BadReceipt, error.to_string())
        }
    })?;
    let count = receipts.len();
    receipts.iter().for_each(|receipt| shared.meter.vendor(vendor).note_receipt(&receipt.kind));
    let mut rest = receipts.into_iter();
    loop {
        let page: Vec<Receipt> = rest.by_ref().take(RECEIPTS_A_COMMIT).collect();
        if page.is_empty() {
            return Ok(count);
        }
        let told = store_page(shared, lanes, &known, page, now).await.map_err(busy)?;
        learned::learn(shared, lanes, &known, &*channel, told, now).await.map_err(busy)?;
    }
}

/// Which delivery a receipt is about is known only once it is marked, so webhooks are told by a second commit. Where
/// that fails, the vendor is asked to call again.
async fn store_page(
    shared: &Shared,
    lanes: &Lanes,
    known: &Certificate,
    page: Vec<Receipt>,
    now: Timestamp,
) -> Result<Vec<UsedUp>, StoreError> {
    let (app, certificate) = (known.app, known.id);
    let is_braked = is_braked(shared, lanes, certificate).await?;
    let mut ops = Vec::new();
    let mut used_up = VecDeque::new();
    for receipt in page {
        ops.extend(dead_token(&receipt, known, now).filter(|_| !is_braked));
        used_up.push_back(UsedUp::told_by(&receipt, now));
        ops.push(Op::Mark { app, certificate, receipt });
    }
    let mut told = Vec::new();
    let outcomes = shared.store.commit(ops).await?;
    let hears = Hears::of(&shared.store.webhooks(app).await?);
    let mut words = Vec::new();
    let mut cleared = false;
    for outcome in outcomes {
        match outcome {
            Outcome::Cleared(done) => cleared = done,
            Outcome::Marked(delivery) => {
                let used_up = used_up.pop_front().flatten();
                let Some(delivery) = delivery else { continue };
                told.extend(used_up.map(|used_up| UsedUp { delivery: Some(delivery), ..used_up }));
                let event = Event::Delivery { delivery };
                words.extend(hears.delivery.then_some(Op::Announce { app, event, at: now }));
                if hears.token && std::mem::take(&mut cleared) {
                    words.push(token_gone(shared, (app, certificate), delivery, now).await?);
                }
            }
            _ => cleared = false,
        }
    }
    if !words.is_empty() {
        shared.store.commit(words).await?;
    }
    Ok(told)
}

/// Whether the certificate's tokens are not cleared now.
async fn is_braked(shared: &Shared, lanes: &Lanes, certificate: CertificateId) -> Result<bool, StoreError> {
    match lanes.board(certificate) {
        Some(board) => Ok(board.is_braked()),
        None => Ok(shared.store.brake(certificate).await?.engaged_at.is_some()),
    }
}

/// The word that the token of a delivery's device is gone, or is another one.
async fn token_gone(
    shared: &Shared,
    (app, certificate): (AppId, CertificateId),
    delivery: model::DeliveryId,
    now: Timestamp,
) -> Result<Op, StoreError> {
    let found = shared.store.delivery(delivery).await?;
    let (device, push_id) = found.map_or((None, None), |found| (found.device, found.push_id));
    Ok(Op::Announce { app, event: Event::Token { device, push_id, certificate, bound: false }, at: now })
}

/// A vendor's clock may be ahead of ours: a token that was registered since the receipt came is never meant.
fn dead_token(receipt: &Receipt, certificate: &Certificate, now: Timestamp) -> Option<Op> {
    let ReceiptKind::TokenDead { replacement } = &receipt.kind else { return None };
    let usable = |token: &&String| (1..=VENDOR_TOKEN_MAX_BYTES).contains(&token.len());
    Some(Op::ClearBinding(BindingClear {
        app: certificate.app,
        certificate: certificate.id,
        token: receipt.token.as_str().into(),
        registered_before: receipt.at.min(now),
        replacement: replacement.as_ref().filter(usable).map(|token| token.as_str().into()),
        at: now,
    }))
}

fn busy(error: StoreError) -> Fault {
    tracing::warn!(%error, "a receipt could not be stored");
    ErrorCode::Busy.into()
}
