//! What a vendor calls back with: marks on deliveries, and tokens that are dead.

use model::{
    CertificateId, ErrorCode, Fault, Receipt, ReceiptKind, Timestamp, VENDOR_TOKEN_MAX_BYTES, Vendor,
};
use store::{BindingClear, Op, StoreError};
use subtle::ConstantTimeEq;
use vendors::{Callback, ReceiptError};

use crate::shared::Shared;

/// Receipts of one commit: a vendor gathers them, and live traffic must come in between.
const RECEIPTS_A_COMMIT: usize = 512;

pub(crate) async fn take_in(
    shared: &Shared,
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
    let channel =
        shared.adapter(vendor).open(&known.form, now).map_err(|_| Fault::from(ErrorCode::NotFound))?;
    let receipts = channel.receipts(&callback).map_err(|error| match error {
        ReceiptError::Unsupported => Fault::from(ErrorCode::NotFound),
        ReceiptError::Malformed | ReceiptError::Forged => {
            Fault::new(ErrorCode::BadReceipt, error.to_string())
        }
    })?;
    let count = receipts.len();
    let mut rest = receipts.into_iter();
    loop {
        let page: Vec<Receipt> = rest.by_ref().take(RECEIPTS_A_COMMIT).collect();
        if page.is_empty() {
            return Ok(count);
        }
        let ops = page.into_iter().flat_map(|receipt| {
            let clear = dead_token(&receipt, &known, now);
            clear.into_iter().chain([Op::Mark { app: known.app, certificate, receipt }])
        });
        shared.store.commit(ops.collect()).await.map_err(busy)?;
    }
}

/// A vendor's clock may be ahead of ours: a token that was registered since the receipt came is never meant.
fn dead_token(receipt: &Receipt, certificate: &model::Certificate, now: Timestamp) -> Option<Op> {
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
