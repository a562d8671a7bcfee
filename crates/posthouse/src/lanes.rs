//! `posthouse lanes`: how the road to each certificate's vendor stands, and the release of its brake.

use std::fmt::Write;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use http::Method;
use model::Timestamp;
use serde_json::Value;

use crate::{address::Address, api::Api, output};

/// What to do; without anything the lanes are listed.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: Option<What>,
    /// The answer as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Believe a vendor that called almost every token dead: tokens are cleared again.
    ReleaseBrake {
        /// The certificate's number.
        certificate: u32,
    },
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let address = Address::read()?;
    let api = Api::new(&address.api_url, &address.api_key);
    if let Some(What::ReleaseBrake { certificate }) = options.what {
        let path = format!("/v1/lanes/{certificate}/brake");
        let answer = api.call(Method::DELETE, &path, &Value::Null).await?;
        if answer.status >= 400 {
            bail!("{}", answer.json["title"].as_str().unwrap_or("the brake was not released"));
        }
        return output::write("released; for an hour tokens are cleared as the vendor says\n");
    }
    let answer: Value = api.get("/v1/lanes").await?;
    output::write(&if options.json { format!("{answer:#}\n") } else { listed(&answer) })
}

fn listed(answer: &Value) -> String {
    let lanes = answer["lanes"].as_array().map(Vec::as_slice).unwrap_or_default();
    if lanes.is_empty() {
        return "no lane has had anything to send since the start\n".to_owned();
    }
    lanes.iter().map(lane).collect()
}

fn lane(lane: &Value) -> String {
    let word = |pointer: &str| lane.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let mut text = format!("{:<4} {:<8} {}", lane["certificate"], word("/vendor"), word("/state"));
    if !word("/code").is_empty() {
        let _ = write!(text, " ({})", word("/code"));
    }
    let _ = write!(text, "{}", lane["until"].as_i64().map(until).unwrap_or_default());
    let rate = match lane.pointer("/rate/per_second") {
        Some(rate) => format!("{rate} {}/s", word("/rate/counts")),
        None => "unlimited".to_owned(),
    };
    let queued = lane["backlog"]["by_class"].as_object().into_iter().flatten();
    let queued: Vec<String> = queued
        .filter(|(_, many)| many.as_u64() != Some(0))
        .map(|(class, many)| format!("{class} {many}"))
        .collect();
    let queued = if queued.is_empty() { "nothing".to_owned() } else { queued.join(", ") };
    let _ = writeln!(
        text,
        "\n     queued {queued}; on the wire {}; rate {rate}; breaker {}",
        lane["in_flight"],
        word("/breaker/state"),
    );
    if let Some(since) = lane.pointer("/brake/engaged_at").and_then(Value::as_i64) {
        let (dead, seen) = (&lane["brake"]["dead"], &lane["brake"]["seen"]);
        let since = Timestamp(since);
        let _ = writeln!(
            text,
            "     BRAKE since {since}: {dead} of {seen} tokens were called dead; none is cleared until `lanes release-brake {}`",
            lane["certificate"],
        );
    }
    for amount in lane["amounts"].as_array().into_iter().flatten() {
        text.push_str(&of_amount(amount));
    }
    text
}

fn of_amount(amount: &Value) -> String {
    let mut text = format!("     {}: {} today", amount["en"].as_str().unwrap_or_default(), amount["taken"]);
    if let Some(limit) = amount["limit"].as_u64() {
        let _ = write!(text, " of {limit}");
    }
    if let Some(at_least) = amount["at_least"].as_u64() {
        let _ = write!(text, " (the vendor gives {at_least} at least)");
    }
    if let Some(at) = amount["lasts_until"].as_i64() {
        let _ = write!(text, ", used up by {} at this rate", Timestamp(at));
    }
    if amount["used_up_at"].is_i64() {
        text.push_str(", used up, says the vendor");
    }
    let waiting: Vec<&str> =
        amount["put_off"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !waiting.is_empty() {
        let _ = write!(text, "; waiting: {}", waiting.join(", "));
    }
    text.push('\n');
    text
}

fn until(at: i64) -> String {
    format!(" until {}", Timestamp(at))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::listed;

    #[test]
    fn a_lane_tells_what_holds_it_up() {
        let answer = json!({ "lanes": [{
            "certificate": 7, "vendor": "xiaomi", "state": "alarm", "code": "mass_removal", "in_flight": 2,
            "backlog": { "by_class": { "chat": 3, "call": 0, "system": 0, "marketing": 9 }, "more": false },
            "rate": { "per_second": 500, "counts": "targets" }, "breaker": { "state": "closed" },
            "brake": { "engaged_at": 0, "dead": 20, "seen": 20 },
            "amounts": [{ "en": "public channels", "taken": 18, "limit": 20, "put_off": ["marketing"], "lasts_until": 0 }],
        }]});
        let text = listed(&answer);
        for part in [
            "alarm (mass_removal)",
            "queued chat 3, marketing 9",
            "500 targets/s",
            "20 of 20 tokens",
            "public channels: 18 today of 20",
            "waiting: marketing",
        ] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
    }
}
