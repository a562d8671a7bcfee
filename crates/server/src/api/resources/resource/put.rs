//! `PUT /v1/resources/{resource}`

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use model::{ResourceId, Vendor, VendorSettings};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{
        resources::{keeping::put, view::ResourceView},
        schema,
    },
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// What a push resource sets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ResourceToPut {
    /// What it sets, by the vendor's name; all of it at once.
    #[schema(value_type = BTreeMap<String, schema::VendorSettings>)]
    vendors: BTreeMap<Vendor, VendorSettings>,
}

impl Intake for ResourceToPut {}

/// Make or change a push resource
///
/// An App has at most 64. Effective at once, also for pushes that wait in a queue.
#[utoipa::path(put, path = "/v1/resources/{resource}", operation_id = "put_resource", tag = "Push resources",
    params(("resource" = String, Path, description = "The resource's id: 1 to 32 bytes")),
    request_body = ResourceToPut,
    responses((status = 200, description = "Saved.", body = ResourceView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<ResourceId>,
    intake::Json(new): intake::Json<ResourceToPut>,
) -> Result<Json<ResourceView>, Problem> {
    let resource = put(&shared, caller.app(), id, new.vendors, Vec::new()).await?;
    Ok(Json(resource.into()))
}
