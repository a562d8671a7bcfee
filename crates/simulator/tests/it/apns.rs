//! APNs over real sockets: HTTP/2, provider tokens and client certificates, stream limits, GOAWAY.

mod kinds;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, Request, Response};
use model::{Environment, Timestamp};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};
use simulator::{ApnsKey, ClientCertificate, Failure, FaultPlan, Goaway, SampleP8};

use crate::support::{Http2, Identity, PACKAGE, START, TEAM, World};

pub(crate) const PRODUCTION: &str = "api.push.apple.com";
pub(crate) const DEVELOPMENT: &str = "api.sandbox.push.apple.com";
const ID: &str = "eabeae54-14a8-11e5-b60b-1697f925ec7b";
pub(crate) const BODY: &[u8] =
    br#"{"aps":{"alert":{"title":"Ann","body":"Hi"},"badge":3},"ext":"ext content"}"#;

/// A signed provider token.
struct Signer {
    key: EcdsaKeyPair,
    header: Value,
    claims: Value,
}

impl Signer {
    fn new(p8: &SampleP8, issued_at: Timestamp) -> Self {
        Self::with(p8, issued_at, &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    fn with(p8: &SampleP8, issued_at: Timestamp, form: &'static EcdsaSigningAlgorithm) -> Self {
        let der = PrivatePkcs8KeyDer::from_pem_slice(p8.pem.expose().as_bytes()).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(form, der.secret_pkcs8_der()).unwrap(),
            header: json!({"alg": "ES256", "kid": p8.key_id}),
            claims: json!({"iss": p8.team_id, "iat": issued_at.secs()}),
        }
    }

    fn sign(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

pub(crate) fn token_of(p8: &SampleP8, issued_at: Timestamp) -> String {
    Signer::new(p8, issued_at).sign()
}

/// Headers of a good request, to which others are added or which they override; an empty value leaves one out.
pub(crate) fn request(device: &str, jwt: &str, others: &[(&str, &str)]) -> Request<()> {
    let bearer = format!("bearer {jwt}");
    let good = [
        ("authorization", bearer.as_str()),
        ("apns-topic", PACKAGE),
        ("apns-push-type", "alert"),
        ("apns-id", ID),
    ];
    let kept = good.iter().filter(|(name, _)| !others.iter().any(|(other, _)| other == name));
    let mut builder = Request::post(format!("https://{PRODUCTION}/3/device/{device}"));
    for (name, value) in kept.chain(others).filter(|(_, value)| !value.is_empty()) {
        builder = builder.header(*name, *value);
    }
    builder.body(()).unwrap()
}

fn told(response: &Response<bytes::Bytes>) -> (u16, String) {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), body["reason"].as_str().unwrap_or_default().to_owned())
}

pub(crate) async fn ask(http2: &mut Http2, request: Request<()>, body: &[u8]) -> (u16, String) {
    told(&http2.send(request, body).await.unwrap())
}

#[tokio::test]
async fn a_push_is_shown_and_its_answer_is_one_head_with_the_senders_id() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let response = http2.send(request(&device, &token_of(&p8, START), &[]), BODY).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["apns-id"], ID);
    assert!(response.headers().contains_key("apns-unique-id"));
    assert!(response.body().is_empty());
    let shade = phone.shade();
    assert_eq!((shade[0].title.as_str(), shade[0].body.as_str()), ("Ann", "Hi"));
    assert_eq!(phone.view().badge, 3);
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.ext.as_deref(), Some("ext content"));
    assert!(tapped.getter.contains("userInfo"));
    assert_eq!(tapped.notification.handover.extras["aps"]["badge"], 3);
}

