//! `posthouse print`: what is generated from the code, for documents and for other tools.

use std::fmt::Write;

use anyhow::Result;
use clap::ValueEnum;
use rules::{Ruling, reasons, rule_table};

use crate::output;

/// What can be printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Printed {
    /// The OpenAPI document of the REST interface.
    Openapi,
    /// The rule table and every reason, as Markdown.
    Reasons,
}

pub(crate) fn run(what: Printed) -> Result<()> {
    output::write(&match what {
        Printed::Openapi => server::openapi_json(),
        Printed::Reasons => render_reasons(),
    })
}

fn render_reasons() -> String {
    let mut page = String::from(
        "# Rules and reasons\n\n\
         The first rule that applies decides. This page is printed from the code.\n\n\
         ## The table, in order\n\n| # | rules | reason | when |\n|---|---|---|---|\n",
    );
    for (index, rule) in rule_table().iter().enumerate() {
        let Some(reason) = rules::reason(rule.reason) else { continue };
        let ruling = match rule.ruling {
            Ruling::Push => "push",
            Ruling::Skip => "skip",
            Ruling::Wait => "wait",
            Ruling::Delivered => "delivered",
        };
        let _ = writeln!(
            page,
            "| {} | {ruling} | `{}` | {}<br>{} |",
            index + 1,
            reason.name,
            reason.en,
            reason.zh
        );
    }
    page.push_str("\n## Every reason\n\n| number | name | what happened | what to do |\n|---|---|---|---|\n");
    for reason in reasons() {
        let hint = if reason.hint_en.is_empty() {
            String::new()
        } else {
            format!("{}<br>{}", reason.hint_en, reason.hint_zh)
        };
        let _ = writeln!(
            page,
            "| {} | `{}` | {}<br>{} | {hint} |",
            reason.code.0, reason.name, reason.en, reason.zh
        );
    }
    page
}
