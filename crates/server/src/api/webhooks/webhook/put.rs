//! `PUT /v1/webhooks/{webhook}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{ErrorCode, WebhookId};
use store::{Op, Outcome};

use crate::{
    api::webhooks::view::{WebhookToPut, WebhookView, find},
    intake::{self, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Change a webhook
///
/// All of it at once; its secret stays.
#[utoipa::path(put, path = "/v1/webhooks/{webhook}", operation_id = "put_webhook", tag = "Webhooks",
    params(("webhook" = u32, Path, description = "The webhook's number")), request_body = WebhookToPut,
    responses((status = 200, description = "Changed, effective at once.", body = WebhookView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    intake::Json(new): intake::Json<WebhookToPut>,
) -> Result<Json<WebhookView>, Problem> {
    let mut webhook = find(&caller, id)?.clone();
    new.put_into(&mut webhook, &shared.gateway)?;
    if shared.store().commit(vec![Op::PutWebhook(webhook.clone())]).await? == [Outcome::Missing] {
        return Err(ErrorCode::NotFound.into());
    }
    shared.im.catalogue().forget(caller.app());
    Ok(Json(WebhookView::from(&webhook)))
}
