//! Certificates' forms, read once a version and lent to lanes and receipts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::{Certificate, CertificateId, FieldErrors, Timestamp};
use vendors::{Adapter, Channel};

/// Why a certificate's form was not read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The form has faults.
    Form(FieldErrors),
    /// Our reading failed.
    OwnFault,
}

/// The newest reading of each certificate, with the version that was read.
type Newest = HashMap<CertificateId, (u32, Arc<dyn Channel>)>;

/// What was read of certificates.
#[derive(Default)]
pub(crate) struct Channels(Mutex<Newest>);

impl Channels {
    /// The reading of this certificate. A p12 takes milliseconds to open, so that happens beside the lanes.
    pub(crate) async fn of(
        &self,
        certificate: &Certificate,
        adapter: &'static dyn Adapter,
        now: Timestamp,
    ) -> Result<Arc<dyn Channel>, Unreadable> {
        let (id, version) = (certificate.id, certificate.version);
        if let Some((_, channel)) = self.lock().get(&id).filter(|(known, _)| *known == version) {
            return Ok(Arc::clone(channel));
        }
        let form = certificate.form.clone();
        let opened = tokio::task::spawn_blocking(move || adapter.open(&form, now)).await;
        let channel: Arc<dyn Channel> =
            opened.map_err(|_| Unreadable::OwnFault)?.map_err(Unreadable::Form)?.into();
        let mut known = self.lock();
        // A slow reading of an older version comes too late.
        if known.get(&id).is_none_or(|(newest, _)| *newest < version) {
            known.insert(id, (version, Arc::clone(&channel)));
        }
        Ok(channel)
    }

    fn lock(&self) -> MutexGuard<'_, Newest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
