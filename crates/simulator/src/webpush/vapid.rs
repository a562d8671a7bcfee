//! Who sends: VAPID (RFC 8292).

use std::{collections::HashMap, sync::Mutex};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{refusal::Refusal, sealed, service::PushService, subscription::POINT_BYTES};
use crate::{counter::Ask, lock::lock};

/// How far ahead `exp` may be, in seconds. Documented.
const EXPIRY_MAX_S: i64 = 24 * 3600;
/// Headers whose signature is remembered as right; a sender is told to use one for hours.
const SEEN_MAX: usize = 1000;
/// Longest header that is looked at, in bytes.
const HEADER_MAX_BYTES: usize = 4096;

/// A public key of a sender.
pub(super) type SenderKey = [u8; POINT_BYTES];

/// Which key a subscription is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// This one.
    To(SenderKey),
    /// One that no app has any more.
    ToAnother,
    /// Any: nobody subscribed, and the push leads nowhere.
    ToAny,
    /// None: pushes need no VAPID.
    ToNone,
}

/// Headers that were right when they were first seen.
#[derive(Debug, Default)]
pub(super) struct Vapid(Mutex<HashMap<String, Seen>>);

#[derive(Debug)]
struct Seen {
    claim: Claim,
    /// All headers of an earlier epoch have been ended at once, on demand.
    epoch: u64,
}

/// What a header says, and its signature bears out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    key: SenderKey,
    audience: Option<String>,
    expiry_s: Option<i64>,
    subject: Option<String>,
}

impl Vapid {
    /// Checks the sender of a push. Returns its key; `None`: it sent none and needs none.
    ///
    /// # Errors
    /// The first [`Refusal`].
    pub(super) fn check(
        &self,
        ask: &Ask<'_>,
        service: PushService,
        bound: Bound,
    ) -> Result<Option<SenderKey>, Refusal> {
        let Some(header) = ask.header("authorization") else {
            return if bound == Bound::ToNone { Ok(None) } else { Err(Refusal::NoVapid) };
        };
        let claim = self.claim(header, ask)?;
        judge(&claim, service, ask.now.secs())?;
        match bound {
            Bound::To(key) if key != claim.key => Err(Refusal::KeyMismatch),
            Bound::ToAnother => Err(Refusal::KeyMismatch),
            _ => Ok(Some(claim.key)),
        }
    }

    fn claim(&self, header: &str, ask: &Ask<'_>) -> Result<Claim, Refusal> {
        if header.len() > HEADER_MAX_BYTES {
            return Err(Refusal::BadAuthorization);
        }
        let epoch = ask.host.faults.auth_epoch();
        if let Some(seen) = lock(&self.0).get(header) {
            return if seen.epoch < epoch { Err(Refusal::Expired) } else { Ok(seen.claim.clone()) };
        }
        let claim = read(header)?;
        let mut seen = lock(&self.0);
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        seen.insert(header.to_owned(), Seen { claim: claim.clone(), epoch });
        Ok(claim)
    }
}

/// Reads a header and verifies its signature.
fn read(header: &str) -> Result<Claim, Refusal> {
    let (scheme, parameters) = header.trim().split_once(' ').ok_or(Refusal::BadAuthorization)?;
    if !scheme.eq_ignore_ascii_case("vapid") {
        return Err(Refusal::BadAuthorization);
    }
    let parameter = |name: &str| {
        parameters.split(',').find_map(|part| {
            let (own, value) = part.split_once('=')?;
            own.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
        })
    };
    let token = parameter("t").ok_or(Refusal::BadAuthorization)?;
    let key = decode(parameter("k").ok_or(Refusal::BadAuthorization)?).ok_or(Refusal::BadKey)?;
    let key: SenderKey = key.try_into().map_err(|_| Refusal::BadKey)?;
    if !sealed::is_point(&key) {
        return Err(Refusal::BadKey);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::BadToken)?;
    let (head, claims) = signed.split_once('.').ok_or(Refusal::BadToken)?;
    let json = |part: &str| decode(part).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    if json(head).is_none_or(|head| head["alg"] != "ES256") {
        return Err(Refusal::BadToken);
    }
    let signature = decode(signature).ok_or(Refusal::BadToken)?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| Refusal::BadToken)?;
    let claims = json(claims).ok_or(Refusal::BadToken)?;
    let text = |name: &str| claims[name].as_str().map(str::to_owned);
    Ok(Claim { key, audience: text("aud"), expiry_s: seconds(&claims["exp"]), subject: text("sub") })
}

