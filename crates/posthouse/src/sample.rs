//! The sample App of `dev`: users, certificates that the simulator knows, and two virtual phones.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use im::issue_token;
use model::{
    App, AppId, AppPolicy, Certificate, CertificateId, CertificateName, DeviceId, Environment, Form, Secret,
    Timestamp, UserId, Vendor,
};
use server::create_api_key;
use simulator::{NewHandset, Running, XiaomiApp, XiaomiChannel};
use store::{CertificateDraft, Op, Outcome, Scope, Store};
use uuid::Uuid;

use crate::stack::random_secret;

/// Package and bundle id of the sample app.
pub(crate) const PACKAGE: &str = "com.example.im";
/// The sample App.
pub(crate) const APP: AppId = AppId(1);
/// Who sends where nobody is named: a user without a phone.
pub(crate) const SENDER: &str = "zhou";

const TEAM: &str = "SAMPLETEAM";
const CHANNEL: &str = "130001";
const XIAOMI_NAME: &str = "xiaomi-sample";
const APNS_NAME: &str = "apns-sample";
/// Scopes of the sample key.
const SCOPES: [Scope; 3] = [Scope::Send, Scope::Read, Scope::Manage];
const TOKEN_LIFETIME_S: i64 = im::TOKEN_LIFETIME_MAX_S;

/// A virtual phone of the sample: its name, and what it is made of.
pub(crate) struct SamplePhone {
    pub(crate) name: &'static str,
    pub(crate) brand: &'static str,
    pub(crate) model: &'static str,
    pub(crate) user: &'static str,
    pub(crate) environment: Option<Environment>,
    device: u128,
}

/// The two phones of `dev`.
pub(crate) const PHONES: [SamplePhone; 2] = [
    SamplePhone {
        name: "mi-14",
        brand: "xiaomi",
        model: "Xiaomi 14",
        user: "bo",
        environment: None,
        device: 0x0b0b_0b0b_0b0b_4b0b_8b0b_0b0b_0b0b_0b0b,
    },
    SamplePhone {
        name: "iphone-16",
        brand: "apple",
        model: "iPhone 16",
        user: "ann",
        environment: Some(Environment::Development),
        device: 0xa0a0_a0a0_a0a0_40a0_80a0_a0a0_a0a0_a0a0,
    },
];

/// The sample App as it stands in the store.
pub(crate) struct Sample {
    pub(crate) app: App,
    pub(crate) api_key: String,
    pub(crate) xiaomi: CertificateId,
    pub(crate) apns: CertificateId,
}

/// Makes the sample App in the store where it is not there, and lets the simulator know its credentials either way.
pub(crate) async fn prepare(store: &Arc<dyn Store>, simulator: &Running, now: Timestamp) -> Result<Sample> {
    let known = store.app(APP).await?;
    let app = known.unwrap_or_else(|| App {
        id: APP,
        name: "示例应用 Sample".to_owned(),
        login_secret: Secret::new(random_secret()),
        policy: AppPolicy::default(),
        created_at: now,
    });
    let (api_key, record) = create_api_key(APP, SCOPES.to_vec(), "sample", now);
    let mut batch = vec![Op::PutApp(app.clone()), Op::PutApiKey(record)];
    for name in PHONES.iter().map(|phone| phone.user).chain([SENDER]) {
        batch.push(Op::PutUser { app: APP, user: UserId::new(name)?, at: now });
    }
    store.commit(batch).await?;
    let certificates = store.certificates(APP).await?;
    let xiaomi = prepare_xiaomi(store, simulator, &certificates, now).await?;
    let apns = prepare_apns(store, simulator, &certificates, now).await?;
    Ok(Sample { app, api_key, xiaomi, apns })
}

fn find<'a>(certificates: &'a [Certificate], name: &str) -> Option<&'a Certificate> {
    certificates.iter().find(|certificate| certificate.name.as_str() == name)
}

