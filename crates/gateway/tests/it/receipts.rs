//! Receipts that come in, and probes that go out.

use model::{ErrorCode, Vendor};

use crate::support::{SECRET, Stage, XIAOMI_HOST, nowhere, regids, xiaomi_form};

fn callback(message: &str, kind: u8, token: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"scm1":{{"param":"{message}","type":{kind},"targets":"{token}","timestamp":1790000001234}}}}"#
    );
    let escaped: String = body.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("data={escaped}").into_bytes()
}

#[tokio::test]
async fn a_receipt_marks_its_delivery() {
    let stage = Stage::new().await;
    let certificate = stage.xiaomi().await;
    let message = stage.queue(certificate, &regids(1)).await;
    let gateway = stage.gateway();
    stage.ended(message).await;
    let body = callback(&message.to_string(), 1, &regids(1)[0]);
    let count = gateway.receipt(Vendor::Xiaomi, certificate, "receipt-secret", &[], &body).await.unwrap();
    assert_eq!(count, 1);
    assert!(stage.deliveries(message).await[0].marks.arrived_at.is_some());
}

#[tokio::test]
async fn a_receipt_without_the_right_address_or_shape_changes_nothing() {
    let stage = Stage::new().await;
    let certificate = stage.xiaomi().await;
    let gateway = stage.gateway();
    let body = callback("x", 1, "token");
    let refused = [
        gateway.receipt(Vendor::Xiaomi, certificate, "wrong", &[], &body).await,
        gateway.receipt(Vendor::Xiaomi, model::CertificateId(99), "receipt-secret", &[], &body).await,
        gateway.receipt(Vendor::Apns, certificate, "receipt-secret", &[], &body).await,
    ];
    assert!(refused.into_iter().all(|fault| fault.unwrap_err().code == ErrorCode::NotFound));
    let garbage = gateway.receipt(Vendor::Xiaomi, certificate, "receipt-secret", &[], b"\xff\x00").await;
    assert_eq!(garbage.unwrap_err().code, ErrorCode::BadReceipt);
}

#[tokio::test]
async fn a_probe_says_what_the_vendor_says() {
    let stage = Stage::new().await;
    stage.xiaomi().await;
    let gateway = stage.gateway();
    let accepted = async |vendor, form| gateway.probe(vendor, &form).await.unwrap().outcome.accepted;
    assert_eq!(accepted(Vendor::Xiaomi, xiaomi_form(SECRET)).await, Some(true));
    assert_eq!(accepted(Vendor::Xiaomi, xiaomi_form("wrong")).await, Some(false));
    assert_eq!(accepted(Vendor::Apns, stage.p8_form()).await, Some(true));
    assert_eq!(accepted(Vendor::Apns, stage.p12_form()).await, Some(true));
    let mut foreign = stage.p8_form();
    foreign.public.insert("team_id".to_owned(), "ANOTHER123".to_owned());
    assert_eq!(accepted(Vendor::Apns, foreign).await, Some(false));
    assert!(gateway.probe(Vendor::Xiaomi, &model::Form::default()).await.is_err());
}

#[tokio::test]
async fn a_probe_of_a_vendor_out_of_reach_says_so_and_nothing_of_the_certificate() {
    let mut stage = Stage::new().await;
    stage.redirect(XIAOMI_HOST, nowhere());
    let report = stage.gateway().probe(Vendor::Xiaomi, &xiaomi_form("secret")).await.unwrap();
    assert_eq!((report.outcome.accepted, report.outcome.code.as_str()), (None, "connect_failed"));
    assert!(!report.facts.is_empty());
}
