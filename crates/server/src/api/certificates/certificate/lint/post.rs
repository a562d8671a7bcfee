//! `POST /v1/certificates/{certificate}/lint`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{CertificateId, ErrorCode, Fault, MessageId, PushSettings, Vendor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vendors::{Content, Finding};

use crate::{
    api::{certificates::saving::find, schema},
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A push that is not sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    /// The message, where the push takes its text from it.
    #[serde(default)]
    #[schema(required = false, nullable = false)]
    text: Option<String>,
    /// What is asked of the push.
    #[serde(default)]
    #[schema(value_type = schema::PushSettings, required = false)]
    push: PushSettings,
}

impl Intake for Wanted {}

/// What the vendor would do with it.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Linted {
    /// What was found, worst first; empty where it would be shown as asked.
    findings: Vec<Found>,
}

/// Something that the vendor would do and the operator may not expect.
#[derive(Serialize, ToSchema)]
struct Found {
    /// A stable word.
    #[schema(example = "channel_missing")]
    code: &'static str,
    /// `changed`, `reduced`, `hidden` or `refused`, worst last.
    severity: &'static str,
    /// What the vendor does and what to do about it, in English.
    en: String,
    /// The same in Chinese.
    zh: String,
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        let Finding { code, severity, en, zh } = finding;
        Self { code, severity: severity.as_str(), en, zh }
    }
}

/// Find what a vendor would do with a push, without sending it
#[utoipa::path(post, path = "/v1/certificates/{certificate}/lint", operation_id = "lint_certificate",
    tag = "Certificates",
    params(("certificate" = u32, Path, description = "The certificate's numeric id")),
    request_body = Wanted,
    responses((status = 200, description = "What was found.", body = Linted)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<CertificateId>,
    intake::Json(wanted): intake::Json<Wanted>,
) -> Result<Json<Linted>, Problem> {
    let certificate = find(&shared, caller.app(), id).await?;
    wanted.push.check().map_err(|error| Fault::new(ErrorCode::Invalid, error.to_string()))?;
    let now = shared.now();
    let channel = vendors::adapter(certificate.vendor)
        .open(&certificate.form, now)
        .map_err(|faults| Fault::new(ErrorCode::Invalid, faults.to_string()))?;
    let content = content(certificate.vendor, wanted, now);
    let findings = vendors::lint(certificate.vendor, &*channel, &content, now);
    Ok(Json(Linted { findings: findings.into_iter().map(Found::from).collect() }))
}

fn content(vendor: Vendor, wanted: Wanted, now: model::Timestamp) -> Content {
    let Wanted { text, push } = wanted;
    let lifetime_ms = push.lifetime_ms.unwrap_or(model::MESSAGE_LIFETIME_MAX_MS);
    let title = push.title.clone().unwrap_or_else(|| model::DEFAULT_PUSH_TITLE.to_owned());
    let body = push.body.clone().or(text).unwrap_or_default();
    let at_vendor = rules::settings_for(&push, None, vendor);
    Content::of(MessageId(Uuid::nil()), (title, body), &push, at_vendor, now.plus_ms(lifetime_ms))
}
