//! What accept refuses: only what the App alone can know, never because of a recipient's phone.

use std::collections::BTreeMap;

use model::{
    Body, ErrorCode, Fault, MENTIONS_MAX, Mentions, PushSettings, SettingsError, UserSettings, Vendor,
    VendorSettings,
};

use crate::quiet::is_time_zone;

/// Checks a message, whom it mentions, and its push settings against Posthouse's own limits.
///
/// # Errors
/// `invalid`, with the limit that is broken.
pub fn check_message(body: &Body, mentions: &Mentions, push: Option<&PushSettings>) -> Result<(), Fault> {
    body.check().map_err(invalid)?;
    if mentions.users.len() > MENTIONS_MAX {
        return Err(invalid(SettingsError::TooManyUsers));
    }
    check_push(push)
}

/// Checks push settings that come without a message, such as those of a recall or a call.
///
/// # Errors
/// `invalid`, with the limit that is broken.
pub fn check_push(push: Option<&PushSettings>) -> Result<(), Fault> {
    push.map_or(Ok(()), PushSettings::check).map_err(invalid)
}

/// Checks what a user sets for all devices.
///
/// # Errors
/// `invalid`, with what is wrong.
pub fn check_user_settings(settings: &UserSettings) -> Result<(), Fault> {
    if !settings.is_fit() {
        return Err(Fault::new(
            ErrorCode::Invalid,
            "do_not_disturb runs from minute 0 to 1439, and multi_end has at most 8 rules",
        ));
    }
    match &settings.do_not_disturb {
        Some(span) if !is_time_zone(&span.time_zone) => Err(Fault::new(
            ErrorCode::Invalid,
            "do_not_disturb.time_zone is no IANA time zone such as Asia/Shanghai",
        )),
        _ => Ok(()),
    }
}

/// Checks what a push resource sets for each vendor.
///
/// # Errors
/// `invalid`, with the vendor and the limit that is broken.
pub fn check_resource(vendors: &BTreeMap<Vendor, VendorSettings>) -> Result<(), Fault> {
    vendors.iter().try_for_each(|(vendor, settings)| {
        settings.check().map_err(|error| Fault::new(ErrorCode::Invalid, format!("{vendor}: {error}")))
    })
}

fn invalid(error: SettingsError) -> Fault {
    Fault::new(ErrorCode::Invalid, error.to_string())
}
