//! What an operator enters for an Apple certificate (rows C10 and C11), and what a p12 file says of itself.

use aws_lc_rs::{
    rsa,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Environment, FieldErrors, Form, Secret, Timestamp};
use p12_keystore::{Pkcs12Archive, error::Error as P12Error};
use std::sync::Arc;
use x509_parser::{
    certificate::X509Certificate,
    der_parser::{self, asn1_rs::Oid, oid},
    x509::X509Version,
};

use super::{auth::ProviderKey, limits};
use crate::{
    contract::{Field, FieldKind, Protocol, Route, TlsIdentity},
    form::{Reading, field},
};

pub(super) const FIELDS: [Field; 7] = [
    field(
        "environment",
        FieldKind::Choice(&["development", "production"]),
        true,
        ("Environment", "环境"),
        (
            "development: builds from Xcode; production: TestFlight, Ad Hoc, Enterprise and App Store",
            "开发环境:Xcode 直接安装;生产环境:TestFlight、Ad Hoc、企业版与 App Store",
        ),
    ),
    field(
        "p12",
        FieldKind::SecretFile,
        false,
        ("p12 file", "p12 证书文件"),
        ("this, or a p8 key", "与 p8 密钥二选一"),
    ),
    field(
        "p12_password",
        FieldKind::Secret,
        false,
        ("p12 password", "p12 证书密码"),
        ("required with a p12 file", "上传 p12 证书时必填"),
    ),
    field("p8", FieldKind::SecretFile, false, ("p8 key", "p8 密钥文件"), ("AuthKey_….p8", "AuthKey_….p8")),
    field(
        "key_id",
        FieldKind::Text,
        false,
        ("Key ID", "Key ID"),
        ("required with a p8 key", "使用 p8 密钥时必填"),
    ),
    field(
        "team_id",
        FieldKind::Text,
        false,
        ("Team ID", "Team ID"),
        ("required with a p8 key", "使用 p8 密钥时必填"),
    ),
    field(
        "topic",
        FieldKind::Text,
        false,
        ("Bundle ID", "Bundle ID"),
        ("required with a p8 key; a p12 file holds it", "使用 p8 密钥时必填;p12 证书自带"),
    ),
];

/// One app in one environment.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) environment: Environment,
    pub(super) topic: String,
    pub(super) credential: Credential,
}

/// What Apple knows the sender by.
#[derive(Debug)]
pub(super) enum Credential {
    /// Presented in the TLS handshake.
    Certificate(Box<ClientCertificate>),
    /// Signs a provider token.
    Key(ProviderKey),
}

/// What was read from a p12 file.
#[derive(Debug)]
pub(super) struct ClientCertificate {
    identity: Arc<TlsIdentity>,
    name: String,
    team_id: String,
    bundle_id: String,
    environments: Vec<Environment>,
    topics: Vec<String>,
    expires_at: Timestamp,
}

impl Config {
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("bundle ID", self.topic.clone())];
        match &self.credential {
            Credential::Key(key) => {
                facts.push(("key ID", key.key_id.clone()));
                facts.push(("team ID", key.team_id.clone()));
            }
            Credential::Certificate(certificate) => {
                let words: Vec<_> =
                    certificate.environments.iter().map(|environment| environment.as_str()).collect();
                facts.push(("certificate", certificate.name.clone()));
                facts.push(("team ID", certificate.team_id.clone()));
                facts.push(("good for", words.join(", ")));
                facts.push(("topics", certificate.topics.join(", ")));
                facts.push(("valid until", certificate.expires_at.to_string()));
            }
        }
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        match &self.credential {
            Credential::Certificate(certificate) => Some(certificate.expires_at),
            Credential::Key(_) => None,
        }
    }

    pub(super) fn route(&self) -> Route {
        let host = match self.environment {
            Environment::Development => "api.sandbox.push.apple.com",
            Environment::Production => "api.push.apple.com",
        };
        let identity = match &self.credential {
            Credential::Certificate(certificate) => Some(certificate.identity.clone()),
            Credential::Key(_) => None,
        };
        Route { host: host.to_owned(), port: 443, protocol: Protocol::Http2, identity }
    }
}

