//! What a fault happens to: a simulator, a server over one data folder, an App with a certificate of each vendor.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use http::Method;
use model::Vendor;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    ends::{self, Ends},
    load::{Door, Letter},
    memory::Watch,
};
use crate::{
    api::Api,
    bench::ground::{BUNDLE, XIAOMI_APP},
    processes::{self, Process, ServerPlan, ServerReady, SimulatorReady},
};

/// Vendors through which is pushed.
const VENDORS: [Vendor; 5] = [Vendor::Apns, Vendor::Xiaomi, Vendor::Oppo, Vendor::Fcm, Vendor::Huawei];
/// Ports to choose from: below those that the system gives to outgoing connections, since one of these could else be
/// given away while a server is dead.
const PORTS: std::ops::Range<u16> = 10_240..32_000;
/// Between two looks at something that has no event.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long everything may take to come to its end when the fault is over: longer than the longest answer deadline with
/// the rests of a breaker behind it.
pub(super) const SETTLED_WITHIN: Duration = Duration::from_secs(120);

/// See the module's words.
pub(super) struct World {
    executable: PathBuf,
    /// How the next server is started.
    pub(super) plan: ServerPlan,
    _simulator: Process,
    pub(super) simulator: SimulatorReady,
    server: Option<Process>,
    pub(super) door: Door,
    certificates: BTreeMap<Vendor, u32>,
    pub(super) memory: Watch,
    series: AtomicU64,
    _folder: TempDir,
}

impl World {
    pub(super) async fn start() -> Result<Self> {
        Self::start_as(|_, _| Ok(())).await
    }

    /// Starts it with changes to the server's plan; they are told its folder.
    pub(super) async fn start_as(change: impl FnOnce(&mut ServerPlan, &Path) -> Result<()>) -> Result<Self> {
        let (executable, folder) = (std::env::current_exe()?, tempfile::tempdir()?);
        let (process, simulator) = processes::start_simulator(&executable, BUNDLE, XIAOMI_APP)?;
        let mut plan = ServerPlan::new(folder.path(), &simulator);
        plan.listen = free_address()?;
        plan.public_url = format!("http://{}", plan.listen);
        change(&mut plan, folder.path())?;
        let (server, ready) = plan.start(&executable, Some(&simulator))?;
        let api_key = ready.instance_key.clone().context("the data folder is not fresh")?;
        let memory = Watch::start();
        memory.turn_to(Some(server.id()));
        let mut world = Self {
            executable,
            plan,
            _simulator: process,
            simulator,
            server: Some(server),
            door: Door { url: ready.url, api_key },
            certificates: BTreeMap::new(),
            memory,
            series: AtomicU64::new(0),
            _folder: folder,
        };
        for vendor in VENDORS {
            let fields = world.simulator.credentials.get(&vendor).and_then(|apps| apps.first());
            let fields = json!(fields.with_context(|| format!("the simulator has no app of {vendor}"))?);
            let id = world.add_certificate(vendor, vendor.name(), &fields).await?;
            world.certificates.insert(vendor, id);
        }
        world.forget_tally().await?;
        Ok(world)
    }

    /// A client of the server.
    pub(super) fn api(&self) -> Api {
        Api::new(&self.door.url, &self.door.api_key)
    }

    /// A client of the simulator's control API.
    pub(super) fn control(&self) -> Api {
        Api::new(&self.simulator.control_url, &self.simulator.control_key)
    }

    /// The certificate of a vendor.
    pub(super) fn certificate(&self, vendor: Vendor) -> Result<u32> {
        self.certificates.get(&vendor).copied().with_context(|| format!("no certificate of {vendor}"))
    }

    /// Makes a certificate, which its vendor must take.
    pub(super) async fn add_certificate(&self, vendor: Vendor, name: &str, fields: &Value) -> Result<u32> {
        let new = json!({ "vendor": vendor, "name": name, "fields": fields });
        let saved: Value = self.api().post("/v1/certificates", &new).await?;
        ensure!(saved["probe"]["accepted"] == true, "{vendor} did not take the certificate: {saved}");
        let id = saved["certificate"]["id"].as_u64().and_then(|id| u32::try_from(id).ok());
        id.with_context(|| format!("the certificate has no id: {saved}"))
    }

    /// What showed certificates to their vendors is not counted.
    pub(super) async fn forget_tally(&self) -> Result<()> {
        self.control().call(Method::POST, "/reset", &Value::Null).await?;
        Ok(())
    }

