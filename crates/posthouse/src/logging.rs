//! Sets up the log. It goes to standard error, so that standard output stays for what a command answers.

use anyhow::Result;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, Registry,
    filter::Targets,
    fmt,
    layer::SubscriberExt,
    reload::{self, Handle},
    util::SubscriberInitExt,
};

use crate::{
    config::{LogConfig, TracingConfig},
    traces::{self, Traces},
};

/// A log that has started.
pub(crate) struct LogSwitch {
    filter: Handle<Targets, Registry>,
    traces: Option<Traces>,
}

impl LogSwitch {
    /// Logs this from now on; a level that does not read changes nothing.
    pub(crate) fn set_level(&self, level: &str) {
        match level.parse::<Targets>() {
            Ok(filter) => {
                let set = self.filter.reload(filter);
                tracing::info!(level, changed = set.is_ok(), "the log's level was set");
            }
            Err(error) => tracing::error!(level, %error, "the log's level does not read, the old one holds"),
        }
    }

    /// Sends what traces are still held.
    pub(crate) fn finish(self) {
        if let Some(traces) = self.traces {
            traces.finish();
        }
    }
}

/// Starts logging for the rest of the process.
pub(crate) fn start(config: &LogConfig) {
    if let Err(error) = start_with(config, &TracingConfig::default()) {
        eprintln!("posthouse: {error:#}");
    }
}

/// Starts logging, and tracing where that is set, for the rest of the process.
pub(crate) fn start_with(config: &LogConfig, tracing: &TracingConfig) -> Result<LogSwitch> {
    let usual = || Targets::new().with_default(LevelFilter::INFO);
    let (filter, handle) = reload::Layer::new(config.level.parse().unwrap_or_else(|_| usual()));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if config.json {
        lines.json().with_filter(filter).boxed()
    } else {
        lines.with_target(false).with_filter(filter).boxed()
    };
    let mut layers = vec![lines];
    let traces = traces::start(tracing)?.map(|(layer, traces)| {
        layers.push(layer.boxed());
        traces
    });
    tracing_subscriber::registry().with(layers).init();
    Ok(LogSwitch { filter: handle, traces })
}
