//! `posthouse console`: a link that signs in to the console once, as an owner: for a developer, and for when every
//! password is lost.

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};

use crate::{address::Address, api::Api, output};

/// Which server's console; without an address and a key, the running `dev`'s.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Base URL of the server, such as `https://push.example.com`.
    #[arg(long, requires = "key")]
    url: Option<String>,
    /// An API key of an App with the scope `manage`.
    #[arg(long, env = "POSTHOUSE_KEY", hide_env_values = true)]
    key: Option<String>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let api = match (&options.url, &options.key) {
        (Some(url), Some(key)) => Api::new(url, key),
        _ => {
            let address = Address::read()?;
            Api::new(&address.api_url, &address.api_key)
        }
    };
    let answer: Value = api.post("/v1/console/links", &json!({})).await?;
    let url = answer["url"].as_str().context("the answer holds no link")?;
    output::write(&format!("{url}\n"))
}
