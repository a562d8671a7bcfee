//! What a test stands on: a `posthouse dev` of its own, and a browser that is signed in to its console.

use std::{process::Stdio, time::Duration};

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{api::Api, child::Child, driver::Driver, page::Page};

const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
/// Between two looks at something that has no event.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Longer than anything takes; only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything a test has. What is dropped first stands first.
pub(crate) struct Stage {
    pub(crate) page: Page,
    /// The link that signed in.
    pub(crate) link: String,
    api: Api,
    /// The simulator's control API: here it plays the vendors' own consoles.
    pub(crate) vendors: Api,
    _driver: Child,
    _posthouse: Child,
    pub(crate) folder: TempDir,
}

/// What `dev` writes for those that want to talk to it.
#[derive(Deserialize)]
struct Address {
    api_url: String,
    api_key: String,
    simulator_url: String,
    simulator_key: String,
}

impl Stage {
    /// Starts everything and signs in.
    pub(crate) async fn open(test: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let within = |name: &str| folder.path().join(name);
        let mut posthouse = Child::start(env!("CARGO_BIN_EXE_posthouse"), |command| {
            command
                .args([
                    "dev",
                    "--listen",
                    "127.0.0.1:0",
                    "--phones",
                    "mi-14,iphone-16",
                    "--log",
                    "error",
                    "--data",
                ])
                .arg(within("data"))
                .env("POSTHOUSE_ADDRESS", within("dev.json"))
        });
        let link = posthouse.says("where its console is", console_link).await;
        let written = std::fs::read(within("dev.json")).unwrap();
        let address: Address = serde_json::from_slice(&written).unwrap();
        let mut driver = Child::start(CHROMEDRIVER, |command| {
            command.arg("--port=0").env("TMPDIR", folder.path()).stderr(Stdio::null())
        });
        let port = driver.says("which port it has", driver_port).await;
        let profile = within("profile");
        let browser = Driver::open(&format!("http://127.0.0.1:{port}"), &profile.to_string_lossy()).await;
        let page = Page::new(browser, address.api_url.clone(), test);
        page.open(&link).await;
        page.see("handsets").await;
        Self {
            page,
            link,
            api: Api::new(&address.api_url, &address.api_key),
            vendors: Api::new(&address.simulator_url, &address.simulator_key),
            _driver: driver,
            _posthouse: posthouse,
            folder,
        }
    }

    /// Waits until the server sees the user's only login in this state, with a vendor token. A phone's picture on the
    /// page runs ahead of that by the time a frame takes.
    pub(crate) async fn server_sees(&self, user: &str, session: &str) {
        let mut last = Value::Null;
        let looking = async {
            loop {
                let answer: Value = self.api.get(&format!("/v1/users/{user}/devices")).await.unwrap();
                last = answer["devices"][0].clone();
                if last["session"]["state"] == session && last["bindings"][0]["state"] == "bound" {
                    return;
                }
                sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(PATIENCE, looking).await.is_err() {
            self.page.fail(&format!("the server does not see {user} {session}: {last}")).await;
        }
    }

    /// Ends the browser, which must not have complained of anything that the test did not expect.
    pub(crate) async fn close(self) {
        let complaints = self.page.complaints().await;
        if !complaints.is_empty() {
            self.page.fail(&format!("the browser complains: {complaints:#?}")).await;
        }
        self.page.driver().close().await.unwrap();
    }
}

fn console_link(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    (words.next()? == "console").then(|| words.next().unwrap_or_default().to_owned())
}

fn driver_port(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}
