//! What rides along with a message: where its receipts go, and the pairs that the app is handed.

use std::collections::BTreeMap;

use super::{
    app::App,
    code::{Code, Refusal},
    fields::Fields,
    message::Way,
};
use crate::phone::Callback;

/// Longest receipt URL, in characters. Documented.
const CALLBACK_MAX_CHARS: usize = 128;
/// Longest echo, in characters. Newer text; an older one has 64.
const PARAM_MAX_CHARS: usize = 192;
/// Most pairs. Documented.
const PAIRS_MAX: usize = 10;
/// Longest keys and values of all pairs together, in characters. Documented.
const PAIRS_MAX_CHARS: usize = 1024;

/// Reads `extra`: an id made in the console wins over a URL, which only single sends have (documented). An id that
/// is not the app's yields no receipts (assumed).
pub(super) fn callback(fields: Fields<'_>, way: Way, app: &App) -> Result<Option<Callback>, Refusal> {
    let Some(extra) = fields.object("extra")? else { return Ok(None) };
    let url = extra.text("callback");
    if url.as_ref().is_some_and(|url| url.chars().count() > CALLBACK_MAX_CHARS) {
        return Err(Code::CALLBACK_LONG.into());
    }
    let param = extra.text("callback.param").unwrap_or_default();
    if param.chars().count() > PARAM_MAX_CHARS {
        return Err(Code::PARAM_LONG.into());
    }
    let url = match extra.text("callback.id") {
        Some(id) => app.rights.receipt_url.clone().filter(|_| id == app.callback_id),
        None => url.filter(|_| way == Way::Single),
    };
    Ok(url.map(|url| Callback { url, param, kinds: u32::MAX }))
}

/// Reads `clientCustomMap`.
pub(super) fn pairs(fields: Fields<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(map) = fields.object("clientCustomMap")? else { return Ok(BTreeMap::new()) };
    let pairs: BTreeMap<String, String> = map.pairs().map(|(key, value)| (key.clone(), value)).collect();
    if pairs.len() > PAIRS_MAX {
        return Err(Code::PAIRS.into());
    }
    let chars: usize = pairs.iter().map(|(key, value)| key.chars().count() + value.chars().count()).sum();
    if chars > PAIRS_MAX_CHARS {
        return Err(Code::PAIRS_LONG.into());
    }
    Ok(pairs)
}
