//! What happens to the core, what the shell has to do, and what the app hears.

use model::{Body, CertificateId, ClientMessageId, DeviceId, DeviceReport, PushSettings, UserId, Vendor};
use wire::{Arrival, ErrorFrame, KickReason, MessageFrame};

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
    Background,
    /// The connection stands.
    Connected,
    /// A text message came in.
    Received(&'a str),
    /// The connection is gone, or was never made.
    Disconnected,
    /// The phone has a network again.
    NetworkBack,
    /// What the vendor's registration brought.
    VendorToken {
        /// Which vendor's.
        vendor: Vendor,
        /// The token, or what went wrong.
        outcome: Result<String, String>,
    },
    /// The app names a certificate itself from now on.
    UseCertificate {
        /// Whose vendor it is for.
        vendor: Vendor,
        /// Its id.
        certificate: CertificateId,
    },
    /// The device tells something else of itself; the server hears it at the next login.
    Report(Box<DeviceReport>),
    /// Send a message.
    SendMessage {
        /// The sender's id, new for each message.
        client_message_id: ClientMessageId,
        /// Who gets it.
        to: UserId,
        /// What it says.
        body: Body,
        /// What the push should look like.
        push: Option<Box<PushSettings>>,
    },
    /// A notification of the app was tapped.
    Tapped {
        /// The vendor call by which the texts were read.
        getter: &'a str,
        /// What it gave for `ext`.
        ext: Option<&'a str>,
        /// What it gave for `payload`.
        payload: Option<&'a str>,
    },
    /// Time has passed.
    Tick,
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
    },
    /// Tell the app.
    Notify(AppEvent),
    /// Store [`crate::Client::snapshot`]. Comes last in a step.
    Persist,
}

/// What the app hears.
#[derive(Debug, PartialEq)]
pub enum AppEvent {
    /// The login succeeded.
    LoggedIn(Box<Login>),
    /// The login was refused for good.
    LoginRefused(ErrorFrame),
    /// A message that was not seen before.
    MessageReceived {
        /// The message.
        message: Box<MessageFrame>,
        /// How it came.
        arrival: Arrival,
    },
    /// What became of a message that was sent: its place, or why not.
    SendResult {
        /// The sender's id.
        client_message_id: ClientMessageId,
        /// The server's id, or why it was refused.
        outcome: Result<model::MessageId, ErrorFrame>,
    },
    /// The server has the vendor token.
    TokenReported(Reported),
    /// The vendor gave no token; nothing is reported.
    RegistrationFailed {
        /// Which vendor.
        vendor: Vendor,
        /// What it said.
        text: String,
    },
    /// The session was ended from the server's side.
    Kicked(KickReason),
    /// The server has confirmed the logout.
    LoggedOut,
    /// A notification was tapped.
    Tapped {
        /// The vendor call by which the texts were read.
        getter: String,
        /// What it gave for `ext`.
        ext: Option<String>,
        /// What it gave for `payload`.
        payload: Option<String>,
    },
    /// The server reported an error.
    Error(ErrorFrame),
}

/// What an app learns at login (row J8).
#[derive(Debug, Clone, PartialEq)]
pub struct Login {
    /// Who logged in.
    pub user: UserId,
    /// The certificate that is used; `None`: this device is not pushed to.
    pub certificate: Option<CertificateId>,
    /// Push type code of that certificate (row D7).
    pub push_type: u8,
    /// Whether this user was ever sent a push.
    pub has_pushed: bool,
    /// The device this user used before.
    pub last_device_id: Option<DeviceId>,
}
