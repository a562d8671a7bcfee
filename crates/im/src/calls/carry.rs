//! What the machine decided, carried out: the call, its signals and what becomes of its notifications in one commit.

use model::{
    Addressee, AppId, Body, Call, CallAction, CallEvent, CallId, CallSignal, Class, ConversationId,
    ErrorCode, Fault, GroupId, Message, MessageKind, Purpose, PushSettings, Timestamp, UserId,
};
use rules::{Reason, check_push};
use store::{CancelScope, FollowUp, Op, Outcome};

use super::machine::{Actor, Signal, Silenced, Turn, begin, step};
use crate::{
    Im,
    drafts::{draft, with_push},
    fault_of,
    registry::Live,
};

/// How often an act is decided again because another came between.
const ATTEMPTS: usize = 8;
/// For how long it is worth taking a call's notification away, in milliseconds: a day.
const FOLLOW_UP_LIFETIME_MS: i64 = 24 * 3_600_000;

/// What the pushes of an act look like, where it says so.
#[derive(Default, Clone, Copy)]
struct Asked<'a> {
    /// Of an invitation.
    invitation: Option<&'a PushSettings>,
    /// Of what stands in the place of a notification that was taken back.
    replacement: Option<&'a PushSettings>,
}

impl Im {
    /// A connected participant does something about a call.
    ///
    /// # Errors
    /// `not_found`, `not_allowed`, `call_over`, `not_a_member` (of the group it is held in), `invalid`, `busy`; then
    /// nothing changed.
    pub async fn call(&self, live: &Live, call: CallId, action: &CallAction) -> Result<(), Fault> {
        let actor = Actor { user: Some(live.user.clone()), device: Some(live.device) };
        self.act_on_call(live.app, &actor, call, action).await
    }

    /// The App's backend does something about a call: in a user's name, or, where it takes back or ends, in its own.
    ///
    /// # Errors
    /// As [`Im::call`].
    pub async fn call_for(
        &self,
        app: AppId,
        user: Option<UserId>,
        call: CallId,
        action: &CallAction,
    ) -> Result<(), Fault> {
        self.act_on_call(app, &Actor { user, device: None }, call, action).await
    }

    /// A call as it stands.
    ///
    /// # Errors
    /// `busy` or `internal`.
    pub async fn call_state(&self, app: AppId, call: CallId) -> Result<Option<Call>, Fault> {
        let found = self.store().call(app, call).await.map_err(|error| fault_of(&error))?;
        Ok(found.map(|record| record.call))
    }

    async fn act_on_call(
        &self,
        app: AppId,
        actor: &Actor,
        id: CallId,
        action: &CallAction,
    ) -> Result<(), Fault> {
        let asked = match action {
            CallAction::Invite(invite) => Asked { invitation: invite.push.as_ref(), replacement: None },
            CallAction::Cancel { push, .. } => Asked { invitation: None, replacement: push.as_deref() },
            _ => Asked::default(),
        };
        check_push(asked.invitation)?;
        check_push(asked.replacement)?;
        self.turn_call(app, actor, id, asked, |call, now| match (call, action) {
            (Some(call), _) => step(call, actor, action, now),
            (None, CallAction::Invite(invite)) => begin(id, actor, invite, now).map(Some),
            (None, _) => Err(ErrorCode::NotFound.into()),
        })
        .await
        .map(drop)
    }

    /// Lets something that is nobody's request happen to a call. `false`: nothing changed.
    pub(super) async fn turn_call_by_itself(
        &self,
        app: AppId,
        id: CallId,
        decide: impl Fn(&Call, Timestamp) -> Option<Turn>,
    ) -> Result<bool, Fault> {
        let nobody = Actor { user: None, device: None };
        let decide = |call: Option<&Call>, now| Ok(call.and_then(|call| decide(call, now)));
        self.turn_call(app, &nobody, id, Asked::default(), decide).await
    }

    /// Reads, decides and commits, and does it again where another act came between. `false`: nothing changed.
    async fn turn_call(
        &self,
        app: AppId,
        actor: &Actor,
        id: CallId,
        asked: Asked<'_>,
        decide: impl Fn(Option<&Call>, Timestamp) -> Result<Option<Turn>, Fault>,
    ) -> Result<bool, Fault> {
        for _ in 0..ATTEMPTS {
            let read = self.store().call(app, id).await.map_err(|error| fault_of(&error))?;
            let now = self.now();
            let Some(turn) = decide(read.as_ref().map(|record| &record.call), now)? else {
                return Ok(false);
            };
            if let Some(group) = &turn.call.group {
                self.check_call_members(app, group, actor, &turn.signals).await?;
            }
            let batch = batch_of(app, turn, read.map_or(0, |record| record.version), asked, now);
            let outcomes = self.store().commit(batch).await.map_err(|error| fault_of(&error))?;
            match outcomes.first() {
                Some(Outcome::Done) => return Ok(true),
                Some(Outcome::Stale) => {}
                _ => return Err(ErrorCode::Internal.into()),
            }
        }
        Err(ErrorCode::Busy.into())
    }

