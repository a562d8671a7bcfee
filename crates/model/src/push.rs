//! What a sender asks of a push.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Class, ClickAction, InvalidClick, Presentation, ResourceId, Style, UserId, Vendor,
    limits::{
        COLLAPSE_KEY_MAX_BYTES, MENTIONS_MAX, MESSAGE_LIFETIME_MAX_MS, PUSH_BODY_MAX_CHARS,
        PUSH_EXT_MAX_BYTES, PUSH_TITLE_MAX_CHARS,
    },
};

/// The sender's key under which a later notification replaces an earlier one; at most 64 bytes.
pub type CollapseKey = String;

/// What the sender asks of the push (离线推送信息).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PushSettings {
    /// `false`: this message causes no push (row T9).
    pub enabled: bool,
    /// Title; absent: the App's default title (row E1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Text; absent: the message's own text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Pass-through text, reaches the app where the vendor's getter reads `ext` (row G6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext: Option<String>,
    /// Pass-through text, reaches the app where the vendor's getter reads `payload` (row G8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// What the message is about.
    pub class: Class,
    /// What it is for the phone: a notification, data for the app, or a call.
    pub presentation: Presentation,
    /// How it looks and sounds.
    #[serde(skip_serializing_if = "Style::is_default")]
    pub style: Style,
    /// What differs at one vendor (rows E6, T17); goes before `style` and `click`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub vendors: BTreeMap<Vendor, VendorSettings>,
    /// The push resource to use (row E8); an unknown one means a plain alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceId>,
    /// Whether it counts one up on the app's badge.
    pub counts_badge: bool,
    /// Whether the text begins with the sender's name (row E9); absent: it does for messages, not for notifications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_prefix: Option<bool>,
    /// Whom it reaches through mute and do-not-disturb (rows F5, T7).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<ForcePush>,
    /// What a tap does; absent: as the certificate says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<ClickAction>,
    /// Replaces an earlier notification with the same key; absent: each message has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collapse_key: Option<CollapseKey>,
    /// For how long the push is worth sending, in milliseconds; absent: 7 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_ms: Option<i64>,
}

impl Default for PushSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            title: None,
            body: None,
            ext: None,
            payload: None,
            class: Class::Chat,
            presentation: Presentation::Alert,
            style: Style::default(),
            vendors: BTreeMap::new(),
            resource: None,
            counts_badge: true,
            sender_prefix: None,
            force: None,
            click: None,
            collapse_key: None,
            lifetime_ms: None,
        }
    }
}

/// What a message, or a push resource, sets for one vendor. What is left out is as said elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct VendorSettings {
    /// How it looks and sounds.
    #[serde(skip_serializing_if = "Style::is_default")]
    pub style: Style,
    /// What a tap does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<ClickAction>,
    /// What it is for the phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presentation: Option<Presentation>,
}

/// Whom a message reaches through mute and do-not-disturb.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ForcePush {
    /// Everybody; goes before the list.
    pub all: bool,
    /// These; at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserId>,
    /// The text they are shown; absent: as everybody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl ForcePush {
    /// Whether it reaches this user.
    #[must_use]
    pub fn includes(&self, user: &UserId) -> bool {
        self.all || self.users.contains(user)
    }
}

/// A message or its push settings are over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Title over 256 characters.
    #[error("the push title is over 256 characters")]
    TitleTooLong,
    /// Push body over 2048 characters.
    #[error("the push body is over 2048 characters")]
    PushBodyTooLong,
    /// `ext` over 3 KiB.
    #[error("ext is over 3072 bytes")]
    ExtTooLong,
    /// `payload` over 3 KiB.
    #[error("payload is over 3072 bytes")]
    PayloadTooLong,
    /// Collapse key empty or over 64 bytes.
    #[error("the collapse key must have 1 to 64 bytes")]
    CollapseKey,
    /// Lifetime not positive or over 7 days.
    #[error("the lifetime must be 1 ms to 7 days")]
    Lifetime,
    /// Message body over 12 KiB.
    #[error("the message is over 12288 bytes")]
    BodyTooLong,
    /// A text of `style` over 512 bytes, over 32 parameters of a template, or a picture without https.
    #[error(
        "style: a text is over 512 bytes, a template has over 32 parameters, or image is no https address"
    )]
    Style,
    /// Over 100 users are mentioned or forced.
    #[error("mentions and force name at most 100 users each")]
    TooManyUsers,
    /// A body that only the server writes.
    #[error("a sender writes text or custom bodies")]
    ServersOwn,
    /// Click action that no phone could carry out.
    #[error("click: {0}")]
    Click(InvalidClick),
}

impl PushSettings {
    /// Checks everything against Posthouse's own limits, which accept may refuse for.
    ///
    /// # Errors
    /// The first limit that is broken.
    pub fn check(&self) -> Result<(), SettingsError> {
        let chars_over = |text: &Option<String>, max: usize| {
            text.as_ref().is_some_and(|text| text.len() > max && text.chars().count() > max)
        };
        let bytes_over =
            |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > PUSH_EXT_MAX_BYTES);
        if chars_over(&self.title, PUSH_TITLE_MAX_CHARS) {
            return Err(SettingsError::TitleTooLong);
        }
        let forced = self.force.as_ref();
        if chars_over(&self.body, PUSH_BODY_MAX_CHARS)
            || forced.is_some_and(|force| chars_over(&force.body, PUSH_BODY_MAX_CHARS))
        {
            return Err(SettingsError::PushBodyTooLong);
        }
        if bytes_over(&self.ext) {
            return Err(SettingsError::ExtTooLong);
        }
        if bytes_over(&self.payload) {
            return Err(SettingsError::PayloadTooLong);
        }
        if self.collapse_key.as_ref().is_some_and(|key| key.is_empty() || key.len() > COLLAPSE_KEY_MAX_BYTES)
        {
            return Err(SettingsError::CollapseKey);
        }
        if self.lifetime_ms.is_some_and(|ms| !(1..=MESSAGE_LIFETIME_MAX_MS).contains(&ms)) {
            return Err(SettingsError::Lifetime);
        }
        if forced.is_some_and(|force| force.users.len() > MENTIONS_MAX) {
            return Err(SettingsError::TooManyUsers);
        }
        if !self.style.is_fit() {
            return Err(SettingsError::Style);
        }
        self.click.as_ref().map_or(Ok(()), ClickAction::check).map_err(SettingsError::Click)?;
        self.vendors.values().try_for_each(VendorSettings::check)
    }
}

impl VendorSettings {
    /// Checks everything against Posthouse's own limits.
    ///
    /// # Errors
    /// The first limit that is broken.
    pub fn check(&self) -> Result<(), SettingsError> {
        if !self.style.is_fit() {
            return Err(SettingsError::Style);
        }
        self.click.as_ref().map_or(Ok(()), ClickAction::check).map_err(SettingsError::Click)
    }
}
