//! `posthouse explain`: why a message was, or was not, pushed to a user.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use model::{Class, ConversationId, GroupId, MessageKind, ResourceId, Timestamp, UserId};
use serde_json::Value;
use server::explain::{AskedPush, Explanation, Imagined, Language, render_text};

use crate::{address::Address, api::Api, output};

/// Stands for a message in the place of an id.
const NOW: &str = "now";

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
    #[command(flatten)]
    imagining: Imagining,
}

/// What `now` imagines; without any of it a plain system notification without push settings.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "With `now`")]
struct Imagining {
    /// What it is.
    #[arg(long)]
    kind: Option<Kind>,
    /// Who sends it.
    #[arg(long)]
    from: Option<UserId>,
    /// Where it is sent, such as `p:ann:bo`.
    #[arg(long, conflicts_with = "group")]
    conversation: Option<ConversationId>,
    /// To which group it is sent.
    #[arg(long)]
    group: Option<GroupId>,
    /// It calls the user by name.
    #[arg(long)]
    mentions_me: bool,
    /// Whether it has push settings, and whether they switch the push off.
    #[arg(long)]
    push: Option<Push>,
    /// Its class: chat, call, system or marketing.
    #[arg(long)]
    class: Option<Class>,
    /// It is forced through mute and do-not-disturb.
    #[arg(long)]
    force: bool,
    /// The push resource it names.
    #[arg(long)]
    resource: Option<ResourceId>,
    /// When it is sent, such as `2026-11-22T23:30:00+08:00`; without it now.
    #[arg(long)]
    at: Option<jiff::Timestamp>,
}

/// What an imagined message is.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Written by a user.
    Message,
    /// A custom system notification.
    System,
    /// A call's invitation.
    Call,
    /// A push alone.
    Push,
}

/// Whether an imagined message has push settings.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Push {
    /// It has none.
    None,
    /// It has.
    On,
    /// It has, and they switch the push off.
    Off,
}

impl Imagining {
    fn imagined(self) -> Imagined {
        Imagined {
            kind: self.kind.map(|kind| match kind {
                Kind::Message => MessageKind::Message,
                Kind::System => MessageKind::System,
                Kind::Call => MessageKind::Call,
                Kind::Push => MessageKind::Push,
            }),
            from: self.from,
            conversation: self.conversation,
            group: self.group,
            mentions_me: self.mentions_me.then_some(true),
            push: self.push.map(|push| match push {
                Push::None => AskedPush::None,
                Push::On => AskedPush::On,
                Push::Off => AskedPush::Off,
            }),
            class: self.class,
            force: self.force.then_some(true),
            resource: self.resource,
            at: self.at.map(|at| Timestamp(at.as_millisecond())),
        }
    }
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
    let query = query_of(&options.imagining.imagined())?;
    if options.message != NOW && !query.is_empty() {
        bail!("a message that was sent is explained as it was; ask for `now` to imagine another");
    }
    let path = path_of(&options.message, &options.user) + &query;
    if options.json {
        let answer: Value = api.get(&path).await?;
        return output::write(&format!("{answer:#}\n"));
    }
    let explanation: Explanation = api.get(&path).await?;
    output::write(&render_text(&explanation, language(options.lang)))
}

/// The path that answers for a message and a user, or for `now`.
pub(crate) fn path_of(message: &str, user: &str) -> String {
    let escaped = escaped(user);
    if message == NOW {
        format!("/v1/users/{escaped}/explain")
    } else {
        format!("/v1/messages/{message}/explain?user={escaped}")
    }
}

/// What is imagined, as a query; empty where nothing is said of it.
fn query_of(imagined: &Imagined) -> Result<String> {
    let Value::Object(fields) = serde_json::to_value(imagined)? else { return Ok(String::new()) };
    let parts = fields.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}={}", escaped(text)),
        other => format!("{name}={other}"),
    });
    let query = parts.collect::<Vec<_>>().join("&");
    Ok(if query.is_empty() { query } else { format!("?{query}") })
}

fn escaped(text: &str) -> String {
    text.bytes().map(escape).collect()
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

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{Imagining, Kind, query_of};

    #[test]
    fn what_is_imagined_is_asked_in_the_query() {
        assert_eq!(query_of(&Imagining::default().imagined()).unwrap(), "");
        let imagining = Imagining {
            kind: Some(Kind::Message),
            conversation: "p:ann:bo".parse().ok(),
            mentions_me: true,
            at: "2026-11-22T23:30:00+08:00".parse().ok(),
            ..Imagining::default()
        };
        let imagined = imagining.imagined();
        assert_eq!(imagined.at, Some(Timestamp(1_795_361_400_000)));
        let query = query_of(&imagined).unwrap();
        assert!(query.starts_with('?') && query.contains("conversation=p%3Aann%3Abo"), "{query}");
        assert!(query.contains("mentions_me=true") && query.contains("kind=message"), "{query}");
    }
}
