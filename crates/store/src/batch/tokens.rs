//! Certificates, and the vendor tokens that are bound to them.

use std::sync::Arc;

use model::{
    AppId, BindingKind, CertificateId, CertificateName, DeviceId, Environment, Form, PushId, ReasonCode,
    Secret, Timestamp, UserId, Vendor,
};

/// A certificate to make or edit.
#[derive(Debug, Clone)]
pub struct CertificateDraft {
    /// The App.
    pub app: AppId,
    /// `None` makes one.
    pub id: Option<CertificateId>,
    /// Whose push service.
    pub vendor: Vendor,
    /// Its name.
    pub name: CertificateName,
    /// Switched off.
    pub disabled: bool,
    /// The whole form; on an edit, a secret that is absent keeps its stored value.
    pub form: Form,
    /// As the adapter read it.
    pub environment: Option<Environment>,
    /// As the adapter read it.
    pub expires_at: Option<Timestamp>,
    /// The unguessable part of its receipt URL; kept on an edit.
    pub receipt_secret: Secret<String>,
    /// Now.
    pub at: Timestamp,
}

/// A vendor token to bind.
#[derive(Debug, Clone)]
pub struct NewBinding {
    /// The App.
    pub app: AppId,
    /// The device that holds it.
    pub device: DeviceId,
    /// The certificate whose vendor gave it; a device has one alert binding at a time, the newest.
    pub certificate: CertificateId,
    /// What it is for.
    pub kind: BindingKind,
    /// The token; never empty.
    pub token: Arc<str>,
    /// Whose login reported it, where there is one.
    pub owner: Option<UserId>,
    /// The Push ID to give the device where its own was unregistered (row B12).
    pub push_id: PushId,
    /// The reason that queued deliveries of a device get whose token this was.
    pub taken_over_reason: ReasonCode,
    /// Now.
    pub at: Timestamp,
}

/// A binding that may have to go.
#[derive(Debug, Clone)]
pub struct BindingClear {
    /// The App.
    pub app: AppId,
    /// The certificate.
    pub certificate: CertificateId,
    /// The dead token.
    pub token: Arc<str>,
    /// Only a binding registered before this is cleared.
    pub registered_before: Timestamp,
    /// The token that replaces it, where the vendor named one: the binding is renewed instead of cleared.
    pub replacement: Option<Arc<str>>,
    /// Now.
    pub at: Timestamp,
}
