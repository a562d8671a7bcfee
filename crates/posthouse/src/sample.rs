//! The sample App of `dev`: users, certificates that the simulator knows, and a virtual phone of each vendor.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Error, Result, bail};
use im::issue_token;
use model::{
    App, AppId, AppPolicy, Certificate, CertificateId, CertificateName, DeviceId, Environment, Form, Secret,
    Timestamp, UserId, Vendor,
};
use server::create_api_key;
use simulator::{Credential, NewHandset, Running};
use store::{CertificateDraft, Op, Outcome, Scope, Store};
use uuid::Uuid;

use crate::stack::random_secret;

/// Package and bundle id of the sample app.
pub(crate) const PACKAGE: &str = "com.example.im";
/// The sample App.
pub(crate) const APP: AppId = AppId(1);
/// Who sends where nobody is named: a user without a phone.
pub(crate) const SENDER: &str = "zhou";

/// Scopes of the sample key.
const SCOPES: [Scope; 3] = [Scope::Send, Scope::Read, Scope::Manage];
const TOKEN_LIFETIME_S: i64 = im::TOKEN_LIFETIME_MAX_S;

/// A virtual phone of the sample: its name, and what it is made of.
pub(crate) struct SamplePhone {
    pub(crate) name: &'static str,
    pub(crate) vendor: Vendor,
    pub(crate) brand: &'static str,
    pub(crate) model: &'static str,
    pub(crate) user: &'static str,
    /// Every byte of the installation's id.
    device: u8,
}

/// One phone a vendor.
#[rustfmt::skip]
pub(crate) const PHONES: &[SamplePhone] = &[
    phone("mi-14", Vendor::Xiaomi, "xiaomi", "Xiaomi 14", "bo", 0xb),
    phone("iphone-16", Vendor::Apns, "apple", "iPhone 16", "ann", 0xa0),
    phone("mate-60", Vendor::Huawei, "huawei", "HUAWEI Mate 60", "chen", 0xc1),
    phone("mate-70", Vendor::Harmony, "harmony", "HUAWEI Mate 70 · HarmonyOS NEXT", "lin", 0xc2),
    phone("magic-6", Vendor::Honor, "honor", "HONOR Magic6", "he", 0xc3),
    phone("find-x7", Vendor::Oppo, "oppo", "OPPO Find X7", "ou", 0xc4),
    phone("x100", Vendor::Vivo, "vivo", "vivo X100", "wei", 0xc5),
    phone("meizu-21", Vendor::Meizu, "meizu", "Meizu 21", "mei", 0xc6),
    phone("pixel-8", Vendor::Fcm, "google", "Pixel 8", "gu", 0xc7),
    phone("browser", Vendor::Webpush, "browser", "Chromium", "wang", 0xc8),
];

const fn phone(
    name: &'static str,
    vendor: Vendor,
    brand: &'static str,
    model: &'static str,
    user: &'static str,
    device: u8,
) -> SamplePhone {
    SamplePhone { name, vendor, brand, model, user, device }
}

/// The sample App as it stands in the store.
pub(crate) struct Sample {
    pub(crate) app: App,
    pub(crate) api_key: String,
    certificates: BTreeMap<Vendor, CertificateId>,
}

impl Sample {
    /// The sample certificate of a vendor.
    pub(crate) fn certificate(&self, vendor: Vendor) -> CertificateId {
        self.certificates[&vendor]
    }

    /// Every sample certificate.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = (Vendor, CertificateId)> {
        self.certificates.iter().map(|(vendor, id)| (*vendor, *id))
    }
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
    let known = store.certificates(APP).await?;
    let mut certificates = BTreeMap::new();
    for vendor in Vendor::ALL {
        let certificate = known.iter().find(|certificate| certificate.name.as_str() == name_of(vendor));
        certificates.insert(vendor, enrol(store, simulator, vendor, certificate, now).await?);
    }
    Ok(Sample { app, api_key, certificates })
}

fn name_of(vendor: Vendor) -> String {
    format!("{vendor}-sample")
}

/// Registers the sample app with a simulated vendor, as it was registered before where its certificate is there.
async fn enrol(
    store: &Arc<dyn Store>,
    simulator: &Running,
    vendor: Vendor,
    certificate: Option<&Certificate>,
    now: Timestamp,
) -> Result<CertificateId> {
    let known = certificate.map(|certificate| values_of(&certificate.form));
    let credential = simulator.enrol(vendor, PACKAGE, known.as_ref()).map_err(Error::msg)?;
    match certificate {
        Some(certificate) => Ok(certificate.id),
        None => save(store, vendor, &name_of(vendor), vendors::fill_form(vendor, &credential), now).await,
    }
}

fn values_of(form: &Form) -> Credential {
    let secret = form.secret.iter().map(|(name, value)| (name.clone(), value.expose().clone()));
    form.public.clone().into_iter().chain(secret).collect()
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
    /// The environment that its app was built for, where its vendor has environments.
    pub(crate) fn environment(&self) -> Option<Environment> {
        self.vendor.facts().has_environments.then_some(Environment::Development)
    }

    /// The installation's id, the same at every start.
    pub(crate) const fn device_id(&self) -> DeviceId {
        DeviceId(Uuid::from_bytes([self.device; 16]))
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
            environment: self.environment(),
            certificates: Vec::new(),
            auto: false,
            google: false,
            device: Some(self.device_id().0),
            language: "zh-CN".to_owned(),
        })
    }
}
