//! Our own executable as child processes: a server, a simulator. Each is killed when it is dropped.
//!
//! A child that is ready prints one JSON object and nothing else, so whoever starts it waits for that object instead of
//! trying ports.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufReader, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result};
use model::Vendor;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use simulator::Credential;

/// What `serve --json` prints once it serves.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ServerReady {
    /// Base URL of the API.
    pub(crate) url: String,
    /// A key with every scope, that may make Apps too; only at the very first start of a data folder.
    pub(crate) instance_key: Option<String>,
    /// A link that makes the console's first owner, once; only as long as there is no operator.
    pub(crate) first_run: Option<String>,
}

/// What `simulator` prints once it listens: all that a sender needs to know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SimulatorReady {
    /// Base URL of the control API.
    pub(crate) control_url: String,
    /// Its bearer key.
    pub(crate) control_key: String,
    /// The root certificate to trust, in PEM.
    pub(crate) ca_pem: String,
    /// `host:port` of each vendor host to the address to dial instead.
    pub(crate) connect_to: BTreeMap<String, SocketAddr>,
    /// Where every vendor host can be had with TLS, told apart by name.
    pub(crate) tls_address: SocketAddr,
    /// The registered apps, each as the fields of a certificate.
    #[serde(default)]
    pub(crate) credentials: BTreeMap<Vendor, Vec<Credential>>,
    /// The signing keys that were asked for, one for each bundle id.
    pub(crate) apns_keys: Vec<SigningKey>,
}

/// A signing key as Apple hands it out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SigningKey {
    /// Bundle id it signs for.
    pub(crate) bundle: String,
    /// Team id.
    pub(crate) team_id: String,
    /// Key id.
    pub(crate) key_id: String,
    /// The p8 file's text.
    pub(crate) p8: String,
}

/// A child process; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Kept open: a child that prints into a closed pipe fails.
    _stdout: Option<BufReader<ChildStdout>>,
    /// Of a child that was told its orders: closing it dismisses the child.
    stdin: Option<ChildStdin>,
}

/// What a child says, one JSON value after another.
#[derive(Debug)]
pub(crate) struct Says(BufReader<ChildStdout>);

impl Says {
    /// What it says next; blocks until then.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<T> {
        let said = serde_json::Deserializer::from_reader(&mut self.0).into_iter().next();
        Ok(said.context("the child has ended")??)
    }
}

impl Process {
    /// Its number in the system.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as `kill -9` does, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        // Both fail only where it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Closes its standard input: whoever takes orders from there ends.
    pub(crate) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Starts it and tells it its orders, in one line.
    pub(crate) fn start_with_orders(
        executable: &Path,
        arguments: &[&str],
        orders: &impl Serialize,
    ) -> Result<(Self, Says)> {
        let mut child = Command::new(executable)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", executable.display()))?;
        let stdout = child.stdout.take().context("the child has no standard output")?;
        let mut process = Self { stdin: child.stdin.take(), child, _stdout: None };
        let stdin = process.stdin.as_mut().context("the child has no standard input")?;
        writeln!(stdin, "{}", serde_json::to_string(orders)?)?;
        stdin.flush()?;
        Ok((process, Says(BufReader::new(stdout))))
    }

