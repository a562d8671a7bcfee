//! A certificate as it was read: everything it takes to send with it.

use std::{fmt::Write, sync::Arc};

use model::{AppPolicy, Certificate, CertificateId};
use store::StoreError;
use vendors::{Channel, Limits};

use super::{auth::AuthCache, content::Contents, pace::Pace};
use crate::{
    net::{Elsewhere, Endpoint, Pool},
    shared::Shared,
};

/// A certificate and its App's policy as the store has them.
pub(crate) struct Opened {
    /// `None`: there is no such certificate.
    pub(crate) certificate: Option<Certificate>,
    pub(crate) policy: AppPolicy,
    pub(crate) reading: Reading,
}

/// What a certificate's form came to.
pub(crate) enum Reading {
    /// The version that the lane has already.
    Same,
    /// It can be sent with.
    Usable(Arc<dyn Channel>, Arc<Endpoint>),
    /// There is none, its form does not read, or its key does not fit.
    Unusable,
}

/// Everything it takes to send with one version of a certificate.
pub(crate) struct Road {
    pub(crate) channel: Arc<dyn Channel>,
    pub(crate) limits: &'static Limits,
    pub(crate) receipt_url: Option<Arc<str>>,
    pub(crate) pool: Pool,
    pub(crate) elsewhere: Elsewhere,
    pub(crate) auth: AuthCache,
    pub(crate) pace: Pace,
    pub(crate) contents: Contents,
}

/// Reads a certificate, unless the lane has this version already. A p12 takes milliseconds to open, so that happens
/// beside the lanes.
pub(crate) async fn open(
    shared: Arc<Shared>,
    id: CertificateId,
    known: Option<u32>,
) -> Result<Opened, StoreError> {
    let Some(certificate) = shared.store.certificate(id).await? else {
        return Ok(Opened { certificate: None, policy: AppPolicy::default(), reading: Reading::Unusable });
    };
    let policy = shared.store.app(certificate.app).await?.map(|app| app.policy).unwrap_or_default();
    let reading =
        if known == Some(certificate.version) { Reading::Same } else { read(&shared, &certificate).await };
    Ok(Opened { certificate: Some(certificate), policy, reading })
}

async fn read(shared: &Shared, certificate: &Certificate) -> Reading {
    let (id, vendor, now) = (certificate.id, certificate.vendor, shared.clock.now());
    let (form, adapter) = (certificate.form.clone(), shared.adapter(vendor));
    let opened = tokio::task::spawn_blocking(move || adapter.open(&form, now)).await;
    let channel: Arc<dyn Channel> = match opened {
        Ok(Ok(channel)) => channel.into(),
        Ok(Err(faults)) => {
            tracing::warn!(certificate = %id, %faults, "a certificate does not read");
            return Reading::Unusable;
        }
        Err(_) => {
            tracing::error!(certificate = %id, "reading a certificate failed on a fault of our own");
            return Reading::Unusable;
        }
    };
    match shared.dialer.endpoint(&channel.route()) {
        Ok(endpoint) => Reading::Usable(channel, Arc::new(endpoint)),
        Err(error) => {
            tracing::warn!(certificate = %id, %error, "a certificate cannot be used");
            Reading::Unusable
        }
    }
}

impl Road {
    /// `number`: the road's own in its lane.
    pub(crate) fn new(
        shared: &Shared,
        certificate: &Certificate,
        channel: Arc<dyn Channel>,
        endpoint: Arc<Endpoint>,
        number: u32,
    ) -> Self {
        let limits = shared.adapter(certificate.vendor).limits();
        Self {
            channel,
            limits,
            receipt_url: receipt_url(shared, certificate),
            elsewhere: Elsewhere::default(),
            pool: Pool::new(endpoint, &shared.config.sizes, number),
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