#[tokio::test]
async fn the_tally_tells_a_push_that_was_sent_twice_from_two_pushes() {
    let world = World::start().await;
    let (_, device) = world.phone("iphone-16", "apple");
    let jwt = token_of(&world.running.sample_p8(TEAM, &[PACKAGE]).unwrap(), START);
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let other = ("apns-id", "00000000-0000-4000-8000-000000000001");
    for others in [&[][..], &[][..], &[other][..]] {
        assert_eq!(ask(&mut http2, request(&device, &jwt, others), BODY).await.0, 200);
    }
    assert_eq!(ask(&mut http2, request("ff", &jwt, &[]), BODY).await.0, 400);
    let (_, tally) = world.control(Method::GET, "/tally", None).await;
    assert_eq!(tally, json!({ "apns": { "accepted": 3, "distinct": 2, "full": false, "requests": 4 } }));
}

#[tokio::test]
async fn http2_without_alpn_is_taken_and_http1_is_refused_in_the_handshake() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let mut http2 = Http2::handshake(world.connect(DEVELOPMENT, &[], None).await).await;
    // By prior knowledge, with `host` instead of `:authority`, a capital scheme, and a signature in DER.
    let jwt = Signer::with(&p8, START, &ECDSA_P256_SHA256_ASN1_SIGNING).sign();
    let capital = format!("Bearer {jwt}");
    let others = [("authorization", capital.as_str()), ("host", DEVELOPMENT)];
    assert_eq!(ask(&mut http2, request(&device, "", &others), BODY).await.0, 200);
    assert_eq!(phone.shade().len(), 1);
    assert!(world.try_connect(DEVELOPMENT, &[b"http/1.1"], None).await.is_err());
}

#[tokio::test]
async fn every_header_is_checked_at_its_edge() {
    let world = World::start().await;
    let (_, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let jwt = token_of(&p8, START);
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let (collapse_full, collapse_over) = ("c".repeat(64), "c".repeat(65));
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("apns-id", "not-a-uuid")], "BadMessageId"),
        (&[("apns-id", "eabeae5414a811e5b60b1697f925ec7b")], "BadMessageId"),
        (&[("apns-topic", "")], "MissingTopic"),
        (&[("apns-topic", "com.other")], "TopicDisallowed"),
        (&[("apns-collapse-id", &collapse_full)], ""),
        (&[("apns-collapse-id", &collapse_over)], "BadCollapseId"),
        (&[("apns-expiration", "1790000100")], ""),
        (&[("apns-expiration", "soon")], "BadExpirationDate"),
        (&[("apns-expiration", "-1")], "BadExpirationDate"),
        (&[("apns-priority", "10")], ""),
        (&[("apns-priority", "7")], "BadPriority"),
        (&[("apns-push-type", "")], ""),
        (&[("apns-push-type", "letter")], "InvalidPushType"),
        (&[("apns-push-type", "voip")], "BadTopic"),
        (&[("apns-push-type", "background")], "BadPriority"),
        (&[("apns-push-type", "background"), ("apns-priority", "5")], ""),
        (&[("apns-push-type", "background"), ("apns-priority", "1")], "BadPriority"),
        (&[("apns-push-type", "background"), ("apns-priority", "10")], "BadPriority"),
        (&[("apns-push-type", "liveactivity")], "BadTopic"),
        (
            &[
                ("apns-push-type", "liveactivity"),
                ("apns-topic", "com.example.im.push-type.liveactivity"),
                ("apns-priority", "1"),
            ],
            "BadPriority",
        ),
        (
            &[("apns-push-type", "liveactivity"), ("apns-topic", "com.example.im.push-type.liveactivity")],
            "DeviceTokenNotForTopic",
        ),
        (&[("apns-topic", PACKAGE), ("apns-topic", PACKAGE)], "DuplicateHeaders"),
        (&[("apns-push-type", "voip"), ("apns-topic", "com.example.im.voip")], "DeviceTokenNotForTopic"),
    ];
    for (others, reason) in cases {
        let (_, told) = ask(&mut http2, request(&device, &jwt, others), BODY).await;
        assert_eq!(told, *reason, "{others:?}");
    }
}

