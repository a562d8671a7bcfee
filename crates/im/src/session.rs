//! What a connected session does: presence, bindings, acknowledgements, sync, logout; and how it ends.

use std::{collections::HashMap, sync::Arc};

use model::{
    AppId, BindingKind, BindingLoss, CertificateId, ConversationId, ErrorCode, Fault, PushId, Seq,
    SessionState, UserId, VENDOR_TOKEN_MAX_BYTES,
};
use rules::Reason;
use store::{CancelScope, NewBinding, Op, SessionEnd};
use uuid::Uuid;
use wire::{Cursor, KickReason};

use crate::{
    Im,
    fanout::{Expedite, frame_of},
    fault_of,
    registry::{Ending, Live},
};

/// Messages in one page of a sync.
const SYNC_PAGE: u32 = 100;

impl Im {
    /// The app came on screen or left it. On screen, pushes that have not begun are cancelled.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn set_presence(&self, live: &Live, foreground: bool) -> Result<(), Fault> {
        let to = if foreground { SessionState::OnlineForeground } else { SessionState::OnlineBackground };
        // Decisions look at the live flag: it must not lag behind what the store already tells others.
        let before = live.is_foreground();
        live.set_foreground(foreground);
        let moved = self.move_session(live, to).await;
        if moved.is_err() {
            live.set_foreground(before);
        }
        moved
    }

    /// Binds the device's vendor token to this login.
    ///
    /// # Errors
    /// `empty_token`, `invalid`, `unknown_certificate`, `busy`; then nothing changed.
    pub async fn bind(
        &self,
        live: &Live,
        certificate: CertificateId,
        kind: BindingKind,
        token: &str,
    ) -> Result<(), Fault> {
        self.check_binding(live.app, certificate, token).await?;
        self.commit_one(Op::Bind(NewBinding {
            app: live.app,
            device: live.device,
            certificate,
            kind,
            token: token.into(),
            owner: Some(live.user.clone()),
            push_id: PushId(Uuid::new_v4()),
            at: self.now(),
        }))
        .await
        .map(drop)
    }

    /// Checks a vendor token before it is bound, whoever reports it.
    ///
    /// # Errors
    /// `empty_token`, `invalid`, `unknown_certificate`.
    pub async fn check_binding(
        &self,
        app: AppId,
        certificate: CertificateId,
        token: &str,
    ) -> Result<(), Fault> {
        if token.trim().is_empty() {
            return Err(ErrorCode::EmptyToken.into());
        }
        if token.len() > VENDOR_TOKEN_MAX_BYTES || token.chars().any(char::is_control) {
            return Err(Fault::new(
                ErrorCode::Invalid,
                "the vendor token is over 1024 bytes or has control characters",
            ));
        }
        let view = self.view(app).await?;
        if view.is_none_or(|view| view.certificate(certificate).is_none()) {
            return Err(ErrorCode::UnknownCertificate.into());
        }
        Ok(())
    }

    /// Takes the device's binding back.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn unbind(
        &self,
        live: &Live,
        certificate: CertificateId,
        kind: BindingKind,
    ) -> Result<(), Fault> {
        self.commit_one(Op::Unbind {
            app: live.app,
            device: live.device,
            certificate,
            kind,
            loss: BindingLoss::Unbound,
            at: self.now(),
        })
        .await
        .map(drop)
    }

    /// Stores how far the device has the messages.
    ///
    /// # Errors
    /// `busy`; then nothing changed, and the client will repeat it with its next acknowledgement.
    pub async fn ack(&self, live: &Live, cursors: Vec<(ConversationId, Seq)>) -> Result<(), Fault> {
        live.acked(&cursors);
        self.commit_one(Op::Ack { app: live.app, user: live.user.clone(), device: live.device, cursors })
            .await
            .map(drop)
    }

    /// Hands the client everything after its heads and cancels the pushes that this makes needless. The heads count
    /// as acknowledged: they say what earlier connections delivered, whose acks may have been lost. The pages go to
    /// the session's own outbox, so that they keep their order with live messages.
    ///
    /// # Errors
    /// `busy` or `internal`; the client repeats the sync.
    pub async fn sync(&self, live: &Live, heads: &[Cursor]) -> Result<(), Fault> {
        let cancel = Op::Cancel {
            app: live.app,
            scope: CancelScope::UserDevice(live.user.clone(), live.device),
            reason: Reason::FETCHED,
            at: self.now(),
        };
        let have: HashMap<&ConversationId, Seq> =
            heads.iter().map(|cursor| (&cursor.conversation, cursor.seq)).collect();
        let conversations =
            self.store().conversations(live.app, &live.user).await.map_err(|error| fault_of(&error))?;
        let cursors: Vec<(ConversationId, Seq)> = conversations
            .iter()
            .filter_map(|head| Some((head, have.get(&head.conversation)?)))
            .map(|(head, have)| (head.conversation.clone(), head.seq.min(*have)))
            .collect();
        live.acked(&cursors);
        let ack = Op::Ack { app: live.app, user: live.user.clone(), device: live.device, cursors };
        self.store().commit(vec![cancel, ack]).await.map_err(|error| fault_of(&error))?;
        for head in conversations {
            let mut after = have.get(&head.conversation).copied().unwrap_or(Seq(0));
            while after < head.seq {
                let page = self
                    .store()
                    .messages_after(live.app, &head.conversation, after, SYNC_PAGE)
                    .await
                    .map_err(|error| fault_of(&error))?;
                let frames: Arc<[_]> = page.iter().filter_map(frame_of).map(Arc::new).collect();
                let Some(last) = frames.last() else { break };
                after = last.seq;
                if !live.deliver_page(frames).await {
                    return Err(ErrorCode::Busy.into());
                }
            }
        }
        Ok(())
    }

    /// Ends the login by the user's own wish: bindings go and pushes are cancelled before this returns.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn logout(&self, live: &Live) -> Result<(), Fault> {
        self.end_session(live, SessionState::LoggedOut, Reason::LOGGED_OUT_BEFORE_SEND).await?;
        self.registry.remove(live);
        Ok(())
    }

    /// Ends every login of a user by the App's backend: `logged-out` or `kicked`. Login tokens issued until now are
    /// refused from here on.
    ///
    /// # Errors
    /// `busy`; then nothing or a part of the logins was ended, and repeating it ends the rest.
    pub async fn end_user(&self, app: AppId, user: &UserId, to: SessionState) -> Result<u32, Fault> {
        let now = self.now();
        let (to, reason) = if to == SessionState::LoggedOut {
            (to, Reason::LOGGED_OUT_BEFORE_SEND)
        } else {
            (SessionState::Kicked, Reason::KICKED_BEFORE_SEND)
        };
        let sessions = self.store().sessions(app, user).await.map_err(|error| fault_of(&error))?;
        let mut batch = vec![Op::RevokeTokens { app, user: user.clone(), valid_from: now.plus_ms(1) }];
        let open: Vec<_> = sessions.into_iter().filter(|session| session.state.is_logged_in()).collect();
        batch.extend(
            open.iter()
                .map(|session| Op::EndSession(SessionEnd { app, session: session.id, to, reason, at: now })),
        );
        self.store().commit(batch).await.map_err(|error| fault_of(&error))?;
        for live in self.registry.of_user(app, user) {
            self.registry.remove(&live);
            live.end(Ending::Kick(KickReason::ByServer));
        }
        Ok(u32::try_from(open.len()).unwrap_or(u32::MAX))
    }

    /// The socket is gone: what was out on it is decided again at once.
    pub async fn closed(&self, live: &Live) {
        if self.registry.remove(live)
            && let Err(fault) = self.move_session(live, SessionState::Disconnected).await
        {
            tracing::warn!(%fault, "a lost connection was not stored");
        }
        for message in live.take_out() {
            let _ = self.expedited.send(Expedite { app: live.app, message });
        }
    }

    async fn move_session(&self, live: &Live, to: SessionState) -> Result<(), Fault> {
        self.commit_one(Op::MoveSession {
            app: live.app,
            session: live.session,
            to,
            badge: None,
            at: self.now(),
            cancel_reason: Reason::FETCHED,
        })
        .await
        .map(drop)
    }

    async fn end_session(
        &self,
        live: &Live,
        to: SessionState,
        reason: model::ReasonCode,
    ) -> Result<(), Fault> {
        let end = SessionEnd { app: live.app, session: live.session, to, reason, at: self.now() };
        self.commit_one(Op::EndSession(end)).await.map(drop)
    }
}
