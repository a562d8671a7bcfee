//! Calls: who invited whom, and where each invitee stands.

use serde::{Deserialize, Serialize};

use crate::{CallId, DeviceId, GroupId, MessageId, PushSettings, Timestamp, UserId};

/// A call, from its first invitation to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The caller's id of it.
    pub id: CallId,
    /// Who calls.
    pub caller: UserId,
    /// From which device; `None`: the App's backend.
    pub caller_device: Option<DeviceId>,
    /// The group it is held in, where it is.
    pub group: Option<GroupId>,
    /// Voice or video.
    pub media: CallMedia,
    /// The App's own words about it, opaque to Posthouse.
    pub ext: Option<String>,
    /// Everybody who was ever invited.
    pub invitees: Vec<Invitee>,
    /// The caller has left it, and others go on.
    #[serde(default)]
    pub caller_left: bool,
    /// When it began to ring.
    pub created_at: Timestamp,
    /// When the next invitation stops ringing; once none rings, when the last one would have.
    pub rings_until: Timestamp,
    /// When it ended; then nothing about it changes any more.
    pub ended_at: Option<Timestamp>,
}

/// One invited user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitee {
    /// Who.
    pub user: UserId,
    /// Where the invitation stands.
    pub state: InviteeState,
    /// The device it was answered on.
    pub device: Option<DeviceId>,
    /// Until when the invitation rings; who has not answered by then has missed it.
    pub rings_until: Timestamp,
    /// The message that carried the newest invitation: its notifications are withdrawn when it stops ringing.
    pub invitation: Option<MessageId>,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InviteeState {
    /// Sent.
    Inviting,
    /// A device of the invitee has it.
    Received,
    /// Taken.
    Accepted,
    /// Refused.
    Rejected,
    /// Taken back by the caller.
    Cancelled,
    /// Not answered in time.
    TimedOut,
    /// Left after it was taken.
    Left,
}

impl InviteeState {
    /// Whether the phone still rings.
    #[must_use]
    pub const fn is_ringing(self) -> bool {
        matches!(self, Self::Inviting | Self::Received)
    }
}

/// Voice or video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum CallMedia {
    /// Voice.
    #[default]
    Audio,
    /// Video.
    Video,
}

/// What a participant is told of a call, as a message in the user's own system conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallSignal {
    /// Which call.
    pub call: CallId,
    /// What happened.
    pub event: CallEvent,
    /// Who calls.
    pub caller: UserId,
    /// Who did it, and for a time-out who did not answer; `None`: the App's backend, or nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// On which device it was done: a user's other devices stop ringing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The group it is held in, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// Voice or video.
    #[serde(default)]
    pub media: CallMedia,
    /// Until when it rings.
    pub rings_until: Timestamp,
    /// The App's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<String>,
}

/// What happened to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallEvent {
    /// The user is invited.
    Invited,
    /// A device of an invitee has the invitation.
    Received,
    /// An invitee took it.
    Accepted,
    /// An invitee refused.
    Rejected,
    /// The caller took the invitation back.
    Cancelled,
    /// An invitee did not answer in time.
    TimedOut,
    /// An invitee left after taking it.
    Left,
    /// It is over.
    Ended,
}

/// What a participant does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum CallAction {
    /// Begins the call, or brings further users into it.
    Invite(Box<CallInvite>),
    /// An invitee takes it; the invitee's other devices stop ringing.
    Accept {},
    /// An invitee refuses.
    Reject {},
    /// The caller takes back what still rings.
    Cancel {
        /// Whose; empty: everybody's.
        #[serde(default)]
        users: Vec<UserId>,
        /// What stands in the place of the notification; absent: it is withdrawn where the vendor can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        push: Option<Box<PushSettings>>,
    },
    /// A participant leaves; the call ends when nobody is left beside one.
    Leave {},
    /// The caller ends it for everybody.
    End {},
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallInvite {
    /// Who is invited; at most 32.
    pub users: Vec<UserId>,
    /// The group it is held in, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// Voice or video.
    #[serde(default)]
    pub media: CallMedia,
    /// For how long it rings, in milliseconds; 1 s to 10 minutes.
    #[serde(default = "usual_ringing_ms")]
    pub rings_ms: i64,
    /// The App's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<String>,
    /// What the push should look like; its class is `call` and its lifetime the ringing, whatever it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushSettings>,
}

const fn usual_ringing_ms() -> i64 {
    90_000
}
