//! Every vendor on the bench: a certificate of the App, tokens that its simulator takes, and amounts that do not bind.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use http::Method;
use model::Vendor;
use serde_json::{Value, json};

use crate::{api::Api, processes::SimulatorReady, sample::PACKAGE};

/// How many phones of each brand a group of a thousand has, as a chat app in China sees them.
pub(super) const MIX: [(Vendor, u64); 10] = [
    (Vendor::Apns, 200),
    (Vendor::Huawei, 170),
    (Vendor::Xiaomi, 160),
    (Vendor::Oppo, 140),
    (Vendor::Honor, 130),
    (Vendor::Vivo, 100),
    (Vendor::Harmony, 40),
    (Vendor::Fcm, 40),
    (Vendor::Meizu, 10),
    (Vendor::Webpush, 10),
];

/// A point on P-256 and a secret as a browser gives them: the subscriber of the example in RFC 8291.
const SUBSCRIBER: &str = r#"{"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}"#;

/// More than any run sends.
const PLENTY: u64 = 1_000_000_000;

/// Makes a certificate through which the simulated vendor takes pushes, at whatever rate.
pub(super) async fn certificate(api: &Api, simulator: &SimulatorReady, vendor: Vendor) -> Result<u32> {
    let known = simulator.credentials.get(&vendor).and_then(|known| known.first());
    let fields = known.with_context(|| format!("the simulator has no app at {vendor}"))?;
    raise(simulator, vendor).await?;
    let new = json!({ "vendor": vendor, "name": format!("bench-{vendor}"), "fields": fields });
    let saved: Value = api.post("/v1/certificates", &new).await?;
    // Web Push knows no account, so its probe cannot tell.
    ensure!(saved["probe"]["accepted"] != false, "{vendor} did not take the certificate: {saved}");
    let id = saved["certificate"]["id"].as_u64().and_then(|id| u32::try_from(id).ok());
    id.with_context(|| format!("the certificate has no id: {saved}"))
}

/// Makes one for every vendor.
pub(super) async fn certificates(api: &Api, simulator: &SimulatorReady) -> Result<BTreeMap<Vendor, u32>> {
    let mut made = BTreeMap::new();
    for vendor in Vendor::ALL {
        made.insert(vendor, certificate(api, simulator, vendor).await?);
    }
    Ok(made)
}

/// Lifts the vendor's daily amounts and rates, so that the program is measured and not a vendor's patience.
async fn raise(simulator: &SimulatorReady, vendor: Vendor) -> Result<()> {
    let amounts: Value = amounts(vendor).iter().map(|name| ((*name).to_owned(), json!(PLENTY))).collect();
    let control = Api::new(&simulator.control_url, &simulator.control_key);
    if amounts.as_object().is_none_or(serde_json::Map::is_empty) {
        return Ok(());
    }
    let answer = control.call(Method::POST, &format!("/rights/{vendor}/{PACKAGE}"), &amounts).await?;
    ensure!(answer.status < 300, "{vendor} does not raise its amounts: {}", answer.json);
    Ok(())
}

/// The amounts of each simulated vendor, by the names that its rights give them.
fn amounts(vendor: Vendor) -> &'static [&'static str] {
    const AMOUNTS: [(Vendor, &[&str]); 9] = [
        (Vendor::Xiaomi, &["day_quota", "public_day_quota", "default_per_device", "public_per_device"]),
        (Vendor::Huawei, &["devices_per_second", "marketing_per_day", "messages_per_day"]),
        (Vendor::Harmony, &["per_second", "per_day", "marketing_per_day"]),
        (Vendor::Honor, &["per_second", "marketing_per_device"]),
        (Vendor::Oppo, &["per_second", "day_quota", "device_quota"]),
        (
            Vendor::Vivo,
            &["per_second", "system_per_day", "operational_per_day", "device_per_day", "saves_per_day"],
        ),
        (Vendor::Meizu, &["day_quota", "requests_per_second", "public_per_device_day"]),
        (Vendor::Fcm, &["sends_per_minute", "device_per_minute", "device_per_hour"]),
        (Vendor::Webpush, &["per_second"]),
    ];
    AMOUNTS.iter().find_map(|(own, names)| (*own == vendor).then_some(*names)).unwrap_or_default()
}

/// A token in the vendor's own shape for the phone with this number. No phone has it: it is taken and leads nowhere.
pub(super) fn token(vendor: Vendor, number: u64) -> String {
    type Shape = fn(u64) -> String;
    const SHAPES: [(Vendor, Shape); 10] = [
        (Vendor::Apns, |number| format!("{number:064x}")),
        (Vendor::Xiaomi, |number| format!("bench-{number:038}")),
        (Vendor::Huawei, |number| format!("IQAAAA{number:0106}")),
        (Vendor::Harmony, |number| format!("MAMzLg{number:0106}")),
        (Vendor::Honor, |number| format!("BAEAAA{number:0134}")),
        (Vendor::Oppo, |number| format!("CN_{number:032x}")),
        (Vendor::Vivo, |number| format!("{number:023}")),
        (Vendor::Meizu, |number| format!("S5Q{number:032x}")),
        (Vendor::Fcm, |number| format!("bench{number:017}:APA91b{number:0134}")),
        (Vendor::Webpush, subscription),
    ];
    let shape = SHAPES.iter().find_map(|(own, shape)| (*own == vendor).then_some(*shape));
    shape.map(|shape| shape(number)).unwrap_or_default()
}

fn subscription(number: u64) -> String {
    let id = format!("gAAAAAB{number:0148}");
    format!(r#"{{"endpoint":"https://updates.push.services.mozilla.com/wpush/v2/{id}","keys":{SUBSCRIBER}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_is_a_thousand_phones_and_leaves_no_vendor_out() {
        assert_eq!(MIX.iter().map(|(_, share)| share).sum::<u64>(), 1000);
        assert!(Vendor::ALL.iter().all(|vendor| MIX.iter().any(|(own, _)| own == vendor)));
    }

    #[test]
    fn every_phone_has_a_token_of_its_own() {
        for vendor in Vendor::ALL {
            assert_ne!(token(vendor, 1), token(vendor, 2), "{vendor}");
            assert!(!token(vendor, 1).is_empty(), "{vendor}");
        }
    }
}
