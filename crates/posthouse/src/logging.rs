//! Sets up the log. It goes to standard error, so that standard output stays for what a command answers.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogConfig;

/// Starts logging for the rest of the process.
pub(crate) fn start(config: &LogConfig) {
    let usual = || Targets::new().with_default(LevelFilter::INFO);
    let filter: Targets = config.level.parse().unwrap_or_else(|_| usual());
    let lines = fmt::layer().with_writer(std::io::stderr);
    if config.json {
        tracing_subscriber::registry().with(lines.json().with_filter(filter)).init();
    } else {
        tracing_subscriber::registry().with(lines.with_target(false).with_filter(filter)).init();
    }
}
