//! What the simulated vendors' own consoles would give an operator: credentials to fill into a certificate's form.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Environment, Vendor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problem::{Body, Problem};
use crate::{
    ca::ClientCertificate,
    counter::Credential,
    shared::{hex, random},
    world::World,
};

/// The team of every sample credential.
const TEAM: &str = "SAMPLETEAM";
/// How long a sample certificate is valid, in milliseconds: 13 months, as Apple issues them.
const VALID_MS: i64 = 395 * 24 * 3_600_000;

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/credentials/apns-p12", post(apns_p12))
        .route("/credentials/{vendor}", get(list).post(enrol))
        .route("/rights/{vendor}/{package}", post(set_rights))
}

/// The registered apps, each as the fields of a certificate.
async fn list(State(world): State<Arc<World>>, Path(vendor): Path<Vendor>) -> Json<Vec<Credential>> {
    Json(world.vendors.book(vendor).credentials())
}

/// An app to register.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Package name or bundle id.
    package: String,
}

/// Registers an app; the answer holds the fields of a certificate for it.
async fn enrol(
    State(world): State<Arc<World>>,
    Path(vendor): Path<Vendor>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Credential>, Problem> {
    world.vendors.book(vendor).enrol(&wanted.package, None).map(Json).map_err(Problem::invalid)
}

/// Grants and withdraws rights of an app, and sets its amounts.
async fn set_rights(
    State(world): State<Arc<World>>,
    Path((vendor, package)): Path<(Vendor, String)>,
    Body(rights): Body<Value>,
) -> Result<StatusCode, Problem> {
    let set = world.vendors.book(vendor).set_rights(&package, &rights);
    set.map(|()| StatusCode::NO_CONTENT).map_err(Problem::invalid)
}

/// A certificate to issue.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedP12 {
    /// Bundle id.
    pub bundle: String,
    /// Environments it is valid for; both make a merged certificate.
    pub environments: Vec<Environment>,
    /// For how long it is valid, in milliseconds; absent: 13 months.
    #[serde(default)]
    pub valid_ms: Option<u32>,
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
    let not_after = world.shared.clock.now().plus_ms(wanted.valid_ms.map_or(VALID_MS, i64::from));
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
