//! What vendors said to certificates since the start. Kept in memory: it is news, not truth.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use gateway::ProbeReport;
use model::{Certificate, CertificateId, Timestamp};

/// The newest word on one certificate.
#[derive(Debug)]
pub(super) struct Probed {
    version: u32,
    pub(super) at: Timestamp,
    /// `None`: the form does not read any more.
    pub(super) report: Option<ProbeReport>,
}

/// The newest word on each certificate.
#[derive(Debug, Default)]
pub(in crate::console) struct Probes(Mutex<HashMap<CertificateId, Arc<Probed>>>);

impl Probes {
    /// What was said to this version of a certificate.
    pub(super) fn of(&self, certificate: &Certificate) -> Option<Arc<Probed>> {
        let probes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        probes.get(&certificate.id).filter(|probed| probed.version == certificate.version).cloned()
    }

    /// Whether the vendor refused this version of a certificate when it was tested last.
    pub(in crate::console) fn refused(&self, certificate: &Certificate) -> bool {
        let probed = self.of(certificate);
        let report = probed.as_ref().and_then(|probed| probed.report.as_ref());
        report.is_some_and(|report| report.outcome.accepted == Some(false))
    }

    pub(super) fn note(&self, certificate: &Certificate, at: Timestamp, report: Option<ProbeReport>) {
        let probed = Arc::new(Probed { version: certificate.version, at, report });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(certificate.id, probed);
    }
}
