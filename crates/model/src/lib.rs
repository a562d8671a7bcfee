//! The words of Posthouse as types: ids, time, messages, certificates, deliveries, verdicts.
//!
//! Everything here is plain data and pure functions. Nothing reads a clock, a socket or a file:
//! time comes in as a [`Timestamp`].

mod app;
mod call;
mod certificate;
mod delivery;
mod device;
mod error;
mod group;
mod ids;
mod limits;
mod message;
mod operator;
mod push;
mod quota;
mod receipt;
mod resource;
mod secret;
mod style;
mod time;
mod user;
mod vendor;
mod verdict;
mod webhook;

pub use app::{App, AppPolicy, BackgroundPolicy, FcmRank, LoginPolicy, PresencePolicy, TextTemplate};
pub use call::{Call, CallAction, CallEvent, CallInvite, CallMedia, CallSignal, Invitee, InviteeState};
pub use certificate::{
    Certificate, CertificateState, ClickAction, Environment, FieldError, FieldErrors, Form, InvalidClick,
    InvalidEnvironment,
};
pub use delivery::{
    Attempt, Delivery, DeliveryId, DeliveryState, Marks, Purpose, REQUEUED, ReasonCode, TextVariant,
};
pub use device::{
    Binding, BindingKind, BindingLoss, BindingState, Device, DeviceReport, Permission, Platform,
    PlatformClass, SessionId, SessionState,
};
pub use error::{ErrorCode, Fault};
pub use group::{Group, GroupEvent, GroupMember, GroupNotice, JoinMode, Role};
pub use ids::{
    AppId, CallId, CertificateId, CertificateName, ClientMessageId, ConversationId, ConversationKind,
    DeviceId, GroupId, IdError, MessageId, OperatorId, OperatorName, PushId, ResourceId, Seq, UserId,
    WebhookId,
};
pub use limits::*;
pub use message::{Addressee, Body, Class, InvalidClass, Mentions, Message, MessageKind, Recalled};
pub use operator::{ConsoleGrants, ConsoleRole, UnknownRole};
pub use push::{CollapseKey, ForcePush, PushSettings, SettingsError, VendorSettings};
pub use quota::{DayNumber, VendorDay};
pub use receipt::{Receipt, ReceiptKind};
pub use resource::PushResource;
pub use secret::Secret;
pub use style::{Interruption, Presentation, Style, Template};
pub use time::{Clock, ManualClock, Timestamp};
pub use user::{DoNotDisturb, MultiEndRule, Mute, Quiet, UserSettings};
pub use vendor::{UnknownVendor, Vendor, VendorFacts};
pub use verdict::{Doubt, Pause, TargetVerdict, Verdict};
pub use webhook::{Event, EventKind, Webhook};
