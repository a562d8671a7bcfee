//! `posthouse print`: what is generated from the code, for documents and for other tools.

mod metrics_page;
mod rules_page;

use anyhow::Result;
use clap::ValueEnum;

use crate::output;

/// What can be printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Printed {
    /// The OpenAPI document of the REST interface.
    Openapi,
    /// The rules in their order, every reason, and how text, badge and certificate are chosen, as Markdown.
    Rules,
    /// Every metric with its kind, labels and meaning, as Markdown.
    Metrics,
}

pub(crate) fn run(what: Printed) -> Result<()> {
    output::write(&match what {
        Printed::Openapi => server::openapi_json(),
        Printed::Rules => rules_page::render(),
        Printed::Metrics => metrics_page::render(),
    })
}
