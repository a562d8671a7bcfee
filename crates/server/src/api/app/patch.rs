//! `PATCH /v1/app`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{AppPolicy, BackgroundPolicy, ErrorCode, FcmRank, LoginPolicy, PresencePolicy, TextTemplate};
use serde::Deserialize;
use store::Op;
use utoipa::ToSchema;

use crate::{
    api::{schema, views::AppView},
    intake::{self, Intake},
    key::Caller,
    policy::check_policy,
    problem::Problem,
    shared::Shared,
};

/// What to change of an App; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct AppChange {
    /// What to change of its policy.
    policy: PolicyChange,
}

impl Intake for AppChange {
    const MAX_BYTES: usize = POLICY_MAX_BYTES;
}

/// Room for every template at its longest.
pub(in crate::api) const POLICY_MAX_BYTES: usize = 2 * 1024 * 1024;

/// What to change of a policy; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PolicyChange {
    /// Whether the App's devices log in here, or only push tokens are known.
    #[schema(value_type = Option<schema::PresencePolicy>)]
    presence: Option<PresencePolicy>,
    /// Whether a message without push settings causes a push.
    push_without_settings: Option<bool>,
    /// What a connected app in the background gets on Android.
    #[schema(value_type = Option<schema::BackgroundPolicy>)]
    background_android: Option<BackgroundPolicy>,
    /// What a connected app in the background gets on iOS.
    #[schema(value_type = Option<schema::BackgroundPolicy>)]
    background_ios: Option<BackgroundPolicy>,
    /// What a connected app in the background gets on HarmonyOS.
    #[schema(value_type = Option<schema::BackgroundPolicy>)]
    background_harmony: Option<BackgroundPolicy>,
    /// What a connected app in the background gets in a browser or on a computer.
    #[schema(value_type = Option<schema::BackgroundPolicy>)]
    background_web: Option<BackgroundPolicy>,
    /// How many devices of a user may be logged in.
    #[schema(value_type = Option<schema::LoginPolicy>)]
    login: Option<LoginPolicy>,
    /// Where FCM stands among the certificates of a device that has a maker's service too.
    #[schema(value_type = Option<schema::FcmRank>)]
    fcm: Option<FcmRank>,
    /// A device that was not heard of for so many days, 1 to 3650, is not pushed to; null: no limit.
    #[serde(default, deserialize_with = "intake::given")]
    #[schema(value_type = Option<u16>, required = false)]
    stale_after_days: Option<Option<u16>>,
    /// The title where the sender gave none: 1 to 256 characters.
    default_title: Option<String>,
    /// Texts for messages that have none of their own; all of them at once, at most 128.
    #[schema(value_type = Option<Vec<schema::TextTemplate>>)]
    templates: Option<Vec<TextTemplate>>,
    /// Pushes show templates only, never a sender's text.
    content_free: Option<bool>,
    /// For so many days messages, deliveries and what explains them are kept: 1 to 365. A smaller number takes away
    /// what is older, within minutes.
    retention_days: Option<u16>,
}

impl PolicyChange {
    fn put_into(self, policy: &mut AppPolicy) {
        fn set<T>(new: Option<T>, old: &mut T) {
            if let Some(new) = new {
                *old = new;
            }
        }
        set(self.presence, &mut policy.presence);
        set(self.push_without_settings, &mut policy.push_without_settings);
        set(self.background_android, &mut policy.background_android);
        set(self.background_ios, &mut policy.background_ios);
        set(self.background_harmony, &mut policy.background_harmony);
        set(self.background_web, &mut policy.background_web);
        set(self.login, &mut policy.login);
        set(self.fcm, &mut policy.fcm);
        set(self.stale_after_days, &mut policy.stale_after_days);
        set(self.default_title, &mut policy.default_title);
        set(self.templates, &mut policy.templates);
        set(self.content_free, &mut policy.content_free);
        set(self.retention_days, &mut policy.retention_days);
    }
}

/// Change the App's policy
#[utoipa::path(patch, path = "/v1/app", operation_id = "change_app", tag = "Apps", request_body = AppChange,
    responses((status = 200, description = "Changed, effective at once.", body = AppView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(change): intake::Json<AppChange>,
) -> Result<Json<AppView>, Problem> {
    let _saving = shared.saving_catalogue.lock().await;
    let mut app = shared.store().app(caller.app()).await?.ok_or(ErrorCode::NotFound)?;
    change.policy.put_into(&mut app.policy);
    check_policy(&app.policy)?;
    shared.store().commit(vec![Op::PutApp(app.clone())]).await?;
    shared.im.catalogue().forget(app.id);
    Ok(Json(AppView::from(&app)))
}
