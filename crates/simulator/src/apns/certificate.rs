//! Client certificates: who issued them, and which environments and topics they are good for.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use model::{Environment, Timestamp};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, UnixTime},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use x509_parser::{certificate::X509Certificate, der_parser::parse_der, prelude::FromDer};

use super::{reason::Reason, request::needs_provider_token};

/// Issued certificates name the environments they serve by these extensions. Observed.
const OID_DEVELOPMENT: &str = "1.2.840.113635.100.6.3.1";
const OID_PRODUCTION: &str = "1.2.840.113635.100.6.3.2";
/// Lists of topics: of combined certificates, and of older ones for `VoIP`. Observed.
const OID_TOPICS: [&str; 2] = ["1.2.840.113635.100.6.3.6", "1.2.840.113635.100.6.3.4"];
/// Subject `UID`. Observed.
const OID_USER_ID: &str = "0.9.2342.19200300.100.1.1";

/// Whose certificates are trusted.
#[derive(Debug)]
pub(super) struct Authorities {
    /// Certificates that are trusted without being issued by the simulator, in DER.
    registered: RwLock<Vec<Vec<u8>>>,
    issued_here: Option<Arc<dyn ClientCertVerifier>>,
}

impl Authorities {
    /// Trusts certificates that this authority issued.
    pub(super) fn new(authority: &CertificateDer<'static>) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        let issued_here = roots.add(authority.clone()).ok().and_then(|()| {
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().ok()
        });
        Self { registered: RwLock::default(), issued_here }
    }

    pub(super) fn register(&self, der: Vec<u8>) {
        self.registered.write().unwrap_or_else(PoisonError::into_inner).push(der);
    }

    /// What a client certificate says, or what is wrong with it.
    pub(super) fn read(
        &self,
        chain: &[CertificateDer<'_>],
        environment: Environment,
        now: Timestamp,
    ) -> Result<ClientIdentity, Reason> {
        let (leaf, intermediates) = chain.split_first().ok_or(Reason::BadCertificate)?;
        let (_, parsed) = X509Certificate::from_der(leaf).map_err(|_| Reason::BadCertificate)?;
        let in_time = parsed.validity().not_before.timestamp() <= now.secs()
            && now.secs() <= parsed.validity().not_after.timestamp();
        if !in_time || !self.trusts(leaf, intermediates, now) {
            return Err(Reason::BadCertificate);
        }
        let find =
            |oid: &str| parsed.extensions().iter().find(|extension| extension.oid.to_id_string() == oid);
        let serves = match environment {
            Environment::Development => find(OID_DEVELOPMENT),
            Environment::Production => find(OID_PRODUCTION),
        };
        if serves.is_none() {
            return Err(Reason::BadCertificateEnvironment);
        }
        let bundle = parsed
            .subject()
            .iter_attributes()
            .find(|attribute| attribute.attr_type().to_id_string() == OID_USER_ID)
            .and_then(|attribute| attribute.as_str().ok())
            .ok_or(Reason::BadCertificate)?;
        let lists = OID_TOPICS.into_iter().filter_map(find);
        let topics = lists.flat_map(|extension| topics_of(extension.value)).collect();
        Ok(ClientIdentity { bundle: bundle.to_owned(), topics })
    }

    fn trusts(&self, leaf: &CertificateDer<'_>, rest: &[CertificateDer<'_>], now: Timestamp) -> bool {
        let registered = self.registered.read().unwrap_or_else(PoisonError::into_inner);
        if registered.iter().any(|der| der.as_slice() == leaf.as_ref()) {
            return true;
        }
        let since_epoch = Duration::from_millis(now.millis().max(0).unsigned_abs());
        self.issued_here.as_ref().is_some_and(|verifier| {
            verifier.verify_client_cert(leaf, rest, UnixTime::since_unix_epoch(since_epoch)).is_ok()
        })
    }
}

/// What a client certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClientIdentity {
    /// The bundle id it is for.
    bundle: String,
    /// The topics it lists; empty: that of its bundle id alone.
    topics: Vec<String>,
}

impl ClientIdentity {
    /// The topic of a request that names none; `None`: it has to name one. Documented.
    pub(super) fn default_topic(&self) -> Option<&str> {
        (self.topics.len() < 2).then_some(self.bundle.as_str())
    }

    /// Whether it may push to a topic. Documented.
    pub(super) fn allows(&self, topic: &str) -> bool {
        let listed = if self.topics.is_empty() {
            topic == self.bundle
        } else {
            self.topics.iter().any(|own| own == topic)
        };
        listed && !needs_provider_token(topic)
    }
}

/// The list has each topic before a sequence that names its kind. Observed.
fn topics_of(value: &[u8]) -> Vec<String> {
    let list = parse_der(value).ok();
    let items = list.as_ref().and_then(|(_, list)| list.as_sequence().ok()).map(Vec::as_slice);
    items.unwrap_or_default().iter().filter_map(|item| item.as_str().ok()).map(str::to_owned).collect()
}
