//! The simulator's own certificate authority: server certificates for the vendors' real host names, and client
//! certificates as Apple issues them.

use std::{net::Ipv4Addr, time::Duration};

use model::{Environment, Secret, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Subject `UID`: the bundle id. Documented by Apple's issued certificates.
const OID_USER_ID: &[u64] = &[0, 9, 2342, 19_200_300, 100, 1, 1];
/// Extension of certificates that serve the development environment. Observed in issued certificates.
const OID_DEVELOPMENT: &[u64] = &[1, 2, 840, 113_635, 100, 6, 3, 1];
/// Extension of certificates that serve the production environment. Observed in issued certificates.
const OID_PRODUCTION: &[u64] = &[1, 2, 840, 113_635, 100, 6, 3, 2];
/// Value of both: ASN.1 NULL.
const ASN1_NULL: &[u8] = &[0x05, 0x00];
/// Extension with the list of topics. Observed in combined certificates.
const OID_TOPICS: &[u64] = &[1, 2, 840, 113_635, 100, 6, 3, 6];
/// Topics of a combined certificate beside the bundle id's own: end and kind. Observed.
const MORE_TOPICS: [(&str, &str); 2] = [(".voip", "voip"), (".complication", "complication")];
const UTF8_STRING: u8 = 0x0c;
const SEQUENCE: u8 = 0x30;

/// A certificate authority that lives as long as the simulator.
pub struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

impl std::fmt::Debug for Ca {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ca")
    }
}

/// A certificate or key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// The certificate library refused.
    #[error("could not issue a certificate")]
    Issue(#[from] rcgen::Error),
    /// The PKCS#12 library refused.
    #[error("could not write the p12 file")]
    Pkcs12(#[from] p12_keystore::error::Error),
}

/// A certificate with its key.
#[derive(Debug)]
pub struct Issued {
    /// DER.
    pub certificate: CertificateDer<'static>,
    /// PKCS#8.
    pub key: Secret<Vec<u8>>,
}

/// What an APNs client certificate is to say.
#[derive(Debug, Clone)]
pub struct ClientCertificate<'a> {
    /// Bundle id it is for.
    pub bundle: &'a str,
    /// Team it belongs to.
    pub team_id: &'a str,
    /// Environments it serves; both: a combined certificate, as Apple issues today.
    pub environments: &'a [Environment],
    /// End of its validity.
    pub not_after: Timestamp,
}

/// A p12 file with its password.
#[derive(Debug)]
pub struct SampleP12 {
    /// The file.
    pub bytes: Secret<Vec<u8>>,
    /// Its password.
    pub password: Secret<String>,
}

impl Ca {
    /// A new authority with a new key.
    ///
    /// # Errors
    /// [`CaError::Issue`] where no key could be made.
    pub fn generate() -> Result<Self, CaError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Posthouse Simulator CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?;
        Ok(Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) })
    }

    /// The authority's certificate, for a client to trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The same in DER.
    #[must_use]
    pub const fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// A server certificate for a vendor's real host name, which also names this machine.
    ///
    /// # Errors
    /// [`CaError::Issue`] where the name is not a host name.
    pub fn server_certificate(&self, host: &str) -> Result<Issued, CaError> {
        let mut params = CertificateParams::new(vec![host.to_owned(), "localhost".to_owned()])?;
        params.subject_alt_names.push(SanType::IpAddress(Ipv4Addr::LOCALHOST.into()));
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, host);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(&params)
    }

    /// A client certificate as Apple issues them for push.
    ///
    /// # Errors
    /// [`CaError::Issue`] where a value does not fit into a certificate.
    pub fn apns_client_certificate(&self, wanted: &ClientCertificate<'_>) -> Result<Issued, CaError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CustomDnType(OID_USER_ID.to_vec()), wanted.bundle);
        params.distinguished_name.push(DnType::CommonName, common_name(wanted));
        params.distinguished_name.push(DnType::OrganizationalUnitName, wanted.team_id);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.custom_extensions = wanted
            .environments
            .iter()
            .map(|environment| {
                let oid = match environment {
                    Environment::Development => OID_DEVELOPMENT,
                    Environment::Production => OID_PRODUCTION,
                };
                CustomExtension::from_oid_content(oid, ASN1_NULL.to_vec())
            })
            .collect();
        if wanted.environments.len() > 1 {
            let topics = CustomExtension::from_oid_content(OID_TOPICS, topic_list(wanted.bundle));
            params.custom_extensions.push(topics);
        }
        let after_epoch = Duration::from_millis(wanted.not_after.millis().max(0).unsigned_abs());
        params.not_after = (std::time::SystemTime::UNIX_EPOCH + after_epoch).into();
        self.issue(&params)
    }

    fn issue(&self, params: &CertificateParams) -> Result<Issued, CaError> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued { certificate: certificate.der().clone(), key: Secret::new(key.serialize_der()) })
    }
}

impl Issued {
    /// The key in the form TLS wants it.
    #[must_use]
    pub fn tls_key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.expose().clone()).into()
    }

    /// Certificate and key as a p12 file.
    ///
    /// # Errors
    /// [`CaError::Pkcs12`] where the file could not be written.
    pub fn to_p12(&self, password: &str) -> Result<SampleP12, CaError> {
        let key = p12_keystore::PrivateKey::from_der(self.key.expose())?;
        let certificate = p12_keystore::Certificate::from_der(&self.certificate)?;
        let chain = p12_keystore::PrivateKeyChain::new(vec![1], key, [certificate]);
        let mut keystore = p12_keystore::KeyStore::new();
        keystore.add_entry("push", p12_keystore::KeyStoreEntry::PrivateKeyChain(chain));
        let bytes = keystore.writer(password).write()?;
        Ok(SampleP12 { bytes: Secret::new(bytes), password: Secret::new(password.to_owned()) })
    }
}

/// A sequence of each topic with a sequence that names its kind.
fn topic_list(bundle: &str) -> Vec<u8> {
    let entry = |end: &str, kind: &str| {
        let topic = der(UTF8_STRING, format!("{bundle}{end}").as_bytes());
        [topic, der(SEQUENCE, &der(UTF8_STRING, kind.as_bytes()))].concat()
    };
    let more = MORE_TOPICS.iter().map(|(end, kind)| entry(end, kind));
    der(SEQUENCE, &std::iter::once(entry("", "app")).chain(more).collect::<Vec<_>>().concat())
}

/// One value of ASN.1: tag, length, content of less than 64 KiB.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    let length = match (high, low) {
        (0, low) if low < 0x80 => vec![low],
        (0, low) => vec![0x81, low],
        (high, low) => vec![0x82, high, low],
    };
    [&[tag], &*length, content].concat()
}

fn common_name(wanted: &ClientCertificate<'_>) -> String {
    let kind = match wanted.environments {
        [Environment::Development] => "Apple Development IOS Push Services",
        [Environment::Production] => "Apple Production IOS Push Services",
        _ => "Apple Push Services",
    };
    format!("{kind}: {}", wanted.bundle)
}
