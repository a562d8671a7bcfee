//! A certificate as it was read: everything it takes to send with it.

use std::{fmt::Write, sync::Arc};

use model::{Certificate, CertificateId};
use store::{BrakeRecord, DayLedger, StoreError};
use vendors::{Adapter, Channel, Limits};

use super::{auth::AuthCache, catalogue::Catalogue, content::Contents, ledger::DEVICES_READ_MAX, pace::Pace};
use crate::{
    channels::Unreadable,
    net::{Elsewhere, Endpoint, Pool},
    shared::Shared,
};

/// A certificate and what its App sets, as the store has them.
pub(crate) struct Opened {
    /// `None`: there is no such certificate.
    pub(crate) certificate: Option<Certificate>,
    pub(crate) catalogue: Catalogue,
    pub(crate) reading: Reading,
    /// What was counted today, and how the brake stands; read once a lane.
    pub(crate) kept: Option<(DayLedger, BrakeRecord)>,
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
    /// How vendors were reached when it was opened.
    pub(crate) edition: u32,
    pub(crate) adapter: &'static dyn Adapter,
    pub(crate) channel: Arc<dyn Channel>,
    pub(crate) limits: &'static Limits,
    pub(crate) receipt_url: Option<Arc<str>>,
    pub(crate) pool: Pool,
    pub(crate) elsewhere: Elsewhere,
    pub(crate) auth: AuthCache,
    pub(crate) pace: Pace,
    pub(crate) contents: Contents,
}

/// Reads a certificate, unless the lane has this version already.
pub(crate) async fn open(
    shared: Arc<Shared>,
    id: CertificateId,
    known: Option<u32>,
) -> Result<Opened, StoreError> {
    let Some(certificate) = shared.store.certificate(id).await? else {
        let catalogue = Catalogue::default();
        return Ok(Opened { certificate: None, catalogue, reading: Reading::Unusable, kept: None });
    };
    let catalogue = Catalogue::read(&*shared.store, certificate.app).await?;
    let reading =
        if known == Some(certificate.version) { Reading::Same } else { read(&shared, &certificate).await };
    let kept = if known.is_none() { Some(kept(&shared, &certificate).await?) } else { None };
    Ok(Opened { certificate: Some(certificate), catalogue, reading, kept })
}

async fn kept(shared: &Shared, certificate: &Certificate) -> Result<(DayLedger, BrakeRecord), StoreError> {
    let day = shared.adapter(certificate.vendor).daily().day.number(shared.clock.now());
    let ledger = shared.store.day_ledger(certificate.id, day, DEVICES_READ_MAX).await?;
    Ok((ledger, shared.store.brake(certificate.id).await?))
}

async fn read(shared: &Shared, certificate: &Certificate) -> Reading {
    let id = certificate.id;
    let channel = match shared.channel(certificate).await {
        Ok(channel) => channel,
        Err(Unreadable::Form(faults)) => {
            tracing::warn!(certificate = %id, %faults, "a certificate does not read");
            return Reading::Unusable;
        }
        Err(Unreadable::OwnFault) => {
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
        let adapter = shared.adapter(certificate.vendor);
        let limits = adapter.limits();
        let allowed = vendors::allowed(adapter, &certificate.form);
        Self {
            edition: endpoint.edition,
            adapter,
            channel,
            limits,
            receipt_url: receipt_url(shared, certificate),
            elsewhere: Elsewhere::default(),
            pool: Pool::new(endpoint, &shared.config.sizes, number),
            auth: AuthCache::default(),
            pace: Pace::new(shared.config.pacing, &allowed, limits.rate.counts, limits.batch),
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
