//! A simulator that stays, and a server over one data folder that is ended and started again.

use std::{path::Path, process::ExitStatus, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::watch, time::sleep};

use crate::{
    api::Api,
    ground::{self, BUNDLE, XIAOMI_APP},
    processes::{self, Process, ServerPlan, SimulatorReady},
    server::{PATIENCE, Server},
};

const EXECUTABLE: &str = env!("CARGO_BIN_EXE_posthouse");
/// Between two looks at something that has no event.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(20);

/// An App that can push.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    /// A key of the App with every scope.
    pub(crate) api_key: String,
    /// Its certificate IDs.
    pub(crate) apns: u32,
    pub(crate) xiaomi: u32,
}

/// What a test stands on.
pub(crate) struct Stage {
    pub(crate) ground: Ground,
    _simulator: Process,
    simulator: SimulatorReady,
    server: Server,
    settings: &'static [(&'static str, &'static str)],
    /// Where the server is; `None` while there is none.
    url: watch::Sender<Option<String>>,
    folder: TempDir,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same, with these settings in the server's environment.
    pub(crate) async fn with(settings: &'static [(&'static str, &'static str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (process, simulator) =
            processes::start_simulator(Path::new(EXECUTABLE), BUNDLE, XIAOMI_APP).unwrap();
        let plan = ServerPlan::new(folder.path(), &simulator);
        let (server, ready) = Server::start(&plan, &simulator, settings).await;
        let apns = ground::prepare(&ready, &simulator).await.unwrap();
        let api_key = ready.instance_key.unwrap();
        let listed: Value = Api::new(&ready.url, &api_key).get("/v1/certificates").await.unwrap();
        let mut certificates = listed["certificates"].as_array().unwrap().iter();
        let xiaomi = certificates.find(|one| one["vendor"] == "xiaomi").unwrap();
        let xiaomi = u32::try_from(xiaomi["id"].as_u64().unwrap()).unwrap();
        let ground = Ground { api_key, apns, xiaomi };
        let (url, _) = watch::channel(Some(ready.url));
        Self { ground, _simulator: process, simulator, server, settings, url, folder }
    }

    pub(crate) fn watch_url(&self) -> watch::Receiver<Option<String>> {
        self.url.subscribe()
    }

    /// A client of the server as it runs now.
    pub(crate) fn api(&self) -> Api {
        Api::new(&self.url.borrow().clone().unwrap(), &self.ground.api_key)
    }

    /// A client of the simulator's control API.
    pub(crate) fn control(&self) -> Api {
        Api::new(&self.simulator.control_url, &self.simulator.control_key)
    }

    /// Asks the server to end, and waits until it has.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        self.url.send_replace(None);
        self.server.ask_to_end();
        self.server.ended().await
    }

    /// The process of the server.
    pub(crate) const fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    /// Starts the server again over the same folder, where it was before.
    pub(crate) async fn restart_in_place(&mut self, before: &str) {
        let listen = before.strip_prefix("http://").unwrap().parse().unwrap();
        let plan = ServerPlan { listen, ..ServerPlan::new(self.folder.path(), &self.simulator) };
        let (server, ready) = Server::start(&plan, &self.simulator, self.settings).await;
        self.server = server;
        self.url.send_replace(Some(ready.url));
    }

    /// Where the server is.
    pub(crate) fn url(&self) -> String {
        self.url.borrow().clone().unwrap()
    }

    /// The folder of everything.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Registers a device without a user and binds an APNs token; answers its Push ID.
    pub(crate) async fn register_device(&self, token: &str) -> String {
        let device: Value = self.api().post("/v1/devices", &json!({})).await.unwrap();
        let push_id = device["push_id"].as_str().unwrap().to_owned();
        let binding = json!({ "certificate": self.ground.apns, "token": token });
        let path = format!("/v1/devices/{push_id}/binding");
        self.api().post::<Value>(&path, &binding).await.unwrap();
        push_id
    }

    /// A phone whose user is logged in.
    pub(crate) async fn online_phone(&self, brand: &str, user: &str) {
        let token: Value = self.api().post(&format!("/v1/users/{user}/token"), &json!({})).await.unwrap();
        let server = self.url.borrow().clone().unwrap().replace("http:", "ws:");
        let phone = format!("/handsets/{user}");
        let new = json!({
            "name": user, "brand": brand, "model": brand, "package": BUNDLE, "user": user,
            "server": format!("{server}/v1/ws"), "login_token": token["token"],
        });
        let control = self.control();
        control.post::<Value>("/handsets", &new).await.unwrap();
        control.post::<Value>(&phone, &json!({ "operation": "start" })).await.unwrap();
        let devices = format!("/v1/users/{user}/devices");
        self.wait_for(&self.api(), &devices, |answer| {
            answer["devices"][0]["bindings"][0]["state"] == "bound"
        })
        .await;
    }

    /// A phone whose user has logged in and whose app was then killed.
    pub(crate) async fn killed_phone(&self, brand: &str, user: &str) {
        self.online_phone(brand, user).await;
        let (phone, devices) = (format!("/handsets/{user}"), format!("/v1/users/{user}/devices"));
        self.control().post::<Value>(&phone, &json!({ "operation": "kill" })).await.unwrap();
        let gone = |answer: &Value| answer["devices"][0]["session"]["state"] == "disconnected";
        self.wait_for(&self.api(), &devices, gone).await;
    }

    /// Waits until an answer looks like this.
    pub(crate) async fn wait_for(&self, api: &Api, path: &str, looks: impl Fn(&Value) -> bool) {
        let mut last = Value::Null;
        let looked = async {
            loop {
                last = api.get(path).await.unwrap_or_default();
                if looks(&last) {
                    return;
                }
                sleep(LOOK_EVERY).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, looked).await.is_ok();
        assert!(in_time, "GET {path} still answers {last}");
    }
}
