//! What a device tells of itself and of the ways to reach it: report, vendor tokens, push switch, Push ID.

use std::sync::Arc;

use model::{
    AppId, BindingKind, BindingLoss, BindingState, CertificateId, DeviceId, DeviceReport, ErrorCode, Event,
    EventKind, Fault, PushId, VENDOR_TOKEN_MAX_BYTES,
};
use rules::Reason;
use store::{DeviceRecord, NewBinding, Op, Outcome};
use uuid::Uuid;

use crate::{Im, fault_of, registry::Live};

impl Im {
    /// Renews what the device tells of itself.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn set_report(&self, live: &Live, report: DeviceReport) -> Result<(), Fault> {
        let at = self.now();
        self.commit_one(Op::PutReport { app: live.app, device: live.device, report, at }).await.map(drop)
    }

    /// Binds the device's vendor token to this login. A device whose Push ID was unregistered gets a new one.
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
        let (push_id, token): (PushId, Arc<str>) = (PushId(Uuid::new_v4()), token.into());
        let known = self.device_if_heard(live).await?;
        let mut batch = vec![Op::Bind(NewBinding {
            taken_over_reason: Reason::TOKEN_TAKEN_OVER,
            app: live.app,
            device: live.device,
            certificate,
            kind,
            token: Arc::clone(&token),
            owner: Some(live.user.clone()),
            push_id,
            at: self.now(),
        })];
        if let Some(known) = known.filter(|known| !holds(known, certificate, kind, &token)) {
            let push_id = known.device.unregistered_at.map_or(known.device.push_id, |_| push_id);
            batch.extend(self.token_event(live, Some(push_id), certificate, true).await?);
        }
        self.commit_all(batch).await.map(drop)
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
        let (app, device, loss) = (live.app, live.device, BindingLoss::Unbound);
        let known = self.device_if_heard(live).await?;
        let mut batch = vec![Op::Unbind { app, device, certificate, kind, loss, at: self.now() }];
        if let Some(known) = known {
            let push_id = known.device.push_id;
            batch.extend(self.token_event(live, Some(push_id), certificate, false).await?);
        }
        self.commit_all(batch).await.map(drop)
    }

    /// Takes back what a device that the App's backend names is bound to, through one certificate or all. Answers how
    /// many there were.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn unbind_of(
        &self,
        app: AppId,
        known: &DeviceRecord,
        only: Option<CertificateId>,
    ) -> Result<usize, Fault> {
        let (device, push_id, at) = (known.device.id, Some(known.device.push_id), self.now());
        let view = self.view(app).await?;
        let for_calls = self.store().call_binding(app, device).await.map_err(|error| fault_of(&error))?;
        let for_alerts = known.bindings.iter().filter_map(|state| match state {
            BindingState::Bound(binding) => Some(binding.certificate),
            BindingState::Lost(_) => None,
        });
        let mut bound: Vec<_> = for_alerts.chain(for_calls.map(|binding| binding.certificate)).collect();
        bound.sort_unstable();
        bound.dedup();
        bound.retain(|certificate| only.is_none_or(|only| only == *certificate));
        let mut batch = Vec::new();
        for &certificate in &bound {
            let loss = BindingLoss::Unbound;
            batch.extend([BindingKind::Alert, BindingKind::Voip].map(|kind| Op::Unbind {
                app,
                device,
                certificate,
                kind,
                loss,
                at,
            }));
            let event = Event::Token { device: Some(device), push_id, certificate, bound: false };
            batch.extend(view.as_ref().and_then(|view| view.announcing(event, at)));
        }
        if !batch.is_empty() {
            self.commit_all(batch).await?;
        }
        Ok(bound.len())
    }

    /// Switches this device's pushes off or on (row B11); off cancels what has not begun.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn switch_push(&self, live: &Live, on: bool) -> Result<(), Fault> {
        self.switch_push_of(live.app, live.device, on).await
    }

    /// The same for a device that the App's backend names.
    ///
    /// # Errors
    /// `not_found`, `busy`; then nothing changed.
    pub async fn switch_push_of(&self, app: AppId, device: DeviceId, on: bool) -> Result<(), Fault> {
        let (reason, at) = (Reason::SWITCHED_OFF_BEFORE_SEND, self.now());
        match self.commit_one(Op::SwitchPush { app, device, on, reason, at }).await? {
            Outcome::Missing => Err(ErrorCode::NotFound.into()),
            _ => Ok(()),
        }
    }

    /// Ends this device's Push ID and its bindings (row B12). The login goes on; the next `bind` makes a new Push ID.
    ///
    /// # Errors
    /// `busy`; then nothing changed.
    pub async fn unregister(&self, live: &Live) -> Result<(), Fault> {
        let known = self.store().device(live.app, live.device).await.map_err(|error| fault_of(&error))?;
        let DeviceRecord { device, bindings, .. } = known.ok_or(ErrorCode::NotFound)?;
        if device.unregistered_at.is_some() {
            return Ok(());
        }
        let (push_id, reason) = (device.push_id, Reason::UNREGISTERED_BEFORE_SEND);
        let mut batch = vec![Op::UnregisterDevice { app: live.app, push_id, reason, at: self.now() }];
        for state in bindings {
            if let BindingState::Bound(binding) = state {
                batch.extend(self.token_event(live, Some(push_id), binding.certificate, false).await?);
            }
        }
        self.commit_all(batch).await.map(drop)
    }

    /// The device as it was before a token changes: read only where somebody hears of tokens.
    async fn device_if_heard(&self, live: &Live) -> Result<Option<DeviceRecord>, Fault> {
        let view = self.view(live.app).await?;
        if view.is_none_or(|view| !view.hears(EventKind::Token)) {
            return Ok(None);
        }
        self.store().device(live.app, live.device).await.map_err(|error| fault_of(&error))
    }

    async fn token_event(
        &self,
        live: &Live,
        push_id: Option<PushId>,
        certificate: CertificateId,
        bound: bool,
    ) -> Result<Option<Op>, Fault> {
        let event = Event::Token { device: Some(live.device), push_id, certificate, bound };
        let at = self.now();
        Ok(self.view(live.app).await?.and_then(|view| view.announcing(event, at)))
    }
}

/// Whether the device has this very token already: a client reports it at every start.
fn holds(known: &DeviceRecord, certificate: CertificateId, kind: BindingKind, token: &str) -> bool {
    known.bindings.iter().any(|state| match state {
        BindingState::Bound(binding) => {
            binding.certificate == certificate && binding.kind == kind && &*binding.token == token
        }
        BindingState::Lost(_) => false,
    })
}
