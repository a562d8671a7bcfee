//! Adapters' values as JSON, so that a vector can be read and compared.

use jsonwebtoken::{Algorithm, DecodingKey};
use model::{ReceiptKind, TargetVerdict, Timestamp, Verdict};
use serde_json::{Value, json};
use vendors::{Auth, AuthPlan, Channel, Finding, Origin, Protocol, Step, WireRequest};

use crate::{cases::Case, sealed};

pub(crate) fn show_channel(case: &Case, channel: &dyn Channel, now: Timestamp) -> Value {
    let route = channel.route();
    let (auth, probe) = match channel.auth_plan(now) {
        AuthPlan::Ready(auth) => (show_auth(case, &auth, now), Some(show_request(&channel.probe(&auth)))),
        AuthPlan::Exchange(request) => (json!({ "exchange": show_request(&request) }), None),
    };
    json!({
        "facts": channel.facts().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "environment": channel.environment(),
        "expires_at": channel.expires_at().map(|at| at.to_string()),
        "route": show_origin(&route.origin),
        "client_certificate": route.identity.is_some_and(|identity| !identity.key.expose().is_empty()),
        "auth": auth,
        "probe": probe,
    })
}

pub(crate) fn show_auth(case: &Case, auth: &Auth, now: Timestamp) -> Value {
    json!({
        "header": auth.header.as_ref().map(|header| show_header(case, header.expose())),
        "renew_after_ms": (auth.renew_at != Timestamp::NEVER).then(|| auth.renew_at.since_ms(now)),
        "keep_for_ms": (auth.keep_until != Timestamp::NEVER).then(|| auth.keep_until.since_ms(now)),
    })
}

fn show_origin(origin: &Origin) -> String {
    let protocol = match origin.protocol {
        Protocol::Http1 => "HTTP/1.1",
        Protocol::Http2 => "HTTP/2",
    };
    format!("{protocol} {}:{}", origin.host, origin.port)
}

/// The token of a header that holds a signed one.
fn signed_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    // Every signed token begins with the base64 of `{"`; opaque ones may have three parts as well.
    let signed = token.starts_with("eyJ") && token.split('.').count() == 3;
    (scheme.eq_ignore_ascii_case("bearer") && signed).then_some(token)
}

/// A signed token differs each time, so it is taken apart and its signature verified.
fn show_header(case: &Case, header: &str) -> Value {
    let Some(token) = signed_token(header) else { return json!(header) };
    let (signing_input, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = signing_input.split_once('.').unwrap();
    let public = case.file("public.pem").unwrap_or_else(|| case.vendor_file("public.pem"));
    let algorithm = jsonwebtoken::decode_header(token).unwrap().alg;
    let key = match algorithm {
        Algorithm::ES256 => DecodingKey::from_ec_pem(&public).unwrap(),
        _ => DecodingKey::from_rsa_pem(&public).unwrap(),
    };
    let verified =
        jsonwebtoken::crypto::verify(signature, signing_input.as_bytes(), &key, algorithm).unwrap();
    json!({
        "signing_input": signing_input,
        "header": text_of(head),
        "claims": text_of(claims),
        "signature_is_valid": verified,
        "signature_chars": signature.len(),
    })
}

fn text_of(base64: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    String::from_utf8(URL_SAFE_NO_PAD.decode(base64).unwrap()).unwrap()
}

pub(crate) fn show_step(step: Step) -> Value {
    match step {
        Step::Send(request) => json!({ "send": show_request(&request) }),
        Step::Done(verdicts) => json!({ "done": verdicts.iter().map(show_verdict).collect::<Vec<_>>() }),
    }
}

pub(crate) fn show_request(request: &WireRequest) -> Value {
    let authorization = request.authorization.as_ref().map(|header| {
        let header = header.expose();
        let shown = || signed_token(header).map_or(header.as_str(), |_| "bearer (a provider token)");
        sealed::vapid(header).unwrap_or_else(|| json!(shown()))
    });
    let opened = sealed::message(request);
    let body = str::from_utf8(opened.as_deref().unwrap_or(&request.body)).unwrap();
    let is_form =
        request.headers.iter().any(|(_, value)| value.starts_with("application/x-www-form-urlencoded"));
    let parts = if is_form {
        form_urlencoded::parse(&request.body)
            .map(|(name, value)| (name.into_owned(), short(&value)))
            .collect()
    } else {
        serde_json::from_str(body).map(shorten).unwrap_or_default()
    };
    let mut shown = json!({
        "stage": request.stage,
        "to": request.to.as_deref().map(show_origin),
        "line": format!("{} {}", request.method, request.path),
        "headers": request.headers.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "authorization": authorization,
        "body": short(body),
        "body_bytes": body.len(),
        "parts": parts,
    });
    if opened.is_some() {
        shown["sealed_bytes"] = json!(request.body.len());
    }
    shown
}

fn shorten(value: Value) -> Value {
    match value {
        Value::String(text) => short(&text),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, shorten(value))).collect(),
        Value::Array(items) if items.len() > 20 => {
            json!({ "items": items.len(), "first": items.first(), "last": items.last() })
        }
        other => other,
    }
}

/// A long text by its length and its ends.
fn short(text: &str) -> Value {
    let count = text.chars().count();
    if count <= 1200 && text.len() <= 2400 {
        return json!(text);
    }
    let (start, end): (String, String) =
        (text.chars().take(24).collect(), text.chars().skip(count - 24).collect());
    json!({ "chars": count, "bytes": text.len(), "starts": start, "ends": end })
}

fn show_verdict(given: &TargetVerdict) -> Value {
    let mut shown =
        json!({ "verdict": given.verdict.name(), "http_status": given.http_status, "code": given.code });
    let mut put = |name: &str, value: Value| shown[name] = value;
    match &given.verdict {
        Verdict::Retry { after: Some(after) } => put("after_ms", json!(after.as_millis())),
        Verdict::TokenDead { since: Some(since) } => put("since", json!(since.to_string())),
        Verdict::TokenDoubtful(doubt) => put("certain_when", json!(format!("{doubt:?}"))),
        Verdict::Limited { pause, after } => {
            put("pause", json!(format!("{pause:?}")));
            if let Some(after) = after {
                put("after_ms", json!(after.as_millis()));
            }
        }
        _ => {}
    }
    if !given.text.is_empty() {
        put("text", json!(given.text));
    }
    if let Some(id) = &given.vendor_message_id {
        put("vendor_message_id", json!(id));
    }
    if given.reconnect {
        put("reconnect", json!(true));
    }
    shown
}

pub(crate) fn show_receipt(receipt: &model::Receipt) -> Value {
    let replacement = match &receipt.kind {
        ReceiptKind::TokenDead { replacement } => replacement.clone(),
        _ => None,
    };
    json!({
        "message": receipt.message,
        "vendor_message_id": receipt.vendor_message_id,
        "token": receipt.token,
        "kind": receipt.kind.name(),
        "replacement": replacement,
        "at": receipt.at.0,
        "code": receipt.code,
    })
}

pub(crate) fn show_finding(finding: &Finding) -> Value {
    json!({ "code": finding.code, "severity": finding.severity.as_str(), "en": finding.en, "zh": finding.zh })
}
