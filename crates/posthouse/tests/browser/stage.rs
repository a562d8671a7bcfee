//! What a test stands on: a `posthouse dev` of its own, and a browser that is signed in to its console.

use std::{path::Path, process::Stdio, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{api::Api, child::Child, driver::Driver, page::Page};

const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
const DRIVER_STARTS_MAX: u32 = 5;
/// Between two looks at something that has no event.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Longer than anything takes; only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// The phones of most tests; all ten take longer to come up.
const TWO_PHONES: &[&str] = &["--phones", "mi-14,iphone-16"];
/// Where a message is that has not come to its end.
const UNENDED: [&str; 2] = ["queued", "deciding"];

/// Everything a test has. What is dropped first stands first.
pub(crate) struct Stage {
    pub(crate) page: Page,
    /// The link that signed in.
    pub(crate) link: String,
    pub(crate) api: Api,
    /// The simulator's control API: here it plays the vendors' own consoles.
    pub(crate) vendors: Api,
    browsers: Browsers,
    _posthouse: Child,
    pub(crate) folder: TempDir,
}

/// The driver of a test's browsers.
pub(crate) struct Browsers {
    test: &'static str,
    url: String,
    _driver: Child,
}

impl Browsers {
    /// Starts the driver, which keeps what it writes in the folder.
    pub(crate) async fn start(test: &'static str, folder: &Path) -> Self {
        // The driver takes a free port of one kind of address, and ends where the same is taken in the other kind.
        for _ in 0..DRIVER_STARTS_MAX {
            let mut driver = Child::start(CHROMEDRIVER, |command| {
                command.arg("--port=0").env("TMPDIR", folder).stderr(Stdio::null())
            });
            if let Some(port) = driver.may_say("which port it has", driver_port).await {
                return Self { test, url: format!("http://127.0.0.1:{port}"), _driver: driver };
            }
        }
        panic!("{CHROMEDRIVER} finds no port")
    }

    /// A browser that knows nothing yet, for pages under this address.
    pub(crate) async fn window(&self, base: &str, profile: &Path) -> Page {
        let browser = Driver::open(&self.url, &profile.to_string_lossy()).await;
        Page::new(browser, base.to_owned(), self.test)
    }
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
    /// Starts everything with two phones, and signs in.
    pub(crate) async fn open(test: &'static str) -> Self {
        Self::start(test, TWO_PHONES).await
    }

    /// Starts everything with these phones, by name, and signs in.
    pub(crate) async fn with_phones(test: &'static str, phones: &[&str]) -> Self {
        Self::start(test, &["--phones", &phones.join(",")]).await
    }

    /// Starts everything with a phone of each vendor, and signs in.
    pub(crate) async fn with_all_phones(test: &'static str) -> Self {
        Self::start(test, &[]).await
    }

    /// Starts everything with a phone of each vendor over a data folder that is there already, and signs in.
    pub(crate) async fn over(test: &'static str, data: &Path) -> Self {
        Self::start(test, &["--data", &data.to_string_lossy()]).await
    }

    async fn start(test: &'static str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let within = |name: &str| folder.path().join(name);
        let mut posthouse = Child::start(env!("CARGO_BIN_EXE_posthouse"), |command| {
            command
                .args(["dev", "--listen", "127.0.0.1:0", "--log", "error"])
                .args(more)
                .env("POSTHOUSE_ADDRESS", within("dev.json"))
                .env("TMPDIR", folder.path())
        });
        let link = posthouse.says("where its console is", console_link).await;
        let written = std::fs::read(within("dev.json")).unwrap();
        let address: Address = serde_json::from_slice(&written).unwrap();
        let browsers = Browsers::start(test, folder.path()).await;
        let page = browsers.window(&address.api_url, &within("profile")).await;
        page.open(&link).await;
        page.see("handsets").await;
        Self {
            page,
            link,
            api: Api::new(&address.api_url, &address.api_key),
            vendors: Api::new(&address.simulator_url, &address.simulator_key),
            browsers,
            _posthouse: posthouse,
            folder,
        }
    }

    /// Waits until the server sees the user's only login in this state, with a vendor token. A phone's picture on the
    /// page runs ahead of that by the time a frame takes.
    pub(crate) async fn server_sees(&self, user: &str, session: &str) {
        let is_so = |device: &Value| {
            device["session"]["state"] == session && device["bindings"][0]["state"] == "bound"
        };
        self.see_device(user, session, is_so).await;
    }

    /// Waits until the user's only login is on screen with a token of this certificate.
    pub(crate) async fn server_binds(&self, user: &str, certificate: u32) {
        let is_so = |device: &Value| {
            let binding = &device["bindings"][0];
            device["session"]["state"] == "online-foreground" && binding["certificate"] == certificate
        };
        self.see_device(user, &format!("with certificate {certificate}"), is_so).await;
    }

    async fn see_device(&self, user: &str, how: &str, is_so: impl Fn(&Value) -> bool) {
        let mut last = Value::Null;
        let looking = async {
            loop {
                let answer: Value = self.api.get(&format!("/v1/users/{user}/devices")).await.unwrap();
                last = answer["devices"][0].clone();
                if is_so(&last) {
                    return;
                }
                sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(PATIENCE, looking).await.is_err() {
            self.page.fail(&format!("the server does not see {user} {how}: {last}")).await;
        }
    }

    /// Another browser, in which nobody is signed in.
    pub(crate) async fn another_window(&self) -> Page {
        self.browsers.window(self.page.base(), &self.folder.path().join("another-profile")).await
    }

    /// Sends a message and answers its id.
    pub(crate) async fn send(&self, message: &Value) -> String {
        let accepted: Value = self.api.post("/v1/messages", message).await.unwrap();
        accepted["message"].as_str().unwrap().to_owned()
    }

    /// Waits until every target of the message has come to its end.
    pub(crate) async fn see_ended(&self, message: &str) {
        let mut last = Value::Null;
        let looking = async {
            loop {
                last = self.api.get(&format!("/v1/messages/{message}/explain")).await.unwrap();
                let targets = last["targets"].as_array().unwrap();
                let is_ended = |target: &Value| !UNENDED.iter().any(|state| target["state"] == *state);
                if !targets.is_empty() && targets.iter().all(is_ended) {
                    return;
                }
                sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(PATIENCE, looking).await.is_err() {
            self.page.fail(&format!("the message does not end: {last}")).await;
        }
    }

    /// Lets a simulated vendor do wrong what the plan says; an empty plan ends it.
    pub(crate) async fn let_fail(&self, vendor: &str, plan: &Value) {
        let _: Value = self.vendors.post(&format!("/faults/{vendor}"), plan).await.unwrap();
    }

    /// What the console of a simulated vendor gives for another registration of the sample app.
    pub(crate) async fn credential(&self, vendor: &str) -> Value {
        let wanted = json!({ "package": "com.example.im" });
        self.vendors.post(&format!("/credentials/{vendor}"), &wanted).await.unwrap()
    }

    /// Ends the browser, which must not have complained of anything that the test did not expect.
    pub(crate) async fn close(self) {
        self.page.close().await;
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
