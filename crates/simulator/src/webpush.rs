//! Web Push from the receiving side: the push services of five browsers, and the browsers behind them.
//!
//! | host | service | endpoint | protocols |
//! |---|---|---|---|
//! | `updates.push.services.mozilla.com` | Mozilla autopush | `/wpush/v2/<id>`, without a key `/wpush/v1/<id>` | HTTP/2, HTTP/1.1 |
//! | `jmt17.google.com` | Google FCM for browsers | `/fcm/send/<id>`, `/wp/<id>` | HTTP/2, HTTP/1.1 |
//! | `web.push.apple.com` | Apple | `/<id>` | HTTP/2, HTTP/1.1 |
//! | `wns2-par02p.notify.windows.com` | Microsoft WNS | `/w/?token=<id>` | HTTP/1.1 |
//! | `ntfy.sh` | ntfy, for UnifiedPush | `/up<12 characters>?up=1` | HTTP/1.1 |
//!
//! Google's endpoints stand at the host that Chromium without Google's own keys gets (observed): the other one,
//! `fcm.googleapis.com`, is where apps are sent to, and one host belongs to one simulated vendor.
//!
//! Order of checks (the order of real services is not known; assumed): method, endpoint known (404) and alive (410),
//! TTL, Urgency, Topic, length, Content-Encoding, head of the body, VAPID (scheme, `t` and `k`, signature, `aud`,
//! `exp`, `sub`, the key of the subscription), the same key not used to seal, rate. Sealed bodies are not looked into:
//! the browser opens them, and what it cannot open it shows to nobody.
//!
//! VAPID is demanded by Mozilla (v2), Google, Apple and WNS. Mozilla's v1 endpoints and ntfy take pushes without;
//! where one is sent nonetheless, its signature and claims must be right, by any key. ntfy looks at no other header.
//!
//! There are no receipts, no daily amounts and no status queries. A message can be taken back while it waits:
//! `DELETE` on the `Location` that Mozilla answered with.
//!
//! Special endpoints have an id that begins with `FAULT/`, at every host (`https://<host>/wpush/v2/FAULT/gone/1`,
//! `…/w/?token=FAULT/gone/1`, `https://ntfy.sh/FAULT/gone/1?up=1`): `FAULT/<code>/…` is refused with that code,
//! `FAULT/http:<status>/…` with that bare status, `FAULT/silent/…` is never answered, `FAULT/cut/…` cuts the
//! connection, `FAULT/redirect/…` answers 307, `FAULT/html/…` answers 502 with a page of a proxy, and `FAULT/sink/…`
//! is accepted and leads nowhere. Codes are the words of `refusal.rs` (`gone`, `key_mismatch`, `too_many`, …), HTTP
//! statuses, and the services' own (`106`, `VapidPkHashMismatch`, `50701`).

mod app;
mod browser;
mod desk;
mod refusal;
mod reply;
mod request;
mod rights;
mod sealed;
mod sent;
mod service;
mod subscription;
mod vapid;

use std::sync::Arc;

use crate::{counter, shared::Shared, vendor::Book};

/// Opens the counter of all five services.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |_| desk::Desk::new(Arc::clone(shared)))
}
