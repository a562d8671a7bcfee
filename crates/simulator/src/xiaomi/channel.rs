//! Where a message is placed: its channel, its template, and the amount it counts in.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    reply::{Code, Refusal},
    rights::{Channel, Rights},
};

/// Longest template parameter value, in characters. Documented.
const TEMPLATE_VALUE_MAX_CHARS: usize = 128;

/// The amount a message counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    /// Without a channel.
    Default,
    /// 公信.
    Public,
    /// 私信: none.
    Unlimited,
}

/// Where a message is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placement {
    pub(super) channel: Option<String>,
    pub(super) amount: Amount,
    /// It asked for a private channel whose kind was not granted.
    pub(super) is_reclassified: bool,
}

impl Placement {
    /// Its channel as answers name it.
    pub(super) fn label(&self) -> &str {
        self.channel.as_deref().unwrap_or("no_channel")
    }
}

/// Finds a message's place by its extras.
pub(super) fn place(extras: &BTreeMap<&str, &str>, rights: &Rights) -> Result<Placement, Refusal> {
    let Some(id) = extras.get("channel_id").filter(|id| !id.is_empty()) else {
        return Ok(Placement { channel: None, amount: Amount::Default, is_reclassified: false });
    };
    let channel =
        *rights.channels.get(*id).ok_or_else(|| Code::CHANNEL.because("extra.channel_id is unknown"))?;
    let template = extras.get("template_id").filter(|template| !template.is_empty());
    let needs_template =
        channel == Channel::PrivateWithTemplate || channel == Channel::Private && rights.templates_required;
    if needs_template && template.is_none() {
        return Err(Code::CHANNEL.because("a private channel needs extra.template_id"));
    }
    check_parameters(extras.get("template_param").copied(), template.copied(), rights)?;
    let is_reclassified = channel != Channel::Public && !rights.grants(id);
    let amount =
        if channel == Channel::Public || is_reclassified { Amount::Public } else { Amount::Unlimited };
    Ok(Placement { channel: Some((*id).to_owned()), amount, is_reclassified })
}

/// The book names no code for a template's faults; 27001 is assumed.
fn check_parameters(param: Option<&str>, template: Option<&str>, rights: &Rights) -> Result<(), Refusal> {
    let values: BTreeMap<String, String> = param
        .map_or_else(|| Ok(BTreeMap::new()), serde_json::from_str)
        .map_err(|_| Code::CHANNEL.because("extra.template_param must be a JSON object of strings"))?;
    let fits = |value: &String| !value.trim().is_empty() && value.chars().count() <= TEMPLATE_VALUE_MAX_CHARS;
    if !values.values().all(fits) {
        return Err(
            Code::CHANNEL.because("every value of extra.template_param must have 1 to 128 characters")
        );
    }
    if values.values().any(|value| value.contains(is_pictograph)) {
        return Err(Code::CHANNEL.because("extra.template_param must be without emoji and symbols"));
    }
    let Some(template) = template.filter(|_| !rights.templates.is_empty()) else { return Ok(()) };
    let wording = rights
        .templates
        .get(template)
        .ok_or_else(|| Code::CHANNEL.because("extra.template_id is unknown"))?;
    let named: BTreeSet<&str> = values.keys().map(String::as_str).collect();
    if wording.places() == named {
        Ok(())
    } else {
        Err(Code::CHANNEL.because("the keys of extra.template_param must be the template's variables"))
    }
}

/// Emoji, dingbats and arrows; which characters the book's "symbols" are is assumed.
const fn is_pictograph(char: char) -> bool {
    matches!(char, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}'
        | '\u{2b00}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}
