//! What the API shows of a lane.

use gateway::{AmountStatus, BrakeStatus, BreakerState, LaneState, LaneStatus};
use model::{Class, Timestamp, Vendor};
use serde::Serialize;
use store::QueuedByClass;
use utoipa::ToSchema;
use vendors::{Counts, Rate};

use crate::api::schema;

/// The road to one certificate's vendor.
#[derive(Serialize, ToSchema)]
#[schema(as = Lane)]
pub(in crate::api) struct LaneView {
    /// Whose.
    certificate: u32,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    vendor: Option<Vendor>,
    /// `idle`, `sending`, `paused` or `alarm`.
    state: &'static str,
    /// The code that made it pause or raised the alarm; empty otherwise.
    code: String,
    /// Until when it pauses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    until: Option<Timestamp>,
    /// Pushes that are taken up and have not left.
    waiting: usize,
    /// Everything that is queued for it, on disk too.
    backlog: BacklogView,
    /// Targets on the wire.
    in_flight: usize,
    /// Open connections.
    connections: usize,
    /// Targets that were sent since the start.
    sent: u64,
    /// Targets that the vendor took since the start.
    accepted: u64,
    /// How fast it may send; absent: as fast as it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rate: Option<RateView>,
    /// The circuit breaker.
    breaker: BreakerView,
    /// The brake on mass removal of tokens.
    brake: BrakeView,
    /// The vendor's daily amounts, by its kinds of push; empty where it has none.
    amounts: Vec<AmountView>,
}

/// Pushes by class.
#[derive(Serialize, ToSchema)]
#[schema(as = ByClass)]
struct ByClass {
    chat: u64,
    call: u64,
    system: u64,
    marketing: u64,
}

impl From<[u64; 4]> for ByClass {
    fn from([chat, call, system, marketing]: [u64; 4]) -> Self {
        Self { chat, call, system, marketing }
    }
}

/// What is queued, by class.
#[derive(Serialize, ToSchema)]
#[schema(as = Backlog)]
struct BacklogView {
    /// By class.
    by_class: ByClass,
    /// There is more than was counted.
    more: bool,
}

/// How fast a lane may send.
#[derive(Serialize, ToSchema)]
#[schema(as = Rate)]
struct RateView {
    /// So many a second.
    per_second: u32,
    /// Of what: `targets` or `requests`.
    counts: &'static str,
}

/// The circuit breaker.
#[derive(Serialize, ToSchema)]
#[schema(as = Breaker)]
struct BreakerView {
    /// `closed`: everything leaves; `open`: nothing; `half_open`: one request, to see whether the vendor is back.
    state: &'static str,
    /// Until when it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    until: Option<Timestamp>,
}

/// The brake on mass removal of tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = Brake)]
struct BrakeView {
    /// Since when no token is cleared, until the operator releases it; absent: tokens are cleared as the vendor says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    engaged_at: Option<Timestamp>,
    /// Tokens that were called dead: when it engaged, else among the last 128 verdicts. It engages at nine in ten.
    dead: u32,
    /// Verdicts that `dead` is counted among; fewer than 20 engage nothing.
    seen: u32,
    /// After a release: until then the vendor is believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    trusted_until: Option<Timestamp>,
}

/// One kind of push with its daily amount.
#[derive(Serialize, ToSchema)]
#[schema(as = DailyAmount)]
struct AmountView {
    /// The kind's stable word.
    kind: &'static str,
    /// What people call it, in English.
    en: &'static str,
    /// The same in Chinese.
    zh: &'static str,
    /// Targets that the vendor took today.
    taken: u64,
    /// The same by class.
    taken_by_class: ByClass,
    /// Targets a day of the app; absent where none is known for certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    limit: Option<u64>,
    /// The operator entered the limit in the certificate.
    limit_is_own: bool,
    /// What the vendor gives at least, where only that is known. Nothing waits for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    at_least: Option<u64>,
    /// Targets a day of one phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    per_device: Option<u32>,
    /// What is left of the limit today.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    left: Option<u64>,
    /// When the vendor said that it is used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    used_up_at: Option<Timestamp>,
    /// Forecast: when it will be used up at the last hour's rate; absent: not today.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    lasts_until: Option<Timestamp>,
    /// Classes that wait now, the one that waits last first. Calls never do.
    #[schema(value_type = Vec<schema::Class>)]
    put_off: Vec<Class>,
    /// When the vendor's day ends.
    #[schema(value_type = i64)]
    resets_at: Timestamp,
}

impl LaneView {
    pub(in crate::api) fn of(lane: LaneStatus, amounts: Vec<AmountStatus>, backlog: QueuedByClass) -> Self {
        let (state, code, until) = match lane.state {
            LaneState::Idle => ("idle", String::new(), None),
            LaneState::Sending => ("sending", String::new(), None),
            LaneState::Paused { until, code } => ("paused", code, Some(until)),
            LaneState::Alarm { code } => ("alarm", code, None),
        };
        Self {
            certificate: lane.certificate.0,
            vendor: lane.vendor,
            state,
            code,
            until,
            waiting: lane.waiting,
            backlog: BacklogView { by_class: backlog.by_class.map(u64::from).into(), more: backlog.is_more },
            in_flight: lane.in_flight,
            connections: lane.connections,
            sent: lane.sent,
            accepted: lane.accepted,
            rate: lane.rate.map(Into::into),
            breaker: lane.breaker.into(),
            brake: lane.brake.into(),
            amounts: amounts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Rate> for RateView {
    fn from(rate: Rate) -> Self {
        let counts = match rate.counts {
            Counts::Targets => "targets",
            Counts::Requests => "requests",
        };
        Self { per_second: rate.per_second, counts }
    }
}

impl From<BreakerState> for BreakerView {
    fn from(state: BreakerState) -> Self {
        match state {
            BreakerState::Closed => Self { state: "closed", until: None },
            BreakerState::HalfOpen => Self { state: "half_open", until: None },
            BreakerState::Open { until } => Self { state: "open", until: Some(until) },
        }
    }
}

impl From<BrakeStatus> for BrakeView {
    fn from(brake: BrakeStatus) -> Self {
        let BrakeStatus { engaged_at, dead, seen, trusted_until } = brake;
        Self { engaged_at, dead, seen, trusted_until }
    }
}

impl From<AmountStatus> for AmountView {
    fn from(amount: AmountStatus) -> Self {
        let today = amount.today;
        Self {
            kind: amount.name,
            en: amount.en,
            zh: amount.zh,
            taken: today.taken_in_all(),
            taken_by_class: today.taken.into(),
            limit: amount.allowed.per_app,
            limit_is_own: amount.allowed.is_own,
            at_least: amount.allowed.at_least,
            per_device: amount.allowed.per_device,
            left: today.left,
            used_up_at: today.used_up_at,
            lasts_until: today.lasts_until,
            put_off: today.put_off,
            resets_at: today.resets_at,
        }
    }
}
