//! `posthouse doctor`: looks at an installation from all sides and says what is wrong and what to do about it.
//!
//! It changes nothing, and works beside a running server or without one.

mod certificates;
mod clock;
mod database;
mod disk;
mod finding;
mod network;
mod settings;

use std::{path::PathBuf, sync::Arc};

use anyhow::{Result, bail};
use clap::Args;
use gateway::Examiner;
use serde_json::json;
use store::Look;

use self::finding::{Finding, Language, Severity};
use crate::{clock::SystemClock, config::Config, output};

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The configuration of the installation; without it the defaults and the environment.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Print the findings as one JSON object.
    #[arg(long)]
    json: bool,
    /// The language of the findings.
    #[arg(long, value_enum, default_value_t = Language::of_environment())]
    lang: Language,
    /// Ask nobody outside this machine: neither vendors nor the public address.
    #[arg(long)]
    offline: bool,
    /// Leave out what is well.
    #[arg(long)]
    quiet: bool,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let findings = match Config::read(options.config.as_deref()) {
        Ok(config) => examine(&config, options.offline).await,
        Err(error) => vec![settings::unreadable(&error)],
    };
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let shown = findings.iter().filter(|finding| !options.quiet || finding.severity > Severity::Well);
    let text = if options.json {
        let report = json!({
            "errors": errors, "warnings": warnings, "findings": shown.collect::<Vec<_>>(),
        });
        format!("{}\n", serde_json::to_string_pretty(&report)?)
    } else {
        shown.map(|finding| finding.lines(options.lang)).collect()
    };
    output::write(&text)?;
    if errors > 0 {
        bail!("{errors} errors and {warnings} warnings were found");
    }
    Ok(())
}

/// Every finding, the inside first.
async fn examine(config: &Config, offline: bool) -> Vec<Finding> {
    let held = Look::is_held(&config.data);
    let mut findings = settings::look(config);
    findings.extend(disk::look(config));
    findings.extend(network::ports(config, held));
    let database = database::look(config, held);
    findings.extend(database.findings);
    if offline {
        findings.push(Finding::note(
            "network",
            "vendors and the public address were not asked",
            "未检查厂商与公网地址",
        ));
        return findings;
    }
    match config.gateway() {
        Ok(gateway) => {
            let examiner = Examiner::new(Arc::new(SystemClock), gateway);
            findings.extend(network::public_url(config, &examiner, held).await);
            let seen = certificates::look(&examiner, &database.certificates).await;
            findings.extend(seen.findings);
            findings.extend(clock::look(&seen.clocks));
        }
        Err(error) => findings.push(settings::unreadable(&error)),
    }
    findings
}