/// A number, whole or not; a number in a string is refused (documented of Mozilla).
fn seconds(value: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float that is too large becomes the largest integer"
    )]
    let truncated = |float: f64| float as i64;
    value.as_i64().or_else(|| value.as_f64().map(truncated))
}

/// Judges what a header claims: `aud`, `exp`, `sub`, in this order.
fn judge(claim: &Claim, service: PushService, now_s: i64) -> Result<(), Refusal> {
    if claim.audience.as_deref() != Some(service.origin().as_str()) {
        return Err(Refusal::WrongAudience);
    }
    let expiry_s = claim.expiry_s.ok_or(Refusal::BadExpiry)?;
    if expiry_s <= now_s {
        return Err(Refusal::Expired);
    }
    if expiry_s > now_s.saturating_add(EXPIRY_MAX_S) {
        return Err(Refusal::TooLong);
    }
    let subject = claim.subject.as_deref().unwrap_or_default();
    if is_subject(subject, service) { Ok(()) } else { Err(Refusal::BadSubject) }
}

/// `mailto:` or `https:`; optional in the standard and demanded in practice. Apple takes neither a local host nor a
/// blank (observed).
fn is_subject(subject: &str, service: PushService) -> bool {
    let rest = subject.strip_prefix("mailto:").or_else(|| subject.strip_prefix("https://"));
    let suits_apple = !subject.contains("localhost") && !subject.contains(char::is_whitespace);
    rest.is_some_and(|rest| !rest.is_empty()) && (service != PushService::Apple || suits_apple)
}

/// Base64url with or without padding, and standard base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let canonical: String = text
        .trim_end_matches('=')
        .chars()
        .map(|char| match char {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    URL_SAFE_NO_PAD.decode(canonical).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8292.
    const HEADER: &str = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

    #[test]
    fn the_example_of_the_standard_is_verified() {
        let claim = read(HEADER).unwrap();
        assert_eq!(claim.audience.as_deref(), Some("https://push.example.net"));
        assert_eq!(claim.expiry_s, Some(1_453_523_768));
        assert_eq!(claim.subject.as_deref(), Some("mailto:push@example.com"));
    }

    #[test]
    fn a_changed_letter_breaks_the_signature() {
        assert_eq!(read(&HEADER.replace(".i3CYb7", ".i3CYb8")), Err(Refusal::BadToken));
        assert_eq!(read(&HEADER.replace("k=BA1H", "k=BA1I")), Err(Refusal::BadKey));
        assert_eq!(read(&HEADER.replace("vapid ", "WebPush ")), Err(Refusal::BadAuthorization));
        assert_eq!(read(&HEADER.replace(", k=", ", x=")), Err(Refusal::BadAuthorization));
    }

    fn claim() -> Claim {
        Claim {
            key: [4; POINT_BYTES],
            audience: Some("https://web.push.apple.com".to_owned()),
            expiry_s: Some(1000 + EXPIRY_MAX_S),
            subject: Some("mailto:ops@im.example".to_owned()),
        }
    }

    #[test]
    fn expiry_may_be_a_day_ahead_and_not_a_second_more() {
        let judged = |expiry_s| judge(&Claim { expiry_s, ..claim() }, PushService::Apple, 1000);
        assert_eq!(judged(Some(1000 + EXPIRY_MAX_S)), Ok(()));
        assert_eq!(judged(Some(1001 + EXPIRY_MAX_S)), Err(Refusal::TooLong));
        assert_eq!(judged(Some(1001)), Ok(()));
        assert_eq!(judged(Some(1000)), Err(Refusal::Expired));
        assert_eq!(judged(seconds(&Value::from("2000"))), Err(Refusal::BadExpiry));
    }

    #[test]
    fn audience_and_subject_are_judged() {
        let apple = |claim: &Claim| judge(claim, PushService::Apple, 1000);
        let slash = Claim { audience: Some("https://web.push.apple.com/".to_owned()), ..claim() };
        assert_eq!(apple(&slash), Err(Refusal::WrongAudience));
        for subject in ["", "ops@im.example", "mailto:", "mailto: ops@im.example", "mailto:ops@localhost"] {
            let claim = Claim { subject: Some(subject.to_owned()), ..claim() };
            assert_eq!(apple(&claim), Err(Refusal::BadSubject), "{subject}");
        }
        assert_eq!(apple(&Claim { subject: None, ..claim() }), Err(Refusal::BadSubject));
        let local = Claim {
            audience: Some(PushService::Google.origin()),
            subject: Some("mailto:ops@localhost".to_owned()),
            ..claim()
        };
        assert_eq!(judge(&local, PushService::Google, 1000), Ok(()));
    }
}
