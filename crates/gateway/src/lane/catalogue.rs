//! What an App sets beside its certificates, as far as a lane needs it.

use std::collections::HashMap;

use model::{AppId, AppPolicy, PushResource, PushSettings, ResourceId, Vendor, VendorSettings};
use store::{Store, StoreError};

use crate::webhooks::Hears;

/// An App's policy, its push resources, and of what its webhooks want to hear.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub(crate) policy: AppPolicy,
    resources: HashMap<ResourceId, PushResource>,
    pub(crate) hears: Hears,
}

impl Catalogue {
    pub(crate) async fn read(store: &dyn Store, app: AppId) -> Result<Self, StoreError> {
        let policy = store.app(app).await?.map(|app| app.policy).unwrap_or_default();
        let resources = store.resources(app).await?;
        Ok(Self {
            policy,
            resources: resources.into_iter().map(|resource| (resource.id.clone(), resource)).collect(),
            hears: Hears::of(&store.webhooks(app).await?),
        })
    }

    /// What holds for a push at this vendor. A resource that is not there changes nothing (row E8).
    pub(crate) fn settings(&self, push: &PushSettings, vendor: Vendor) -> VendorSettings {
        let resource = push.resource.as_ref().and_then(|id| self.resources.get(id));
        rules::settings_for(push, resource, vendor)
    }
}
