//! Projects, their apps and their service accounts, as the console shows them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde::{Deserialize, Serialize};

use super::rights::{Change, Channels, Importance, Rights};
use crate::{
    counter::Credential,
    lock::lock,
    shared::{hex, random},
};

/// Where an access token is to be had, and what an assertion names as its audience. Documented.
pub(super) const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// The notification channel that a sample app creates.
const CHANNEL: &str = "chat";
/// Apps there can be.
const APPS_MAX: usize = 1000;

/// A project with its one service account.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) id: String,
    /// The number that stands for the id everywhere, and the sender's id on the phone.
    pub(super) number: String,
    pub(super) account: Account,
    rights: Mutex<Rights>,
}

impl Project {
    /// Its rights now.
    pub(super) fn rights(&self) -> Rights {
        lock(&self.rights).clone()
    }
}

/// A service account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) email: String,
    pub(super) key_id: String,
    public_key: Vec<u8>,
    /// The key file's text as it was given out.
    file: String,
}

impl Account {
    /// Whether a signature by its key is good (RS256).
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_key);
        key.verify(signed, signature).is_ok()
    }
}

/// The members of a key file, in the order in which it is written. Documented.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    #[serde(rename = "type", default)]
    kind: String,
    project_id: String,
    private_key_id: String,
    private_key: String,
    client_email: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    auth_uri: String,
    #[serde(default)]
    token_uri: String,
    #[serde(default)]
    auth_provider_x509_cert_url: String,
    #[serde(default)]
    client_x509_cert_url: String,
    #[serde(default)]
    universe_domain: String,
}

/// A key that the simulator has made.
struct SampleKey {
    pem: String,
    public_key: Vec<u8>,
}

#[derive(Debug)]
struct App {
    project: Arc<Project>,
    /// The channel that its credential names.
    channel: String,
    channels: Channels,
}

/// Every app that is registered.
#[derive(Default)]
pub(super) struct Registry {
    /// Apps by package.
    apps: Mutex<BTreeMap<String, App>>,
    /// Made when the first app wants one, since making it takes long; all sample accounts have it.
    sample_key: Mutex<Option<Arc<SampleKey>>>,
}

impl Registry {
    /// Registers an app; `known` holds again what was given before. Apps whose key files name the same project are
    /// apps of one project.
    ///
    /// # Errors
    /// What is wrong with `known`, in words.
    pub(super) fn enrol(&self, package: &str, known: Option<&Credential>) -> Result<Credential, String> {
        let file = match known.and_then(|known| known.get("service_account")) {
            Some(text) => text.clone(),
            None => self.sample_file()?,
        };
        let (project_id, account) = read_file(&file)?;
        let mut apps = self.apps();
        if apps.len() >= APPS_MAX && !apps.contains_key(package) {
            return Err(format!("there are {APPS_MAX} apps already"));
        }
        let project = match apps.values().find(|app| app.project.id == project_id) {
            Some(app) if app.project.account.file == account.file => Arc::clone(&app.project),
            other => {
                let rights = other.map(|app| app.project.rights()).unwrap_or_default();
                let number = number_of(&project_id);
                let project =
                    Arc::new(Project { id: project_id, number, account, rights: Mutex::new(rights) });
                for app in apps.values_mut().filter(|app| app.project.id == project.id) {
                    app.project = Arc::clone(&project);
                }
                project
            }
        };
        let channel = known.and_then(|known| known.get("channel_id")).map_or(CHANNEL, String::as_str);
        let channels = Channels::from([(channel.to_owned(), Importance::High)]);
        let app = App { project, channel: channel.to_owned(), channels };
        let credential = credential(package, &app);
        apps.insert(package.to_owned(), app);
        Ok(credential)
    }

