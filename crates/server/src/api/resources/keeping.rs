//! Keeping push resources: the API and the console save and take away through here.

use std::collections::BTreeMap;

use model::{AppId, ErrorCode, Fault, PushResource, RESOURCES_MAX, ResourceId, Vendor, VendorSettings};
use store::Op;

use crate::{problem::Problem, shared::Shared};

/// What one vendor's settings become; `None`: the vendor is left out.
type Change = BTreeMap<Vendor, Option<VendorSettings>>;

/// Puts a push resource as a whole. `beside` is committed with it.
pub(crate) async fn put(
    shared: &Shared,
    app: AppId,
    id: ResourceId,
    vendors: BTreeMap<Vendor, VendorSettings>,
    beside: Vec<Op>,
) -> Result<PushResource, Problem> {
    let _saving = shared.saving_catalogue.lock().await;
    let known = shared.store().resources(app).await?;
    let is_new = known.iter().all(|other| other.id != id);
    if is_new && known.len() >= RESOURCES_MAX {
        return Err(Problem::new(ErrorCode::Invalid, "an App has at most 64 push resources"));
    }
    store(shared, PushResource { app, id, vendors, updated_at: shared.now() }, beside).await
}

/// Changes what a push resource sets for some vendors, and leaves the others as they are.
pub(crate) async fn change(
    shared: &Shared,
    app: AppId,
    id: &ResourceId,
    change: Change,
    beside: Vec<Op>,
) -> Result<PushResource, Problem> {
    let _saving = shared.saving_catalogue.lock().await;
    let known = shared.store().resources(app).await?;
    let old = known.into_iter().find(|other| other.id == *id);
    let mut resource = old.ok_or_else(|| Problem::not_found("the App has no such push resource"))?;
    for (vendor, settings) in change {
        match settings {
            Some(settings) => resource.vendors.insert(vendor, settings),
            None => resource.vendors.remove(&vendor),
        };
    }
    store(shared, PushResource { updated_at: shared.now(), ..resource }, beside).await
}

/// Takes a push resource away.
pub(crate) async fn delete(
    shared: &Shared,
    app: AppId,
    id: ResourceId,
    beside: Vec<Op>,
) -> Result<(), Problem> {
    let mut ops = vec![Op::DeleteResource { app, id }];
    ops.extend(beside);
    shared.store().commit(ops).await?;
    shared.im.catalogue().forget(app);
    Ok(())
}

async fn store(shared: &Shared, resource: PushResource, beside: Vec<Op>) -> Result<PushResource, Problem> {
    resource
        .vendors
        .values()
        .try_for_each(VendorSettings::check)
        .map_err(|error| Fault::new(ErrorCode::Invalid, error.to_string()))?;
    let app = resource.app;
    let mut ops = vec![Op::PutResource(resource.clone())];
    ops.extend(beside);
    shared.store().commit(ops).await?;
    shared.im.catalogue().forget(app);
    Ok(resource)
}
