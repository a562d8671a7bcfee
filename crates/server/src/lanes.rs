//! How the lanes of an App stand: what the API and the console show alike.

use gateway::{AmountStatus, LaneStatus};
use im::AppView;
use store::{QueuedByClass, StoreError};

use crate::shared::Shared;

/// Queued pushes that are counted for one lane; of more it is only said that there are more.
const COUNTED_MAX: u32 = 20_000;

/// A lane as it stands now.
#[derive(Debug)]
pub(crate) struct LaneReading {
    pub(crate) status: LaneStatus,
    /// The vendor's daily amounts, by its kinds of push.
    pub(crate) amounts: Vec<AmountStatus>,
    /// What is queued for it, on disk too.
    pub(crate) backlog: QueuedByClass,
}

/// The lanes of an App that had anything to do since the start, by certificate.
///
/// # Errors
/// Those of the store.
pub(crate) async fn read(shared: &Shared, view: &AppView) -> Result<Vec<LaneReading>, StoreError> {
    let mut lanes = Vec::new();
    for status in shared.gateway.lanes() {
        if view.certificate(status.certificate).is_some() {
            let backlog = shared.store().queued_by_class(status.certificate, COUNTED_MAX).await?;
            let amounts = shared.gateway.amounts(status.certificate);
            lanes.push(LaneReading { status, amounts, backlog });
        }
    }
    Ok(lanes)
}
