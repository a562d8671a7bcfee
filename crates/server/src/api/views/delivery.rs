//! Deliveries.

use model::{
    Delivery, DeliveryState, DeviceId, Marks, MessageId, Purpose, PushId, TextVariant, Timestamp, UserId,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::schema,
    explain::{ExplainedReason, explained, tail},
};

/// The one row of a target that was decided.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(in crate::api) struct DeliveryView {
    /// Its number: `before` of the next page.
    id: i64,
    /// What caused it.
    #[schema(value_type = String, format = Uuid)]
    message: MessageId,
    /// Why it exists beside the message.
    #[schema(value_type = schema::Purpose)]
    purpose: Purpose,
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    user: Option<UserId>,
    /// Which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Uuid, nullable = false)]
    device: Option<DeviceId>,
    /// The device's public id, where it was addressed by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = Uuid, nullable = false)]
    push_id: Option<PushId>,
    /// Through which certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    certificate: Option<u32>,
    /// The vendor token's last characters.
    token_tail: String,
    /// Where it stands.
    #[schema(value_type = schema::DeliveryState)]
    state: DeliveryState,
    /// What decided or ended it.
    reason: ExplainedReason,
    /// Which text it shows.
    #[schema(value_type = schema::TextVariant)]
    text: TextVariant,
    /// What the app's badge shows with it; absent where it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    badge: Option<u32>,
    /// How often the vendor was tried.
    attempts: usize,
    /// When it was decided.
    #[schema(value_type = i64)]
    decided_at: Timestamp,
    /// When the next try is due, while queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    due_at: Option<Timestamp>,
    /// When it came to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    finished_at: Option<Timestamp>,
    /// What became known later.
    #[schema(value_type = schema::Marks)]
    marks: Marks,
    /// A cancel came while the push was on the wire.
    raced: bool,
}

impl DeliveryView {
    pub(in crate::api) const fn id(&self) -> i64 {
        self.id
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id.0,
            message: delivery.message,
            purpose: delivery.purpose,
            text: delivery.text,
            badge: delivery.badge,
            due_at: (!delivery.state.is_terminal()).then_some(delivery.due_at),
            token_tail: tail(&delivery.token),
            state: delivery.state,
            reason: explained(delivery.reason),
            attempts: delivery.attempts.len(),
            certificate: delivery.certificate.map(|id| id.0),
            user: delivery.user,
            device: delivery.device,
            push_id: delivery.push_id,
            decided_at: delivery.decided_at,
            finished_at: delivery.finished_at,
            marks: delivery.marks,
            raced: delivery.raced,
        }
    }
}
