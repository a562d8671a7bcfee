//! Devices, logins and bindings.

use model::{BindingState, DeviceId, DeviceReport, PushId, SessionState, Timestamp, UserId};
use serde::Serialize;
use store::{DeviceRecord, SessionRecord};
use utoipa::ToSchema;

use crate::{api::schema, explain::tail};

/// A device.
#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
pub(in crate::api) struct DeviceView {
    /// The installation's own id.
    #[schema(value_type = String, format = Uuid)]
    id: DeviceId,
    /// Its public id for push.
    #[schema(value_type = String, format = Uuid)]
    push_id: PushId,
    /// When the Push ID was unregistered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    unregistered_at: Option<Timestamp>,
    /// Whether its pushes are switched on.
    push_on: bool,
    /// What the app's badge shows as far as the server knows.
    badge: u32,
    /// What it last told of itself.
    #[schema(value_type = schema::DeviceReport)]
    report: DeviceReport,
    /// When it was last heard of.
    #[schema(value_type = i64)]
    seen_at: Timestamp,
    /// Its newest login.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session: Option<SessionView>,
    /// Its vendor tokens for notifications, or why it has none.
    bindings: Vec<BindingView>,
}

/// A login.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(in crate::api) struct SessionView {
    /// Its number.
    id: i64,
    /// Whose.
    #[schema(value_type = String)]
    user: UserId,
    /// On which device.
    #[schema(value_type = String, format = Uuid)]
    device: DeviceId,
    /// Where it stands.
    #[schema(value_type = schema::SessionState)]
    state: SessionState,
    /// Since when.
    #[schema(value_type = i64)]
    since: Timestamp,
}

impl From<SessionRecord> for SessionView {
    fn from(session: SessionRecord) -> Self {
        Self {
            id: session.id.0,
            user: session.user,
            device: session.device,
            state: session.state,
            since: session.since,
        }
    }
}

/// A vendor token, or why there is none.
#[derive(Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
#[schema(as = Binding)]
pub(in crate::api) enum BindingView {
    /// There is one.
    Bound {
        /// Whose vendor gave it.
        certificate: u32,
        /// The token's last characters.
        token_tail: String,
        /// The user it was reported for.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = String, nullable = false)]
        owner: Option<UserId>,
        /// When the device last reported it.
        #[schema(value_type = i64)]
        registered_at: Timestamp,
    },
    /// There is none.
    Lost {
        /// Why: `never_bound`, `token_dead`, `logged_out`, `unbound`, `taken_over` or `unregistered`.
        #[schema(value_type = String)]
        why: model::BindingLoss,
    },
}

impl From<BindingState> for BindingView {
    fn from(state: BindingState) -> Self {
        match state {
            BindingState::Bound(binding) => Self::Bound {
                certificate: binding.certificate.0,
                token_tail: tail(&binding.token),
                owner: binding.owner,
                registered_at: binding.registered_at,
            },
            BindingState::Lost(why) => Self::Lost { why },
        }
    }
}

impl From<DeviceRecord> for DeviceView {
    fn from(record: DeviceRecord) -> Self {
        let device = record.device;
        Self {
            id: device.id,
            push_id: device.push_id,
            unregistered_at: device.unregistered_at,
            push_on: device.push_off_at.is_none(),
            badge: device.badge,
            report: device.report,
            seen_at: device.seen_at,
            session: record.session.map(Into::into),
            bindings: record.bindings.into_iter().map(Into::into).collect(),
        }
    }
}
