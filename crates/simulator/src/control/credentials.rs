//! What the simulated vendors' own consoles would give an operator: credentials to fill into a certificate's form.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::Environment;
use serde::{Deserialize, Serialize};

use super::problem::{Body, Problem};
use crate::{
    ca::ClientCertificate,
    shared::{hex, random},
    world::World,
};

/// The team of every sample credential.
const TEAM: &str = "SAMPLETEAM";
/// How long a sample certificate is valid, in milliseconds: 13 months, as Apple issues them.
const VALID_MS: i64 = 395 * 24 * 3_600_000;

pub(super) fn router() -> Router<Arc<World>> {
    Router::new().route("/credentials/xiaomi", get(xiaomi)).route("/credentials/apns-p12", post(apns_p12))
}

/// An app as Xiaomi's console shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct XiaomiCredential {
    /// Main package.
    pub package_name: String,
    /// `AppID`.
    pub app_id: String,
    /// `AppSecret`.
    pub app_secret: String,
    /// Approved channels.
    pub channels: Vec<String>,
}

async fn xiaomi(State(world): State<Arc<World>>) -> Json<Vec<XiaomiCredential>> {
    Json(world.vendors.xiaomi.credentials())
}

/// A certificate to issue.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedP12 {
    /// Bundle id.
    pub bundle: String,
    /// Environments it is valid for; both make a merged certificate.
    pub environments: Vec<Environment>,
}

/// A p12 file as a keychain exports it.
#[derive(Debug, Serialize, Deserialize)]
pub struct IssuedP12 {
    /// The file, in base64.
    pub p12: String,
    /// Its password.
    pub password: String,
}

async fn apns_p12(
    State(world): State<Arc<World>>,
    Body(wanted): Body<WantedP12>,
) -> Result<Json<IssuedP12>, Problem> {
    let not_after = world.shared.clock.now().plus_ms(VALID_MS);
    let wanted = ClientCertificate {
        bundle: &wanted.bundle,
        team_id: TEAM,
        environments: &wanted.environments,
        not_after,
    };
    let password = hex(&random::<6>());
    let issued = world
        .ca
        .apns_client_certificate(&wanted)
        .and_then(|issued| issued.to_p12(&password))
        .map_err(Problem::invalid)?;
    Ok(Json(IssuedP12 { p12: STANDARD.encode(issued.bytes.expose()), password }))
}
