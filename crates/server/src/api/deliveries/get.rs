//! `GET /v1/deliveries`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{CertificateId, DeliveryState, DeviceId, MessageId, PushId, UserId};
use serde::{Deserialize, Serialize};
use store::DeliveryFilter;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{schema, views::DeliveryView},
    intake::Query,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Which deliveries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Filter {
    /// Of this message.
    #[param(value_type = Option<String>)]
    message: Option<MessageId>,
    /// Of this user.
    #[param(value_type = Option<String>)]
    user: Option<UserId>,
    /// Of this device.
    #[param(value_type = Option<String>)]
    device: Option<DeviceId>,
    /// Of this Push ID.
    #[param(value_type = Option<String>)]
    push_id: Option<PushId>,
    /// Through this certificate.
    #[param(value_type = Option<u32>)]
    certificate: Option<CertificateId>,
    /// In this state.
    #[param(value_type = Option<schema::DeliveryState>)]
    state: Option<DeliveryState>,
    /// With this vendor's id of the push; by itself it is looked for among the newest 20,000 deliveries.
    vendor_message_id: Option<String>,
    /// Older than this one: `next` of the page before.
    before: Option<i64>,
    /// At most so many; 1 to 500.
    #[param(default = 100)]
    limit: Option<u32>,
}

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Deliveries {
    /// Newest first.
    deliveries: Vec<DeliveryView>,
    /// `before` of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<i64>,
}

/// List deliveries
#[utoipa::path(get, path = "/v1/deliveries", operation_id = "list_deliveries", tag = "Explain", params(Filter),
    responses((status = 200, description = "Newest first.", body = Deliveries)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<Deliveries>, Problem> {
    let limit = filter.limit.unwrap_or(100).clamp(1, 500);
    let filter = DeliveryFilter {
        message: filter.message,
        user: filter.user,
        device: filter.device,
        push_id: filter.push_id,
        certificate: filter.certificate,
        state: filter.state,
        vendor_message_id: filter.vendor_message_id,
        before: filter.before,
    };
    let found = shared.store().deliveries(caller.app(), &filter, limit).await?;
    let full = found.len() >= limit as usize;
    let deliveries: Vec<DeliveryView> = found.into_iter().map(Into::into).collect();
    let next = deliveries.last().filter(|_| full).map(DeliveryView::id);
    Ok(Json(Deliveries { deliveries, next }))
}
