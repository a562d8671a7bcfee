//! Traces, in a build without the feature `otel`: nothing is linked, and a configuration that asks for them is refused.

use std::convert::Infallible;

use anyhow::{Result, bail};
use tracing_subscriber::layer::Identity;

use crate::config::TracingConfig;

/// There are none.
pub(crate) struct Traces(Infallible);

impl Traces {
    pub(crate) fn finish(self) {
        match self.0 {}
    }
}

/// Refuses to start where traces are asked for, rather than send none in silence.
pub(crate) fn start(config: &TracingConfig) -> Result<Option<(Identity, Traces)>> {
    if config.otlp_endpoint.is_some() {
        bail!("tracing.otlp_endpoint is set, and this program was built without the feature `otel`");
    }
    Ok(None)
}
