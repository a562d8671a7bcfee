//! Receipts: a vendor's later report finds its delivery.

use model::{
    Addressee, Delivery, DeliveryId, DeliveryState, MessageId, Purpose, Receipt, ReceiptKind, Timestamp,
};

use super::{
    Stage,
    stage::{APP, FOREIGN, PUSHED, START},
};
use crate::{NewDelivery, Op, Outcome};

fn receipt(message: Option<MessageId>, token: &str, kind: ReceiptKind, at: Timestamp) -> Receipt {
    Receipt {
        message,
        vendor_message_id: "vendor-1".to_owned(),
        token: token.to_owned(),
        kind,
        at,
        code: String::new(),
    }
}

async fn mark(stage: &Stage, receipt: Receipt) -> Option<DeliveryId> {
    match stage.commit(Op::Mark { app: APP, certificate: stage.certificate, receipt }).await {
        Outcome::Marked(found) => found,
        other => panic!("a mark, not {other:?}"),
    }
}

async fn accepted_push(stage: &Stage) -> Delivery {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    queued
}

/// Where the vendor echoes our message.
pub async fn a_receipt_finds_its_delivery_by_message_and_token(stage: Stage) {
    let sent = accepted_push(&stage).await;
    let at = stage.now();
    let found = mark(&stage, receipt(Some(sent.message), "t-1", ReceiptKind::Arrived, at)).await;
    assert_eq!(found, Some(sent.id));
    assert_eq!(stage.only_delivery(sent.message).await.marks.arrived_at, Some(at));
}

/// Where it does not.
pub async fn a_receipt_finds_its_delivery_by_the_vendors_id_and_token(stage: Stage) {
    let sent = accepted_push(&stage).await;
    let found = mark(&stage, receipt(None, "t-1", ReceiptKind::Clicked, START)).await;
    assert_eq!(found, Some(sent.id));
    assert_eq!(stage.only_delivery(sent.message).await.marks.clicked_at, Some(START));
}

/// The push half alone, found either way.
pub async fn a_receipt_finds_a_bare_token(stage: Stage) {
    let message = stage.push(Addressee::Token { certificate: stage.certificate, token: "bare".into() });
    stage.commit(Op::Accept(Box::new(message.clone()))).await;
    let decision = NewDelivery {
        purpose: Purpose::Notify,
        user: None,
        device: None,
        push_id: None,
        certificate: Some(stage.certificate),
        token: "bare".into(),
        binding_generation: 0,
        state: DeliveryState::Queued,
        reason: PUSHED,
        rules_version: 1,
        facts: Vec::new(),
        text: model::TextVariant::Full,
        counts_badge: false,
        decided_at: message.sent_at,
        due_at: message.sent_at,
        expires_at: message.expires_at,
    };
    stage.decide(&message, vec![decision]).await;
    let sent = stage.only_delivery(message.id).await.id;
    stage.update(sent, DeliveryState::Accepted).await;
    for echoed in [Some(message.id), None] {
        assert_eq!(mark(&stage, receipt(echoed, "bare", ReceiptKind::Shown, START)).await, Some(sent));
    }
}

/// The device has another token by now.
pub async fn a_receipt_finds_its_delivery_after_the_token_went(stage: Stage) {
    let sent = accepted_push(&stage).await;
    let Some(phone) = sent.device else { panic!("a device's push") };
    stage.bind(phone, Some("bo"), "t-2").await;
    let found = mark(&stage, receipt(Some(sent.message), "t-1", ReceiptKind::Arrived, START)).await;
    assert_eq!(found, Some(sent.id));
}

/// Certificate, id and token must all fit.
pub async fn a_receipt_of_another_token_or_app_finds_nothing(stage: Stage) {
    let sent = accepted_push(&stage).await;
    for echoed in [Some(sent.message), None] {
        assert_eq!(mark(&stage, receipt(echoed, "t-9", ReceiptKind::Arrived, START)).await, None);
        let foreign = receipt(echoed, "t-1", ReceiptKind::Arrived, START);
        let certificate = stage.certificate;
        let outcome = stage.commit(Op::Mark { app: FOREIGN, certificate, receipt: foreign.clone() }).await;
        assert_eq!(outcome, Outcome::Marked(None));
        let certificate = model::CertificateId(999);
        let outcome = stage.commit(Op::Mark { app: APP, certificate, receipt: foreign }).await;
        assert_eq!(outcome, Outcome::Marked(None));
    }
    let unknown =
        Receipt { vendor_message_id: String::new(), ..receipt(None, "t-1", ReceiptKind::Shown, START) };
    assert_eq!(mark(&stage, unknown).await, None);
}

/// Vendors repeat themselves.
pub async fn the_first_moment_counts_and_other_kinds_leave_a_note(stage: Stage) {
    let sent = accepted_push(&stage).await;
    for at in [START, START.plus_ms(9)] {
        mark(&stage, receipt(Some(sent.message), "t-1", ReceiptKind::Arrived, at)).await;
    }
    let off = receipt(Some(sent.message), "t-1", ReceiptKind::NotificationsOff, START);
    mark(&stage, Receipt { code: "64".to_owned(), ..off }).await;
    let marked = stage.only_delivery(sent.message).await;
    assert_eq!(
        (marked.marks.arrived_at, marked.receipt_note.as_str()),
        (Some(START), "notifications_off 64")
    );
    assert_eq!(marked.state, DeliveryState::Accepted);
}
