//! What the API shows of a push resource.

use std::collections::BTreeMap;

use model::{PushResource, ResourceId, Timestamp, Vendor, VendorSettings};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{api::schema, key::Caller, problem::Problem};

/// A push resource: a named set of per-vendor settings. A message's own go before it, it goes before the certificate's.
#[derive(Serialize, ToSchema)]
#[schema(as = PushResource)]
pub(in crate::api) struct ResourceView {
    /// What messages name it by in `push.resource`.
    #[schema(value_type = String, example = "calls")]
    id: ResourceId,
    /// What it sets, by the vendor's name.
    #[schema(value_type = BTreeMap<String, schema::VendorSettings>)]
    vendors: BTreeMap<Vendor, VendorSettings>,
    /// When it was last changed.
    #[schema(value_type = i64)]
    updated_at: Timestamp,
}

impl From<PushResource> for ResourceView {
    fn from(resource: PushResource) -> Self {
        Self { id: resource.id, vendors: resource.vendors, updated_at: resource.updated_at }
    }
}

/// One of the App's push resources.
pub(super) fn find<'a>(caller: &'a Caller, id: &ResourceId) -> Result<&'a PushResource, Problem> {
    let found = caller.view()?.resource(id);
    found.ok_or_else(|| Problem::not_found("the App has no such push resource"))
}