    /// What the console shows of every app.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        self.apps().iter().map(|(package, app)| credential(package, app)).collect()
    }

    /// Sets rights of an app and of its project.
    ///
    /// # Errors
    /// What cannot be set, in words.
    pub(super) fn set_rights(&self, package: &str, rights: &serde_json::Value) -> Result<(), String> {
        let change = Change::read(rights)?;
        let mut apps = self.apps();
        let app = apps.get_mut(package).ok_or("this app is not registered")?;
        let mut rights = lock(&app.project.rights);
        change.apply(&mut rights, &mut app.channels);
        Ok(())
    }

    pub(super) fn any_app(&self) -> Option<String> {
        self.apps().keys().next().cloned()
    }

    /// The project of this id or number.
    pub(super) fn project(&self, name: &str) -> Option<Arc<Project>> {
        self.find(|project| project.id == name || project.number == name)
    }

    /// The project whose service account has this address.
    pub(super) fn of_account(&self, email: &str) -> Option<Arc<Project>> {
        self.find(|project| project.account.email == email)
    }

    /// The project that an app belongs to.
    pub(super) fn of_package(&self, package: &str) -> Option<Arc<Project>> {
        self.apps().get(package).map(|app| Arc::clone(&app.project))
    }

    /// How loud a channel is; a channel the app has not created is the fallback channel.
    pub(super) fn importance(&self, package: &str, channel: Option<&str>) -> Importance {
        let apps = self.apps();
        let channels = apps.get(package).map(|app| &app.channels);
        let found = channels.zip(channel).and_then(|(channels, id)| channels.get(id));
        found.copied().unwrap_or(Importance::Default)
    }

    fn find(&self, fits: impl Fn(&Project) -> bool) -> Option<Arc<Project>> {
        self.apps().values().find(|app| fits(&app.project)).map(|app| Arc::clone(&app.project))
    }

    fn apps(&self) -> MutexGuard<'_, BTreeMap<String, App>> {
        lock(&self.apps)
    }

    /// The key file of a new project.
    fn sample_file(&self) -> Result<String, String> {
        let key = self.sample_key()?;
        let project_id = format!("sample-{}", hex(&random::<4>()));
        let client_email = format!("push-sender@{project_id}.iam.gserviceaccount.com");
        let client_id = format!("1{:020}", u64::from_be_bytes(random::<8>()));
        let urls = "https://www.googleapis.com";
        let file = KeyFile {
            kind: "service_account".to_owned(),
            private_key_id: hex(&digest(&SHA256, &key.public_key).as_ref()[..20]),
            private_key: key.pem.clone(),
            client_id,
            auth_uri: "https://accounts.google.com/o/oauth2/auth".to_owned(),
            token_uri: TOKEN_URI.to_owned(),
            auth_provider_x509_cert_url: format!("{urls}/oauth2/v1/certs"),
            client_x509_cert_url: format!(
                "{urls}/robot/v1/metadata/x509/{}",
                client_email.replace('@', "%40")
            ),
            universe_domain: "googleapis.com".to_owned(),
            project_id,
            client_email,
        };
        serde_json::to_string_pretty(&file).map_err(|error| error.to_string())
    }

    fn sample_key(&self) -> Result<Arc<SampleKey>, String> {
        let mut made = lock(&self.sample_key);
        if let Some(key) = made.as_ref() {
            return Ok(Arc::clone(key));
        }
        let unmade = "no key could be made";
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| unmade)?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| unmade)?;
        let key = SampleKey { pem: pem(der.as_ref()), public_key: pair.public_key().as_ref().to_vec() };
        Ok(Arc::clone(made.insert(Arc::new(key))))
    }
}

/// A project's number follows from its id, so that it is the same when the project is registered again.
fn number_of(project_id: &str) -> String {
    let block = digest(&SHA256, project_id.as_bytes());
    let bytes = block.as_ref().iter().take(8);
    let number = bytes.fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    (100_000_000_000 + number % 900_000_000_000).to_string()
}

fn credential(package: &str, app: &App) -> Credential {
    let fields = [
        ("service_account", app.project.account.file.as_str()),
        ("package_name", package),
        ("channel_id", app.channel.as_str()),
    ];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Project id and account of a key file.
fn read_file(text: &str) -> Result<(String, Account), String> {
    let file: KeyFile =
        serde_json::from_str(text).map_err(|error| format!("service_account is no key file: {error}"))?;
    let key = PrivatePkcs8KeyDer::from_pem_slice(file.private_key.as_bytes())
        .map_err(|_| "private_key is no PEM of a PKCS#8 key")?;
    let pair = KeyPair::from_pkcs8(key.secret_pkcs8_der()).map_err(|_| "private_key is no RSA key")?;
    let account = Account {
        email: file.client_email,
        key_id: file.private_key_id,
        public_key: pair.public_key().as_ref().to_vec(),
        file: text.to_owned(),
    };
    Ok((file.project_id, account))
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}
