//! `POST /v1/certificates`

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use http::StatusCode;
use model::Vendor;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    saving::{Submitted, changes, check, keep},
    view::SavedCertificate,
};
use crate::{
    intake::{self, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A certificate to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewCertificate {
    /// Whose push service.
    #[schema(value_type = String, example = "xiaomi")]
    vendor: Vendor,
    /// Its name, at most 32 characters; for Apple in English letters.
    name: String,
    /// Switched off.
    #[serde(default)]
    #[schema(required = false)]
    disabled: bool,
    /// The vendor's form, as `GET /v1/vendors` lists it; a file as base64.
    fields: BTreeMap<String, String>,
}

impl Intake for NewCertificate {
    const MAX_BYTES: usize = 2 * 1024 * 1024;
}

/// Make a certificate
///
/// The form is checked, the certificate saved and effective at once, and then shown to the vendor; `probe` is what the
/// vendor says.
#[utoipa::path(post, path = "/v1/certificates", operation_id = "create_certificate", tag = "Certificates",
    request_body = NewCertificate,
    responses((status = 201, description = "Saved.", body = SavedCertificate)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(new): intake::Json<NewCertificate>,
) -> Result<(StatusCode, Json<SavedCertificate>), Problem> {
    let submitted =
        Submitted { vendor: new.vendor, name: new.name, disabled: new.disabled, fields: new.fields };
    let checked = check(&shared, caller.app(), None, submitted).await?;
    caller.made.tell_detail(changes(None, &checked));
    let (certificate, report) = keep(&shared, caller.app(), None, checked, Vec::new()).await?;
    caller.made.tell(format!("certificate {}", certificate.id));
    Ok((StatusCode::CREATED, Json(SavedCertificate::of(&certificate, report, shared.now()))))
}
