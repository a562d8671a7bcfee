//! What can be committed, and what a commit answers.

use std::sync::Arc;

use model::{
    App, AppId, Attempt, BindingKind, BindingLoss, CertificateId, CertificateName, ConversationId,
    DeliveryId, DeliveryState, DeviceId, DeviceReport, Environment, Form, LoginPolicy, Message, MessageId,
    Purpose, PushId, ReasonCode, Receipt, Secret, Seq, SessionId, SessionState, Timestamp, UserId, Vendor,
};

use crate::ApiKey;

/// One change. A batch of them is committed together or not at all.
#[derive(Debug, Clone)]
pub enum Op {
    /// Makes or changes an App. → [`Outcome::Done`]
    PutApp(App),
    /// Stores an API key. → [`Outcome::Done`], or [`Outcome::Missing`] without its App
    PutApiKey(ApiKey),
    /// Makes a user, where it is not there. → [`Outcome::Done`]
    PutUser {
        /// The App.
        app: AppId,
        /// The user.
        user: UserId,
        /// Now.
        at: Timestamp,
    },
    /// Refuses login tokens that were issued before. → [`Outcome::Done`]
    RevokeTokens {
        /// The App.
        app: AppId,
        /// The user.
        user: UserId,
        /// Tokens issued before this are refused.
        valid_from: Timestamp,
    },
    /// Makes or edits a certificate; its secrets are sealed. → [`Outcome::Certificate`], or [`Outcome::Missing`] where
    /// the App has no such certificate of this vendor to edit
    PutCertificate(CertificateDraft),
    /// Stores a message with its sequence and its fan-out cursor, due at once.
    /// → [`Outcome::Accepted`], [`Outcome::Duplicate`] or [`Outcome::Conflict`]
    Accept(Box<Message>),
    /// Opens a login: the device is made or its report renewed, other logins are kicked as the policy says, another
    /// user's login on this device is kicked (row B13), their bindings go. → [`Outcome::Session`]
    OpenSession(NewSession),
    /// Moves a login between online states and `disconnected`, if it is still the newest on its device. A move to
    /// `online-foreground` also cancels as [`Op::Cancel`] does. → [`Outcome::Moved`]
    MoveSession {
        /// The App.
        app: AppId,
        /// The login.
        session: SessionId,
        /// Where to.
        to: SessionState,
        /// Now.
        at: Timestamp,
        /// The reason that cancelled deliveries get.
        cancel_reason: ReasonCode,
    },
    /// Ends a login: its bindings go and its queued deliveries are cancelled in the same commit.
    /// → [`Outcome::Cancelled`]
    EndSession(SessionEnd),
    /// Every login that was online becomes `disconnected`: for a start after a stop. → [`Outcome::Done`]
    DisconnectAll {
        /// Now.
        at: Timestamp,
    },
    /// Makes a device without a user, or renews its report. → [`Outcome::Device`]
    RegisterDevice {
        /// The App.
        app: AppId,
        /// The installation.
        device: DeviceId,
        /// The Push ID to give it where it has none.
        push_id: PushId,
        /// What it tells of itself.
        report: DeviceReport,
        /// Now.
        at: Timestamp,
    },
    /// Ends a Push ID: its bindings go, its queued deliveries are cancelled. → [`Outcome::Cancelled`]
    UnregisterDevice {
        /// The App.
        app: AppId,
        /// The Push ID.
        push_id: PushId,
        /// The reason that cancelled deliveries get.
        reason: ReasonCode,
        /// Now.
        at: Timestamp,
    },
    /// Binds a vendor token. One owner per (App, vendor, environment, token): an older holder loses it.
    /// → [`Outcome::Done`], or [`Outcome::Missing`] where the App has no such device or certificate
    Bind(NewBinding),
    /// Takes a binding away. → [`Outcome::Done`]
    Unbind {
        /// The App.
        app: AppId,
        /// The device.
        device: DeviceId,
        /// Through which certificate.
        certificate: CertificateId,
        /// For what.
        kind: BindingKind,
        /// Why.
        loss: BindingLoss,
        /// Now.
        at: Timestamp,
    },
    /// Clears a binding whose token the vendor called dead, if it still holds. → [`Outcome::Cleared`]
    ClearBinding(BindingClear),
    /// Counts one more doubtful verdict against a binding of this generation, or forgets them. → [`Outcome::Done`]
    DoubtBinding {
        /// The App.
        app: AppId,
        /// The certificate.
        certificate: CertificateId,
        /// The token.
        token: Arc<str>,
        /// Verdicts in a row.
        doubts: u8,
    },
    /// Moves acknowledgement cursors forward, never back. → [`Outcome::Done`]
    Ack {
        /// The App.
        app: AppId,
        /// Whose.
        user: UserId,
        /// Where.
        device: DeviceId,
        /// How far, per conversation.
        cursors: Vec<(ConversationId, Seq)>,
    },
    /// Cancels queued deliveries. → [`Outcome::Cancelled`]
    Cancel {
        /// The App.
        app: AppId,
        /// Which.
        scope: CancelScope,
        /// The reason they get.
        reason: ReasonCode,
        /// Now.
        at: Timestamp,
    },
    /// Stores a page's decisions and moves the message's fan-out cursor with them. A target that has a delivery
    /// already keeps it. → [`Outcome::Done`] or [`Outcome::Stale`]
    Decide {
        /// The App.
        app: AppId,
        /// The message.
        message: MessageId,
        /// The decisions of this page that make rows.
        deliveries: Vec<NewDelivery>,
        /// Where the cursor goes.
        next: FanoutNext,
    },
    /// Stores what an attempt brought; the row leaves its lane's hands. → [`Outcome::Done`]
    Update(DeliveryUpdate),
    /// Stores what a receipt said. Its delivery is found by certificate, message (or vendor message id) and token.
    /// → [`Outcome::Marked`]
    Mark {
        /// The App.
        app: AppId,
        /// The certificate.
        certificate: CertificateId,
        /// What the vendor said.
        receipt: Receipt,
    },
}