    /// The lane of a certificate, as the server tells of it.
    pub(super) async fn lane(&self, certificate: u32) -> Result<Value> {
        let mut all: Value = self.api().get("/v1/lanes").await?;
        let lanes = all["lanes"].as_array_mut().context("no list of lanes")?;
        let found = lanes.iter_mut().find(|lane| lane["certificate"] == certificate);
        Ok(found.map_or(Value::Null, Value::take))
    }

    /// Waits until the vendor has taken so many pushes through a certificate.
    pub(super) async fn wait_for_accepted(&self, certificate: u32, pushes: u64) -> Result<()> {
        let enough = async || Ok(self.lane(certificate).await?["accepted"].as_u64() >= Some(pushes));
        self.wait_for("the vendor takes pushes", SETTLED_WITHIN, enough).await
    }

    /// Pushes through a vendor, each to a token of its own.
    pub(super) fn road(&self, vendor: Vendor) -> Result<Letter> {
        Ok(self.road_through(vendor, self.certificate(vendor)?))
    }

    /// Pushes through a certificate, each to a token of its own.
    pub(super) fn road_through(&self, vendor: Vendor, certificate: u32) -> Letter {
        let first = self.new_series();
        Arc::new(move |number| {
            let to = json!({ "certificate": certificate, "token": token(vendor, first + number) });
            ("/v1/pushes", json!({ "to": to, "push": push(number) }))
        })
    }

    /// The first number of tokens that nothing else in this world uses.
    pub(super) fn new_series(&self) -> u64 {
        self.series.fetch_add(1, Ordering::SeqCst) * 100_000_000
    }

    /// Ends the server as `kill -9` does.
    pub(super) fn kill(&mut self) {
        self.memory.turn_to(None);
        self.server = None;
    }

    /// Starts the server again as its plan says.
    pub(super) fn restart(&mut self) -> Result<()> {
        let (server, ServerReady { url, .. }) = self.plan.start(&self.executable, Some(&self.simulator))?;
        ensure!(url == self.door.url, "the server is at another address");
        self.memory.turn_to(Some(server.id()));
        self.server = Some(server);
        Ok(())
    }

    /// Waits until everything has come to its end, then ends the server and says what the store holds. What has not
    /// ended by then is told too.
    pub(super) async fn settle(&mut self) -> Result<Ends> {
        let start = Instant::now();
        loop {
            self.wait_until_nothing_is_queued(start).await?;
            self.kill();
            let ends = ends::read(&self.plan.data).await?;
            if ends.is_settled() || start.elapsed() > SETTLED_WITHIN {
                return Ok(ends);
            }
            self.restart()?;
        }
    }

    async fn wait_until_nothing_is_queued(&self, start: Instant) -> Result<()> {
        let api = self.api();
        let mut empty = 0;
        while empty < 3 && start.elapsed() < SETTLED_WITHIN {
            // A look that fails is made again: a busy server may have closed the connection.
            let page: Value = api.get("/v1/deliveries?state=queued&limit=1").await.unwrap_or_default();
            let nothing = page["deliveries"].as_array().is_some_and(Vec::is_empty);
            empty = if nothing { empty + 1 } else { 0 };
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Waits until this holds.
    pub(super) async fn wait_for(
        &self,
        what: &str,
        at_most: Duration,
        mut holds: impl AsyncFnMut() -> Result<bool>,
    ) -> Result<()> {
        let start = Instant::now();
        while !holds().await? {
            if start.elapsed() > at_most {
                bail!("{what}: not within {at_most:?}");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }
}

fn free_address() -> Result<SocketAddr> {
    let start = uuid::Uuid::new_v4().as_u128();
    let width = u128::from(PORTS.end - PORTS.start);
    (0..width)
        .filter_map(|step| u16::try_from((start + step * 7) % width).ok())
        .map(|offset| SocketAddr::from(([127, 0, 0, 1], PORTS.start + offset)))
        .find(|address| TcpListener::bind(address).is_ok())
        .context("no port is free")
}

/// A well-formed token of a vendor.
fn token(vendor: Vendor, number: u64) -> String {
    if vendor == Vendor::Apns {
        return format!("{number:064x}");
    }
    if vendor == Vendor::Fcm {
        return format!("d{number:021}:APA91b{number:0134}");
    }
    if vendor == Vendor::Oppo {
        return format!("CN_{number:032x}");
    }
    format!("IQAAAACy{number:0124}")
}

fn push(number: u64) -> Value {
    json!({ "title": "a new message", "body": format!("{number}: 晚饭吃什么?🍜"), "ext": format!("{{\"n\":{number}}}") })
}