#[tokio::test]
async fn path_method_token_and_payload_have_reasons_of_their_own() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let jwt = token_of(&p8, START);
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let of_size = |bytes: usize| {
        let frame = r#"{"aps":{"alert":""}}"#;
        format!(r#"{{"aps":{{"alert":"{}"}}}}"#, "x".repeat(bytes - frame.len())).into_bytes()
    };
    let unknown = "0".repeat(64);
    let cases: [(&str, &[u8], u16, &str); 9] = [
        (&device, &of_size(4096), 200, ""),
        (&device, &of_size(4097), 413, "PayloadTooLarge"),
        (&device, &of_size(70_000), 413, "PayloadTooLarge"),
        (&device, b"", 400, "PayloadEmpty"),
        (&device, b"hello", 400, "PayloadEmpty"),
        ("", BODY, 400, "MissingDeviceToken"),
        ("xyz", BODY, 400, "BadDeviceToken"),
        (&unknown, BODY, 400, "BadDeviceToken"),
        ("a/b", BODY, 404, "BadPath"),
    ];
    for (device, body, status, reason) in cases {
        let told = ask(&mut http2, request(device, &jwt, &[]), body).await;
        assert_eq!(told, (status, reason.to_owned()), "{device}");
    }
    let mut get = request(&device, &jwt, &[]);
    *get.method_mut() = http::Method::GET;
    assert_eq!(ask(&mut http2, get, b"").await, (405, "MethodNotAllowed".to_owned()));
    assert_eq!(ask(&mut http2, request(&device.to_ascii_uppercase(), &jwt, &[]), BODY).await.0, 200);
    let mut once = world.http2("api.development.push.apple.com", None).await;
    assert_eq!(ask(&mut once, request(&device, &jwt, &[]), BODY).await.0, 200, "an older name of the same");
    // A development token is unknown to the production host.
    let mut production = world.http2(PRODUCTION, None).await;
    let told = ask(&mut production, request(&device, &jwt, &[]), BODY).await;
    assert_eq!(told, (400, "BadDeviceToken".to_owned()));
    assert_eq!(phone.shade().len(), 3);
}

#[tokio::test]
async fn a_dead_token_is_410_with_the_moment_it_died() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    phone.invalidate_token();
    world.clock.advance_ms(5000);
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let response = http2.send(request(&device, &token_of(&p8, START), &[]), BODY).await.unwrap();
    assert_eq!(response.status(), 410);
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body, json!({"reason": "Unregistered", "timestamp": START.millis()}));
}

#[tokio::test]
async fn provider_tokens_are_judged_before_anything_about_the_device() {
    let world = World::start().await;
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let stranger =
        SampleP8 { key_id: "UNKNOWN000".to_owned(), ..world.running.sample_p8(TEAM, &[PACKAGE]).unwrap() };
    let other_team =
        SampleP8 { team_id: "OTHERTEAM1".to_owned(), ..world.running.sample_p8(TEAM, &[]).unwrap() };
    let altered = |change: &dyn Fn(&mut Signer)| {
        let mut signer = Signer::new(&p8, START);
        change(&mut signer);
        signer.sign()
    };
    let good = token_of(&p8, START);
    let mut broken = good.clone();
    broken.replace_range(broken.len() - 8.., "AAAAAAAA");
    let cases = [
        (good.clone(), "BadDeviceToken"),
        (broken, "InvalidProviderToken"),
        ("rubbish".to_owned(), "InvalidProviderToken"),
        (String::new(), "MissingProviderToken"),
        (token_of(&stranger, START), "InvalidProviderToken"),
        (token_of(&other_team, START), "InvalidProviderToken"),
        (altered(&|signer| signer.header["alg"] = "HS256".into()), "InvalidProviderToken"),
        (altered(&|signer| signer.claims["iat"] = "1790000000".into()), "InvalidProviderToken"),
        (token_of(&p8, START.plus_ms(-3_600_000)), "BadDeviceToken"),
        (token_of(&p8, START.plus_ms(-3_601_000)), "ExpiredProviderToken"),
        (token_of(&p8, START.plus_ms(301_000)), "InvalidProviderToken"),
    ];
    for (jwt, reason) in cases {
        let mut http2 = world.http2(PRODUCTION, None).await;
        let (_, told) = ask(&mut http2, request(&"0".repeat(64), &jwt, &[]), BODY).await;
        assert_eq!(told, reason, "{jwt}");
    }
}

