//! `PUT /v1/certificates/{certificate}`

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use model::CertificateId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::certificates::{
        saving::{Submitted, changes, check, find, keep},
        view::SavedCertificate,
    },
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A certificate as it shall be. Its vendor stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct EditedCertificate {
    /// Its name, at most 32 characters; for Apple in English letters.
    name: String,
    /// Switched off.
    #[serde(default)]
    #[schema(required = false)]
    disabled: bool,
    /// The vendor's form. A secret that is absent keeps its stored value; one that is sent empty is taken away.
    fields: BTreeMap<String, String>,
}

impl Intake for EditedCertificate {
    const MAX_BYTES: usize = 2 * 1024 * 1024;
}

/// Edit a certificate
///
/// Its id stays, its version is raised, and queued pushes are rendered with the new one.
#[utoipa::path(put, path = "/v1/certificates/{certificate}", operation_id = "edit_certificate", tag = "Certificates",
    params(("certificate" = u32, Path, description = "The certificate's numeric id")),
    request_body = EditedCertificate,
    responses((status = 200, description = "Saved.", body = SavedCertificate)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<CertificateId>,
    intake::Json(edited): intake::Json<EditedCertificate>,
) -> Result<Json<SavedCertificate>, Problem> {
    let old = find(&shared, caller.app(), id).await?;
    let submitted =
        Submitted { vendor: old.vendor, name: edited.name, disabled: edited.disabled, fields: edited.fields };
    let checked = check(&shared, caller.app(), Some(&old), submitted).await?;
    caller.made.tell_detail(changes(Some(&old), &checked));
    let (certificate, report) = keep(&shared, caller.app(), Some(&old), checked, Vec::new()).await?;
    Ok(Json(SavedCertificate::of(&certificate, report, shared.now())))
}
