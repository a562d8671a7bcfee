//! `posthouse explain`: why a message was, or was not, pushed to a user.

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::Value;
use server::explain::{Explanation, Language, render_text};

use crate::{address::Address, api::Api, output};

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The message, as `send` printed it; `now` asks what would happen to a message sent this moment.
    message: String,
    /// The user.
    user: String,
    /// The answer as JSON.
    #[arg(long)]
    json: bool,
    /// The language; without it as the terminal's locale says.
    #[arg(long)]
    lang: Option<Lang>,
}

/// A language.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    /// English.
    En,
    /// Chinese.
    Zh,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let address = Address::read()?;
    let api = Api::new(&address.api_url, &address.api_key);
    let path = path_of(&options.message, &options.user);
    if options.json {
        let answer: Value = api.get(&path).await?;
        return output::write(&format!("{answer:#}\n"));
    }
    let explanation: Explanation = api.get(&path).await?;
    output::write(&render_text(&explanation, language(options.lang)))
}

/// The path that answers for a message and a user, or for `now`.
pub(crate) fn path_of(message: &str, user: &str) -> String {
    let escaped: String = user.bytes().map(escape).collect();
    if message == "now" {
        format!("/v1/users/{escaped}/explain")
    } else {
        format!("/v1/messages/{message}/explain?user={escaped}")
    }
}

fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn language(chosen: Option<Lang>) -> Language {
    match chosen {
        Some(Lang::En) => Language::En,
        Some(Lang::Zh) => Language::Zh,
        None => {
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
            if locale.is_some_and(|locale| locale.starts_with("zh")) { Language::Zh } else { Language::En }
        }
    }
}