#[tokio::test]
async fn a_connection_keeps_to_one_key_and_renews_its_token_at_most_every_twenty_minutes() {
    let world = World::start().await;
    let (_, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let second = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let foreign = world.running.sample_p8("OTHERTEAM1", &[PACKAGE]).unwrap();
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let minutes = |count: i64| START.plus_ms(count * 60_000);
    assert_eq!(ask(&mut http2, request(&device, &token_of(&p8, START), &[]), BODY).await.0, 200);
    // Another signature of the same moment is no renewal.
    assert_eq!(ask(&mut http2, request(&device, &token_of(&p8, START), &[]), BODY).await.0, 200);
    world.clock.advance_ms(19 * 60_000);
    let early = ask(&mut http2, request(&device, &token_of(&p8, minutes(19)), &[]), BODY).await;
    assert_eq!(early, (429, "TooManyProviderTokenUpdates".to_owned()));
    assert_eq!(ask(&mut http2, request(&device, &token_of(&p8, START), &[]), BODY).await.0, 200);
    world.clock.advance_ms(60_000);
    assert_eq!(ask(&mut http2, request(&device, &token_of(&p8, minutes(20)), &[]), BODY).await.0, 200);
    let unrelated = ask(&mut http2, request(&device, &token_of(&second, minutes(20)), &[]), BODY).await;
    assert_eq!(unrelated, (403, "UnrelatedKeyIdInToken".to_owned()));
    let foreign = ask(&mut http2, request(&device, &token_of(&foreign, minutes(20)), &[]), BODY).await;
    assert_eq!(foreign, (403, "InvalidProviderToken".to_owned()));
}

#[tokio::test]
async fn a_key_may_be_limited_to_an_environment_and_to_bundles() {
    let world = World::start().await;
    let (_, device) = world.phone("iphone-16", "apple");
    let sample = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let pair = rcgen_public_point(&sample);
    let limited = ApnsKey {
        key_id: sample.key_id.clone(),
        team_id: TEAM.to_owned(),
        public_key: pair,
        bundles: vec!["com.example.other".to_owned()],
        environment: Some(Environment::Development),
    };
    world.running.register_apns_key(limited);
    let jwt = token_of(&sample, START);
    let mut development = world.http2(DEVELOPMENT, None).await;
    let told = ask(&mut development, request(&device, &jwt, &[]), BODY).await;
    assert_eq!(told, (400, "TopicDisallowed".to_owned()));
    let mut production = world.http2(PRODUCTION, None).await;
    let told = ask(&mut production, request(&device, &jwt, &[]), BODY).await;
    assert_eq!(told, (403, "BadEnvironmentKeyIdInToken".to_owned()));
}

fn rcgen_public_point(p8: &SampleP8) -> Vec<u8> {
    use aws_lc_rs::signature::KeyPair;
    Signer::new(p8, START).key.public_key().as_ref().to_vec()
}

#[tokio::test]
async fn ended_tokens_are_refused_until_a_new_one_comes_and_a_wedged_connection_stays_so() {
    let world = World::start().await;
    let (_, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let old = token_of(&p8, START);
    assert_eq!(ask(&mut http2, request(&device, &old, &[]), BODY).await.0, 200);
    world.running.world().expire_auth(DEVELOPMENT).unwrap();
    let expired = (403, "ExpiredProviderToken".to_owned());
    assert_eq!(ask(&mut http2, request(&device, &old, &[]), BODY).await, expired);
    world.clock.advance_ms(1000);
    let new = token_of(&p8, START.plus_ms(1000));
    assert_eq!(ask(&mut http2, request(&device, &new, &[]), BODY).await.0, 200);
    let plan = FaultPlan { wedge_after_expired: true, ..FaultPlan::default() };
    world.running.world().set_faults(DEVELOPMENT, plan).unwrap();
    assert_eq!(ask(&mut http2, request(&device, &new, &[]), BODY).await, expired);
    let mut fresh = world.http2(DEVELOPMENT, None).await;
    assert_eq!(ask(&mut fresh, request(&device, &new, &[]), BODY).await.0, 200);
}

pub(crate) fn identity(world: &World, environments: &[Environment], not_after: Timestamp) -> Identity {
    let wanted = ClientCertificate { bundle: PACKAGE, team_id: TEAM, environments, not_after };
    let issued = world.running.ca().apns_client_certificate(&wanted).unwrap();
    (vec![issued.certificate.clone()], issued.tls_key())
}

#[tokio::test]
async fn a_client_certificate_needs_no_provider_token_and_names_the_default_topic() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let later = START.plus_ms(86_400_000);
    let both = [Environment::Development, Environment::Production];
    let plain = [("authorization", ""), ("apns-topic", "")];
    let development_only = identity(&world, &[Environment::Development], later);
    let mut http2 = world.http2(DEVELOPMENT, Some(development_only)).await;
    assert_eq!(ask(&mut http2, request(&device, "", &plain), BODY).await.0, 200);
    assert_eq!(phone.shade().len(), 1);
    let to = |topic| [("authorization", ""), ("apns-topic", topic), ("apns-push-type", "")];
    let disallowed = (400, "TopicDisallowed".to_owned());
    for topic in ["com.other", "com.example.im.voip", "com.example.im.complication"] {
        assert_eq!(ask(&mut http2, request(&device, "", &to(topic)), BODY).await, disallowed, "{topic}");
    }
    // A combined certificate lists its topics: the header is mandatory, and what is not listed is not allowed.
    let mut http2 = world.http2(DEVELOPMENT, Some(identity(&world, &both, later))).await;
    let told = ask(&mut http2, request(&device, "", &plain), BODY).await;
    assert_eq!(told, (400, "MissingTopic".to_owned()));
    assert_eq!(ask(&mut http2, request(&device, "", &to(PACKAGE)), BODY).await.0, 200);
    let call_token = phone.register_call_token().unwrap();
    assert_eq!(ask(&mut http2, request(&call_token, "", &to("com.example.im.voip")), BODY).await.0, 200);
    for topic in ["com.other", "com.example.im.push-type.widgets"] {
        assert_eq!(ask(&mut http2, request(&device, "", &to(topic)), BODY).await, disallowed, "{topic}");
    }
    let production_only = identity(&world, &[Environment::Production], later);
    let mut http2 = world.http2(DEVELOPMENT, Some(production_only)).await;
    let told = ask(&mut http2, request(&device, "", &[("authorization", "")]), BODY).await;
    assert_eq!(told, (403, "BadCertificateEnvironment".to_owned()));
    let expired = identity(&world, &both, START.plus_ms(-1000));
    let mut http2 = world.http2(DEVELOPMENT, Some(expired)).await;
    let told = ask(&mut http2, request(&device, "", &[("authorization", "")]), BODY).await;
    assert_eq!(told, (403, "BadCertificate".to_owned()));
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused_until_it_is_registered() {
    let (world, elsewhere) = (World::start().await, World::start().await);
    let (_, device) = world.phone("iphone-16", "apple");
    let (chain, key) = identity(&elsewhere, &[Environment::Development], START.plus_ms(86_400_000));
    let plain = request(&device, "", &[("authorization", "")]);
    let mut http2 = world.http2(DEVELOPMENT, Some((chain.clone(), key.clone_key()))).await;
    assert_eq!(ask(&mut http2, plain.clone(), BODY).await, (403, "BadCertificate".to_owned()));
    world.running.register_apns_certificate(chain[0].to_vec());
    let mut http2 = world.http2(DEVELOPMENT, Some((chain, key))).await;
    assert_eq!(ask(&mut http2, plain, BODY).await.0, 200);
}

#[tokio::test]
async fn a_sample_p12_opens_with_its_password_and_holds_key_and_certificate() {
    let world = World::start().await;
    let (_, device) = world.phone("iphone-16", "apple");
    let later = START.plus_ms(86_400_000);
    let p12 = world.running.sample_p12(PACKAGE, TEAM, &[Environment::Development], later, "secret").unwrap();
    let policy = p12_keystore::Pkcs12ImportPolicy::Strict;
    let store = p12_keystore::KeyStore::from_pkcs12(p12.bytes.expose(), "secret", policy).unwrap();
    let (_, chain) = store.private_key_chain().unwrap();
    let identity = (
        vec![chain.certs()[0].as_der().to_vec().into()],
        PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec()).into(),
    );
    let mut http2 = world.http2(DEVELOPMENT, Some(identity)).await;
    assert_eq!(ask(&mut http2, request(&device, "", &[("authorization", "")]), BODY).await.0, 200);
}

#[tokio::test]
async fn streams_are_one_at_first_many_after_a_success_and_one_again_after_a_400() {
    let world = World::start().await;
    let (_, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let jwt = token_of(&p8, START);
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let mut limits = Vec::new();
    for device in [device.as_str(), "0000", device.as_str()] {
        http2.sender = http2.sender.clone().ready().await.unwrap();
        let _ = ask(&mut http2, request(device, &jwt, &[]), BODY).await;
        limits.push(http2.sender.current_max_send_streams());
    }
    assert_eq!(limits, [1000, 1, 1000]);
    let fixed = World::with(|config| config.moving_stream_limit = false).await;
    let http2 = fixed.http2(DEVELOPMENT, None).await;
    let mut sender = http2.sender.ready().await.unwrap();
    let p8 = fixed.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let (answer, _) = sender.send_request(request("0000", &token_of(&p8, START), &[]), true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 400);
    assert_eq!(sender.current_max_send_streams(), 1000);
}

#[tokio::test]
async fn hundreds_of_streams_at_once_are_all_answered_while_the_limit_moves() {
    let world = World::with(|config| config.accept_unknown_tokens = true).await;
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let jwt = token_of(&p8, START);
    let mut http2 = world.http2(PRODUCTION, None).await;
    let mut answers = tokio::task::JoinSet::new();
    assert_eq!(ask(&mut http2, request(&"ab".repeat(32), &jwt, &[]), BODY).await.0, 200);
    for number in 0..600 {
        // Every seventh is malformed, which takes the limit down to one while others are under way.
        let device = if number % 7 == 0 { "zz".to_owned() } else { format!("{number:064x}") };
        let mut http2 = Http2 { sender: http2.sender.clone() };
        let request = request(&device, &jwt, &[]);
        answers.spawn(async move {
            loop {
                match http2.send(request.clone(), BODY).await {
                    Ok(response) => return response.status().as_u16(),
                    Err(error) => assert_eq!(error.reason(), Some(h2::Reason::REFUSED_STREAM)),
                }
            }
        });
    }
    let statuses = answers.join_all().await;
    assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), 514);
    assert_eq!(statuses.iter().filter(|&&status| status == 400).count(), 86);
}

