//! The words of Posthouse as types: ids, time, messages, certificates, deliveries, verdicts.
//!
//! Everything here is plain data and pure functions. Nothing reads a clock, a socket or a file:
//! time comes in as a [`Timestamp`].

mod app;
mod certificate;
mod delivery;
mod device;
mod error;
mod ids;
mod limits;
mod message;
mod receipt;
mod secret;
mod style;
mod time;
mod vendor;
mod verdict;

pub use app::{App, AppPolicy, BackgroundPolicy, LoginPolicy};
pub use certificate::{
    Certificate, CertificateState, ClickAction, Environment, FieldError, FieldErrors, Form, InvalidClick,
    InvalidEnvironment,
};
pub use delivery::{Attempt, Delivery, DeliveryId, DeliveryState, Marks, Purpose, ReasonCode};
pub use device::{
    Binding, BindingKind, BindingLoss, BindingState, Device, DeviceReport, Permission, Platform, SessionId,
    SessionState,
};
pub use error::{ErrorCode, Fault};
pub use ids::{
    AppId, CertificateId, CertificateName, ClientMessageId, ConversationId, ConversationKind, DeviceId,
    IdError, MessageId, PushId, Seq, UserId,
};
pub use limits::*;
pub use message::{
    Addressee, Body, Class, CollapseKey, InvalidClass, Message, MessageKind, PushSettings, SettingsError,
};
pub use receipt::{Receipt, ReceiptKind};
pub use secret::Secret;
pub use style::{Interruption, Presentation, Style, Template};
pub use time::{Clock, ManualClock, Timestamp};
pub use vendor::{UnknownVendor, Vendor, VendorFacts};
pub use verdict::{Doubt, Pause, TargetVerdict, Verdict};
