//! What an operator enters for an Apple certificate (rows C10 and C11), and what a p12 file says of itself.

use std::sync::Arc;

use model::{Environment, FieldErrors, Form, Secret, Timestamp};
use x509_parser::{
    der_parser::{self, asn1_rs::Oid, oid},
    oid_registry::{OID_X509_COMMON_NAME, OID_X509_ORGANIZATIONAL_UNIT},
};

use super::{auth::ProviderKey, limits};
use crate::{
    contract::{Field, FieldKind, Origin, Protocol, Route, TlsIdentity},
    form::{Reading, field},
    p12::{self, P12Fault, P12Pair},
};

pub(super) const FIELDS: [Field; 7] = [
    field(
        "environment",
        FieldKind::Choice(&["development", "production"]),
        true,
        ("Environment", "环境"),
        (
            "development: builds from Xcode; production: TestFlight, Ad Hoc, Enterprise and App Store",
            "开发环境：Xcode 直接安装；生产环境：TestFlight、Ad Hoc、企业版与 App Store",
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
        ("required with a p8 key; a p12 file holds it", "使用 p8 密钥时必填；p12 证书自带"),
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
        Route { origin: Origin::of(host, Protocol::Http2), identity }
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
        "不是 Bundle ID，例如 com.example.im",
    );
    let [key_id, team_id] = ids;
    let Some(key) = ProviderKey::read(file, key_id.unwrap_or_default(), team_id.unwrap_or_default(), now)
    else {
        reading.fault(
            "p8",
            "is not a p8 key: Apple's file begins with -----BEGIN PRIVATE KEY----- and holds a P-256 key",
            "不是 p8 密钥：苹果提供的文件以 -----BEGIN PRIVATE KEY----- 开头，内含 P-256 私钥",
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
            "p12 证书必须设置密码，否则无法推送",
        );
        return None;
    };
    let pairs = match p12::open(file, password) {
        Ok(pairs) => pairs,
        Err(fault) => {
            let field = if fault == P12Fault::WrongPassword { "p12_password" } else { "p12" };
            let (en, zh) = fault.words();
            reading.fault(field, en, zh);
            return None;
        }
    };
    let Some(certificate) = pairs.iter().find_map(read_certificate) else {
        reading.fault(
            "p12",
            "is not an Apple push certificate: it names no environment or no bundle ID",
            "不是苹果推送证书：缺少环境或 Bundle ID 信息",
        );
        return None;
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

const FOR_DEVELOPMENT: Oid<'static> = oid!(1.2.840.113635.100.6.3.1);
const FOR_PRODUCTION: Oid<'static> = oid!(1.2.840.113635.100.6.3.2);
const TOPIC_LIST: Oid<'static> = oid!(1.2.840.113635.100.6.3.6);
const SUBJECT_UID: Oid<'static> = oid!(0.9.2342.19200300.100.1.1);

/// Environment, app and topics by extension and subject, never by the certificate's name (documented); `None` where
/// it is no push certificate.
fn read_certificate(pair: &P12Pair) -> Option<ClientCertificate> {
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
    let key = Secret::new(pair.key.expose().clone());
    Some(ClientCertificate {
        identity: Arc::new(TlsIdentity { chain: vec![pair.certificate.clone()], key }),
        name: subject(&OID_X509_COMMON_NAME).unwrap_or_default(),
        team_id: subject(&OID_X509_ORGANIZATIONAL_UNIT).unwrap_or_default(),
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
    items.iter().filter_map(|item| item.as_str().ok()).take(limits::TOPICS_MAX).map(str::to_owned).collect()
}