    /// Only members of the group a call is held in invite into it and are invited.
    async fn check_call_members(
        &self,
        app: AppId,
        group: &GroupId,
        actor: &Actor,
        signals: &[Signal],
    ) -> Result<(), Fault> {
        let invited: Vec<&UserId> = signals
            .iter()
            .filter(|signal| signal.signal.event == CallEvent::Invited)
            .map(|signal| &signal.to)
            .collect();
        let inviter = actor.user.as_ref().filter(|_| !invited.is_empty());
        for user in inviter.into_iter().chain(invited) {
            let member = self.store().member(app, group, user).await.map_err(|error| fault_of(&error))?;
            if member.is_none() {
                return Err(Fault::new(
                    ErrorCode::NotAMember,
                    format!("{user} is not a member of the group the call is held in"),
                ));
            }
        }
        Ok(())
    }
}

/// All that a turn changes. The call comes first: where it is not as it was read, nothing behind it is done.
fn batch_of(app: AppId, turn: Turn, expected: u32, asked: Asked<'_>, now: Timestamp) -> Vec<Op> {
    let Turn { mut call, signals, silenced } = turn;
    let messages: Vec<Message> =
        signals.into_iter().map(|signal| message_of(app, signal, asked.invitation, now)).collect();
    for message in &messages {
        note_invitation(&mut call, message);
    }
    let mut batch = vec![Op::PutCall { app, call: Box::new(call), expected }];
    batch.extend(messages.into_iter().map(|message| Op::Accept(Box::new(message))));
    batch.extend(silenced.into_iter().flat_map(|one| silence(app, one, asked.replacement, now)));
    batch
}

/// A signal as a message of the participant's own system conversation.
fn message_of(app: AppId, signal: Signal, invitation: Option<&PushSettings>, now: Timestamp) -> Message {
    let Signal { to, signal } = signal;
    let addressee = Addressee::Conversation(ConversationId::system(&to));
    let push = match signal.event {
        CallEvent::Invited => invitation_push(invitation, &signal, now),
        _ => PushSettings { class: Class::Call, counts_badge: false, ..PushSettings::default() },
    };
    let message = Message {
        sender: signal.by.clone().filter(|_| signal.event != CallEvent::TimedOut),
        sender_device: signal.device,
        ..draft(app, addressee, MessageKind::Call, Body::Call(signal), now)
    };
    with_push(message, Some(push))
}

/// As the caller wishes, but its class is `call` and it is worth sending only while it rings (row F3). Which token it
/// goes to is the caller's wish too: `voip` where the app has one (row T19).
fn invitation_push(asked: Option<&PushSettings>, signal: &CallSignal, now: Timestamp) -> PushSettings {
    PushSettings {
        class: Class::Call,
        lifetime_ms: Some(signal.rings_until.since_ms(now)),
        ..asked.cloned().unwrap_or_default()
    }
}

/// Remembers which message carries an invitation, so that its notifications can be taken away.
fn note_invitation(call: &mut Call, message: &Message) {
    let Body::Call(signal) = &message.body else { return };
    let Some(conversation) = message.addressee.conversation() else { return };
    if signal.event != CallEvent::Invited {
        return;
    }
    let invited = call.invitees.iter_mut().filter(|invitee| conversation.includes(&invitee.user));
    for invitee in invited {
        invitee.invitation = Some(message.id);
    }
}

/// What becomes of the notifications of an invitation that rings no longer. The device that answered is not rung any
/// more either, but what it shows already it takes away by itself.
fn silence(app: AppId, silenced: Silenced, replacement: Option<&PushSettings>, now: Timestamp) -> [Op; 2] {
    let cancel = Op::Cancel {
        app,
        scope: CancelScope::Message(silenced.invitation),
        reason: Reason::CALL_OVER_BEFORE_SEND,
        at: now,
    };
    let (purpose, reason) = match replacement {
        Some(_) => (Purpose::Replace, Reason::REPLACING),
        None => (Purpose::Withdraw, Reason::WITHDRAWING),
    };
    let follow_up = Op::FollowUp(FollowUp {
        app,
        message: silenced.invitation,
        user: Some(silenced.user),
        except: silenced.except,
        purpose,
        replacement: replacement.cloned().map(Box::new),
        cancel_reason: Reason::CALL_OVER_BEFORE_SEND,
        reason,
        expires_at: now.plus_ms(FOLLOW_UP_LIFETIME_MS),
        at: now,
    });
    [cancel, follow_up]
}
