//! Values for the lane's own tests.

use std::sync::Arc;

use model::{AppId, Class, DeliveryId, MessageId, Purpose, PushSettings, Timestamp, VendorSettings};
use vendors::Content;

use super::{
    parcel::Item,
    work::{Shown, Work},
};

pub(crate) fn item(number: i64) -> Item {
    Item {
        id: DeliveryId(number),
        app: AppId(1),
        message: message(),
        class: Class::Chat,
        purpose: Purpose::Notify,
        device: None,
        push_id: None,
        badge: None,
        followed: None,
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

pub(crate) fn work() -> Work {
    numbered(0)
}

/// One of several contents that differ.
pub(crate) fn numbered(number: u64) -> Work {
    let push = PushSettings { collapse_key: Some("key".to_owned()), ..PushSettings::default() };
    let words = (format!("title {number}"), "body".to_owned());
    let content = Content::of(message(), words, &push, VendorSettings::default(), Timestamp(1_000_000));
    Work::Show(Arc::new(content))
}

/// Something to take back.
pub(crate) fn shown() -> Work {
    Work::TakeBack(Arc::new(Shown { message: message(), collapse_key: "key".to_owned() }))
}

fn message() -> MessageId {
    "018f4e7a-0000-7000-8000-000000000001".parse().unwrap()
}
