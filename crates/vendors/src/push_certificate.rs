//! Apple's push certificates: which app, environments and topics they are good for, and until when.

use std::sync::Arc;

use model::{Environment, Secret, Timestamp};
use x509_parser::{
    der_parser::{self, asn1_rs::Oid, oid},
    oid_registry::{OID_X509_COMMON_NAME, OID_X509_ORGANIZATIONAL_UNIT},
};

use crate::{contract::TlsIdentity, p12::P12Pair};

const FOR_DEVELOPMENT: Oid<'static> = oid!(1.2.840.113635.100.6.3.1);
const FOR_PRODUCTION: Oid<'static> = oid!(1.2.840.113635.100.6.3.2);
const TOPIC_LIST: Oid<'static> = oid!(1.2.840.113635.100.6.3.6);
const VOIP_TOPIC_LIST: Oid<'static> = oid!(1.2.840.113635.100.6.3.4);
const SUBJECT_UID: Oid<'static> = oid!(0.9.2342.19200300.100.1.1);

/// Most topics that are read (ours).
const TOPICS_MAX: usize = 16;

/// What a push certificate says of itself.
#[derive(Debug)]
pub(crate) struct PushCertificate {
    pub(crate) identity: Arc<TlsIdentity>,
    pub(crate) name: String,
    pub(crate) team_id: String,
    pub(crate) bundle_id: String,
    pub(crate) environments: Vec<Environment>,
    /// Empty: that of the bundle ID alone.
    pub(crate) topics: Vec<String>,
    pub(crate) expires_at: Timestamp,
}

impl PushCertificate {
    /// Environment, app and topics by extension and subject, never by the certificate's name (documented); `None`
    /// where it is no push certificate.
    pub(crate) fn read(pair: &P12Pair) -> Option<Self> {
        let (_, certificate) = x509_parser::parse_x509_certificate(&pair.certificate).ok()?;
        let subject = |kind: &Oid<'static>| {
            let attribute =
                certificate.subject().iter_attributes().find(|attribute| attribute.attr_type() == kind)?;
            attribute.as_str().ok().map(str::to_owned)
        };
        let extension =
            |kind: &Oid<'static>| certificate.iter_extensions().find(|extension| extension.oid == *kind);
        let environments: Vec<_> =
            [(FOR_DEVELOPMENT, Environment::Development), (FOR_PRODUCTION, Environment::Production)]
                .into_iter()
                .filter_map(|(kind, environment)| extension(&kind).map(|_| environment))
                .collect();
        let bundle_id = subject(&SUBJECT_UID).filter(|id| !environments.is_empty() && is_bundle_id(id))?;
        let mut topics: Vec<_> = [TOPIC_LIST, VOIP_TOPIC_LIST]
            .iter()
            .filter_map(extension)
            .flat_map(|list| topics_of(list.value))
            .take(TOPICS_MAX)
            .collect();
        topics.dedup();
        let key = Secret::new(pair.key.expose().clone());
        Some(Self {
            identity: Arc::new(TlsIdentity { chain: vec![pair.certificate.clone()], key }),
            name: subject(&OID_X509_COMMON_NAME).unwrap_or_default(),
            team_id: subject(&OID_X509_ORGANIZATIONAL_UNIT).unwrap_or_default(),
            bundle_id,
            environments,
            topics,
            expires_at: Timestamp::from_secs(certificate.validity().not_after.timestamp()),
        })
    }
}

/// The list alternates a topic with a sequence that names its kind (observed).
fn topics_of(value: &[u8]) -> Vec<String> {
    let Ok((_, list)) = der_parser::parse_der(value) else { return Vec::new() };
    let items = list.as_sequence().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().ok()).map(str::to_owned).collect()
}

/// Letters, digits, hyphens and dots (documented), so that it is fit for a header.
pub(crate) fn is_bundle_id(text: &str) -> bool {
    text.len() <= 255
        && text.contains('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}