#[tokio::test]
async fn a_goaway_tells_its_reason_and_which_requests_to_send_again() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let jwt = token_of(&p8, START);
    let goaway = Some(Goaway { after: 1, reason: "Shutdown".to_owned() });
    world.running.world().set_faults(DEVELOPMENT, FaultPlan { goaway, ..FaultPlan::default() }).unwrap();
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    assert_eq!(ask(&mut http2, request(&device, &jwt, &[]), BODY).await.0, 200);
    let refused =
        http2.send(request(&device, &jwt, &[("apns-collapse-id", "second")]), BODY).await.unwrap_err();
    assert!(refused.is_go_away(), "{refused}");
    assert!(refused.to_string().contains("Shutdown"), "{refused}");
    drop(http2);
    assert_eq!(phone.shade().len(), 1, "the second was not looked at");
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    assert_eq!(ask(&mut http2, request(&device, &jwt, &[("apns-collapse-id", "second")]), BODY).await.0, 200);
    assert_eq!(phone.shade().len(), 2);
}

#[tokio::test]
async fn faults_answer_with_reasons_lose_answers_and_cut_connections() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let jwt = token_of(&p8, START);
    let set = |plan: FaultPlan| world.running.world().set_faults(DEVELOPMENT, plan).unwrap();
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let fail = |code: &str| FaultPlan {
        fail: Some(Failure { times: 1, code: code.to_owned() }),
        ..FaultPlan::default()
    };
    set(fail("ServiceUnavailable"));
    assert_eq!(
        ask(&mut http2, request(&device, &jwt, &[]), BODY).await,
        (503, "ServiceUnavailable".to_owned())
    );
    set(fail("http:502"));
    assert_eq!(ask(&mut http2, request(&device, &jwt, &[]), BODY).await, (502, String::new()));
    set(FaultPlan { throttle: true, latency_ms: 1, ..FaultPlan::default() });
    assert_eq!(ask(&mut http2, request(&device, &jwt, &[]), BODY).await, (429, "TooManyRequests".to_owned()));
    set(FaultPlan { lose_answer: 1, ..FaultPlan::default() });
    assert!(http2.send(request(&device, &jwt, &[]), BODY).await.is_err());
    assert_eq!(phone.shade().len(), 1, "done, but never answered");
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    set(FaultPlan { reset: 1, ..FaultPlan::default() });
    assert!(http2.send(request(&device, &jwt, &[]), BODY).await.is_err());
    for (special, told) in [
        ("fa170400", (400, "BadDeviceToken")),
        ("fa170410", (410, "Unregistered")),
        ("fa170411", (410, "ExpiredToken")),
        ("fa170429", (429, "TooManyRequests")),
        ("fa170503", (503, "ServiceUnavailable")),
        ("fa170200", (200, "")),
    ] {
        let mut http2 = world.http2(DEVELOPMENT, None).await;
        let answer = ask(&mut http2, request(&format!("{special:0<64}"), &jwt, &[]), BODY).await;
        assert_eq!(answer, (told.0, told.1.to_owned()), "{special}");
    }
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    assert!(http2.send(request("fa170998", &jwt, &[]), BODY).await.is_err());
}

