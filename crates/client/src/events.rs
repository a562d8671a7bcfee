//! What happens to the core, what the shell has to do, and what the app hears.

use std::collections::BTreeMap;

use model::{
    BindingKind, CallAction, CallId, CallSignal, CertificateId, ClientMessageId, ConversationId, DeviceId,
    DeviceReport, GroupId, GroupNotice, MessageId, Mute, PushId, PushSettings, Recalled, Seq, Timestamp,
    UserId, UserSettings, Vendor,
};
use serde::{Deserialize, Serialize};
use wire::{Answer, Arrival, Ask, ErrorFrame, GroupAction, KickReason, MessageFrame, SendMessage};

use crate::Reported;

/// What happens to the app.
#[derive(Debug)]
pub enum Input<'a> {
    /// The process has started. A login that stands is resumed.
    AppStarted {
        /// On screen.
        foreground: bool,
    },
    /// The user logs in.
    LogIn {
        /// JWT from the App's backend.
        token: &'a str,
    },
    /// The user logs out.
    LogOut,
    /// The app came on screen.
    Foreground,
    /// The app left the screen.
    Background {
        /// What its badge shows from now on (row T1); `None`: what the core has counted.
        unread: Option<u32>,
    },
    /// The connection stands.
    Connected,
    /// A text message came in.
    Received(&'a str),
    /// The connection is gone, or was never made.
    Disconnected,
    /// The phone has a network again.
    NetworkBack,
    /// What the vendor's registration brought: at the core's asking, or because the vendor renewed the token.
    VendorToken {
        /// Which vendor's.
        vendor: Vendor,
        /// What the token is for.
        kind: BindingKind,
        /// The token, or what went wrong.
        outcome: Result<String, String>,
    },
    /// A vendor's SDK called the app back (matrix H). What a vendor does not have is passed over.
    VendorCalled {
        /// Whose SDK.
        vendor: Vendor,
        /// Which callback.
        callback: VendorCallback,
        /// What it brought.
        pushed: Box<Pushed>,
    },
    /// A notification of the app was tapped.
    Tapped {
        /// The vendor call by which the texts were read; `local` for one that the app raised by itself.
        getter: &'a str,
        /// What it gave for `ext`.
        ext: Option<&'a str>,
        /// What it gave for `payload`.
        payload: Option<&'a str>,
        /// The string extras of the opened page, where the vendor hands `ext` over member by member (row G7); else
        /// empty. The app is handed `ext` all the same.
        members: &'a BTreeMap<String, String>,
    },
    /// The app names a certificate itself from now on.
    UseCertificate {
        /// Whose vendor it is for.
        vendor: Vendor,
        /// Its id.
        certificate: CertificateId,
    },
    /// The device tells something else of itself, such as a permission that was switched off; the server hears it now,
    /// or at the next login.
    Report(Box<DeviceReport>),
    /// Switches this device's pushes off or on (row B11). Asked of the server until it says yes, over restarts too.
    PushSwitch {
        /// On.
        on: bool,
    },
    /// Ends this device's Push ID (row B12). Until [`Input::Register`] no vendor is asked and no token reported.
    Unregister,
    /// Begins again after [`Input::Unregister`].
    Register,
    /// Sends a message, now or when there is a connection.
    SendMessage(Box<SendMessage>),
    /// The user has read a conversation up to here.
    Read {
        /// Which.
        conversation: ConversationId,
        /// How far.
        seq: Seq,
    },
    /// Takes a message back (row T13).
    Recall {
        /// Which.
        message: MessageId,
        /// What stands in the place of its notification.
        push: Option<Box<PushSettings>>,
    },
    /// Does something about a group.
    Group {
        /// Which.
        group: GroupId,
        /// What.
        action: Box<GroupAction>,
    },
    /// Does something about a call (row F3).
    Call {
        /// Which; a new id where it begins one.
        call: CallId,
        /// What.
        action: Box<CallAction>,
    },
    /// Sets when and through what the user may be disturbed.
    Settings(Box<UserSettings>),
    /// Mutes a conversation.
    Mute {
        /// Which.
        conversation: ConversationId,
        /// How far.
        mute: Mute,
    },
    /// Asks for older messages.
    History {
        /// Of which conversation.
        conversation: ConversationId,
        /// From before this place; `None`: from the newest.
        before: Option<Seq>,
        /// At most so many, up to 100.
        limit: u32,
    },
    /// Asks for the user's conversations.
    Conversations,
    /// Time has passed.
    Tick,
}

/// The callbacks of a vendor's SDK beside those of registration and tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorCallback {
    /// A notification arrived.
    NotificationArrived,
    /// Data arrived that shows nothing by itself.
    ThroughMessageReceived,
    /// A call came in through the token for calls (`PushKit`).
    CallReceived,
}

/// What a vendor's SDK hands to the app, in one shape for every brand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Title; empty for data.
    pub title: String,
    /// Text; empty for data.
    pub body: String,
    /// What the vendor's getter gave for `ext`.
    pub ext: Option<String>,
    /// What it gave for `payload`.
    pub payload: Option<String>,
}

