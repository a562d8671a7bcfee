//! What the API shows of rows, where more than one endpoint shows it.

mod delivery;
mod device;
mod message;

use model::{App, AppPolicy, Timestamp, UserId};
use serde::Serialize;
use store::User;
use utoipa::ToSchema;

use super::schema;

pub(super) use delivery::DeliveryView;
pub(super) use device::{DeviceView, SessionView};
pub(super) use message::{Accepted, MessageView};

/// An App.
#[derive(Serialize, ToSchema)]
#[schema(as = App)]
pub(super) struct AppView {
    /// Its number.
    id: u32,
    /// Its name, for people.
    name: String,
    /// What its rules are set to.
    #[schema(value_type = schema::AppPolicy)]
    policy: AppPolicy,
    /// When it was made.
    #[schema(value_type = i64)]
    created_at: Timestamp,
}

impl From<&App> for AppView {
    fn from(app: &App) -> Self {
        Self { id: app.id.0, name: app.name.clone(), policy: app.policy.clone(), created_at: app.created_at }
    }
}

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserView {
    /// The App's own id of the user.
    #[schema(value_type = String, example = "bo")]
    id: UserId,
    /// What people call the user; stands before the text of pushes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// Login tokens issued before this do not verify.
    #[schema(value_type = i64)]
    tokens_valid_from: Timestamp,
    /// When the user was first heard of.
    #[schema(value_type = i64)]
    created_at: Timestamp,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            tokens_valid_from: user.tokens_valid_from,
            created_at: user.created_at,
        }
    }
}

/// What ending a user's logins answers.
#[derive(Serialize, ToSchema)]
pub(super) struct EndedLogins {
    /// Logins that were ended by this call.
    pub(super) logins: u32,
}
