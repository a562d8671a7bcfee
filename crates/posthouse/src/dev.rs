//! `posthouse dev`: everything on one machine, ready to be touched.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Args;
use gateway::{GatewayConfig, WebhookConfig};
use im::ImConfig;
use model::{App, Clock, LoginPolicy, Secret};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::json;
use server::{ServerConfig, SimulatorAddress};
use simulator::{AppState, HandsetState, Operation, Simulator};
use store::{Op, Store};

use crate::{
    address::Address,
    clock::SystemClock,
    config::LogConfig,
    logging,
    sample::{self, PHONES, Sample, SamplePhone},
    stack::{Stack, open_store},
};

/// How long the phones have to log in and bind before the block is printed all the same.
const PHONES_READY: Duration = Duration::from_secs(5);

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder that holds everything; without it a temporary one that goes at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where to listen; a port that is taken is replaced by a free one.
    #[arg(long, default_value = "127.0.0.1:7080")]
    listen: SocketAddr,
    /// Only these phones, by name; without it one of each vendor.
    #[arg(long, value_delimiter = ',')]
    phones: Vec<String>,
    /// What to log, such as `info` or `debug`.
    #[arg(long, default_value = "warn")]
    log: String,
}

/// Everything `dev` starts.
pub(crate) struct Dev {
    pub(crate) stack: Stack,
    pub(crate) simulator: simulator::Running,
    pub(crate) sample: Sample,
    pub(crate) address: Address,
    phones: Vec<&'static SamplePhone>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    logging::start(&LogConfig { level: options.log.clone(), json: false });
    let temporary = if options.data.is_none() { Some(tempfile::tempdir()?) } else { None };
    let folder = options.data.as_deref().or(temporary.as_ref().map(tempfile::TempDir::path));
    let folder = folder.context("no data folder")?;
    let dev = Dev::start(folder, options.listen, chosen(&options.phones)?, Arc::new(SystemClock)).await?;
    let written_to = dev.address.write()?;
    print!("{}", dev.block(folder, &written_to));
    crate::asked_to_end().await;
    eprintln!("posthouse dev: ending");
    dev.address.remove();
    dev.stop().await;
    Ok(())
}

/// The sample phones of these names; all where none is named.
fn chosen(names: &[String]) -> Result<Vec<&'static SamplePhone>> {
    if names.is_empty() {
        return Ok(PHONES.iter().collect());
    }
    let find = |name: &String| {
        let found = PHONES.iter().find(|phone| phone.name == name);
        found.with_context(|| format!("there is no sample phone `{name}`"))
    };
    names.iter().map(find).collect()
}

impl Dev {
    /// Starts server, simulator and phones, and waits until the phones can be reached.
    pub(crate) async fn start(
        folder: &Path,
        listen: SocketAddr,
        phones: Vec<&'static SamplePhone>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let store = open_store(folder, &folder.join("seal.key"))?;
        let simulator = Simulator::start(simulator::Config::new(Arc::clone(&clock))).await?;
        let sample = sample::prepare(&store, &simulator, clock.now()).await?;
        let stack = start_stack(store, Arc::clone(&clock), &simulator, listen).await?;
        let local = stack.server.local_addr();
        let address = Address {
            api_url: format!("http://{local}"),
            api_key: sample.api_key.clone(),
            simulator_url: Some(simulator.control_url()),
            simulator_key: Some(simulator.control_key().expose().clone()),
            sender: sample::SENDER.to_owned(),
            pid: std::process::id(),
        };
        let dev = Self { stack, simulator, sample, address, phones };
        dev.enter_receipt_urls().await?;
        dev.start_phones(clock.as_ref()).await?;
        Ok(dev)
    }

    async fn start_phones(&self, clock: &dyn Clock) -> Result<()> {
        let server = self.client_url();
        for phone in &self.phones {
            let handset =
                self.simulator.handsets().make(phone.order(&self.sample.app, &server, clock.now())?)?;
            handset.operate(Operation::Start {}).await?;
        }
        for phone in &self.phones {
            self.wait_for(phone.name, PHONES_READY, |state| {
                state.logged_in && state.certificate.is_some() && state.app == AppState::Foreground
            })
            .await;
        }
        Ok(())
    }

    /// Lets a user be logged in on any number of devices.
    pub(crate) async fn let_many_log_in(&self) -> Result<()> {
        let mut app = self.sample.app.clone();
        app.policy.login = LoginPolicy::Many;
        self.put_app(app).await
    }