/// What the shell has to do.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Open a WebSocket there, then say [`Input::Connected`] or [`Input::Disconnected`].
    Connect(String),
    /// Write a text message.
    Transmit(String),
    /// Close the socket, or give up opening it; nothing that comes from it later may be fed in.
    CloseSocket,
    /// Ask the vendor's SDK for a token, then say [`Input::VendorToken`].
    RegisterWithVendor {
        /// Which vendor's.
        vendor: Vendor,
        /// The certificate the token is for.
        certificate: CertificateId,
        /// What the token is for.
        kind: BindingKind,
        /// What the app was built with for this vendor (row C9).
        keys: BTreeMap<String, String>,
    },
    /// Show a notification of the app's own (row F8). One with the same key takes its place.
    ShowNotification(Box<LocalNotification>),
    /// Take a notification of the app's own away; it may be gone already.
    WithdrawNotification {
        /// Its key.
        key: MessageId,
    },
    /// Show this number on the app's icon; 0 shows none.
    SetBadge(u32),
    /// Tell the app.
    Notify(AppEvent),
    /// Store [`crate::Client::snapshot`]. Comes last in a step.
    Persist,
}

/// A notification that the app raises by itself, because the server sends no push for the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalNotification {
    /// The message it is about: its key.
    pub key: MessageId,
    /// Where the message stands.
    pub conversation: ConversationId,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// For [`Input::Tapped`], whose getter is then `local`.
    pub ext: Option<String>,
    /// For [`Input::Tapped`], whose getter is then `local`.
    pub payload: Option<String>,
}

/// What the app hears.
#[derive(Debug, PartialEq)]
pub enum AppEvent {
    /// The login succeeded.
    LoggedIn(Box<Login>),
    /// The login was refused for good.
    LoginRefused(ErrorFrame),
    /// Everything from before the connection has come.
    Synced,
    /// A message or a system notification that was not seen before.
    MessageReceived {
        /// The message.
        message: Box<MessageFrame>,
        /// How it came.
        arrival: Arrival,
    },
    /// An earlier message was taken back.
    MessageRecalled {
        /// Where.
        conversation: ConversationId,
        /// Which, and by whom.
        recalled: Recalled,
    },
    /// A group's members, name or mode changed.
    GroupChanged {
        /// Which.
        conversation: ConversationId,
        /// What.
        notice: GroupNotice,
    },
    /// The user is invited to a call that rings now (row F3).
    CallInvited(Box<CallSignal>),
    /// Something else happened to a call.
    CallChanged(Box<CallSignal>),
    /// A member of a conversation, or the user on another device, has read up to here.
    ReadMark {
        /// Who.
        user: UserId,
        /// Where.
        conversation: ConversationId,
        /// How far.
        seq: Seq,
    },
    /// What became of a message that was sent: its place, or why not.
    SendResult {
        /// The sender's id.
        client_message_id: ClientMessageId,
        /// Where it went, or why it was refused.
        outcome: Result<Sent, ErrorFrame>,
    },
    /// What became of a request of the app's: a read mark, a recall, a group's or call's action, settings, a mute,
    /// history, conversations.
    Answered {
        /// What was asked.
        ask: Box<Ask>,
        /// What it brought, or why it was refused.
        outcome: Result<Answer, ErrorFrame>,
    },
    /// The vendor gave a token, and the server has it (row D6).
    Registered {
        /// Which vendor.
        vendor: Vendor,
        /// What the token is for.
        kind: BindingKind,
        /// The certificate and the token.
        reported: Reported,
        /// The id under which a backend can push to this device; `None` where the server names it only at the next
        /// login.
        push_id: Option<PushId>,
    },
    /// The vendor gave no token; nothing is reported.
    RegistrationFailed {
        /// Which vendor.
        vendor: Vendor,
        /// What the token would have been for.
        kind: BindingKind,
        /// What it said.
        text: String,
    },
    /// The server has switched this device's pushes (row B11).
    PushSwitched {
        /// On.
        on: bool,
    },
    /// The server has ended this device's Push ID (row B12).
    Unregistered,
    /// The vendor says that a notification arrived (matrix H).
    NotificationArrived(Box<Pushed>),
    /// The vendor handed over data that shows nothing by itself (matrix H).
    ThroughMessageReceived(Box<Pushed>),
    /// A call came in through the token for calls; the system wants to be told of it at once (row T19).
    CallPushed(Box<Pushed>),
    /// The session was ended from the server's side.
    Kicked(KickReason),
    /// The server has confirmed the logout.
    LoggedOut,
    /// A notification was tapped: the same shape on every brand (row G9).
    Tapped {
        /// The vendor call by which the texts were read.
        getter: String,
        /// The sender's `ext`.
        ext: Option<String>,
        /// The sender's `payload`.
        payload: Option<String>,
        /// The member `entity` of `ext`, where `ext` is a JSON object that has one (row E5).
        entity: Option<serde_json::Value>,
    },
    /// The server reported an error.
    Error(ErrorFrame),
}

/// Where a message went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The server's id.
    pub message: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its place there; 0 for one to connected devices alone.
    pub seq: Seq,
    /// When it was accepted.
    pub sent_at: Timestamp,
}

/// What an app learns at login (row J8).
#[derive(Debug, Clone, PartialEq)]
pub struct Login {
    /// Who logged in.
    pub user: UserId,
    /// The best-ranked certificate that this device can use; `None`: this device is not pushed to.
    pub certificate: Option<CertificateId>,
    /// Push type code of the server's first recommendation (row D7).
    pub push_type: u8,
    /// Whether this user was ever sent a push.
    pub has_pushed: bool,
    /// The device this user used before.
    pub last_device_id: Option<DeviceId>,
    /// The id under which a backend can push to this device; `None` after it was unregistered.
    pub push_id: Option<PushId>,
    /// Whether this device's pushes are switched on.
    pub push_on: bool,
}
