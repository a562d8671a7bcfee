//! `posthouse cert`: the certificates of a running Posthouse, and what their vendors would do with a push.

use anyhow::Result;
use clap::{Args, Subcommand};
use model::Class;
use serde_json::{Value, json};

use crate::{address::Address, api::Api, output};

/// What to do.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every certificate: ID, vendor, name, state.
    List,
    /// Say what the vendor would do with a push through a certificate, without sending it.
    Lint {
        /// The certificate ID.
        certificate: u32,
        /// What the push is about: chat, call, system or marketing.
        #[arg(long, default_value = "chat")]
        class: Class,
        /// Title.
        #[arg(long, default_value = "阿明")]
        title: String,
        /// Text.
        #[arg(long, default_value = "晚饭吃什么?")]
        text: String,
        /// Pass-through for the `ext` getter.
        #[arg(long)]
        ext: Option<String>,
        /// Pass-through for the `payload` getter.
        #[arg(long)]
        payload: Option<String>,
        /// A web page that a tap opens.
        #[arg(long)]
        web_page: Option<String>,
    },
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let address = Address::read()?;
    let api = Api::new(&address.api_url, &address.api_key);
    match options.what {
        What::List => list(&api).await,
        What::Lint { certificate, class, title, text, ext, payload, web_page } => {
            let click = web_page.map(|url| json!({ "action": "web_page", "target": url }));
            let mut push = json!({
                "class": class, "title": title, "body": text, "ext": ext, "payload": payload, "click": click,
            });
            if let Some(push) = push.as_object_mut() {
                push.retain(|_, value| !value.is_null());
            }
            let path = format!("/v1/certificates/{certificate}/lint");
            let linted: Value = api.post(&path, &json!({ "push": push })).await?;
            print(&linted)
        }
    }
}

async fn list(api: &Api) -> Result<()> {
    let answer: Value = api.get("/v1/certificates").await?;
    let mut text = String::new();
    for certificate in answer["certificates"].as_array().into_iter().flatten() {
        let word = |field: &str| certificate[field].as_str().unwrap_or_default().to_owned();
        text += &format!(
            "{:<6} {:<8} {:<32} {}\n",
            certificate["id"].to_string(),
            word("vendor"),
            word("name"),
            word("state")
        );
    }
    output::write(&text)
}

fn print(linted: &Value) -> Result<()> {
    let findings = linted["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    if findings.is_empty() {
        return output::write("nothing found: it would be shown as asked\n");
    }
    let word = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
    let lines = findings.iter().map(|finding| {
        format!(
            "{:<8} {}\n         {}\n         {}\n",
            word(finding, "severity"),
            word(finding, "code"),
            word(finding, "en"),
            word(finding, "zh"),
        )
    });
    output::write(&lines.collect::<String>())
}
