//! `POST /v1/devices/{push_id}/binding`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{BindingKind, CertificateId, ErrorCode, Event, PushId};
use serde::Deserialize;
use store::{NewBinding, Op, Outcome};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{devices::push_id::get::registered, schema, views::DeviceView},
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A vendor token to bind.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct TokenToBind {
    /// Whose vendor gave the token.
    #[schema(value_type = u32)]
    certificate: CertificateId,
    /// What the token is for.
    #[serde(default)]
    #[schema(value_type = schema::BindingKind, required = false)]
    kind: BindingKind,
    /// The token exactly as the vendor's SDK gave it; never empty.
    token: String,
}

impl Intake for TokenToBind {}

/// Bind a device's vendor token
///
/// A token has one owner: another device that held it loses it.
#[utoipa::path(post, path = "/v1/devices/{push_id}/binding", operation_id = "bind_device", tag = "Devices",
    params(("push_id" = Uuid, Path, description = "The device's Push ID")), request_body = TokenToBind,
    responses((status = 200, description = "Bound.", body = DeviceView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(push_id): Path<PushId>,
    intake::Json(new): intake::Json<TokenToBind>,
) -> Result<Json<DeviceView>, Problem> {
    let app = caller.app();
    let found = registered(&shared, app, push_id).await?;
    shared.im.check_binding(app, new.certificate, &new.token).await?;
    let (device, certificate, at) = (found.device.id, new.certificate, shared.now());
    let login = found.session.filter(|session| session.state.is_logged_in());
    let bind = Op::Bind(NewBinding {
        taken_over_reason: rules::Reason::TOKEN_TAKEN_OVER,
        app,
        device,
        certificate,
        kind: new.kind,
        token: new.token.into(),
        push_id: PushId(Uuid::new_v4()),
        owner: login.map(|session| session.user),
        at,
    });
    let event = Event::Token { device: Some(device), push_id: Some(push_id), certificate, bound: true };
    let batch = std::iter::once(bind).chain(caller.view()?.announcing(event, at)).collect();
    if shared.store().commit(batch).await?.first() == Some(&Outcome::Missing) {
        return Err(ErrorCode::NotFound.into());
    }
    let device = shared.store().device_by_push_id(app, push_id).await?.ok_or(ErrorCode::Internal)?;
    Ok(Json(device.into()))
}
