//! What can be committed, and what a commit answers.

use std::sync::Arc;

use model::{
    App, AppId, Attempt, BindingKind, BindingLoss, Call, CertificateId, CertificateName, ConversationId,
    DeliveryId, DeliveryState, DeviceId, DeviceReport, Environment, Event, Form, Group, GroupId, LoginPolicy,
    Message, MessageId, Mute, Purpose, PushId, PushResource, PushSettings, ReasonCode, Receipt, ResourceId,
    Role, Secret, Seq, SessionId, SessionState, TextVariant, Timestamp, UserId, UserSettings, Vendor,
    Webhook, WebhookId,
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
    /// Names a user, who is made where not there; `None` takes the name away. → [`Outcome::Done`]
    NameUser {
        /// The App.
        app: AppId,
        /// The user.
        user: UserId,
        /// What people call the user; stands before the text of pushes (row E9).
        name: Option<String>,
        /// Now.
        at: Timestamp,
    },
    /// Stores what a user sets for all devices. The user is made where not there. → [`Outcome::Done`]
    PutUserSettings {
        /// The App.
        app: AppId,
        /// The user.
        user: UserId,
        /// All of them.
        settings: UserSettings,
        /// Now.
        at: Timestamp,
    },
    /// Mutes a conversation for a user. → [`Outcome::Done`]
    SetMute {
        /// The App.
        app: AppId,
        /// The user.
        user: UserId,
        /// Which; it need not exist yet.
        conversation: ConversationId,
        /// How far.
        mute: Mute,
    },
    /// Makes or changes a push resource. → [`Outcome::Done`]
    PutResource(PushResource),
    /// Takes a push resource away. → [`Outcome::Done`], or [`Outcome::Missing`]
    DeleteResource {
        /// The App.
        app: AppId,
        /// Which.
        id: ResourceId,
    },
    /// Makes a webhook (id 0) or changes one; its secret is sealed. → [`Outcome::Webhook`], or [`Outcome::Missing`]
    PutWebhook(Webhook),
    /// Takes a webhook away with what waits for it. → [`Outcome::Done`], or [`Outcome::Missing`]
    DeleteWebhook {
        /// The App.
        app: AppId,
        /// Which.
        id: WebhookId,
    },
    /// Queues what happened for every webhook of the App that hears of it. → [`Outcome::Done`]
    Announce {
        /// The App.
        app: AppId,
        /// What.
        event: Event,
        /// Now.
        at: Timestamp,
    },
    /// An event was told, or is tried again, or given up. → [`Outcome::Done`]
    Told {
        /// The row of the outbox.
        row: i64,
        /// When it is tried again; `None`: never.
        again_at: Option<Timestamp>,
    },
    /// Makes a group with its conversation and first members; the owner is one of them.
    /// → [`Outcome::Done`], or [`Outcome::Conflict`] where the id is taken
    CreateGroup {
        /// The group; `members` is counted by the store.
        group: Group,
        /// Who is in it beside the owner.
        members: Vec<UserId>,
    },
    /// Stores name, mode, owner and mute of a group; `members` and `created_at` stay. A new owner gets the role, the old
    /// one becomes an admin. → [`Outcome::Done`], or [`Outcome::Missing`]
    ChangeGroup(Group),
    /// Brings users in and takes users out. Who is in already, or out already, stays so. Pushes of the group's messages
    /// that have not begun are cancelled for who goes. → [`Outcome::Members`], [`Outcome::Missing`], or
    /// [`Outcome::Conflict`] over [`model::GROUP_MEMBERS_MAX`] (nothing changed)
    ChangeMembers {
        /// The App.
        app: AppId,
        /// The group.
        group: GroupId,
        /// Who comes in.
        add: Vec<UserId>,
        /// Who goes.
        remove: Vec<UserId>,
        /// The reason that cancelled deliveries get.
        reason: ReasonCode,
        /// Now.
        at: Timestamp,
    },
    /// Changes one member. → [`Outcome::Done`], or [`Outcome::Missing`]
    ChangeMember {
        /// The App.
        app: AppId,
        /// The group.
        group: GroupId,
        /// Who.
        user: UserId,
        /// What the member may do; not [`Role::Owner`].
        role: Role,
        /// Until then the member may not write.
        muted_until: Option<Timestamp>,
    },
    /// Ends a group: its members see no more of it; its messages stay until their retention is over.
    /// → [`Outcome::Done`], or [`Outcome::Missing`]
    DismissGroup {
        /// The App.
        app: AppId,
        /// Which.
        group: GroupId,
        /// The reason that cancelled deliveries get.
        reason: ReasonCode,
        /// Now.
        at: Timestamp,
    },
    /// Moves a user's read mark forward, never back nor beyond the last message; lowers the badge of the user's other
    /// devices by what was newly read; cancels pushes of what was read on every device. → [`Outcome::Read`]
    Read {
        /// The App.
        app: AppId,
        /// Who.
        user: UserId,
        /// On which device, whose badge the app itself keeps.
        device: Option<DeviceId>,
        /// Where.
        conversation: ConversationId,
        /// How far.
        seq: Seq,
        /// The reason that cancelled deliveries get.
        reason: ReasonCode,
        /// Now.
        at: Timestamp,
    },
    /// Takes a message back: its body becomes [`model::Body::Gone`], its push texts go, its fan-out ends, its pushes that
    /// have not begun are cancelled. A second time changes nothing. → [`Outcome::Cancelled`], or [`Outcome::Missing`]
    Recall {
        /// The App.
        app: AppId,
        /// Which.
        message: MessageId,
        /// The reason that cancelled deliveries get.
        reason: ReasonCode,
        /// Now.
        at: Timestamp,
    },
    /// Follows up a message's notifications: those that have not begun are cancelled; for each that a vendor accepted a
    /// delivery of the purpose is queued in the same lane, once, with the vendor's id of what it follows up. One that is
    /// on the wire is followed up when it lands accepted. → [`Outcome::Cancelled`], or [`Outcome::Missing`]
    FollowUp(FollowUp),
    /// Makes a call or changes one, if it is still as it was read: `expected` is the version that was read, 0 for a new
    /// one. → [`Outcome::Done`] or [`Outcome::Stale`]
    PutCall {
        /// The App.
        app: AppId,
        /// The call as it is to be.
        call: Box<Call>,
        /// The version it was read with.
        expected: u32,
    },
    /// Switches a device's pushes off or on; off cancels what has not begun. → [`Outcome::Cancelled`], or
    /// [`Outcome::Missing`]
    SwitchPush {
        /// The App.
        app: AppId,
        /// The device.
        device: DeviceId,
        /// On.
        on: bool,
        /// The reason that cancelled deliveries get.
        reason: ReasonCode,
        /// Now.
        at: Timestamp,
    },
    /// Renews what a device tells of itself. → [`Outcome::Done`], or [`Outcome::Missing`]
    PutReport {
        /// The App.
        app: AppId,
        /// The device.
        device: DeviceId,
        /// All of it.
        report: DeviceReport,
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
        /// What the app's badge shows from now on: the base that pushes count up from.
        badge: Option<u32>,
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

impl Op {
    /// Whether the ops behind it in a batch rest on it: they are undone where it answers [`Outcome::Stale`],
    /// [`Outcome::Missing`], [`Outcome::Conflict`] or [`Outcome::Duplicate`].
    #[must_use]
    pub const fn stops_its_batch(&self) -> bool {
        matches!(
            self,
            Self::Accept(_)
                | Self::Recall { .. }
                | Self::PutCall { .. }
                | Self::CreateGroup { .. }
                | Self::ChangeGroup(_)
                | Self::ChangeMembers { .. }
                | Self::ChangeMember { .. }
                | Self::DismissGroup { .. }
        )
    }
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
    /// The Push ID to give the device where its own was unregistered (row B12).
    pub push_id: PushId,
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

/// Which notifications of a message are followed up, and how.
#[derive(Debug, Clone)]
pub struct FollowUp {
    /// The App.
    pub app: AppId,
    /// The message they tell of.
    pub message: MessageId,
    /// Only this user's; `None`: everybody's.
    pub user: Option<UserId>,
    /// But not on this device.
    pub except: Option<DeviceId>,
    /// `Withdraw` or `Replace`.
    pub purpose: Purpose,
    /// What the replacement shows; kept with the message.
    pub replacement: Option<Box<PushSettings>>,
    /// The reason that cancelled deliveries get.
    pub cancel_reason: ReasonCode,
    /// The reason that the new deliveries begin with.
    pub reason: ReasonCode,
    /// After this no try of theirs begins.
    pub expires_at: Timestamp,
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
    /// Which text it shows.
    pub text: TextVariant,
    /// It counts one up on the badge of its device, which the row then keeps; only where the state is `Queued`.
    pub counts_badge: bool,
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
    /// The webhook's id.
    Webhook(WebhookId),
    /// Who came into a group and who went.
    Members {
        /// Who came in.
        added: Vec<UserId>,
        /// Who went.
        removed: Vec<UserId>,
    },
    /// How far a read mark stands now, and whether it moved.
    Read {
        /// The mark.
        seq: Seq,
        /// It moved.
        moved: bool,
    },
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
        /// The device's Push ID; `None`: it was unregistered.
        push_id: Option<PushId>,
        /// Whether the device's pushes are switched on.
        push_on: bool,
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

impl Outcome {
    /// Whether the op found things not as expected and changed nothing.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Stale | Self::Missing | Self::Conflict | Self::Duplicate { .. })
    }
}
