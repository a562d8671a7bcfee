//! Receipts: a form with `cb` and the token of the app's receipt page.

use axum::{Router, extract::State, routing::post};
use tokio::sync::mpsc;

use super::*;

/// Receives receipts over plain HTTP on this machine.
pub(super) async fn receiver() -> (String, mpsc::UnboundedReceiver<Value>) {
    async fn take(State(sender): State<mpsc::UnboundedSender<Value>>, request: Request<axum::body::Body>) {
        assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
        let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
        assert_eq!((form.len(), form["access_token"].as_str()), (2, RECEIPT_TOKEN));
        sender.send(serde_json::from_str(&form["cb"]).unwrap()).unwrap();
    }
    let (sender, receiver) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cb", listener.local_addr().unwrap());
    let router = Router::new().route("/cb", post(take)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}

pub(super) fn asking(url: &str, kinds: &Value) -> Value {
    chat(&json!({"extra": {"callback": url, "callback.param": "m-42", "callback.type": kinds}}))
}

#[tokio::test]
async fn deliveries_and_taps_are_told_where_they_are_asked_for() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let (url, mut receipts) = receiver().await;
    let id = flyme.push(&token, &asking(&url, &json!(null))).await["msgId"].as_str().unwrap().to_owned();
    let event = |kind: u32| json!({"param": "m-42", "type": kind, "targets": [token]});
    assert_eq!(receipts.recv().await.unwrap(), json!({ (format!("{id}-1")): event(1) }));
    phone.tap(0).unwrap();
    assert_eq!(receipts.recv().await.unwrap(), json!({ (format!("{id}-2")): event(2) }));
    // The first brings no delivery, the second no tap: what comes next is of its own kind.
    let taps = flyme.push(&token, &asking(&url, &json!(2))).await["msgId"].as_str().unwrap().to_owned();
    phone.tap(0).unwrap();
    assert_eq!(receipts.recv().await.unwrap(), json!({ (format!("{taps}-2")): event(2) }));
    let arrivals = flyme.push(&token, &asking(&url, &json!("1"))).await["msgId"].as_str().unwrap().to_owned();
    assert_eq!(receipts.recv().await.unwrap(), json!({ (format!("{arrivals}-1")): event(1) }));
}

#[tokio::test]
async fn an_alias_is_told_as_an_alias() {
    let flyme = Flyme::start().await;
    let (_, token) = flyme.phone("meizu-21");
    let (url, mut receipts) = receiver().await;
    flyme.post("/message/subscribeAlias", &[("pushId", &token), ("alias", "u_1001")]).await;
    let message = asking(&url, &json!(3)).to_string();
    let fields = [("alias", "u_1001"), ("messageJson", &message)];
    let answer = flyme.post("/push/varnished/pushByAlias", &fields).await;
    let key = format!("{}-1", answer["msgId"].as_str().unwrap());
    assert_eq!(receipts.recv().await.unwrap()[key]["targets"], json!(["u_1001"]));
}

#[tokio::test]
async fn with_receipts_wanted_at_an_address_that_is_not_registered_nothing_is_shown() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let (url, mut receipts) = receiver().await;
    flyme.rights(json!({"callback_urls": ["https://push.example.com/cb"]})).await;
    assert_eq!(flyme.push(&token, &asking(&url, &json!(3))).await["value"], json!({}));
    assert!(phone.shade().is_empty());
    let reason = "receipts are wanted at an address that is not registered";
    assert_eq!(phone.view().not_shown[0].reason, reason);
    flyme.rights(json!({"callback_urls": [url]})).await;
    let id = flyme.push(&token, &asking(&url, &json!(3))).await["msgId"].as_str().unwrap().to_owned();
    assert!(receipts.recv().await.unwrap().get(format!("{id}-1")).is_some());
}