/// A certificate to make or edit.
#[derive(Debug, Clone)]
pub struct CertificateDraft {
    /// The App.
    pub app: AppId,
    /// `None` makes one.
    pub id: Option<CertificateId>,
    /// Whose push service.
    pub vendor: Vendor,
    /// Its name.
    pub name: CertificateName,
    /// Switched off.
    pub disabled: bool,
    /// The whole form; on an edit, a secret that is absent keeps its stored value.
    pub form: Form,
    /// As the adapter read it.
    pub environment: Option<Environment>,
    /// As the adapter read it.
    pub expires_at: Option<Timestamp>,
    /// The unguessable part of its receipt URL; kept on an edit.
    pub receipt_secret: Secret<String>,
    /// Now.
    pub at: Timestamp,
}

/// A login to open.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The App.
    pub app: AppId,
    /// Who.
    pub user: UserId,
    /// Where.
    pub device: DeviceId,
    /// The Push ID to give the device where it has none.
    pub push_id: PushId,
    /// What the device tells of itself.
    pub report: DeviceReport,
    /// `online-foreground` or `online-background`.
    pub state: SessionState,
    /// Which other logins it ends.
    pub policy: LoginPolicy,
    /// The reason that deliveries of kicked logins get.
    pub kicked_reason: ReasonCode,
    /// Now.
    pub at: Timestamp,
}

/// A login to end.
#[derive(Debug, Clone)]
pub struct SessionEnd {
    /// The App.
    pub app: AppId,
    /// The login.
    pub session: SessionId,
    /// `logged-out` or `kicked`.
    pub to: SessionState,
    /// The reason that cancelled deliveries get.
    pub reason: ReasonCode,
    /// Now.
    pub at: Timestamp,
}

/// A vendor token to bind.
#[derive(Debug, Clone)]
pub struct NewBinding {
    /// The App.
    pub app: AppId,
    /// The device that holds it.
    pub device: DeviceId,
    /// The certificate whose vendor gave it; a device has one alert binding at a time, the newest.
    pub certificate: CertificateId,
    /// What it is for.
    pub kind: BindingKind,
    /// The token; never empty.
    pub token: Arc<str>,
    /// Whose login reported it, where there is one.
    pub owner: Option<UserId>,
    /// Now.
    pub at: Timestamp,
}

