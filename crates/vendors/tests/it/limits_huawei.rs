//! Huawei's limits, held for any content.

use model::{Presentation, Vendor};
use proptest::prelude::*;
use serde_json::Value;
use vendors::{Content, Step};

use crate::properties::{begin, content};

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_huawei_body_fits_4096_bytes_beside_its_tokens_and_carries_ext_whole(content in content(), count in 1..5_usize) {
        let tokens: Vec<String> = (0..count).map(|at| format!("token-{at}")).collect();
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        match begin(Vendor::Huawei, &content, &tokens) {
            Step::Send(request) => check(&content, &tokens, &request.body)?,
            Step::Done(verdicts) => {
                prop_assert_eq!(verdicts.len(), tokens.len());
                prop_assert!(["ext_too_long", "expired", "call_not_granted"].contains(&&*verdicts[0].code));
            }
        }
    }
}

fn check(content: &Content, tokens: &[&str], body: &[u8]) -> Result<(), TestCaseError> {
    let json: Value = serde_json::from_slice(body).unwrap();
    let message = &json["message"];
    prop_assert_eq!(&message["token"], &serde_json::json!(tokens));
    let listed = serde_json::to_string(tokens).unwrap().len() - "[]".len();
    prop_assert!(body.len() - listed <= 4096);

    let ttl: u64 = message["android"]["ttl"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
    prop_assert!((1..=1_296_000).contains(&ttl));

    if let Some(own) = message["data"].as_str() {
        let own: Value = serde_json::from_str(own).unwrap();
        prop_assert_eq!(own["ext"].as_str(), content.ext.as_deref());
        prop_assert_eq!(own["payload"].as_str(), content.payload.as_deref());
    }
    if content.presentation != Presentation::Alert {
        prop_assert!(message.get("notification").is_none() && message["data"].is_string());
        return Ok(());
    }
    let (title, text) = (&message["notification"]["title"], &message["notification"]["body"]);
    let title = title.as_str().unwrap();
    prop_assert!(!title.is_empty() && !text.as_str().unwrap().is_empty());
    prop_assert!(content.title.starts_with(title.strip_suffix('…').unwrap_or(title)));
    let notify_id = message["android"]["notification"]["notify_id"].as_i64().unwrap();
    prop_assert!((1..=i64::from(i32::MAX)).contains(&notify_id));
    Ok(())
}
