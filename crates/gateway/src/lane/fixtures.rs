//! Values for the lane's own tests.

use std::sync::Arc;

use model::{AppId, Class, DeliveryId, MessageId, Presentation, Style, Timestamp};
use vendors::Content;

use super::hand::Item;

pub(crate) fn item(number: i64) -> Item {
    Item {
        id: DeliveryId(number),
        app: AppId(1),
        token: format!("token-{number}").into(),
        origin: None,
        expires_at: Timestamp(1_000_000),
        tries: 0,
        renewals: 0,
        token_registered_at: None,
        doubts: 0,
        environment_confirmed: false,
    }
}

pub(crate) fn content() -> Arc<Content> {
    Arc::new(Content {
        message: "018f4e7a-0000-7000-8000-000000000001".parse::<MessageId>().unwrap(),
        title: "title".to_owned(),
        body: "body".to_owned(),
        ext: None,
        payload: None,
        class: Class::Chat,
        presentation: Presentation::Alert,
        style: Style::default(),
        counts_badge: true,
        click: None,
        collapse_key: "key".to_owned(),
        thread: None,
        expires_at: Timestamp(1_000_000),
        receipt_url: None,
    })
}

/// One of several contents that differ.
pub(crate) fn numbered(number: u64) -> Arc<Content> {
    Arc::new(Content { title: format!("title {number}"), ..Content::clone(&content()) })
}