    /// Starts it and waits for the object that it prints when it is ready. Its warnings go to our standard error.
    fn start<T: DeserializeOwned>(executable: &Path, arguments: &[&str]) -> Result<(Self, T)> {
        let mut child = Command::new(executable)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", executable.display()))?;
        let stdout = child.stdout.take().context("the child has no standard output")?;
        let mut process = Self { child, _stdout: None, stdin: None };
        let mut says = Says(BufReader::new(stdout));
        let ready = says.next().with_context(|| format!("{arguments:?} did not say that it is ready"))?;
        process._stdout = Some(says.0);
        Ok((process, ready))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts a simulator that takes any well-formed token, with a signing key for the bundle id and a Xiaomi app
/// `package:AppID:AppSecret`.
pub(crate) fn start_simulator(
    executable: &Path,
    apns_bundle: &str,
    xiaomi_app: &str,
) -> Result<(Process, SimulatorReady)> {
    Process::start(
        executable,
        &[
            "simulator",
            "--json",
            "--accept-unknown-tokens",
            "--apns-bundle",
            apns_bundle,
            "--xiaomi-app",
            xiaomi_app,
        ],
    )
}

/// How a server is started.
#[derive(Debug)]
pub(crate) struct ServerPlan {
    /// Where its configuration is written.
    pub(crate) folder: PathBuf,
    /// The folder that holds everything; it may hold what an earlier server left.
    pub(crate) data: PathBuf,
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Where vendors call receipts back; empty: they do not.
    pub(crate) public_url: String,
    /// What its front speaks TLS with.
    pub(crate) tls: Option<TlsFiles>,
    /// `host:port` of each vendor host to what is dialled instead.
    pub(crate) connect_to: BTreeMap<String, String>,
    /// How much may wait for vendors.
    pub(crate) backlog: Option<BacklogSection>,
    /// Further arguments of `serve`.
    pub(crate) arguments: Vec<String>,
}

impl ServerPlan {
    /// A server on a free port over a folder.
    pub(crate) fn over(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            data: folder.join("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: String::new(),
            tls: None,
            connect_to: BTreeMap::new(),
            backlog: None,
            arguments: Vec::new(),
        }
    }

    /// The same, for one that finds its vendors at a simulator.
    pub(crate) fn new(folder: &Path, simulator: &SimulatorReady) -> Self {
        let hosts = simulator.connect_to.iter();
        let connect_to = hosts.map(|(host, address)| (host.clone(), address.to_string())).collect();
        Self { connect_to, ..Self::over(folder) }
    }

    /// Writes its configuration; answers where. Its lanes are not paced where they lead to a simulator.
    pub(crate) fn write(&self, simulator: Option<&SimulatorReady>) -> Result<PathBuf> {
        let (root, file) = (self.folder.join("ca.pem"), self.folder.join("posthouse.toml"));
        if let Some(simulator) = simulator {
            fs::write(&root, &simulator.ca_pem)?;
        }
        let config = ServerFile {
            data: &self.data,
            listen: self.listen,
            public_url: &self.public_url,
            log: LogSection { level: "error" },
            // A measurement has one key and one address.
            limits: LimitsSection { requests_per_second_per_key: 0, requests_per_second_per_address: 0 },
            tls: self.tls.as_ref(),
            backlog: self.backlog,
            vendors: simulator.map(|_| VendorSection {
                connect_to: &self.connect_to,
                extra_roots: vec![&root],
                pacing: "unlimited",
            }),
        };
        fs::write(&file, toml::to_string(&config)?)?;
        Ok(file)
    }

    /// Starts it.
    pub(crate) fn start(
        &self,
        executable: &Path,
        simulator: Option<&SimulatorReady>,
    ) -> Result<(Process, ServerReady)> {
        let file = self.write(simulator)?;
        let file = file.to_string_lossy();
        let mut arguments = vec!["serve", "--json", "--config", &file];
        arguments.extend(self.arguments.iter().map(String::as_str));
        Process::start(executable, &arguments)
    }
}

/// The configuration of a server that finds its vendors at a simulator.
#[derive(Serialize)]
struct ServerFile<'a> {
    data: &'a Path,
    listen: SocketAddr,
    public_url: &'a str,
    log: LogSection,
    limits: LimitsSection,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<&'a TlsFiles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backlog: Option<BacklogSection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendors: Option<VendorSection<'a>>,
}

/// How much may wait for vendors: of one App, and through one certificate.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct BacklogSection {
    pub(crate) app: u32,
    pub(crate) lane: u32,
}

/// Where a server finds its certificate and key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

#[derive(Serialize)]
struct LogSection {
    level: &'static str,
}

#[derive(Serialize)]
struct LimitsSection {
    requests_per_second_per_key: u32,
    requests_per_second_per_address: u32,
}

#[derive(Serialize)]
struct VendorSection<'a> {
    connect_to: &'a BTreeMap<String, String>,
    extra_roots: Vec<&'a Path>,
    pacing: &'static str,
}

/// Starts a server on a free port over `folder`, which may hold what an earlier one left. Its lanes are not paced.
pub(crate) fn start_server(
    executable: &Path,
    folder: &Path,
    simulator: &SimulatorReady,
) -> Result<(Process, ServerReady)> {
    ServerPlan::new(folder, simulator).start(executable, Some(simulator))
}

/// Starts a server that reaches no vendor, with TLS on its front where files are given.
pub(crate) fn start_server_alone(
    executable: &Path,
    folder: &Path,
    tls: Option<TlsFiles>,
) -> Result<(Process, ServerReady)> {
    ServerPlan { tls, ..ServerPlan::over(folder) }.start(executable, None)
}