pub(super) fn parse(form: &Form, now: Timestamp) -> Result<Config, FieldErrors> {
    let mut reading = Reading::of(form);
    let environment = reading.required("environment").and_then(|word| {
        let read = word.parse().ok();
        if read.is_none() {
            reading.fault(
                "environment",
                "must be development or production",
                "必须是 development 或 production",
            );
        }
        read
    });
    let credential = match (reading.optional("p12"), reading.optional("p8")) {
        (Some(file), None) => certificate_fields(&mut reading, file, environment),
        (None, Some(file)) => key_fields(&mut reading, file, now),
        (Some(_), Some(_)) => {
            reading.fault("p8", "give a p12 file or a p8 key, not both", "p12 证书与 p8 密钥只能二选一");
            None
        }
        (None, None) => {
            reading.fault("p12", "give a p12 file or a p8 key", "请上传 p12 证书或 p8 密钥");
            None
        }
    };
    let read = environment.zip(credential).map(|(environment, (topic, credential))| Config {
        environment,
        topic,
        credential,
    });
    reading.finish(read)
}

fn key_fields(reading: &mut Reading<'_>, file: &str, now: Timestamp) -> Option<(String, Credential)> {
    let ids = ["key_id", "team_id"].map(|field| {
        let id = reading.required(field);
        reading.check(
            field,
            id,
            is_apple_id,
            "must be 10 capital letters and digits",
            "必须是 10 位大写字母或数字",
        );
        id
    });
    let topic = reading.required("topic");
    reading.check(
        "topic",
        topic,
        is_bundle_id,
        "is not a bundle ID such as com.example.im",
        "不是 Bundle ID,例如 com.example.im",
    );
    let [key_id, team_id] = ids;
    let Some(key) = ProviderKey::read(file, key_id.unwrap_or_default(), team_id.unwrap_or_default(), now)
    else {
        reading.fault(
            "p8",
            "is not a p8 key: Apple's file begins with -----BEGIN PRIVATE KEY----- and holds a P-256 key",
            "不是 p8 密钥:苹果提供的文件以 -----BEGIN PRIVATE KEY----- 开头,内含 P-256 私钥",
        );
        return None;
    };
    topic.map(|topic| (topic.to_owned(), Credential::Key(key)))
}

fn certificate_fields(
    reading: &mut Reading<'_>,
    file: &str,
    environment: Option<Environment>,
) -> Option<(String, Credential)> {
    // A password may begin or end with a blank, so it is taken as it stands.
    let Some(password) = reading.verbatim("p12_password") else {
        reading.fault(
            "p12_password",
            "a p12 file without a password is not accepted",
            "p12 证书必须设置密码,否则无法推送",
        );
        return None;
    };
    let certificate = match read_p12(file, password) {
        Ok(certificate) => certificate,
        Err(fault) => {
            let (field, en, zh) = fault.words();
            reading.fault(field, en, zh);
            return None;
        }
    };
    if environment.is_some_and(|environment| !certificate.environments.contains(&environment)) {
        reading.fault("environment", "the certificate is for the other environment", "证书与所选环境不符");
    }
    if reading.optional("topic").is_some_and(|topic| topic != certificate.bundle_id) {
        let en = format!("the certificate is for {}", certificate.bundle_id);
        let zh = format!("证书属于 {}", certificate.bundle_id);
        reading.fault("topic", &en, &zh);
    }
    Some((certificate.bundle_id.clone(), Credential::Certificate(Box::new(certificate))))
}

/// Ten characters each (documented).
fn is_apple_id(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_bundle_id(text: &str) -> bool {
    text.len() <= 255
        && text.contains('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

/// Why a p12 file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum P12Fault {
    NotP12,
    WrongPassword,
    Unsupported,
    NoKey,
    NoCertificate,
    KeyMismatch,
    OldVersion,
    NotForPush,
}

impl P12Fault {
    /// The field at fault, and what to do in English and Chinese.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotP12 => ("p12", "is not a p12 file of at most 1 MiB", "不是 p12 文件,或超过 1 MiB"),
            Self::WrongPassword => {
                ("p12_password", "the password does not open the file", "密码不正确,无法打开证书")
            }
            Self::Unsupported => (
                "p12",
                "is encrypted in a way that is not supported: export it again from Keychain Access or with openssl pkcs12",
                "证书采用了不支持的加密方式:请用“钥匙串访问”或 openssl pkcs12 重新导出",
            ),
            Self::NoKey => (
                "p12",
                "holds a certificate without its private key: export both together",
                "证书中没有私钥:请将证书与私钥一起导出",
            ),
            Self::NoCertificate => ("p12", "holds no certificate", "文件中没有证书"),
            Self::KeyMismatch => ("p12", "the private key is not the certificate's", "私钥与证书不匹配"),
            Self::OldVersion => (
                "p12",
                "holds an X.509 certificate of version 1, which TLS refuses: Apple issues version 3",
                "证书为 X.509 v1 版本,TLS 不接受;苹果签发的证书均为 v3",
            ),
            Self::NotForPush => (
                "p12",
                "is not an Apple push certificate: it names no environment or no bundle ID",
                "不是苹果推送证书:缺少环境或 Bundle ID 信息",
            ),
        }
    }
}

