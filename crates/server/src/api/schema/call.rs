//! Calls.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A call, from its first invitation to its end.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Call {
    /// The caller's id of it.
    #[schema(format = Uuid)]
    id: String,
    /// Who calls.
    caller: String,
    /// From which device; null: the App's backend.
    #[schema(format = Uuid)]
    caller_device: Option<String>,
    /// The group it is held in, where it is.
    group: Option<String>,
    /// Voice or video.
    media: CallMedia,
    /// The App's own words about it.
    ext: Option<String>,
    /// Everybody who was ever invited.
    invitees: Vec<Invitee>,
    /// The caller has left it, and others go on.
    caller_left: bool,
    /// When it began to ring.
    created_at: i64,
    /// When the next invitation stops ringing; once none rings, when the last one would have.
    rings_until: i64,
    /// When it ended; then nothing about it changes any more.
    ended_at: Option<i64>,
}

/// One invited user.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Invitee {
    /// Who.
    user: String,
    /// Where the invitation stands.
    state: InviteeState,
    /// The device it was answered on.
    #[schema(format = Uuid)]
    device: Option<String>,
    /// Until when the invitation rings; who has not answered by then has missed it.
    rings_until: i64,
    /// The message that carried the newest invitation.
    #[schema(format = Uuid)]
    invitation: Option<String>,
}

/// Where an invitation stands.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InviteeState {
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

/// Voice or video.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CallMedia {
    #[default]
    Audio,
    Video,
}

/// What a participant is told of a call.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallSignal {
    /// Which call.
    #[schema(format = Uuid)]
    call: String,
    /// What happened.
    event: CallEvent,
    /// Who calls.
    caller: String,
    /// Who did it, and for a time-out who did not answer; absent: the App's backend, or nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    by: Option<String>,
    /// On which device it was done: a user's other devices stop ringing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid, required = false, nullable = false)]
    device: Option<String>,
    /// The group it is held in, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    group: Option<String>,
    /// Voice or video.
    #[serde(default)]
    #[schema(required = false)]
    media: CallMedia,
    /// Until when it rings.
    rings_until: i64,
    /// The App's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    ext: Option<String>,
}

/// What happened to a call.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallEvent {
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

#[cfg(test)]
mod tests {
    use model::{
        Call, CallEvent, CallId, CallMedia, CallSignal, DeviceId, Invitee, InviteeState, MessageId, Timestamp,
    };
    use uuid::Uuid;

    use super::super::mirrors;

    #[test]
    fn calls_and_their_signals_are_mirrored() {
        let (id, device) = (CallId(Uuid::nil()), Some(DeviceId(Uuid::nil())));
        let user = |name: &str| name.parse::<model::UserId>().unwrap();
        let invitee = Invitee {
            user: user("bo"),
            state: InviteeState::Accepted,
            device,
            rings_until: Timestamp(2),
            invitation: Some(MessageId(Uuid::nil())),
        };
        mirrors::<super::Call>(&[Call {
            id,
            caller: user("ann"),
            caller_device: device,
            group: "g".parse().ok(),
            media: CallMedia::Video,
            ext: Some("e".to_owned()),
            invitees: vec![invitee],
            caller_left: false,
            created_at: Timestamp(1),
            rings_until: Timestamp(2),
            ended_at: Some(Timestamp(3)),
        }]);
        let signal = CallSignal {
            call: id,
            event: CallEvent::Invited,
            caller: user("ann"),
            by: None,
            device: None,
            group: None,
            media: CallMedia::Audio,
            rings_until: Timestamp(2),
            ext: None,
        };
        let answered = CallSignal { by: Some(user("bo")), device, ..signal.clone() };
        mirrors::<super::CallSignal>(&[signal, answered]);
    }

    #[test]
    fn words_of_calls_are_mirrored() {
        use InviteeState::{Accepted, Cancelled, Inviting, Left, Received, Rejected, TimedOut};
        mirrors::<super::InviteeState>(&[Inviting, Received, Accepted, Rejected, Cancelled, TimedOut, Left]);
        mirrors::<super::CallEvent>(&[
            CallEvent::Invited,
            CallEvent::Received,
            CallEvent::Accepted,
            CallEvent::Rejected,
            CallEvent::Cancelled,
            CallEvent::TimedOut,
            CallEvent::Left,
            CallEvent::Ended,
        ]);
    }
}
