//! The facts a decision rests on.

use model::{
    BackgroundPolicy, BindingLoss, CertificateId, CertificateState, Mute, Permission, SessionState, Timestamp,
};

/// Everything the rules look at, for one target. A delivery row keeps them packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When it was decided.
    pub at: Timestamp,
    /// When the message stops causing pushes.
    pub expires_at: Timestamp,
    /// It is the server's own word about a conversation, which pushes nothing.
    pub notice: bool,
    /// It was for connected devices alone.
    pub online_only: bool,
    /// It was taken back.
    pub recalled: bool,
    /// It signals a call: it comes in time or not at all.
    pub call: bool,
    /// It signals a call that does not ring any more for this user.
    pub call_over: bool,
    /// The sender left push on for this message.
    pub push_enabled: bool,
    /// The sender gave push settings.
    pub has_settings: bool,
    /// The App pushes messages without push settings.
    pub push_without_settings: bool,
    /// The target is the sender.
    pub own: bool,
    /// The message also travels as a frame to a connected device.
    pub framed: bool,
    /// The sender forces the push on this user, through mute and do-not-disturb.
    pub forced: bool,
    /// The force push has a text of its own.
    pub forced_text: bool,
    /// The user's do-not-disturb span is on, and lets no push through.
    pub silent_span: bool,
    /// The user, always or in the present span, wants no sender and no text shown.
    pub hide_details: bool,
    /// How far the user muted the conversation.
    pub mute: Mute,
    /// The message calls the user by name.
    pub mentioned: bool,
    /// What another end of the user, that silences this one by the user's strategy, did with the message.
    pub other_end: OtherEndFact,
    /// The device's pushes are switched off.
    pub push_off: bool,
    /// The device was not heard of for longer than the App allows.
    pub stale: bool,
    /// The user's login on the device.
    pub login: LoginFact,
    /// What a connected app in the background gets.
    pub background: BackgroundPolicy,
    /// Whether the device has the message.
    pub ack: AckFact,
    /// Whether the device may show notifications.
    pub notifications: Permission,
    /// The Push ID was unregistered.
    pub unregistered: bool,
    /// Whether a vendor can reach the device.
    pub binding: BindingFact,
    /// The binding's certificate.
    pub certificate: Option<CertificateId>,
    /// Whether that certificate can carry a push to this device.
    pub certificate_state: CertificateState,
}

/// The user's login on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFact {
    /// A push to a Push ID or a bare token asks for no login.
    NotNeeded,
    /// The user never logged in.
    Never,
    /// The connection was lost by a restart of the server, and the client still has time to come back.
    Reconnecting,
    /// Where the newest login stands.
    State(SessionState),
}

/// Whether the device has the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum AckFact {
    /// No frame was sent.
    NotSent = 0,
    /// The frame is out, the deadline has not passed.
    Waiting = 1,
    /// The deadline passed, or the connection was lost before.
    Missed = 2,
    /// Acknowledged.
    Acked = 3,
}

/// What another end of the user did with the message, where the user's strategy lets it silence this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum OtherEndFact {
    /// There is none, or it does not have the message.
    None = 0,
    /// It was sent the message and may still acknowledge it.
    Waiting = 1,
    /// It has acknowledged it.
    Acked = 2,
}

/// Whether a vendor can reach the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingFact {
    /// There is a token.
    Bound,
    /// There is none, because.
    Lost(BindingLoss),
}
