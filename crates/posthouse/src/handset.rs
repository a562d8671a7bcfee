//! `posthouse handset`: look at and touch the virtual phones.

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use model::CertificateId;
use serde_json::{Value, json};
use simulator::{HandsetList, HandsetState, Operation};

use crate::{address::Address, api::Api, output};

/// What to do with a phone.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every phone, a line each.
    List,
    /// Everything visible of a phone.
    Show(Name),
    /// The notification shade.
    Shade(Name),
    /// The messages that reached the app.
    Inbox(Name),
    /// The app's own log.
    Log(Name),
    /// Start the app, on screen.
    Start(Name),
    /// Bring the app on screen.
    Foreground(Name),
    /// Take the app off the screen.
    Background(Name),
    /// Lock the screen.
    Lock(Name),
    /// Unlock the screen.
    Unlock(Name),
    /// Stop the app where it stands: socket open, nobody answers.
    Freeze(Name),
    /// Let a frozen app run again.
    Thaw(Name),
    /// End the app's process.
    Kill(Name),
    /// Take or give back the network: `on` or `off`.
    Network(Switch),
    /// Switch notifications `on` or `off` in the system's settings.
    Notifications(Switch),
    /// Say how much the app's notifications may show of themselves; what is left out stays as it is.
    Display(Display),
    /// Log the user out in the app.
    Logout(Name),
    /// Log the phone's user in again.
    Login(Name),
    /// Tap a notification, the newest unless told otherwise.
    Tap {
        /// The phone.
        name: String,
        /// Its place in the shade, 0 being the newest.
        #[arg(default_value_t = 0)]
        index: usize,
    },
    /// Make the phone's vendor token invalid at the vendor.
    InvalidateToken(Name),
    /// Have the app report its token with this certificate from now on.
    UseCertificate {
        /// The phone.
        name: String,
        /// The certificate ID.
        certificate: u32,
    },
}

#[derive(Debug, Args)]
struct Name {
    /// The phone.
    name: String,
}

#[derive(Debug, Args)]
struct Switch {
    /// The phone.
    name: String,
    /// `on` or `off`.
    #[arg(value_parser = ["on", "off"])]
    to: String,
}

#[derive(Debug, Args)]
#[group(multiple = true, required = true, id = "shown")]
struct Shown {
    /// On the lock screen: `on` or `off`.
    #[arg(long, value_parser = ["on", "off"])]
    lock_screen: Option<String>,
    /// In the status bar and as banners: `on` or `off`.
    #[arg(long, value_parser = ["on", "off"])]
    status_bar: Option<String>,
    /// By a sound: `on` or `off`.
    #[arg(long, value_parser = ["on", "off"])]
    sound: Option<String>,
}

#[derive(Debug, Args)]
struct Display {
    /// The phone.
    name: String,
    #[command(flatten)]
    shown: Shown,
}

impl Shown {
    fn operation(&self) -> Operation {
        let is_on = |word: &Option<String>| word.as_ref().map(|word| word == "on");
        Operation::Display {
            on_lock_screen: is_on(&self.lock_screen),
            in_status_bar: is_on(&self.status_bar),
            sound: is_on(&self.sound),
        }
    }
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let address = Address::read()?;
    let simulator = address.simulator_url.as_deref().zip(address.simulator_key.as_deref());
    let (url, key) = simulator.context("the running Posthouse has no simulator")?;
    let api = Api::new(url, key);
    let (name, operation) = match options.what {
        What::List => return list(&api).await,
        What::Show(phone) => return show(&api, &phone.name, render_whole).await,
        What::Shade(phone) => return show(&api, &phone.name, render_shade).await,
        What::Inbox(phone) => return show(&api, &phone.name, render_inbox).await,
        What::Log(phone) => return show(&api, &phone.name, render_log).await,
        What::Login(phone) => {
            let operation = log_in(&address, &api, &phone.name).await?;
            (phone.name, operation)
        }
        What::Start(phone) => (phone.name, Operation::Start {}),
        What::Foreground(phone) => (phone.name, Operation::Foreground {}),
        What::Background(phone) => (phone.name, Operation::Background { unread: None }),
        What::Lock(phone) => (phone.name, Operation::Lock {}),
        What::Unlock(phone) => (phone.name, Operation::Unlock {}),
        What::Freeze(phone) => (phone.name, Operation::Freeze {}),
        What::Thaw(phone) => (phone.name, Operation::Thaw {}),
        What::Kill(phone) => (phone.name, Operation::Kill {}),
        What::Network(switch) => (switch.name, Operation::Network { on: switch.to == "on" }),
        What::Notifications(switch) => (switch.name, Operation::Notifications { on: switch.to == "on" }),
        What::Display(display) => (display.name, display.shown.operation()),
        What::Logout(phone) => (phone.name, Operation::LogOut {}),
        What::Tap { name, index } => return tap(&api, &name, index).await,
        What::InvalidateToken(phone) => (phone.name, Operation::InvalidateToken {}),
        What::UseCertificate { name, certificate } => {
            (name, Operation::UseCertificate { certificate: CertificateId(certificate) })
        }
    };
    let state: HandsetState = api.post(&format!("/handsets/{name}"), &operation).await?;
    println!("{}", line_of(&state));
    Ok(())
}

