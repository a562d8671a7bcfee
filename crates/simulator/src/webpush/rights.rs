//! What a test may set of an app: a browser, and limits that the services do not publish.

use serde_json::Value;

use super::subscription::Browser;

/// Pushes a second of one subscription. The services publish none (assumed).
const PER_SECOND: u64 = 1000;

/// The limits of an app's subscriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rights {
    /// Longest body, in bytes, where it is less than the service's own: bridges to phones take less.
    pub(super) body_max_bytes: usize,
    /// Pushes a second of one subscription.
    pub(super) per_second: u64,
    /// Pushes until a subscription is found gone.
    pub(super) gone_after: Option<u64>,
}

impl Default for Rights {
    fn default() -> Self {
        Self { body_max_bytes: usize::MAX, per_second: PER_SECOND, gone_after: None }
    }
}

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wished {
    pub(super) rights: Rights,
    /// The browser of phones that are made from now on, of any app.
    pub(super) browser: Option<Browser>,
}

impl Wished {
    /// Reads `{"browser", "body_max_bytes", "per_second", "gone_after"}`; what is absent or null keeps its value.
    ///
    /// - `browser`: `firefox`, `firefox_without_key`, `chrome`, `safari`, `edge` or `unifiedpush`: what phones run that
    ///   are made from now on, of any app.
    /// - `body_max_bytes`: longer bodies are refused with 413.
    /// - `per_second`: more pushes a second to one subscription are refused with 429.
    /// - `gone_after`: so many pushes of this app are taken; the subscription that gets the next one is gone.
    ///
    /// # Errors
    /// What is not understood, in words.
    pub(super) fn read(json: &Value, now: Rights) -> Result<Self, String> {
        let object = json.as_object().ok_or("an object is expected")?;
        let mut wished = Self { rights: now, browser: None };
        for (key, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            let number = || value.as_u64().ok_or_else(|| format!("{key} must be a number"));
            match key.as_str() {
                "browser" => {
                    let named = value.as_str().and_then(Browser::named);
                    wished.browser = Some(named.ok_or("there is no such browser")?);
                }
                "body_max_bytes" => {
                    wished.rights.body_max_bytes = usize::try_from(number()?).unwrap_or(usize::MAX);
                }
                "per_second" => wished.rights.per_second = number()?,
                "gone_after" => wished.rights.gone_after = Some(number()?),
                _ => return Err(format!("{key} is not known to this vendor")),
            }
        }
        Ok(wished)
    }
}