/// A binding that may have to go.
#[derive(Debug, Clone)]
pub struct BindingClear {
    /// The App.
    pub app: AppId,
    /// The certificate.
    pub certificate: CertificateId,
    /// The dead token.
    pub token: Arc<str>,
    /// Only a binding registered before this is cleared.
    pub registered_before: Timestamp,
    /// The token that replaces it, where the vendor named one: the binding is renewed instead of cleared.
    pub replacement: Option<Arc<str>>,
    /// Now.
    pub at: Timestamp,
}

/// Which queued deliveries to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelScope {
    /// Of this user on this device: the device has fetched, or its login ended.
    UserDevice(UserId, DeviceId),
    /// Of one message.
    Message(MessageId),
}

/// A decision that makes a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Why it exists beside the message.
    pub purpose: Purpose,
    /// Whose.
    pub user: Option<UserId>,
    /// Where.
    pub device: Option<DeviceId>,
    /// The device's public id, where it was addressed by it.
    pub push_id: Option<PushId>,
    /// Through which certificate; there is one where the state is `Queued`.
    pub certificate: Option<CertificateId>,
    /// To which token; empty where none.
    pub token: Arc<str>,
    /// Generation of the binding the token came from; 0 for a bare token.
    pub binding_generation: i64,
    /// `Queued` or `Skipped`.
    pub state: DeliveryState,
    /// The rule that decided.
    pub reason: ReasonCode,
    /// The rule table's version.
    pub rules_version: u16,
    /// The packed facts, at most 64 bytes.
    pub facts: Vec<u8>,
    /// Now.
    pub decided_at: Timestamp,
    /// When the first try is due.
    pub due_at: Timestamp,
    /// After this no try begins.
    pub expires_at: Timestamp,
}

/// Where a fan-out cursor goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FanoutNext {
    /// Every target is decided or acknowledged.
    Done,
    /// Look again.
    Again {
        /// From behind this member.
        after: Option<UserId>,
        /// Then.
        due_at: Timestamp,
    },
}

/// What an attempt brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryUpdate {
    /// The row.
    pub id: DeliveryId,
    /// Where it stands now; `Queued` for another try.
    pub state: DeliveryState,
    /// Why.
    pub reason: ReasonCode,
    /// When the next try is due, while queued.
    pub due_at: Timestamp,
    /// What was tried; `None` where it was given up on without a try.
    pub attempt: Option<Attempt>,
    /// The vendor's id of the push.
    pub vendor_message_id: Option<String>,
    /// Now.
    pub at: Timestamp,
}

/// What an [`Op`] answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// The certificate's id and its new version.
    Certificate(CertificateId, u32),
    /// Stored, at this place in its conversation.
    Accepted {
        /// Its place; 0 where it is in no conversation.
        seq: Seq,
    },
    /// The same message was stored before.
    Duplicate {
        /// As which.
        message: MessageId,
        /// At which place.
        seq: Seq,
        /// When.
        sent_at: Timestamp,
    },
    /// The client message id stands for another content.
    Conflict,
    /// The login is open.
    Session {
        /// The login.
        id: SessionId,
        /// The device's Push ID.
        push_id: PushId,
        /// Logins that it ended.
        kicked: Vec<(UserId, DeviceId, SessionId)>,
        /// The device the user was last on before, where it was another.
        last_device: Option<DeviceId>,
        /// Whether the user was ever sent a push.
        has_pushed: bool,
    },
    /// Whether the login was still there to move, and what a fetch cancelled.
    Moved(bool),
    /// The device's Push ID.
    Device(PushId),
    /// Deliveries that were cancelled, and those that were on the wire already.
    Cancelled {
        /// They end as skipped.
        cancelled: u32,
        /// They end as the vendor says, and are marked.
        raced: u32,
    },
    /// Whether the binding was cleared or renewed.
    Cleared(bool),
    /// The delivery that the receipt is about, where it was found.
    Marked(Option<DeliveryId>),
    /// What the op changes is not there in this App; nothing was changed by it.
    Missing,
    /// A decision rested on what is no longer so: the device logged out, fetched, or has another token. Neither rows
    /// nor cursor were changed; read the audience again and decide again.
    Stale,
}