    /// Changes the sample App without asking the server for it; effective at once.
    pub(crate) async fn put_app(&self, app: App) -> Result<()> {
        let id = app.id;
        self.stack.store.commit(vec![Op::PutApp(app)]).await?;
        self.stack.im.catalogue().forget(id);
        Ok(())
    }

    /// Tells the simulated vendors whose consoles ask for it where receipts go.
    async fn enter_receipt_urls(&self) -> Result<()> {
        for (vendor, id) in self.sample.certificates() {
            let Some(certificate) = self.stack.store.certificate(id).await? else { continue };
            let secret = certificate.receipt_secret.expose();
            let url = format!("{}/v1/receipts/{vendor}/{id}/{secret}", self.address.api_url);
            let entered = json!({ "receipt_url": url });
            // A vendor that takes the address from the message has no such field, and says so.
            let _ = self.simulator.set_rights(vendor, sample::PACKAGE, &entered);
        }
        Ok(())
    }

    /// Where clients connect.
    pub(crate) fn client_url(&self) -> String {
        format!("ws://{}/v1/ws", self.stack.server.local_addr())
    }

    /// Waits until a handset looks like this, or the time is over. Answers whether it does.
    pub(crate) async fn wait_for(
        &self,
        name: &str,
        at_most: Duration,
        looks: impl Fn(&HandsetState) -> bool,
    ) -> bool {
        let mut news = self.simulator.world().news().subscribe();
        let watched = async {
            loop {
                let state = self.simulator.handsets().find(name).map(|handset| handset.state());
                if state.as_ref().is_some_and(&looks) {
                    return;
                }
                if news.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(at_most, watched).await.is_ok()
    }

    pub(crate) async fn stop(self) {
        self.stack.stop().await;
        self.simulator.shutdown().await;
    }

    fn block(&self, folder: &Path, written_to: &Path) -> String {
        let me = crate::own_name();
        let Address { api_url, api_key, .. } = &self.address;
        let link = self.stack.server.console_link(SystemClock.now());
        let certificates: Vec<String> =
            self.sample.certificates().map(|(vendor, id)| format!("{id} {vendor}")).collect();
        let phones: Vec<String> =
            self.phones.iter().map(|phone| format!("{} (user {})", phone.name, phone.user)).collect();
        // Five to a line.
        let lines = |words: &[String]| -> String {
            let lines: Vec<String> = words.chunks(5).map(|five| five.join(" · ")).collect();
            lines.join("\n                ")
        };
        format!(
            "\n  Posthouse 驿站 is running.\n\n  \
             console       {link}   (opens once)\n  \
             API           {api_url}/v1\n  \
             API key       {api_key}\n  \
             certificates  {}\n  \
             handsets      {}\n  \
             data          {}\n  \
             addresses     {}\n\n  \
             Try next, in a second terminal:\n\n    \
             {me} handset kill mi-14\n    \
             {me} send --to bo --ext 'ext content' '晚饭吃什么?🍜'\n    \
             {me} handset shade mi-14\n\n",
            lines(&certificates),
            lines(&phones),
            folder.display(),
            written_to.display(),
        )
    }
}

async fn start_stack(
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    simulator: &simulator::Running,
    listen: SocketAddr,
) -> Result<Stack> {
    let listen = free_near(listen)?;
    let connect_to: HashMap<String, String> = simulator
        .hosts()
        .into_iter()
        .map(|(host, address)| (format!("{host}:443"), address.to_string()))
        .collect();
    let root = CertificateDer::from_pem_slice(simulator.ca_pem().as_bytes())?;
    let gateway = GatewayConfig {
        connect_to,
        extra_roots: vec![root],
        receipt_base_url: Some(format!("http://{listen}")),
        // A developer's backend stands on the same machine.
        webhooks: WebhookConfig { may_reach_inside: true, ..WebhookConfig::default() },
        ..GatewayConfig::default()
    };
    let mut server = ServerConfig::at(listen);
    server.simulator = Some(SimulatorAddress {
        url: simulator.control_url(),
        key: Secret::new(simulator.control_key().expose().clone()),
    });
    Stack::start(store, clock, ImConfig::default(), gateway, server).await
}

/// The address itself where its port is free, else the same address with a free port. Receipts need to know the port
/// before the server listens, so it is found by trying.
fn free_near(wanted: SocketAddr) -> Result<SocketAddr> {
    let bound = std::net::TcpListener::bind(wanted)
        .or_else(|_| std::net::TcpListener::bind(SocketAddr::new(wanted.ip(), 0)))
        .with_context(|| format!("nothing is free on {}", wanted.ip()))?;
    Ok(bound.local_addr()?)
}
