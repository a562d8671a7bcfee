//! How a login goes on and ends: presence, acknowledgements, logout, and what the App's webhooks hear of it.

use std::sync::Arc;

use model::{AppId, DeviceId, Event, Fault, ReasonCode, SessionState, UserId};
use rules::Reason;
use store::{Op, SessionEnd};
use wire::KickReason;

use crate::{Im, audience::online, fanout::Expedite, fault_of, outbox::Ending, registry::Live};

impl Im {
    /// The app came on screen or left it. On screen, pushes that have not begun are cancelled. `unread` is what the
    /// app's badge shows when it leaves: the base that pushes count up from (row T1).
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn set_presence(
        &self,
        live: &Live,
        foreground: bool,
        unread: Option<u32>,
    ) -> Result<(), Fault> {
        // Decisions look at the live flag: it must not lag behind what the store already tells others.
        let before = live.is_foreground();
        live.set_foreground(foreground);
        let badge = unread.filter(|_| !foreground);
        let moved = self.move_session(live, online(foreground), badge, before != foreground).await;
        if moved.is_err() {
            live.set_foreground(before);
        }
        moved
    }

    /// Ends the login by the user's own wish: bindings go and pushes are cancelled before this returns.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn logout(&self, live: &Live) -> Result<(), Fault> {
        let (to, at) = (SessionState::LoggedOut, self.now());
        let reason = Reason::LOGGED_OUT_BEFORE_SEND;
        let mut batch =
            vec![Op::EndSession(SessionEnd { app: live.app, session: live.session, to, reason, at })];
        batch.extend(self.session_event(live.app, &live.user, live.device, to).await?);
        self.commit_all(batch).await?;
        self.registry.remove(live);
        Ok(())
    }

    /// Ends every login of a user by the App's backend: `logged-out` or `kicked`. Login tokens issued until now are
    /// refused from here on.
    ///
    /// # Errors
    /// `busy`; then nothing was ended, and it may be repeated.
    pub async fn end_user(&self, app: AppId, user: &UserId, to: SessionState) -> Result<u32, Fault> {
        let (to, reason) = if to == SessionState::LoggedOut {
            (to, Reason::LOGGED_OUT_BEFORE_SEND)
        } else {
            (SessionState::Kicked, Reason::KICKED_BEFORE_SEND)
        };
        let valid_from = self.now().plus_ms(1);
        let revoked = Op::RevokeTokens { app, user: user.clone(), valid_from };
        let ended = self.end_logins(app, user, (to, reason), vec![revoked], |_| true).await?;
        for live in self.registry.of_user(app, user) {
            self.kick(&live, KickReason::ByServer);
        }
        Ok(ended)
    }

    /// Takes a user offline on one device by the App's backend. The user may log in there again. `false`: the user was
    /// not logged in there.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn kick_device(&self, app: AppId, user: &UserId, device: DeviceId) -> Result<bool, Fault> {
        let to = (SessionState::Kicked, Reason::KICKED_BEFORE_SEND);
        let ended = self.end_logins(app, user, to, Vec::new(), |other| other == device).await?;
        if let Some(live) = self.registry.find(app, user, device) {
            self.kick(&live, KickReason::ByServer);
        }
        Ok(ended > 0)
    }

    /// The socket is gone: what was out on it is decided again at once. Where the process drains, it was this side that
    /// closed, and the next start waits for the device to come back.
    pub async fn closed(&self, live: &Live) {
        if let Err(fault) = self.store_acks().await {
            tracing::warn!(%fault, "what a lost connection acknowledged is not stored yet");
        }
        if *self.draining.borrow() {
            self.registry.remove(live);
            return;
        }
        if self.registry.remove(live)
            && let Err(fault) = self.move_session(live, SessionState::Disconnected, None, true).await
        {
            tracing::warn!(%fault, "a lost connection was not stored");
        }
        for message in live.take_out() {
            let user = live.user.clone();
            let _ = self.expedited.send(Expedite::Lost { app: live.app, message, user });
        }
    }

    /// Tells a connection that its login has ended.
    pub(crate) fn kick(&self, live: &Arc<Live>, reason: KickReason) {
        self.registry.remove(live);
        live.end(Ending::Kick(reason));
    }

    /// The op that tells of a session's new state; `None` where the App does not hear of sessions (row T15).
    pub(crate) async fn session_event(
        &self,
        app: AppId,
        user: &UserId,
        device: DeviceId,
        state: SessionState,
    ) -> Result<Option<Op>, Fault> {
        let event = Event::Session { user: user.clone(), device, state };
        let at = self.now();
        Ok(self.view(app).await?.and_then(|view| view.announcing(event, at)))
    }

    async fn end_logins(
        &self,
        app: AppId,
        user: &UserId,
        (to, reason): (SessionState, ReasonCode),
        mut batch: Vec<Op>,
        which: impl Fn(DeviceId) -> bool,
    ) -> Result<u32, Fault> {
        let at = self.now();
        let mut sessions = self.store().sessions(app, user).await.map_err(|error| fault_of(&error))?;
        sessions.retain(|session| session.state.is_logged_in() && which(session.device));
        for session in &sessions {
            batch.push(Op::EndSession(SessionEnd { app, session: session.id, to, reason, at }));
            batch.extend(self.session_event(app, user, session.device, to).await?);
        }
        if !batch.is_empty() {
            self.commit_all(batch).await?;
        }
        Ok(u32::try_from(sessions.len()).unwrap_or(u32::MAX))
    }

    async fn move_session(
        &self,
        live: &Live,
        to: SessionState,
        badge: Option<u32>,
        is_new: bool,
    ) -> Result<(), Fault> {
        let mut batch = vec![Op::MoveSession {
            app: live.app,
            session: live.session,
            to,
            badge,
            at: self.now(),
            cancel_reason: Reason::FETCHED,
        }];
        if is_new {
            batch.extend(self.session_event(live.app, &live.user, live.device, to).await?);
        }
        self.commit_all(batch).await.map(drop)
    }
}
