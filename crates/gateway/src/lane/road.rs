//! A certificate as it was read: everything it takes to send with it.

use std::{fmt::Write, sync::Arc};

use model::{AppPolicy, Certificate, CertificateId};
use store::StoreError;
use vendors::{Channel, Limits};

use super::{auth::AuthCache, content::Contents, pace::Pace};
use crate::{
    net::{Endpoint, Pool},
    shared::Shared,
};

/// A certificate and its App's policy as the store has them.
pub(crate) struct Opened {
    /// `None`: there is no such certificate.
    pub(crate) certificate: Option<Certificate>,
    pub(crate) policy: AppPolicy,
    /// `None`: its form does not read, or its key does not fit.
    pub(crate) channel: Option<(Arc<dyn Channel>, Arc<Endpoint>)>,
}

/// Everything it takes to send with one version of a certificate.
pub(crate) struct Road {
    pub(crate) channel: Arc<dyn Channel>,
    pub(crate) limits: &'static Limits,
    pub(crate) receipt_url: Option<Arc<str>>,
    pub(crate) pool: Pool,
    pub(crate) auth: AuthCache,
    pub(crate) pace: Pace,
    pub(crate) contents: Contents,
}

/// Reads a certificate. A p12 takes milliseconds to open, so that happens beside the lanes.
pub(crate) async fn open(shared: Arc<Shared>, id: CertificateId) -> Result<Opened, StoreError> {
    let Some(certificate) = shared.store.certificate(id).await? else {
        return Ok(Opened { certificate: None, policy: AppPolicy::default(), channel: None });
    };
    let policy = shared.store.app(certificate.app).await?.map(|app| app.policy).unwrap_or_default();
    let (form, vendor, now) = (certificate.form.clone(), certificate.vendor, shared.clock.now());
    let read = tokio::task::spawn_blocking(move || vendors::adapter(vendor).open(&form, now)).await;
    let channel: Option<Arc<dyn Channel>> = match read {
        Ok(Ok(channel)) => Some(channel.into()),
        Ok(Err(faults)) => {
            tracing::warn!(certificate = %id, %faults, "a certificate does not read");
            None
        }
        Err(_) => {
            tracing::error!(certificate = %id, "reading a certificate failed");
            None
        }
    };
    let channel = channel.and_then(|channel| match shared.dialer.endpoint(&channel.route()) {
        Ok(endpoint) => Some((channel, Arc::new(endpoint))),
        Err(error) => {
            tracing::warn!(certificate = %id, %error, "a certificate cannot be used");
            None
        }
    });
    Ok(Opened { certificate: Some(certificate), policy, channel })
}

impl Road {
    /// `before`: the road of the version that this one replaces.
    pub(crate) fn new(
        shared: &Shared,
        certificate: &Certificate,
        channel: Arc<dyn Channel>,
        endpoint: Arc<Endpoint>,
        before: Option<&Self>,
    ) -> Self {
        let limits = vendors::adapter(certificate.vendor).limits();
        Self {
            channel,
            limits,
            receipt_url: receipt_url(shared, certificate),
            pool: Pool::new(endpoint, &shared.config.sizes, before.map(|road| &road.pool)),
            auth: AuthCache::default(),
            pace: Pace::new(shared.config.pacing, limits.targets_per_second, limits.batch),
            contents: Contents::default(),
        }
    }
}

fn receipt_url(shared: &Shared, certificate: &Certificate) -> Option<Arc<str>> {
    let mut url = shared.config.receipt_base_url.as_ref()?.trim_end_matches('/').to_owned();
    let secret = certificate.receipt_secret.expose();
    write!(url, "/v1/receipts/{}/{}/{secret}", certificate.vendor, certificate.id).ok()?;
    Some(url.into())
}
