//! Push resources: an App's named sets of per-vendor settings (row E8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AppId, ResourceId, Timestamp, Vendor, VendorSettings};

/// A named set of per-vendor settings. A message's own go before it, it goes before the certificate's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushResource {
    /// The App it belongs to.
    pub app: AppId,
    /// Its name.
    pub id: ResourceId,
    /// What it sets for each vendor.
    pub vendors: BTreeMap<Vendor, VendorSettings>,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
