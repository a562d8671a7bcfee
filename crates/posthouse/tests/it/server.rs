//! A server in a process of its own, which can be asked to end or to reload, and whose log is read.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::AsyncReadExt,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::processes::{ServerPlan, ServerReady, SimulatorReady};

/// Longer than anything takes; only a test that fails waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server; dropping it kills it.
pub(crate) struct Server {
    child: Child,
    /// Kept open: a child that prints into a closed pipe fails.
    _stdout: ChildStdout,
    log: PathBuf,
}

impl Server {
    /// Starts it with a log of JSON lines; settings of the environment go over those of the plan.
    pub(crate) async fn start(
        plan: &ServerPlan,
        simulator: &SimulatorReady,
        settings: &[(&str, &str)],
    ) -> (Self, ServerReady) {
        let config = plan.write(Some(simulator)).unwrap();
        let log = plan.folder.join("log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_posthouse"))
            .args(["serve", "--json", "--config"])
            .arg(config)
            .env("POSTHOUSE__LOG__JSON", "true")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::options().create(true).append(true).open(&log).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let ready = timeout(PATIENCE, ready(&mut stdout)).await.expect("the server is ready");
        (Self { child, _stdout: stdout, log }, ready)
    }

    /// Asks it to end, as `kill` does.
    pub(crate) fn ask_to_end(&self) {
        self.signal(Signal::TERM);
    }

    /// Asks it to read its configuration again.
    pub(crate) fn ask_to_reload(&self) {
        self.signal(Signal::HUP);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id().expect("it runs")).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// How it ended, once it has.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        timeout(PATIENCE, self.child.wait()).await.expect("the server ends").unwrap()
    }

    /// What it, and those before it in its folder, logged so far.
    pub(crate) fn log(&self) -> String {
        read(&self.log)
    }
}

fn read(log: &Path) -> String {
    String::from_utf8(fs::read(log).unwrap()).unwrap()
}

/// The object that a server prints once it serves.
async fn ready(stdout: &mut ChildStdout) -> ServerReady {
    let mut said = Vec::new();
    loop {
        if stdout.read_buf(&mut said).await.unwrap() == 0 {
            panic!("the server ended before it was ready: {}", String::from_utf8_lossy(&said));
        }
        if let Ok(ready) = serde_json::from_slice(&said) {
            return ready;
        }
    }
}
