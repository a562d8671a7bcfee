//! Sets up the log. It goes to standard error, so that standard output stays for what a command answers.

use tracing_subscriber::EnvFilter;

use crate::config::LogConfig;

/// Starts logging for the rest of the process.
pub(crate) fn start(config: &LogConfig) {
    let filter = EnvFilter::try_new(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.json {
        builder.json().init();
    } else {
        builder.with_target(false).init();
    }
}
