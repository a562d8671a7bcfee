//! Huawei Push Kit for Android and EMUI phones (V1 and V2 of its server API): a second, independent reading of its
//! book, from the vendor's side. The V3 of HarmonyOS shares the host `push-api.cloud.huawei.com` and is another
//! vendor's.
//!
//! Endpoints: `POST /oauth2/v2/token` and `/oauth2/v3/token` on the OAuth host; on the push host
//! `POST /v1/{clientId}/messages:send`, `/v2/{projectId}/messages:send`, `/v1/{clientId}/messages:revoke` and
//! `/v1/{clientId}/topic:subscribe`, `:unsubscribe`, `:list`. Any other path is 404, another method 405, both without a
//! body (assumed).
//!
//! Order of checks (assumed, the book is silent): path, method, credential, app, throttle, JSON, target, token count,
//! size, fields, rights, special tokens, rate, tokens; amounts of the day last, because they are told by receipt only.
//!
//! HTTP status of a code (assumed): 200 for 80000000 and the partial successes, 401 for 802xxxxx, 500 for internal
//! errors, 400 for all others. Flow control is a 503 without a body.
//!
//! Special tokens, taken in the place of a phone's:
//! - `FAULT/<code>/<anything>`: the request is answered with that code, or with `http:<status>`; with 80100000,
//!   80300007 and 80100020 this token alone is illegal;
//! - `FAULT/<status>/<anything>`, up to three digits: accepted, and a receipt with that status follows;
//! - `FAULT/silent/…` never answered, `FAULT/cut/…` cut, `FAULT/sink/…` accepted and led nowhere.
//!
//! Rights and amounts of an app (`set_rights`, a JSON object, every key optional):
//! - `push_enabled`: the service is on in the console (true);
//! - `self_classification`: true, false, or the list of granted categories (true: all). A push without a granted
//!   category is counted as marketing and shown silently;
//! - `high_priority`: `urgency` HIGH is allowed (true);
//! - `revoke`: pushes may be taken back (true);
//! - `devices_per_second` (6000), `marketing_per_day` (2) and `messages_per_day` (3000) for each device,
//!   `tests_per_day` (500) for the app;
//! - `receipt_url`: where receipts go, empty or null: nowhere (null);
//! - `receipt_version`: 1 or 2 (1);
//! - `receipt_key_is_text`: the receipt secret is used undecoded, as old configurations do (false);
//! - `service_account`: `{"key_id", "sub_account", "public_key"}` with the public key as PEM: its JWTs are taken in the
//!   place of access tokens; null: none (null).

mod app;
mod auth;
mod cache;
mod click;
mod condition;
mod desk;
mod fields;
mod jwt;
mod message;
mod notification;
mod oauth;
mod push;
mod receipt;
mod reply;
mod revoke;
mod send;
mod special;
mod topic;

use std::sync::Arc;

use crate::{counter, shared::Shared, vendor::Book};

/// Opens the vendor's counter.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |reports| desk::Desk::new(shared, reports))
}
