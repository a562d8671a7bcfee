//! What the model's types look like in JSON, for the OpenAPI document alone. Tests send values of the model through
//! these and back, so that the two cannot drift apart.

mod app;
mod call;
mod certificate;
mod delivery;
mod device;
mod group;
mod message;
mod push;
mod user;
mod webhook;

pub(crate) use app::{AppPolicy, BackgroundPolicy, FcmRank, LoginPolicy, PresencePolicy, TextTemplate};
pub(crate) use call::{Call, CallEvent, CallMedia, CallSignal, InviteeState};
pub(crate) use certificate::FieldError;
pub(crate) use delivery::{DeliveryState, Marks, Purpose, TextVariant};
pub(crate) use device::{BindingKind, DeviceReport, Environment, Platform, PlatformClass, SessionState};
pub(crate) use group::{GroupNotice, JoinMode, Role};
pub(crate) use message::{Body, Class, Mentions, MessageKind, Recipient};
pub(crate) use push::{PushSettings, VendorSettings};
pub(crate) use user::{Mute, UserSettings};
pub(crate) use webhook::EventKind;

/// Every value reads as the mirror and comes back the same.
#[cfg(test)]
fn mirrors<M: serde::Serialize + serde::de::DeserializeOwned>(values: &[impl serde::Serialize]) {
    for value in values {
        let json = serde_json::to_value(value).unwrap();
        let mirrored: M = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(mirrored).unwrap(), json);
    }
}
