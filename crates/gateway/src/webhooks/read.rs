//! What the store knows of an event when it is told.

use model::{AppId, AppPolicy, CertificateId, DeviceId, Event, Vendor};
use store::{OutboxEntry, Store, StoreError};

use super::render::Known;

pub(super) async fn known(store: &dyn Store, entry: &OutboxEntry) -> Result<Known, StoreError> {
    let app = entry.app;
    Ok(match &entry.event {
        Event::Message { message } | Event::Recall { message } => {
            let policy = store.app(app).await?.map_or_else(AppPolicy::default, |app| app.policy);
            Known {
                message: store.message(app, *message).await?,
                content_free: policy.content_free,
                ..Known::default()
            }
        }
        Event::Session { .. } => Known::default(),
        Event::Delivery { delivery } => {
            let delivery = store.delivery(*delivery).await?.filter(|delivery| delivery.app == app);
            let certificate = delivery.as_ref().and_then(|delivery| delivery.certificate);
            Known { vendor: vendor(store, certificate).await?, delivery, ..Known::default() }
        }
        Event::Token { device, certificate, bound, .. } => Known {
            vendor: vendor(store, Some(*certificate)).await?,
            is_bound: match device {
                Some(device) => is_bound(store, app, *device, *certificate).await?,
                None => *bound,
            },
            ..Known::default()
        },
    })
}

async fn vendor(store: &dyn Store, certificate: Option<CertificateId>) -> Result<Option<Vendor>, StoreError> {
    let Some(id) = certificate else { return Ok(None) };
    Ok(store.certificate(id).await?.map(|certificate| certificate.vendor))
}

/// A token that a vendor called dead may have been reported anew since.
async fn is_bound(
    store: &dyn Store,
    app: AppId,
    device: DeviceId,
    certificate: CertificateId,
) -> Result<bool, StoreError> {
    let found = store.device(app, device).await?;
    let bindings = found.map(|found| found.bindings).unwrap_or_default();
    Ok(bindings.iter().any(
        |state| matches!(state, model::BindingState::Bound(binding) if binding.certificate == certificate),
    ))
}
