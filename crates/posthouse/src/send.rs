//! `posthouse send`: a message through a running server.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::{address::Address, api::Api};

/// What to send.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Who gets it.
    #[arg(long)]
    to: String,
    /// Who sends it; without it a user who has no phone.
    #[arg(long)]
    from: Option<String>,
    /// The push's title; without it the App's default title.
    #[arg(long)]
    title: Option<String>,
    /// Pass-through text that the app reads as `ext`.
    #[arg(long)]
    ext: Option<String>,
    /// Pass-through text that the app reads as `payload`.
    #[arg(long)]
    payload: Option<String>,
    /// Send it without causing a push.
    #[arg(long)]
    no_push: bool,
    /// What it says.
    text: String,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let address = Address::read()?;
    let api = Api::new(&address.api_url, &address.api_key);
    let from = options.from.clone().unwrap_or(address.sender);
    let mut push = serde_json::Map::new();
    for (field, value) in [("title", &options.title), ("ext", &options.ext), ("payload", &options.payload)] {
        if let Some(value) = value {
            push.insert(field.to_owned(), json!(value));
        }
    }
    if options.no_push {
        push.insert("enabled".to_owned(), json!(false));
    }
    let message = json!({
        "from": from,
        "to": options.to,
        "body": { "type": "text", "text": options.text },
        "push": push,
    });
    let accepted: Value = api.post("/v1/messages", &message).await?;
    let id = accepted["message"].as_str().unwrap_or_default();
    println!("{id}");
    eprintln!("accepted; why it was or was not pushed: {} explain {id} {}", crate::own_name(), options.to);
    Ok(())
}
