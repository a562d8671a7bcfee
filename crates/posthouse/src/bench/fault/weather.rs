//! Faults of vendors, as the simulator makes them: two lanes suffer, a third runs beside.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use futures_util::{FutureExt, future::LocalBoxFuture};
use http::Method;
use model::Vendor;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{
    load::{Acknowledged, Load},
    seen::Seen,
    table::{Fault, Scale},
    windows::Windows,
    world::World,
};
use crate::api::Api;

/// The lane that runs beside.
const BESIDE: Vendor = Vendor::Xiaomi;
/// HTTP/2 with a token of our own, and HTTP/1.1 with one that is asked for.
const TWO: [Vendor; 2] = [Vendor::Apns, Vendor::Oppo];
/// Both speak HTTP/2.
const HTTP2: [Vendor; 2] = [Vendor::Apns, Vendor::Fcm];
/// Both are sent to with an access token that is asked for.
const TOKENED: [Vendor; 2] = [Vendor::Oppo, Vendor::Fcm];
/// So many requests that the fault does not end by itself.
const MANY: u32 = u32::MAX;

/// What two vendors do wrong.
pub(super) struct Weather {
    pub(super) name: &'static str,
    at: [Vendor; 2],
    /// What the simulator is told.
    fault: fn() -> Value,
    /// How often it is told that, where once is not enough.
    again_every: Option<Duration>,
    /// All access tokens end, each time.
    expires_auth: bool,
    /// Whether tries fail by it; where they do not, a lane gets over it without one.
    fails_tries: bool,
}

const PLAIN: Weather = Weather {
    name: "",
    at: TWO,
    fault: || json!({}),
    again_every: None,
    expires_auth: false,
    fails_tries: true,
};

pub(super) static WEATHERS: &[Weather] = &[
    Weather { name: "black-hole", fault: || json!({ "black_hole": true }), ..PLAIN },
    Weather { name: "slow-loris", fault: || json!({ "drip_ms": 3000 }), ..PLAIN },
    Weather { name: "half-answers", fault: || json!({ "half_answer": MANY }), ..PLAIN },
    Weather { name: "lost-answers", fault: || json!({ "lose_answer": MANY }), ..PLAIN },
    Weather { name: "resets", fault: || json!({ "reset": MANY }), ..PLAIN },
    Weather {
        name: "goaway-storm",
        at: HTTP2,
        fault: || json!({ "goaway": { "after": 3, "reason": "Shutdown" } }),
        again_every: Some(Duration::from_millis(50)),
        fails_tries: false,
        ..PLAIN
    },
    Weather {
        name: "expired-auth",
        at: TOKENED,
        again_every: Some(Duration::from_millis(700)),
        expires_auth: true,
        ..PLAIN
    },
    Weather { name: "429", fault: || json!({ "fail": { "times": MANY, "code": "http:429" } }), ..PLAIN },
    Weather {
        name: "429-retry-after",
        at: HTTP2,
        fault: || json!({ "throttle": true, "retry_after_s": 2 }),
        ..PLAIN
    },
    Weather {
        name: "5xx-storm",
        fault: || json!({ "fail": { "times": MANY, "code": "http:503" } }),
        ..PLAIN
    },
];

pub(super) const FAULTS: &[Fault] = &[
    fault("black-hole", "a vendor that never answers holds up nobody else; its pushes leave when it is back"),
    fault("slow-loris", "an answer that drips is given up at its deadline; the repeat replaces the first"),
    fault("half-answers", "half an answer is none; the repeat replaces the first"),
    fault("lost-answers", "a push whose answer is lost is repeated; the repeat replaces the first"),
    fault("resets", "requests on a connection that breaks are tried again"),
    fault("goaway-storm", "what a GOAWAY leaves out goes on the next connection and costs no try"),
    fault("expired-auth", "one renewal for all; what was refused goes again with it"),
    fault("429", "the lane slows down by itself; everything leaves in the end"),
    fault("429-retry-after", "nothing leaves before the vendor's own time, everything after it"),
    fault("5xx-storm", "a failing vendor is left alone, tried with one request, and served when it is back"),
    Fault {
        name: "vendor-restart",
        promise: "a vendor that is away for a moment is found again when it is back",
        run: |_, scale| restarts(scale).boxed_local(),
    },
];

const fn fault(name: &'static str, promise: &'static str) -> Fault {
    Fault { name, promise, run: |fault, scale| run(fault, scale) }
}