async fn prepare_xiaomi(
    store: &Arc<dyn Store>,
    simulator: &Running,
    certificates: &[Certificate],
    now: Timestamp,
) -> Result<CertificateId> {
    let known = find(certificates, XIAOMI_NAME);
    let stored = known.and_then(|certificate| certificate.form.get("app_secret")).map(str::to_owned);
    let secret = stored.unwrap_or_else(random_secret);
    let app_id = "2882303761517000001";
    let app = XiaomiApp::new(PACKAGE, app_id, Secret::new(secret.clone()))
        .with_channel(CHANNEL, XiaomiChannel::Private { needs_template: false });
    simulator.register_xiaomi_app(app);
    if let Some(certificate) = known {
        return Ok(certificate.id);
    }
    let mut form = Form::default();
    for (field, value) in [("package_name", PACKAGE), ("app_id", app_id), ("channel_id", CHANNEL)] {
        form.public.insert(field.to_owned(), value.to_owned());
    }
    form.secret.insert("app_secret".to_owned(), Secret::new(secret));
    save(store, Vendor::Xiaomi, XIAOMI_NAME, form, now).await
}

async fn prepare_apns(
    store: &Arc<dyn Store>,
    simulator: &Running,
    certificates: &[Certificate],
    now: Timestamp,
) -> Result<CertificateId> {
    if let Some(certificate) = find(certificates, APNS_NAME) {
        let field = |name| certificate.form.get(name).with_context(|| format!("{APNS_NAME} has no {name}"));
        simulator.register_p8(field("p8")?, field("key_id")?, field("team_id")?, &[PACKAGE])?;
        return Ok(certificate.id);
    }
    let key = simulator.sample_p8(TEAM, &[PACKAGE])?;
    let mut form = Form::default();
    let environment = Environment::Development;
    for (field, value) in [
        ("environment", environment.as_str()),
        ("key_id", key.key_id.as_str()),
        ("team_id", key.team_id.as_str()),
        ("topic", PACKAGE),
    ] {
        form.public.insert(field.to_owned(), value.to_owned());
    }
    form.secret.insert("p8".to_owned(), key.pem);
    save(store, Vendor::Apns, APNS_NAME, form, now).await
}

async fn save(
    store: &Arc<dyn Store>,
    vendor: Vendor,
    name: &str,
    form: Form,
    now: Timestamp,
) -> Result<CertificateId> {
    let channel = vendors::adapter(vendor).open(&form, now)?;
    let draft = CertificateDraft {
        app: APP,
        id: None,
        vendor,
        name: CertificateName::new(name)?,
        disabled: false,
        environment: channel.environment(),
        expires_at: channel.expires_at(),
        form,
        receipt_secret: Secret::new(random_secret()),
        at: now,
    };
    match store.commit(vec![Op::PutCertificate(draft)]).await?.as_slice() {
        [Outcome::Certificate(id, _)] => Ok(*id),
        other => bail!("the certificate was not stored: {other:?}"),
    }
}

impl SamplePhone {
    /// The installation's id, the same at every start.
    pub(crate) const fn device_id(&self) -> DeviceId {
        DeviceId(Uuid::from_u128(self.device))
    }

    /// What the simulator needs to make this phone, logged in as its user.
    pub(crate) fn order(&self, app: &App, server: &str, now: Timestamp) -> Result<NewHandset> {
        let user = UserId::new(self.user)?;
        Ok(NewHandset {
            name: self.name.to_owned(),
            brand: self.brand.to_owned(),
            model: self.model.to_owned(),
            package: PACKAGE.to_owned(),
            login_token: Some(issue_token(app, &user, now, TOKEN_LIFETIME_S)?),
            user: Some(user),
            server: server.to_owned(),
            environment: self.environment,
            certificates: Vec::new(),
            device: Some(self.device_id().0),
            language: "zh-CN".to_owned(),
        })
    }
}
