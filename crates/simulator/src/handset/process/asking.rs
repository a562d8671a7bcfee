//! What the user and the vendors' SDKs ask of the app, as the SDK core takes it.

use client::{Input, Pushed, VendorCallback};
use model::{Body, ClientMessageId};
use serde_json::Value;
use uuid::Uuid;
use wire::SendMessage;

use crate::{
    handset::Operation,
    phone::{Handover, SdkCall, SdkCallback},
};

/// The getter of a notification that the app raised by itself.
const OWN_GETTER: &str = "local";

/// The input of an operation that is the app's; `None` for the others.
pub(super) fn input_of(asked: Operation) -> Option<Input<'static>> {
    Some(match asked {
        Operation::PushSwitch { on } => Input::PushSwitch { on },
        Operation::Unregister {} => Input::Unregister,
        Operation::Register {} => Input::Register,
        Operation::Send { to, text, system, online_only, mentions, push } => {
            let client_message_id = ClientMessageId::new(&Uuid::now_v7().to_string()).ok()?;
            let push = push.map(|settings| *settings);
            let plain = SendMessage::new(client_message_id, to, Body::text(text));
            Input::SendMessage(Box::new(SendMessage { system, online_only, mentions, push, ..plain }))
        }
        Operation::Read { conversation, seq } => Input::Read { conversation, seq },
        Operation::Recall { message, push } => Input::Recall { message, push },
        Operation::Group { group, action } => Input::Group { group, action },
        Operation::Call { call, action } => Input::Call { call, action },
        Operation::Settings { settings } => Input::Settings(settings),
        Operation::Mute { conversation, mute } => Input::Mute { conversation, mute },
        Operation::Conversations {} => Input::Conversations,
        _ => return None,
    })
}

/// A vendor's callback as the core takes it.
pub(super) fn input_of_call(call: SdkCall) -> Input<'static> {
    let SdkCall { vendor, callback, title, body, handover, .. } = call;
    let callback = match callback {
        SdkCallback::NotificationArrived => VendorCallback::NotificationArrived,
        SdkCallback::ThroughMessageReceived => VendorCallback::ThroughMessageReceived,
        SdkCallback::CallReceived => VendorCallback::CallReceived,
    };
    let pushed = Box::new(Pushed { title, body, ext: handover.ext, payload: handover.payload });
    Input::VendorCalled { vendor, callback, pushed }
}

/// What a tap on the app's own notification hands over.
pub(super) const fn handover_of_own(ext: Option<String>, payload: Option<String>) -> Handover {
    Handover { getter: OWN_GETTER, ext, payload, extras: Value::Null }
}
