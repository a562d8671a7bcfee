//! `posthouse dead-letters`: pushes that ended for a reason somebody can mend, and their way back into the queue.

use std::fmt::Write;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use model::{Class, Timestamp, Vendor};
use serde_json::{Value, json};

use crate::{address::Address, api::Api, output};

/// What to do with dead letters.
#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// List them, newest first, with the vendor's code and what to do.
    List {
        #[command(flatten)]
        sought: Sought,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// The answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put them back into the queue, as far as the rules would push them now.
    Requeue {
        #[command(flatten)]
        sought: Sought,
        /// Only this one, by its number; may be repeated.
        #[arg(long = "id")]
        ids: Vec<i64>,
        /// Everything there is, where nothing else is named.
        #[arg(long)]
        all: bool,
        /// How long they live from now on, in minutes, at most 7 days; without it as long as their messages do.
        #[arg(long)]
        lifetime_minutes: Option<i64>,
        /// Only tell what would happen.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Which dead letters.
#[derive(Debug, Default, Args)]
pub(crate) struct Sought {
    /// Of this vendor.
    #[arg(long)]
    vendor: Option<Vendor>,
    /// Through this certificate.
    #[arg(long)]
    certificate: Option<u32>,
    /// That ended for this reason, such as `quota_used_up`.
    #[arg(long)]
    reason: Option<String>,
    /// Whose last try brought this code.
    #[arg(long)]
    code: Option<String>,
    /// Of this class: chat, call, system or marketing.
    #[arg(long)]
    class: Option<Class>,
    /// That ended at this moment or later, such as `2026-11-22T23:30:00+08:00`.
    #[arg(long)]
    from: Option<jiff::Timestamp>,
    /// That ended before this moment.
    #[arg(long)]
    to: Option<jiff::Timestamp>,
}

impl Sought {
    /// As the API takes it in a body.
    fn filter(&self) -> Value {
        let moment = |at: Option<jiff::Timestamp>| at.map(|at| at.as_millisecond());
        let all = json!({
            "vendor": self.vendor, "certificate": self.certificate, "reason": self.reason, "code": self.code,
            "class": self.class, "from": moment(self.from), "to": moment(self.to),
        });
        let Value::Object(mut fields) = all else { return Value::Null };
        fields.retain(|_, value| !value.is_null());
        Value::Object(fields)
    }

    /// The same as a query.
    fn query(&self) -> String {
        let Value::Object(fields) = self.filter() else { return String::new() };
        let part = |(name, value): (&String, &Value)| match value {
            Value::String(text) => format!("&{name}={}", escaped(text)),
            other => format!("&{name}={other}"),
        };
        fields.iter().map(part).collect()
    }
}

pub(crate) async fn run(what: What) -> Result<()> {
    let address = Address::read()?;
    let api = Api::new(&address.api_url, &address.api_key);
    match what {
        What::List { sought, limit, json } => {
            let path = format!("/v1/dead-letters?limit={limit}{}", sought.query());
            let answer: Value = api.get(&path).await?;
            output::write(&if json { format!("{answer:#}\n") } else { listed(&answer) })
        }
        What::Requeue { sought, ids, all, lifetime_minutes, dry_run } => {
            let filter = sought.filter();
            if !all && ids.is_empty() && filter == json!({}) {
                bail!("say which: --id, a filter such as --vendor or --reason, or --all");
            }
            let body = json!({
                "filter": filter,
                "ids": (!ids.is_empty()).then_some(ids),
                "lifetime_ms": lifetime_minutes.map(|minutes| minutes.saturating_mul(60_000)),
                "dry_run": dry_run,
            });
            requeue(&api, body, dry_run).await
        }
    }
}

/// Page after page, with a line for each, since each may take a while.
async fn requeue(api: &Api, mut body: Value, dry_run: bool) -> Result<()> {
    loop {
        let report: Value = api.post("/v1/dead-letters/requeue", &body).await?;
        output::write(&reported(&report, dry_run))?;
        match report.get("next").and_then(Value::as_i64) {
            Some(next) => body["filter"]["before"] = next.into(),
            None => return Ok(()),
        }
    }
}

fn reported(report: &Value, dry_run: bool) -> String {
    let number = |field: &str| report[field].as_u64().unwrap_or(0);
    let verb = if dry_run { "would go back" } else { "went back into the queue" };
    let mut text = format!("{} looked at, {} {verb}", number("matched"), number("requeued"));
    if number("changed") > 0 {
        let _ = write!(text, ", {} changed meanwhile", number("changed"));
    }
    text.push('\n');
    for kept in report["kept"].as_array().into_iter().flatten() {
        let words = kept["reason"]["en"].as_str().unwrap_or_default();
        let _ = writeln!(text, "  {} stay: {words}", kept["count"]);
    }
    text
}

fn listed(answer: &Value) -> String {
    let letters = answer["dead_letters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if letters.is_empty() {
        return "no dead letters\n".to_owned();
    }
    let mut text = String::new();
    for letter in letters {
        let word = |pointer: &str| letter.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let ended = letter["finished_at"].as_i64().map(|at| Timestamp(at).to_string()).unwrap_or_default();
        let whom = Some(word("/user")).filter(|user| !user.is_empty()).unwrap_or(word("/token_tail"));
        let (vendor, class) = (word("/vendor"), word("/class"));
        let _ = writeln!(text, "{:<8} {ended}  {vendor:<8} {class:<9} {whom}", letter["id"]);
        let _ = writeln!(text, "         {}: {}", word("/reason/name"), word("/reason/en"));
        let code = word("/last_try/code");
        if !code.is_empty() {
            let _ = writeln!(text, "         {code}: {}", word("/last_try/meaning/en"));
        }
        let todo = Some(word("/last_try/todo/en"))
            .filter(|todo| !todo.is_empty())
            .unwrap_or(word("/reason/hint_en"));
        if !todo.is_empty() {
            let _ = writeln!(text, "         to do: {todo}");
        }
    }
    text
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sought_stands_in_query_and_body_alike() {
        let sought = Sought {
            vendor: Some(Vendor::Xiaomi),
            class: Some(Class::Marketing),
            code: Some("a&b".to_owned()),
            from: "2026-11-22T23:30:00+08:00".parse().ok(),
            ..Sought::default()
        };
        let query = sought.query();
        for part in ["&vendor=xiaomi", "&class=marketing", "&code=a%26b", "&from=1795361400000"] {
            assert!(query.contains(part), "{query}");
        }
        assert_eq!(sought.filter()["code"], "a&b");
        assert_eq!(Sought::default().filter(), json!({}));
    }

    #[test]
    fn a_report_says_who_stays_and_why() {
        let report = json!({ "matched": 5, "requeued": 3, "changed": 1,
            "kept": [{ "count": 1, "reason": { "en": "The device has it." } }] });
        let text = reported(&report, false);
        assert!(text.contains("5 looked at, 3 went back into the queue, 1 changed meanwhile"), "{text}");
        assert!(text.contains("1 stay: The device has it."), "{text}");
    }
}