const FOR_DEVELOPMENT: Oid<'static> = oid!(1.2.840.113635.100.6.3.1);
const FOR_PRODUCTION: Oid<'static> = oid!(1.2.840.113635.100.6.3.2);
const TOPIC_LIST: Oid<'static> = oid!(1.2.840.113635.100.6.3.6);
const SUBJECT_UID: Oid<'static> = oid!(0.9.2342.19200300.100.1.1);

fn read_p12(file: &str, password: &str) -> Result<ClientCertificate, P12Fault> {
    if file.len() > limits::FILE_MAX_BYTES / 3 * 4 + 1024 {
        return Err(P12Fault::NotP12);
    }
    let base64: String = file.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(base64).map_err(|_| P12Fault::NotP12)?;
    let archive =
        Pkcs12Archive::from_pkcs12(&bytes, password).map_err(|error| opening_fault(&error, &bytes))?;
    let keys: Vec<_> = archive.keys.iter().take(limits::BAGS_MAX).map(|bag| bag.key.as_der()).collect();
    let certificates: Vec<_> =
        archive.certs.iter().take(limits::BAGS_MAX).map(|bag| bag.cert.as_der()).collect();
    if certificates.is_empty() {
        return Err(P12Fault::NoCertificate);
    }
    let mut fault = if keys.is_empty() { P12Fault::NoKey } else { P12Fault::KeyMismatch };
    for key in keys {
        let public_key = public_key_of(key);
        for der in &certificates {
            let Ok((_, certificate)) = x509_parser::parse_x509_certificate(der) else { continue };
            if public_key.as_deref() == Some(&*certificate.public_key().subject_public_key.data) {
                match read_certificate(&certificate, der, key) {
                    Ok(read) => return Ok(read),
                    Err(found) => fault = found,
                }
            }
        }
    }
    Err(fault)
}

/// Without a MAC a wrong password shows only as bytes that do not decrypt.
fn opening_fault(error: &P12Error, bytes: &[u8]) -> P12Fault {
    let is_outer_shape = der_parser::parse_der(bytes).is_ok_and(|(_, der)| der.as_sequence().is_ok());
    match error {
        P12Error::MacError(_) | P12Error::UnpadError => P12Fault::WrongPassword,
        P12Error::Pkcs5Error(text) if text.contains("decrypt") => P12Fault::WrongPassword,
        _ if is_outer_shape => P12Fault::Unsupported,
        _ => P12Fault::NotP12,
    }
}

/// The public half of a PKCS#8 key, as it stands in a certificate.
fn public_key_of(pkcs8: &[u8]) -> Option<Vec<u8>> {
    let rsa = rsa::KeyPair::from_pkcs8(pkcs8).ok().map(|pair| pair.public_key().as_ref().to_vec());
    rsa.or_else(|| {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8).ok()?;
        Some(pair.public_key().as_ref().to_vec())
    })
}

/// Environment, app and topics by extension and subject, never by the certificate's name (documented).
fn read_certificate(
    certificate: &X509Certificate<'_>,
    der: &[u8],
    key: &[u8],
) -> Result<ClientCertificate, P12Fault> {
    if certificate.version() != X509Version::V3 {
        return Err(P12Fault::OldVersion);
    }
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
    let bundle_id = subject(&SUBJECT_UID).filter(|id| is_bundle_id(id)).ok_or(P12Fault::NotForPush)?;
    if environments.is_empty() {
        return Err(P12Fault::NotForPush);
    }
    Ok(ClientCertificate {
        identity: Arc::new(TlsIdentity { chain: vec![der.to_vec()], key: Secret::new(key.to_vec()) }),
        name: subject(&x509_parser::oid_registry::OID_X509_COMMON_NAME).unwrap_or_default(),
        team_id: subject(&x509_parser::oid_registry::OID_X509_ORGANIZATIONAL_UNIT).unwrap_or_default(),
        bundle_id,
        environments,
        topics: extension(&TOPIC_LIST).map(|list| topics_of(list.value)).unwrap_or_default(),
        expires_at: Timestamp::from_secs(certificate.validity().not_after.timestamp()),
    })
}

/// The list alternates a topic with a sequence that names its kind (observed).
fn topics_of(value: &[u8]) -> Vec<String> {
    let Ok((_, list)) = der_parser::parse_der(value) else { return Vec::new() };
    let items = list.as_sequence().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().ok()).take(limits::BAGS_MAX).map(str::to_owned).collect()
}
