//! The measure beside ours: h2load against the same simulator, with the request that our own adapter renders.

use std::{io::ErrorKind, path::Path, process::Stdio};

use anyhow::{Context, Result, bail};
use model::{Class, Clock, Form, MessageId, Presentation, Secret, Style, Vendor};
use tokio::process::Command;
use uuid::Uuid;
use vendors::{AuthPlan, Content, Job, Step, Target, WireRequest};

use super::{brands, generator::Aim, ground};
use crate::{clock::SystemClock, processes::SimulatorReady};

/// Connections and streams on each: as many requests at once as the server's lane has, on as many connections.
const CONNECTIONS: &str = "4";
const STREAMS: &str = "250";

/// What h2load came to.
pub(super) enum Outcome {
    /// Requests a second.
    PerSecond(f64),
    /// Why there is no figure.
    None(String),
}

/// Runs h2load with so many requests.
pub(super) async fn run(
    simulator: &SimulatorReady,
    aim: &Aim,
    requests: u64,
    folder: &Path,
) -> Result<Outcome> {
    let (host, request) = render(simulator, aim)?;
    let address =
        simulator.connect_to.get(&format!("{host}:443")).context("the simulator has no such host")?;
    let body = folder.join("h2load-body.json");
    std::fs::write(&body, &request.body)?;
    let mut command = Command::new("h2load");
    command
        .args(["-n", &requests.to_string(), "-c", CONNECTIONS, "-m", STREAMS])
        .arg(format!("--connect-to={address}"))
        .arg("-d")
        .arg(&body)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    for (name, value) in &request.headers {
        command.arg("-H").arg(format!("{name}: {value}"));
    }
    if let Some(authorization) = &request.authorization {
        command.arg("-H").arg(format!("authorization: {}", authorization.expose()));
    }
    command.arg(format!("https://{host}{}", request.path));
    match command.output().await {
        Ok(output) => Ok(read(&String::from_utf8_lossy(&output.stdout), requests)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok(Outcome::None("h2load is not installed (Debian: nghttp2-client)".to_owned()))
        }
        Err(error) => Err(error).context("h2load does not start"),
    }
}

/// One push as the lane would send it, and the host it goes to.
fn render(simulator: &SimulatorReady, aim: &Aim) -> Result<(String, WireRequest)> {
    let signing = simulator.apns_keys.first().context("the simulator made no signing key")?;
    let mut form = Form::default();
    let fields = ground::apns_fields(signing);
    for (name, value) in fields.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default().to_owned();
        if name == "p8" {
            form.secret.insert(name.clone(), Secret::new(value));
        } else {
            form.public.insert(name.clone(), value);
        }
    }
    let now = SystemClock.now();
    let channel = vendors::adapter(Vendor::Apns).open(&form, now)?;
    let AuthPlan::Ready(auth) = channel.auth_plan(now) else { bail!("APNs needs no exchange") };
    let message = MessageId(Uuid::now_v7());
    let content = Content {
        purpose: model::Purpose::Notify,
        message,
        title: aim.title.to_owned(),
        body: aim.text.to_owned(),
        ext: Some(aim.ext.to_owned()),
        payload: None,
        class: Class::Chat,
        presentation: Presentation::Alert,
        style: Style::default(),
        counts_badge: true,
        click: None,
        collapse_key: message.to_string(),
        thread: None,
        expires_at: now.plus_ms(7 * 24 * 3_600_000),
        receipt_url: None,
    };
    let targets = [Target { token: brands::token(Vendor::Apns, 0).into(), badge: None }];
    match channel.begin(&Job::Notify { content: &content, targets: &targets, now }, &auth) {
        Step::Send(request) => Ok((channel.route().origin.host.into_owned(), request)),
        Step::Done(_) => bail!("the adapter does not send the sample push"),
    }
}

/// Reads h2load's summary; a run in which anything failed gives no figure.
fn read(output: &str, requests: u64) -> Outcome {
    let number_before = |word: &str| {
        let (head, _) = output.split_once(word)?;
        head.rsplit([' ', ',']).find(|part| !part.is_empty())?.parse::<f64>().ok()
    };
    match (number_before(" req/s"), number_before(" succeeded")) {
        (Some(rate), Some(succeeded)) if succeeded as u64 == requests => Outcome::PerSecond(rate),
        (_, succeeded) => Outcome::None(format!(
            "h2load ended with {} of {requests} requests answered well",
            succeeded.unwrap_or_default()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: &str = "finished in 41.16ms, 24297.43 req/s, 1.03MB/s\n\
        requests: 1000 total, 1000 started, 1000 done, 1000 succeeded, 0 failed, 0 errored, 0 timeout\n";

    #[test]
    fn the_rate_counts_only_where_every_request_was_answered_well() {
        assert!(matches!(read(SUMMARY, 1000), Outcome::PerSecond(rate) if rate == 24_297.43));
        assert!(matches!(read(SUMMARY, 1001), Outcome::None(_)));
        assert!(matches!(read("", 1), Outcome::None(_)));
    }
}
