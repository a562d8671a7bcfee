//! Many client connections in processes of their own: what idles, and what receives.
//!
//! A crowd is this executable again. It is told its orders in one line, says when all are connected and how far every
//! one of them has got, and reports when it is dismissed. It acknowledges as the SDK does: cumulatively, a moment
//! later.

pub(super) mod member;
mod process;
pub(super) mod socket;
pub(super) mod tally;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    thread,
};

use anyhow::{Context, Result, bail};
use model::{App, AppId, AppPolicy, Clock, Secret, UserId};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

pub(super) use process::run;
pub(super) use tally::Report;

use crate::{clock::SystemClock, processes::Process};

/// Connections of one process: the system allows 20,000 files in each.
const MEMBERS_OF_ONE: u32 = 5_000;

/// Where clients connect, and as whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The server.
    pub(super) server: SocketAddr,
    /// The root that its certificate hangs from, in PEM; `None`: no TLS.
    pub(super) root_pem: Option<String>,
    /// Whose users log in; `None`: nobody logs in, and nothing is said at all.
    pub(super) login: Option<LoginOf>,
}

/// An App that makes its own login tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LoginOf {
    /// The App.
    pub(super) app: u32,
    /// What it signs with.
    pub(super) secret: String,
}

impl LoginOf {
    /// A login token of one of its users.
    pub(super) fn token(&self, user: &UserId) -> Result<String> {
        let now = SystemClock.now();
        let app = App {
            id: AppId(self.app),
            name: String::new(),
            login_secret: Secret::new(self.secret.clone()),
            policy: AppPolicy::default(),
            created_at: now,
        };
        im::issue_token(&app, user, now, 3600).context("a login token")
    }
}

/// The user with this number.
pub(super) fn user(number: u32) -> Result<UserId> {
    Ok(UserId::new(&format!("user-{number:06}"))?)
}

/// What one process is to do.
#[derive(Debug, Serialize, Deserialize)]
struct Orders {
    entry: Entry,
    /// The number of its first user.
    first: u32,
    /// Its users, one connection each.
    count: u32,
    /// The address that it connects from.
    source: Ipv4Addr,
}

/// What a process says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    /// Everybody is connected, logged in and in step.
    Connected(u32),
    /// Everybody has every message up to this place.
    Through(i64),
    /// It was dismissed.
    Ended(Report),
}

/// A crowd, in as many processes as it takes.
#[derive(Debug)]
pub(super) struct Crowd {
    processes: Vec<Process>,
    said: mpsc::UnboundedReceiver<(usize, Said)>,
    through: Vec<i64>,
}

impl Crowd {
    /// Starts processes and waits until all of their users are connected.
    pub(super) async fn gather(executable: &Path, entry: &Entry, count: u32, processes: u32) -> Result<Self> {
        let (said_by, said) = mpsc::unbounded_channel();
        let mut crowd = Self { processes: Vec::new(), said, through: Vec::new() };
        let each = count.div_ceil(processes.max(1)).clamp(1, MEMBERS_OF_ONE);
        let mut first = 0;
        while first < count {
            let number = crowd.processes.len();
            let source = Ipv4Addr::new(127, 0, 0, 2 + u8::try_from(number).unwrap_or(0));
            let orders = Orders { entry: entry.clone(), first, count: each.min(count - first), source };
            first += orders.count;
            let (process, mut says) = Process::start_with_orders(executable, &["bench", "crowd"], &orders)?;
            crowd.processes.push(process);
            crowd.through.push(0);
            let said_by = said_by.clone();
            thread::spawn(move || {
                while let Ok(said) = says.next::<Said>() {
                    if said_by.send((number, said)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(said_by);
        let mut connected = 0;
        while connected < count {
            match crowd.said.recv().await {
                Some((_, Said::Connected(more))) => {
                    connected += more;
                    eprintln!("{connected} of {count} connected …");
                }
                Some(_) => {}
                None => bail!("a crowd ended before it was connected"),
            }
        }
        Ok(crowd)
    }

    /// How far everybody has got.
    pub(super) fn through(&self) -> i64 {
        self.through.iter().copied().min().unwrap_or_default()
    }

    /// Waits until somebody has got further; answers how far everybody has.
    pub(super) async fn further(&mut self) -> Result<i64> {
        match self.said.recv().await {
            Some((number, Said::Through(seq))) => self.through[number] = seq,
            Some(_) => {}
            None => bail!("the crowd has gone"),
        }
        Ok(self.through())
    }

    /// Dismisses everybody and adds up what they report.
    pub(super) async fn dismiss(mut self) -> Result<Report> {
        for process in &mut self.processes {
            process.close_stdin();
        }
        let mut report = Report::default();
        let mut ended = 0;
        while ended < self.processes.len() {
            match self.said.recv().await {
                Some((_, Said::Ended(more))) => {
                    report.add(&more);
                    ended += 1;
                }
                Some(_) => {}
                None => bail!("a crowd ended without a report"),
            }
        }
        Ok(report)
    }
}
