//! Login: from a token and a device report to an open session.

use std::sync::Arc;

use model::{AppId, CertificateName, DeviceId, ErrorCode, Fault, PushId, SessionId, SessionState, UserId};
use rules::{Reason, rank_certificates};
use store::{NewSession, Op, Outcome};
use uuid::Uuid;
use wire::{KickReason, Login, Recommended, Welcome};

use crate::{Im, audience::online, catalogue::AppView, fault_of, outbox::OutboxDoor, registry::Live, tokens};

/// An open session: what its socket holds.
#[derive(Debug)]
pub struct Opened {
    /// The login.
    pub live: Arc<Live>,
    /// What to answer.
    pub welcome: Welcome,
}

impl Im {
    /// Opens a session. The device's other logins, and the user's where the policy says so, end in the same commit.
    ///
    /// # Errors
    /// `bad_token`, `token_expired`, `certificate_name_too_long` (500), `unknown_certificate`; then nothing changed.
    pub async fn login(&self, login: Login, outbox: OutboxDoor) -> Result<Opened, Fault> {
        let now = self.now();
        let app = tokens::claimed_app(&login.token)?;
        let view = self.view(app).await?.ok_or_else(|| Fault::from(ErrorCode::BadToken))?;
        let verified = tokens::verify(&view.app, &login.token, now)?;
        let user = verified.user;
        let known = self.store().user(app, &user).await.map_err(|error| fault_of(&error))?;
        if known.is_some_and(|known| verified.issued_at < known.tokens_valid_from) {
            return Err(ErrorCode::TokenExpired.into());
        }
        let deletion = self.store().deletion(app, &user).await.map_err(|error| fault_of(&error))?;
        if deletion.is_some_and(|deletion| verified.issued_at <= deletion.at) {
            return Err(ErrorCode::TokenExpired.into());
        }
        check_certificate_names(&view, &login.certificate_names)?;

        let state = online(login.foreground);
        let certificates: Vec<Recommended> =
            rank_certificates(&view.certificates, &login.report, view.app.policy.fcm, now)
                .into_iter()
                .map(|certificate| Recommended {
                    certificate: certificate.id,
                    name: certificate.name.as_str().to_owned(),
                    vendor: certificate.vendor,
                })
                .collect();
        let mut batch = vec![Op::OpenSession(NewSession {
            app,
            user: user.clone(),
            device: login.device,
            push_id: PushId(Uuid::new_v4()),
            report: login.report,
            state,
            policy: view.app.policy.login,
            kicked_reason: Reason::KICKED_BEFORE_SEND,
            at: now,
        })];
        batch.extend(self.session_event(app, &user, login.device, state).await?);
        let outcome = self.commit_all(batch).await?.into_iter().next();
        let (id, push_id, push_on, kicked, last_device, has_pushed) = match outcome {
            Some(Outcome::Session { id, push_id, push_on, kicked, last_device, has_pushed }) => {
                (id, push_id, push_on, kicked, last_device, has_pushed)
            }
            Some(Outcome::Stale) => {
                return Err(Fault::new(ErrorCode::Busy, "an earlier user of this id is being deleted"));
            }
            _ => return Err(ErrorCode::Internal.into()),
        };
        self.kick_others(app, &user, kicked).await;
        let live = Arc::new(Live::new(app, user.clone(), login.device, id, login.foreground, outbox));
        self.registry.add(Arc::clone(&live));
        let push_type = certificates.first().map_or(0, |first| first.vendor.facts().push_type);
        let welcome = Welcome {
            session: id,
            user,
            server_time: now,
            heartbeat_ms: self.config().heartbeat_ms,
            ack_within_ms: self.config().ack_within_ms,
            push_id,
            push_on,
            certificates,
            push_type,
            has_pushed,
            last_device_id: last_device,
        };
        Ok(Opened { live, welcome })
    }

    /// Tells the connections of logins that a login ended, and the App's webhooks. Which they are is known only now, so
    /// the word to the webhooks comes in a commit of its own.
    async fn kick_others(&self, app: AppId, user: &UserId, kicked: Vec<(UserId, DeviceId, SessionId)>) {
        let mut events = Vec::new();
        for (other, device, _) in kicked {
            let reason = if other == *user { KickReason::AnotherLogin } else { KickReason::AnotherUser };
            if let Some(live) = self.registry.find(app, &other, device) {
                self.kick(&live, reason);
            }
            let event = self.session_event(app, &other, device, SessionState::Kicked).await;
            events.extend(event.ok().flatten());
        }
        if !events.is_empty()
            && let Err(fault) = self.commit_all(events).await
        {
            tracing::warn!(%fault, "webhooks do not hear of logins that were ended by another");
        }
    }

    pub(crate) async fn view(&self, app: AppId) -> Result<Option<Arc<AppView>>, Fault> {
        self.catalogue().view(app).await.map_err(|error| fault_of(&error))
    }

    pub(crate) async fn commit_one(&self, op: Op) -> Result<Outcome, Fault> {
        self.commit_all(vec![op]).await?.into_iter().next().ok_or_else(|| ErrorCode::Internal.into())
    }

    pub(crate) async fn commit_all(&self, batch: Vec<Op>) -> Result<Vec<Outcome>, Fault> {
        self.store().commit(batch).await.map_err(|error| fault_of(&error))
    }
}

fn check_certificate_names(view: &AppView, names: &[String]) -> Result<(), Fault> {
    for name in names {
        let name = CertificateName::new(name).map_err(|_| Fault::from(ErrorCode::CertificateNameTooLong))?;
        if !view.certificates.iter().any(|certificate| certificate.name == name) {
            return Err(ErrorCode::UnknownCertificate.into());
        }
    }
    Ok(())
}
