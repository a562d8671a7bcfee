//! What the API shows of a certificate: never a secret.

use std::collections::BTreeMap;

use gateway::ProbeReport;
use model::{Certificate, CertificateState, Environment, Timestamp, Vendor};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::schema;

/// A certificate.
#[derive(Serialize, ToSchema)]
#[schema(as = Certificate)]
pub(in crate::api) struct CertificateView {
    /// Its numeric id: what a client reports with its vendor token.
    id: u32,
    /// Whose push service it opens.
    #[schema(value_type = String, example = "xiaomi")]
    vendor: Vendor,
    /// Its name: what a client may give at login instead of the id.
    name: String,
    /// Raised by one at every edit.
    version: u32,
    /// Switched off by the operator.
    disabled: bool,
    /// Whether pushes may go through it now: `active`, `disabled` or `expired`.
    #[schema(value_type = String)]
    state: CertificateState,
    /// Field values that may be shown.
    fields: BTreeMap<String, String>,
    /// Names of the secret fields that are filled. Their values are never shown.
    secrets: Vec<String>,
    /// The environment it is for, where the vendor has environments.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Environment, nullable = false)]
    environment: Option<Environment>,
    /// When the vendor stops taking it, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    expires_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = i64)]
    created_at: Timestamp,
    /// When it was last edited.
    #[schema(value_type = i64)]
    updated_at: Timestamp,
}

impl CertificateView {
    pub(in crate::api) fn of(certificate: &Certificate, now: Timestamp) -> Self {
        let secrets = certificate.form.secret.keys().filter(|field| certificate.form.get(field).is_some());
        Self {
            id: certificate.id.0,
            vendor: certificate.vendor,
            name: certificate.name.to_string(),
            version: certificate.version,
            disabled: certificate.disabled,
            state: certificate.state(now, None),
            fields: certificate.form.public.clone(),
            secrets: secrets.cloned().collect(),
            environment: certificate.environment,
            expires_at: certificate.expires_at,
            created_at: certificate.created_at,
            updated_at: certificate.updated_at,
        }
    }
}

/// A certificate that was just saved, with what the vendor says to it.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct SavedCertificate {
    /// The certificate.
    certificate: CertificateView,
    /// What was read from the form and what the vendor says. The certificate is saved whatever it says.
    probe: Probe,
}

impl SavedCertificate {
    pub(in crate::api) fn of(saved: &Certificate, report: ProbeReport, now: Timestamp) -> Self {
        Self { certificate: CertificateView::of(saved, now), probe: report.into() }
    }
}

/// What a form holds, and what the vendor says to it.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Probe {
    /// The vendor takes the certificate; absent where its answer does not tell, or none came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    accepted: Option<bool>,
    /// HTTP status; 0 where no answer came.
    http_status: u16,
    /// The vendor's own code or reason.
    code: String,
    /// What it means and what to do, in English.
    en: String,
    /// The same in Chinese.
    zh: String,
    /// What was read from the form, for people; never a secret.
    facts: Vec<Fact>,
}

/// Something that was read from a form.
#[derive(Serialize, ToSchema)]
struct Fact {
    /// What it is.
    label: &'static str,
    /// How it reads.
    value: String,
}

impl From<ProbeReport> for Probe {
    fn from(report: ProbeReport) -> Self {
        let outcome = report.outcome;
        Self {
            accepted: outcome.accepted,
            http_status: outcome.http_status,
            code: outcome.code,
            en: outcome.en,
            zh: outcome.zh,
            facts: report.facts.into_iter().map(|(label, value)| Fact { label, value }).collect(),
        }
    }
}