#[tokio::test]
async fn a_phone_out_of_reach_gets_the_newest_alone_and_never_what_was_for_one_attempt() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let jwt = token_of(&p8, START);
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    let titled = |title: &str| json!({"aps": {"alert": {"title": title}}}).to_string().into_bytes();
    phone.set_network(false);
    for title in ["first", "second"] {
        assert_eq!(ask(&mut http2, request(&device, &jwt, &[]), &titled(title)).await.0, 200);
    }
    let one_attempt = request(&device, &jwt, &[("apns-expiration", "0")]);
    assert_eq!(ask(&mut http2, one_attempt, &titled("third")).await.0, 200);
    phone.set_network(true);
    let titles: Vec<_> = phone.shade().into_iter().map(|shown| shown.title).collect();
    assert_eq!(titles, ["second"]);
}

#[tokio::test]
async fn a_collapse_id_replaces_and_the_foreground_shows_nothing() {
    let world = World::start().await;
    let (phone, device) = world.phone("iphone-16", "apple");
    let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
    let jwt = token_of(&p8, START);
    let mut http2 = world.http2(DEVELOPMENT, None).await;
    for id in ["c-1", "c-1", "c-2"] {
        ask(&mut http2, request(&device, &jwt, &[("apns-collapse-id", id)]), BODY).await;
    }
    assert_eq!(phone.shade().len(), 2);
    phone.set_foreground(true);
    ask(&mut http2, request(&device, &jwt, &[("apns-collapse-id", "c-3")]), BODY).await;
    assert_eq!(phone.shade().len(), 2);
}