fn run(fault: &'static Fault, scale: Scale) -> LocalBoxFuture<'static, Result<Seen>> {
    let weather = WEATHERS.iter().find(|weather| weather.name == fault.name).unwrap_or(&PLAIN);
    suffer(weather, scale).boxed_local()
}

async fn suffer(weather: &'static Weather, scale: Scale) -> Result<Seen> {
    let mut world = World::start().await?;
    let control = world.control();
    let beside = Load::start(&world.door, world.road(BESIDE)?, Some(scale.per_s));
    let mut suffering = Vec::new();
    for vendor in weather.at {
        suffering.push(Load::start(&world.door, world.road(vendor)?, Some(scale.per_s)));
    }
    let mut windows = Windows::default();
    let mut came_true = 0;
    for _ in 0..scale.windows {
        windows.pass(false, scale).await;
        let storm = Storm::begin(weather, control.clone()).await?;
        windows.pass(true, scale).await;
        came_true += storm.end(weather, &control).await?;
    }
    let beside = beside.end().await?;
    let beside_sent = beside.sent.clone();
    let mut all = beside;
    for load in suffering {
        all.add(load.end().await?);
    }
    let (mut seen, ends) = Seen::of(&mut world, &all, 0).await?;
    seen.beside(windows.compare(&beside_sent, &ends.answered));
    if weather.fails_tries {
        seen.facts.push(format!("{} tries failed", ends.failed_tries));
        seen.check(ends.failed_tries == 0, || "the fault met nothing".to_owned());
    } else {
        seen.facts.push(format!("{came_true} times; {} tries failed", ends.failed_tries));
        seen.check(came_true == 0, || "the fault met nothing".to_owned());
        seen.check(ends.unknown_tries > 0, || format!("{} tries were cut off", ends.unknown_tries));
    }
    let given_up = ends.reasons.iter().filter(|(reason, _)| **reason != "accepted");
    let given_up: u64 = given_up.map(|(_, count)| count).sum();
    seen.check(given_up > 0, || format!("{given_up} pushes were given up on, though the vendor came back"));
    Ok(seen)
}

/// A fault that lasts.
pub(super) struct Storm {
    task: Option<JoinHandle<Result<()>>>,
    came_true: Arc<AtomicU64>,
}

impl Storm {
    pub(super) async fn begin(weather: &'static Weather, control: Api) -> Result<Self> {
        let came_true = Arc::new(AtomicU64::new(0));
        strike(weather, &control).await?;
        let Some(every) = weather.again_every else { return Ok(Self { task: None, came_true }) };
        let counter = Arc::clone(&came_true);
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                // What is not used up yet goes on counting: told anew, it would begin from the start.
                for vendor in used_up(weather, &control).await? {
                    counter.fetch_add(1, Ordering::SeqCst);
                    strike_at(vendor, weather, &control).await?;
                }
            }
        });
        Ok(Self { task: Some(task), came_true })
    }

    /// Ends it; says how often what holds for one time has come true.
    pub(super) async fn end(self, weather: &Weather, control: &Api) -> Result<u64> {
        if let Some(task) = self.task {
            task.abort();
            if let Ok(ended) = task.await {
                ended?;
            }
        }
        let last = used_up(weather, control).await?.len() as u64;
        for vendor in weather.at {
            control.call(Method::DELETE, &format!("/faults/{vendor}"), &Value::Null).await?;
        }
        Ok(self.came_true.load(Ordering::SeqCst) + last)
    }
}

/// Tells the simulator once.
async fn strike(weather: &Weather, control: &Api) -> Result<()> {
    for vendor in weather.at {
        strike_at(vendor, weather, control).await?;
    }
    Ok(())
}

async fn strike_at(vendor: Vendor, weather: &Weather, control: &Api) -> Result<()> {
    if weather.expires_auth {
        control.post::<Value>(&format!("/faults/{vendor}/expire-auth"), &json!({})).await?;
    } else {
        control.post::<Value>(&format!("/faults/{vendor}"), &(weather.fault)()).await?;
    }
    Ok(())
}

/// The vendors with a host on which what holds for one time is used up; all of them where it is over at once.
async fn used_up(weather: &Weather, control: &Api) -> Result<Vec<Vendor>> {
    let hosts: Vec<Value> = control.get("/hosts").await?;
    let is_used_up =
        |host: &Value, vendor: Vendor| host["vendor"] == vendor.name() && host["faults"]["goaway"].is_null();
    let met = |vendor: &Vendor| hosts.iter().any(|host| is_used_up(host, *vendor));
    Ok(weather.at.into_iter().filter(met).collect())
}

async fn restarts(scale: Scale) -> Result<Seen> {
    let mut world = World::start().await?;
    let control = world.control();
    let mut loads = Vec::new();
    for vendor in [Vendor::Apns, Vendor::Oppo, Vendor::Xiaomi] {
        loads.push(Load::start(&world.door, world.road(vendor)?, Some(scale.per_s)));
    }
    let times = if scale.windows > 1 { 5 } else { 2 };
    for _ in 0..times {
        tokio::time::sleep(scale.window).await;
        let down = json!({ "down_ms": 700 });
        control.call(Method::POST, "/restart", &down).await?;
    }
    tokio::time::sleep(scale.window).await;
    let mut all = Acknowledged::default();
    for load in loads {
        all.add(load.end().await?);
    }
    let (mut seen, ends) = Seen::of(&mut world, &all, 0).await?;
    seen.facts.push(format!("{times} restarts; {} tries failed", ends.failed_tries));
    Ok(seen)
}
