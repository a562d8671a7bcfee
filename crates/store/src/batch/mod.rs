//! What can be committed, and what a commit answers.

mod console;
mod deliveries;
mod keeping;
mod ledger;
mod logins;
mod outcome;
mod tokens;

use std::sync::Arc;

use model::{
    App, AppId, BindingKind, BindingLoss, Call, CertificateId, ConversationId, DeviceId, DeviceReport, Event,
    Group, GroupId, Message, MessageId, Mute, PushId, PushResource, ReasonCode, Receipt, ResourceId, Role,
    Seq, SessionId, SessionState, Timestamp, UserId, UserSettings, Webhook, WebhookId,
};

pub use self::{
    console::{ConsoleOp, Invitation, NewOperator, OperatorStart, PasswordBy},
    deliveries::{CancelScope, DeliveryUpdate, FanoutNext, FollowUp, NewDelivery},
    keeping::{Erasure, ErasureStep, Expiry, ExpiryStep},
    ledger::{BrakeRecord, LedgerOp, Requeue},
    logins::{NewSession, SessionEnd},
    outcome::Outcome,
    tokens::{BindingClear, CertificateDraft, NewBinding},
};
use crate::{ApiKey, AuditDraft};

/// One change. A batch of them is committed together or not at all.
#[derive(Debug, Clone)]
pub enum Op {
    /// Makes or changes an App. → [`Outcome::Done`]
    PutApp(App),
    /// Stores an API key. → [`Outcome::Done`], or [`Outcome::Missing`] without its App
    PutApiKey(ApiKey),
    /// Revokes an API key. → [`Outcome::Done`], or [`Outcome::Missing`]
    DeleteApiKey {
        /// The App it belongs to.
        app: AppId,
        /// SHA-256 of the key.
        hash: [u8; 32],
    },
    /// Notes when API keys were last used; it never goes back, and a key that is gone stays gone. → [`Outcome::Done`]
    NoteKeyUse(Vec<([u8; 32], Timestamp)>),
    /// Makes a user, where it is not there. → [`Outcome::Done`], or [`Outcome::Stale`] while an earlier user of this id
    /// is being erased
    PutUser {
        /// The App.
        app: AppId,
        /// The user.
        user: UserId,
        /// Now.
        at: Timestamp,
    },
    /// Names a user, who is made where not there; `None` takes the name away. → as [`Op::PutUser`]
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
    /// Stores what a user sets for all devices. The user is made where not there. → as [`Op::PutUser`]
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
    /// → [`Outcome::Done`], or [`Outcome::Conflict`] where the id is or was taken, or over
    /// [`model::GROUP_MEMBERS_MAX`]
    CreateGroup {
        /// The group; `members` is counted by the store.
        group: Group,
        /// Who is in it beside the owner.
        members: Vec<UserId>,
    },
    /// Stores name, mode, owner and mute of a group; `members` and `created_at` stay. A new owner gets the role, the
    /// old one becomes an admin. → [`Outcome::Done`], or [`Outcome::Missing`] without the group or where a new owner is
    /// no member
    ChangeGroup(Group),
    /// Brings users in and takes users out. Who is in already, or out already, stays so; who is named twice goes.
    /// Pushes of the group's messages that have not begun are cancelled for who goes. → [`Outcome::Members`],
    /// [`Outcome::Missing`], or [`Outcome::Conflict`] over [`model::GROUP_MEMBERS_MAX`] (nothing changed)
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
    /// devices by what was newly read; cancels pushes of what was read on every device, but no withdrawals. Where the
    /// user has no such conversation the mark stays at 0. → [`Outcome::Read`]
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
    /// Takes a message back: its body becomes [`model::Body::Gone`], of its push settings stays what carries no text
    /// (class, collapse key), its fan-out ends, its pushes that have not begun are cancelled. A second time changes
    /// nothing. → [`Outcome::Cancelled`], or [`Outcome::Missing`]
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
    /// delivery of the purpose is queued in the same lane, once, with the vendor's id of what it follows up. One that
    /// is on the wire is followed up when it lands accepted. Nothing is queued for a device that logged out, is in the
    /// foreground, was switched off or unregistered: no send begins there. → [`Outcome::Cancelled`], or
    /// [`Outcome::Missing`]
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
    /// Stores a message with its sequence and its fan-out cursor, due at once. → [`Outcome::Accepted`],
    /// [`Outcome::Duplicate`], [`Outcome::Conflict`], or [`Outcome::Missing`] where there is no such group
    Accept(Box<Message>),
    /// Opens a login: the device is made or its report renewed, other logins are kicked as the policy says, another
    /// user's login on this device is kicked (row B13), their bindings go. → [`Outcome::Session`], or
    /// [`Outcome::Stale`] where the user was deleted since, or is being erased
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
    /// Changes a certificate's ledger. → [`Outcome::Done`], or as the change says
    Ledger(LedgerOp),
    /// Puts a push that had ended back into its queue, as it was decided anew. A row that was cancelled while it was on
    /// the wire stays ended, and so does one whose user has read the message. → [`Outcome::Done`], [`Outcome::Stale`]
    /// where the decision rests on what is no longer so, or [`Outcome::Missing`] where the row is no dead letter
    Requeue(Box<Requeue>),
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
    /// Deletes a user: the logins end, bindings and profile go, deliveries that have not begun are cancelled, devices
    /// that nobody else logged in on are unregistered. A mark stays, by which [`Op::Erase`] finds what is left, also
    /// after a stop. → [`Outcome::Cancelled`], or [`Outcome::Missing`]
    DeleteUser {
        /// The App.
        app: AppId,
        /// The user.
        user: UserId,
        /// The reason that cancelled deliveries get.
        reason: ReasonCode,
        /// Now.
        at: Timestamp,
    },
    /// Erases a part of what deleted users left behind. → [`Outcome::Erased`]
    Erase(Erasure),
    /// Takes away a part of what an App's retention does not keep. Places in conversations are not given again.
    /// → [`Outcome::Expired`]
    Expire(Expiry),
    /// Forgets an App's oldest counts, a part of their rows at a time. → [`Outcome::Forgotten`]
    ForgetCounts {
        /// The App.
        app: AppId,
        /// Hours before the one of this moment.
        before: Timestamp,
        /// Most rows of each kind.
        limit: u32,
    },
    /// Changes who may sign in to the console, or who has. → as the [`ConsoleOp`] says
    Console(ConsoleOp),
    /// Records the change that the op right before it in the batch makes, or one of its own where it stands first.
    /// → [`Outcome::Done`], or [`Outcome::Missing`] where that op answered a refusal: nothing is recorded then
    Audit(AuditDraft),
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
                | Self::Console(_)
                | Self::OpenSession(_)
                | Self::DeleteUser { .. }
        )
    }
}
