//! Phones among the receivers: devices without a user, and users whose app was killed.

use std::{collections::HashSet, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use model::Vendor;
use serde_json::{Value, json};

use super::{load::Letter, world::World};
use crate::bench::ground::BUNDLE;

/// Devices without a user.
const DEVICES: u64 = 8;
/// Users with a phone of this brand, and one who was never seen.
const USERS: [(&str, &str); 2] = [("bo", "xiaomi"), ("ann", "apple")];
const STRANGER: &str = "nobody";
/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// The receivers.
pub(super) struct Phones {
    push_ids: Vec<String>,
}

impl Phones {
    pub(super) async fn make(world: &World) -> Result<Self> {
        let (api, first) = (world.api(), world.new_series());
        let apns = world.certificate(Vendor::Apns)?;
        let mut push_ids = Vec::new();
        for number in 0..DEVICES {
            let device: Value = api.post("/v1/devices", &json!({})).await?;
            let push_id = device["push_id"].as_str().context("no push_id")?.to_owned();
            let binding = json!({ "certificate": apns, "token": format!("{:064x}", first + number) });
            api.post::<Value>(&format!("/v1/devices/{push_id}/binding"), &binding).await?;
            push_ids.push(push_id);
        }
        for (user, brand) in USERS {
            killed_phone(world, user, brand).await?;
        }
        Ok(Self { push_ids })
    }

    /// Messages to vendor tokens, to devices, and to users; the kinds take turns.
    pub(super) fn letters(&self, world: &World) -> Result<Letter> {
        let roads = [world.road(Vendor::Apns)?, world.road(Vendor::Xiaomi)?, world.road(Vendor::Oppo)?];
        let push_ids = self.push_ids.clone();
        Ok(Arc::new(move |number| {
            let text = format!("{number}: 晚饭吃什么?🍜");
            let turn = usize::try_from(number / 16).unwrap_or_default();
            match turn % 5 {
                3 => {
                    let to = json!({ "push_id": push_ids[turn % push_ids.len()] });
                    ("/v1/pushes", json!({ "to": to, "push": { "body": text } }))
                }
                4 => {
                    let users = [USERS[0].0, USERS[1].0, STRANGER];
                    let user = users[turn / 5 % users.len()];
                    let body = json!({ "type": "text", "text": text });
                    ("/v1/messages", json!({ "from": "zhou", "to": user, "body": body }))
                }
                road => roads[road](number),
            }
        }))
    }

    /// Messages to one user, whose phone is Apple's.
    pub(super) fn to_one_user(&self) -> Letter {
        Arc::new(|number| {
            let body = json!({ "type": "text", "text": format!("{number}: 晚饭吃什么?🍜") });
            ("/v1/messages", json!({ "from": "zhou", "to": USERS[1].0, "body": body }))
        })
    }

    /// How many notifications stand in one twice.
    pub(super) async fn settled(&self, world: &World) -> Result<u64> {
        let mut twice = 0;
        for (user, _) in USERS {
            let state: Value = world.control().get(&format!("/handsets/{user}")).await?;
            let shade = state["shade"].as_array().context("no shade")?;
            let mut seen = HashSet::new();
            twice += shade.iter().filter(|shown| !seen.insert(shown["body"].to_string())).count() as u64;
        }
        Ok(twice)
    }
}

/// A phone whose user has logged in and whose app was then killed.
async fn killed_phone(world: &World, user: &str, brand: &str) -> Result<()> {
    let (api, control) = (world.api(), world.control());
    let token: Value = api.post(&format!("/v1/users/{user}/token"), &json!({})).await?;
    let server = world.door.url.replace("http:", "ws:");
    let new = json!({
        "name": user, "brand": brand, "model": brand, "package": BUNDLE, "user": user,
        "server": format!("{server}/v1/ws"), "login_token": token["token"],
    });
    control.post::<Value>("/handsets", &new).await?;
    let phone = format!("/handsets/{user}");
    control.post::<Value>(&phone, &json!({ "operation": "start" })).await?;
    let devices = format!("/v1/users/{user}/devices");
    let looks = async |field: fn(&Value) -> &Value, as_text: &str| {
        let answer: Value = api.get(&devices).await.unwrap_or_default();
        Ok(field(&answer["devices"][0]) == as_text)
    };
    world
        .wait_for("the phone is bound", PATIENCE, async || {
            looks(|device| &device["bindings"][0]["state"], "bound").await
        })
        .await?;
    control.post::<Value>(&phone, &json!({ "operation": "kill" })).await?;
    world
        .wait_for("the phone is gone", PATIENCE, async || {
            looks(|device| &device["session"]["state"], "disconnected").await
        })
        .await
}
