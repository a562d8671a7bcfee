//! What holds for any push to HarmonyOS NEXT: the vendor's limits, and a signature that is PSS and nothing else.

use std::{fs, path::Path, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey, crypto::verify};
use model::{Class, ClickAction, Form, MessageId, Presentation, Secret, Style, Timestamp, Vendor};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{Auth, AuthPlan, Channel, Content, Job, Step, Target, WireRequest};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/vendors/harmony")
}

/// The everyday certificate, also with the right to calls that ring.
fn channel() -> (Box<dyn Channel>, Auth) {
    let file = fs::read(folder().join("form.json")).unwrap();
    let fields: std::collections::BTreeMap<String, String> = serde_json::from_slice(&file).unwrap();
    let mut form = Form::default();
    form.secret.extend(fields.into_iter().map(|(name, value)| (name, Secret::new(value))));
    form.public.insert("right_voip".to_owned(), "yes".to_owned());
    let channel = vendors::adapter(Vendor::Harmony).open(&form, NOW).unwrap();
    let AuthPlan::Ready(auth) = channel.auth_plan(NOW) else { panic!("nothing is exchanged") };
    (channel, auth)
}

fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let char = prop_oneof![
        3 => any::<char>(),
        3 => prop::sample::select(vec!['a', '字', '😀', '"', '\\', '\n', '\u{1}', '\u{7f}']),
    ];
    prop::collection::vec(char, 0..=max_chars).prop_map(String::from_iter)
}

prop_compose! {
    fn content()(
        title in text(256),
        body in text(2048),
        ext in prop::option::of(text(1100)),
        payload in prop::option::of(text(1100)),
        class in prop::sample::select(vec![Class::Chat, Class::Call, Class::System, Class::Marketing]),
        presentation in prop::sample::select(vec![Presentation::Alert, Presentation::Data, Presentation::Voip]),
        category in prop::option::of(prop::sample::select(vec!["IM", "MISS_CALL", "MARKETING", "im"])),
        sound in prop::option::of(text(20)),
        image in prop::option::of(text(60)),
        page in prop::option::of(text(40)),
        lifetime_ms in 1..=31 * 86_400_000_i64,
    ) -> Content {
        let image = image.map(|path| format!("https://{path}"));
        Content {
            purpose: model::Purpose::Notify,
            message: MessageId(uuid::Uuid::from_u128(7)),
            title: if title.trim().is_empty() { "t".to_owned() } else { title },
            body,
            ext,
            payload,
            class,
            presentation,
            style: Style { category: category.map(str::to_owned), sound, image, ..Style::default() },
            counts_badge: true,
            click: page.map(ClickAction::AppPage),
            collapse_key: "k".to_owned(),
            thread: None,
            expires_at: NOW.plus_ms(lifetime_ms),
            receipt_url: None,
        }
    }
}

fn begin(content: &Content, tokens: usize) -> Step {
    let (channel, auth) = channel();
    let target = |at: usize| Target { token: Arc::from(format!("token-{at}")), badge: None };
    let targets: Vec<Target> = (0..tokens).map(target).collect();
    channel.begin(&Job::Notify { content, targets: &targets, now: NOW }, &auth)
}

/// The body's length as the vendor counts it, and the body.
fn counted(request: &WireRequest) -> (usize, Value) {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let mut frame = body.clone();
    frame["target"]["token"] = Value::Array(Vec::new());
    (frame.to_string().len(), body)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_harmony_push_keeps_every_limit_and_carries_ext_whole(content in content(), tokens in 1..4_usize) {
        match begin(&content, tokens) {
            Step::Send(request) => {
                let (bytes, body) = counted(&request);
                prop_assert!(bytes <= 4096);
                prop_assert_eq!(body["target"]["token"].as_array().unwrap().len(), tokens);
                let ttl = body["pushOptions"]["ttl"].as_u64().unwrap();
                prop_assert!((1..=1_296_000).contains(&ttl));
                let notification = &body["payload"]["notification"];
                let carried = if notification.is_null() {
                    let extra = body["payload"]["extraData"].as_str().unwrap();
                    serde_json::from_str(extra).unwrap()
                } else {
                    prop_assert!(!notification["title"].as_str().unwrap().trim().is_empty());
                    prop_assert!(!notification["body"].as_str().unwrap().is_empty());
                    notification["clickAction"]["data"].clone()
                };
                prop_assert_eq!(carried["ext"].as_str(), content.ext.as_deref());
                prop_assert_eq!(carried["payload"].as_str(), content.payload.as_deref());
            }
            Step::Done(verdicts) => prop_assert_eq!(&*verdicts[0].code, "ext_too_long"),
        }
    }

    #[test]
    fn a_call_without_ext_always_fits(title in text(256), body in text(2048)) {
        let content = Content { title, body, presentation: Presentation::Voip, ..plain() };
        prop_assert!(matches!(begin(&content, 1), Step::Send(_)));
    }
}

#[test]
fn a_long_text_uses_the_room_there_is() {
    let content = Content { body: "b".repeat(5000), ..plain() };
    let Step::Send(request) = begin(&content, 3) else { panic!("is sent") };
    assert_eq!(counted(&request).0, 4096);
}

#[test]
fn the_token_is_signed_with_pss_and_with_nothing_else() {
    let (_, auth) = channel();
    let header = auth.header.unwrap();
    let token = header.expose().strip_prefix("Bearer ").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = DecodingKey::from_rsa_pem(&fs::read(folder().join("public.pem")).unwrap()).unwrap();
    let holds = |signed: &str, algorithm| verify(signature, signed.as_bytes(), &key, algorithm).unwrap();
    assert!(holds(signed, Algorithm::PS256));
    assert!(!holds(signed, Algorithm::RS256));
    assert!(!holds(&format!("{signed}A"), Algorithm::PS256));
}

fn plain() -> Content {
    Content {
        purpose: model::Purpose::Notify,
        message: MessageId(uuid::Uuid::from_u128(7)),
        title: "Ann".to_owned(),
        body: "hello".to_owned(),
        ext: None,
        payload: None,
        class: Class::Chat,
        presentation: Presentation::Alert,
        style: Style::default(),
        counts_badge: true,
        click: None,
        collapse_key: "k".to_owned(),
        thread: None,
        expires_at: NOW.plus_ms(60_000),
        receipt_url: None,
    }
}