async fn list(api: &Api) -> Result<()> {
    let list: HandsetList = api.get("/handsets").await?;
    for state in &list.handsets {
        println!("{}", line_of(state));
    }
    Ok(())
}

async fn show(api: &Api, name: &str, render: fn(&HandsetState) -> String) -> Result<()> {
    let state: HandsetState = api.get(&format!("/handsets/{name}")).await?;
    output::write(&render(&state))
}

/// Taps, and waits until the app has been handed the texts.
async fn tap(api: &Api, name: &str, index: usize) -> Result<()> {
    let state: HandsetState = api.post(&format!("/handsets/{name}"), &Operation::Tap { index }).await?;
    let Some(tap) = &state.last_tap else { return Ok(()) };
    println!("{}", line_of(&state));
    println!("tapped   {}", tap.title);
    println!("opened   {}", serde_json::to_string(&tap.opened)?);
    println!("getter   {}", tap.getter);
    println!("ext      {}", tap.ext.as_deref().unwrap_or("-"));
    println!("payload  {}", tap.payload.as_deref().unwrap_or("-"));
    Ok(())
}

/// A login token for the phone's user, from the App's backend as it were.
async fn log_in(address: &Address, simulator: &Api, name: &str) -> Result<Operation> {
    let state: HandsetState = simulator.get(&format!("/handsets/{name}")).await?;
    let user = state.user.context("nobody ever logged in on this phone")?;
    let server = Api::new(&address.api_url, &address.api_key);
    let issued: Value = server.post(&format!("/v1/users/{user}/token"), &json!({})).await?;
    let token = issued["token"].as_str().context("no token was issued")?;
    Ok(Operation::LogIn { token: token.to_owned() })
}

fn line_of(state: &HandsetState) -> String {
    let user = state.user.as_ref().map_or("-", |user| user.as_str());
    let mut marks = vec![state.app.to_string()];
    marks.push(if state.logged_in { format!("user {user}") } else { "logged out".to_owned() });
    marks.push(format!("connection {}", state.connection));
    if state.locked {
        marks.push("locked".to_owned());
    }
    if !state.network {
        marks.push("no network".to_owned());
    }
    if !state.notifications {
        marks.push("notifications off".to_owned());
    }
    let hushed = [
        (state.on_lock_screen, "not on the lock screen"),
        (state.in_status_bar, "not in the status bar"),
        (state.sound, "without sound"),
    ];
    marks.extend(hushed.iter().filter(|(is_allowed, _)| !is_allowed).map(|(_, mark)| (*mark).to_owned()));
    if let Some(certificate) = state.certificate {
        marks.push(format!("certificate {certificate}"));
    }
    marks.push(format!("{} in the shade", state.shade.len()));
    format!("{:<10} {:<11} {}", state.name, state.model, marks.join(" · "))
}

fn render_whole(state: &HandsetState) -> String {
    format!("{}\n{}{}", line_of(state), render_shade(state), render_inbox(state))
}

fn render_shade(state: &HandsetState) -> String {
    if state.shade.is_empty() {
        return "the shade is empty\n".to_owned();
    }
    let lines = state.shade.iter().enumerate().map(|(index, shown)| {
        let place = if shown.on_lock_screen { "  (lock screen)" } else { "" };
        format!("{index}  {}{place}\n   {}\n   {}\n", shown.title, shown.body, shown.received_at)
    });
    lines.collect()
}

fn render_inbox(state: &HandsetState) -> String {
    if state.inbox.is_empty() {
        return "no message has reached the app\n".to_owned();
    }
    let lines = state.inbox.iter().map(|entry| {
        let sender = entry.sender.as_ref().map_or("system", |user| user.as_str());
        let ext = entry.ext.as_ref().map(|ext| format!("  ext = {ext}")).unwrap_or_default();
        format!("{sender}: {}{ext}  ({}, {})\n", entry.text, entry.how, entry.received_at)
    });
    lines.collect()
}

fn render_log(state: &HandsetState) -> String {
    state.log.iter().map(|line| format!("{}  {}\n", line.at, line.text)).collect()
}
