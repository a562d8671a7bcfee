//! What the adapters say to each vector, as JSON.

use jsonwebtoken::{Algorithm, DecodingKey};
use model::{ReceiptKind, TargetVerdict, Timestamp, Verdict};
use serde_json::{Value, json};
use vendors::{Auth, AuthPlan, Callback, Channel, Job, Protocol, Step, WireRequest};

use crate::{
    cases::{self, Case},
    given::{Given, Http},
};

#[test]
fn certificate_forms_are_read_as_the_auth_vectors_say() {
    cases::check("auth", |case| {
        let given = Given::of(case);
        assert_source(case, &given.source);
        match vendors::adapter(case.vendor).open(&given.form(case), given.now()) {
            Ok(channel) => show_channel(case, &*channel, given.now()),
            Err(faults) => json!({ "faults": faults.0 }),
        }
    });
}

#[test]
fn notifications_are_rendered_as_the_request_vectors_say() {
    cases::check("request", |case| {
        let given = Given::of(case);
        assert_source(case, &given.source);
        let (channel, auth) = open(case, &given);
        let (content, targets) = (given.content(case), given.targets(case));
        let step =
            channel.begin(&Job::Notify { content: &content, targets: &targets, now: given.now() }, &auth);
        let shared = channel.batch_key(&content).is_some();
        json!({ "may_share_a_job": shared, "step": show_step(step) })
    });
}

#[test]
fn answers_are_judged_as_the_reply_vectors_say() {
    cases::check("reply", |case| {
        let given = Given::of(case);
        let (channel, auth) = open(case, &given);
        let (content, targets) = (given.content(case), given.targets(case));
        let job = Job::Notify { content: &content, targets: &targets, now: given.now() };
        let Step::Send(sent) = channel.begin(&job, &auth) else { panic!("an everyday push is sent") };
        let reply = Http::of(case).reply();
        let probe = channel.judge_probe(&reply);
        json!({
            "step": show_step(channel.resume(&job, &sent, &reply, &auth)),
            "as_probe": { "accepted": probe.accepted, "code": probe.code, "en": probe.en, "zh": probe.zh },
        })
    });
}

#[test]
fn receipts_are_read_as_the_receipt_vectors_say() {
    cases::check("receipt", |case| {
        let http = Http::of(case);
        let callback =
            Callback { headers: &http.headers, body: &http.body, received_at: Timestamp(1_790_000_009_000) };
        match vendors::adapter(case.vendor).receipts(&callback) {
            Ok(receipts) => receipts.iter().map(show_receipt).collect(),
            Err(error) => json!({ "error": error.to_string() }),
        }
    });
}

#[test]
fn no_secret_of_a_form_is_shown_by_its_channel() {
    for case in cases::find("auth") {
        let given = Given::of(&case);
        let form = given.form(&case);
        let Ok(channel) = vendors::adapter(case.vendor).open(&form, given.now()) else { continue };
        let shown = format!("{channel:?} {:?} {:?}", channel.facts(), channel.auth_plan(given.now()));
        for secret in form.secret.values() {
            assert!(!shown.contains(secret.expose().trim()), "{} shows a secret", case.folder.display());
        }
    }
}

fn assert_source(case: &Case, source: &str) {
    let certainty = source.rsplit(", ").next().unwrap_or_default();
    assert!(
        ["documented", "observed", "assumed"].contains(&certainty),
        "{}: source must end in its certainty",
        case.folder.display()
    );
}

fn open(case: &Case, given: &Given) -> (Box<dyn Channel>, Auth) {
    let channel = vendors::adapter(case.vendor).open(&given.form(case), given.now()).unwrap();
    let AuthPlan::Ready(auth) = channel.auth_plan(given.now()) else { panic!("no vendor here exchanges") };
    (channel, auth)
}

fn show_channel(case: &Case, channel: &dyn Channel, now: Timestamp) -> Value {
    let route = channel.route();
    let protocol = match route.protocol {
        Protocol::Http1 => "HTTP/1.1",
        Protocol::Http2 => "HTTP/2",
    };
    let AuthPlan::Ready(auth) = channel.auth_plan(now) else { panic!("no vendor here exchanges") };
    json!({
        "facts": channel.facts().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "environment": channel.environment(),
        "expires_at": channel.expires_at().map(|at| at.to_string()),
        "route": format!("{} {}:{}", protocol, route.host, route.port),
        "client_certificate": route.identity.is_some_and(|identity| !identity.key.expose().is_empty()),
        "auth": {
            "header": auth.header.as_ref().map(|header| show_header(case, header.expose())),
            "renew_after_ms": (auth.renew_at != Timestamp::NEVER).then(|| auth.renew_at.since_ms(now)),
            "keep_for_ms": (auth.keep_until != Timestamp::NEVER).then(|| auth.keep_until.since_ms(now)),
        },
        "probe": show_request(&channel.probe(&auth)),
    })
}

/// A signed token differs each time, so it is taken apart and its signature verified.
fn show_header(case: &Case, header: &str) -> Value {
    let Some(token) = header.strip_prefix("bearer ") else { return json!(header) };
    let (signing_input, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = signing_input.split_once('.').unwrap();
    let public = case.file("public.pem").unwrap_or_else(|| case.vendor_file("public.pem"));
    let key = DecodingKey::from_ec_pem(&public).unwrap();
    let verified =
        jsonwebtoken::crypto::verify(signature, signing_input.as_bytes(), &key, Algorithm::ES256).unwrap();
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

fn show_step(step: Step) -> Value {
    match step {
        Step::Send(request) => json!({ "send": show_request(&request) }),
        Step::Done(verdicts) => json!({ "done": verdicts.iter().map(show_verdict).collect::<Vec<_>>() }),
    }
}

fn show_request(request: &WireRequest) -> Value {
    let authorization = request.authorization.as_ref().map(|header| {
        header
            .expose()
            .strip_prefix("bearer ")
            .map_or(header.expose().as_str(), |_| "bearer (a provider token)")
    });
    let body = str::from_utf8(&request.body).unwrap();
    let is_form =
        request.headers.iter().any(|(_, value)| value.starts_with("application/x-www-form-urlencoded"));
    let parts = if is_form {
        form_urlencoded::parse(&request.body)
            .map(|(name, value)| (name.into_owned(), short(&value)))
            .collect()
    } else {
        serde_json::from_str(body).map(shorten).unwrap_or_default()
    };
    json!({
        "stage": request.stage,
        "line": format!("{} {}", request.method, request.path),
        "headers": request.headers.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "authorization": authorization,
        "body": short(body),
        "body_bytes": body.len(),
        "parts": parts,
    })
}

fn shorten(value: Value) -> Value {
    match value {
        Value::String(text) => short(&text),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, shorten(value))).collect(),
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
        Verdict::Limited { pause, .. } => put("pause", json!(format!("{pause:?}"))),
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

fn show_receipt(receipt: &model::Receipt) -> Value {
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
