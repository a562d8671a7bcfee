//! The page, read from the meters of every room.

use std::{collections::HashMap, fmt::Display, sync::Arc};

use gateway::{Board, LaneState, LaneStatus};
use meter::{Metric, Page};
use model::{Certificate, CertificateId, Timestamp, Vendor};
use store::{Backlog, StoreError};

use super::process::Process;
use crate::shared::Shared;

pub(super) async fn render(shared: &Shared) -> Result<String, StoreError> {
    let now = shared.now();
    let backlog = shared.store().backlog().await?;
    let certificates = certificates(shared).await?;
    let mut page = Page::default();
    front(&mut page, shared);
    decisions(&mut page, shared, &backlog, now);
    vendors(&mut page, shared);
    let lanes: Vec<Lane> = shared
        .gateway
        .boards()
        .into_iter()
        .filter_map(|(id, board)| Lane::new(id, board, &certificates))
        .collect();
    lane_counters(&mut page, &lanes);
    lane_levels(&mut page, &lanes);
    amounts(&mut page, &lanes, now);
    queues(&mut page, &certificates, &backlog, now);
    webhooks(&mut page, shared, &backlog, now);
    storage(&mut page, shared);
    process(&mut page);
    Ok(page.into_text())
}

async fn certificates(shared: &Shared) -> Result<HashMap<CertificateId, Certificate>, StoreError> {
    let mut all = HashMap::new();
    for app in shared.store().apps().await? {
        if let Some(view) = shared.im.catalogue().view(app.id).await? {
            all.extend(view.certificates.iter().map(|one| (one.id, one.clone())));
        }
    }
    Ok(all)
}

fn front(page: &mut Page, shared: &Shared) {
    let meter = &shared.meter;
    let mut accepted = page.family(Metric::Accepted);
    shared.im.meter().accepted().for_each(|(kind, count)| accepted.sample(&[&kind], count));
    let mut refused = page.family(Metric::Refused);
    meter.refused().for_each(|(surface, code, count)| refused.unless_zero(&[&surface, &code], count));
    let mut limited = page.family(Metric::RateLimited);
    limited.sample(&[&"key"], meter.limited_by_key.get());
    limited.sample(&[&"address"], meter.limited_by_address.get());
    page.family(Metric::RequestTime).histogram(&[], &meter.request);
    page.single(Metric::Connections, meter.connections.get());
    page.single(Metric::Online, shared.im.online());
    let mut frames = page.family(Metric::Frames);
    frames.sample(&[&"in"], meter.frames_in.get());
    frames.sample(&[&"out"], meter.frames_out.get());
}

fn decisions(page: &mut Page, shared: &Shared, backlog: &Backlog, now: Timestamp) {
    let mut decided = page.family(Metric::Decisions);
    for (outcome, code, count) in shared.im.meter().decisions() {
        let reason = rules::reason(code).map_or("unknown", |reason| reason.name);
        decided.sample(&[&outcome, &reason], count);
    }
    page.family(Metric::FanoutLag).histogram(&[], &shared.im.meter().fanout_lag);
    page.single(Metric::FanoutsOpen, backlog.fanouts.rows);
    page.single(Metric::FanoutOldest, age_s(backlog.fanouts.oldest, now));
}

fn vendors(page: &mut Page, shared: &Shared) {
    let meter = shared.gateway.meter();
    let mut verdicts = page.family(Metric::Verdicts);
    for vendor in Vendor::ALL {
        meter
            .vendor(vendor)
            .verdicts()
            .for_each(|(word, count)| verdicts.unless_zero(&[&vendor, &word], count));
    }
    let mut answers = page.family(Metric::Answers);
    for vendor in Vendor::ALL {
        meter
            .vendor(vendor)
            .answers()
            .for_each(|(word, count)| answers.unless_zero(&[&vendor, &word], count));
    }
    let mut attempts = page.family(Metric::AttemptTime);
    for vendor in Vendor::ALL {
        let attempt = &meter.vendor(vendor).attempt;
        if attempt.read().1 > 0 {
            attempts.histogram(&[&vendor], attempt);
        }
    }
    let mut receipts = page.family(Metric::Receipts);
    for vendor in Vendor::ALL {
        meter
            .vendor(vendor)
            .receipts()
            .for_each(|(word, count)| receipts.unless_zero(&[&vendor, &word], count));
    }
}

/// A lane with the labels that all its metrics have.
struct Lane {
    vendor: Vendor,
    id: CertificateId,
    board: Arc<Board>,
    status: LaneStatus,
}

impl Lane {
    /// `None`: nobody has read the certificate yet, so nothing was counted.
    fn new(
        id: CertificateId,
        board: Arc<Board>,
        known: &HashMap<CertificateId, Certificate>,
    ) -> Option<Self> {
        let status = board.read();
        let vendor = status.vendor.or_else(|| known.get(&id).map(|certificate| certificate.vendor))?;
        Some(Self { vendor, id, board, status })
    }

    fn labels(&self) -> [&dyn Display; 2] {
        [&self.vendor, &self.id]
    }
}

/// A metric of lanes, and where its number stands.
type Read<T> = (Metric, fn(&Lane) -> T);

fn lane_counters(page: &mut Page, lanes: &[Lane]) {
    let mut ended = page.family(Metric::Deliveries);
    for lane in lanes {
        for (class, state, count) in lane.board.meter.ends() {
            ended.unless_zero(&[&lane.vendor, &lane.id, &class, &state], count);
        }
    }
    let counters: [Read<u64>; 5] = [
        (Metric::Sent, |lane| lane.status.sent),
        (Metric::TokensCleared, |lane| lane.board.meter.tokens_cleared.get()),
        (Metric::LanePauses, |lane| lane.board.meter.pauses.get()),
        (Metric::BreakerOpened, |lane| lane.board.meter.breaker_opened.get()),
        (Metric::LaneAlarms, |lane| lane.board.meter.alarms.get()),
    ];
    for (metric, read) in counters {
        let mut family = page.family(metric);
        lanes.iter().for_each(|lane| family.sample(&lane.labels(), read(lane)));
    }
}

fn lane_levels(page: &mut Page, lanes: &[Lane]) {
    let levels: [Read<usize>; 3] = [
        (Metric::LaneWaiting, |lane| lane.status.waiting),
        (Metric::LaneInFlight, |lane| lane.status.in_flight),
        (Metric::LaneConnections, |lane| lane.status.connections),
    ];
    for (metric, read) in levels {
        let mut family = page.family(metric);
        lanes.iter().for_each(|lane| family.sample(&lane.labels(), read(lane)));
    }
    let mut states = page.family(Metric::LaneState);
    for lane in lanes {
        let word = match lane.status.state {
            LaneState::Idle => "idle",
            LaneState::Sending => "sending",
            LaneState::Paused { .. } => "paused",
            LaneState::Alarm { .. } => "alarm",
        };
        states.sample(&[&lane.vendor, &lane.id, &word], 1);
    }
}

fn amounts(page: &mut Page, lanes: &[Lane], now: Timestamp) {
    let mut braked = page.family(Metric::Braked);
    for lane in lanes {
        braked.sample(&lane.labels(), u8::from(lane.status.brake.engaged_at.is_some()));
    }
    let mut left = page.family(Metric::QuotaLeft);
    for lane in lanes {
        for amount in lane.board.amounts(now) {
            if let Some(count) = amount.today.left {
                left.sample(&[&lane.vendor, &lane.id, &amount.name], count);
            }
        }
    }
}

fn queues(
    page: &mut Page,
    certificates: &HashMap<CertificateId, Certificate>,
    backlog: &Backlog,
    now: Timestamp,
) {
    let mut known: Vec<&Certificate> = certificates.values().collect();
    known.sort_by_key(|certificate| certificate.id);
    let waiting = |id| backlog.lanes.iter().find(|lane| lane.certificate == id);
    let mut queued = page.family(Metric::LaneQueued);
    for one in &known {
        queued.sample(&[&one.vendor, &one.id], waiting(one.id).map_or(0, |lane| lane.queued));
    }
    let mut oldest = page.family(Metric::LaneOldest);
    for one in &known {
        let due = waiting(one.id).and_then(|lane| lane.oldest_due);
        oldest.sample(&[&one.vendor, &one.id], age_s(due, now));
    }
    let mut expiry = page.family(Metric::CertificateExpiry);
    for one in &known {
        if let Some(at) = one.expires_at {
            expiry.sample(&[&one.vendor, &one.id], at.since_ms(now) / 1000);
        }
    }
}

fn webhooks(page: &mut Page, shared: &Shared, backlog: &Backlog, now: Timestamp) {
    let meter = shared.gateway.meter();
    let mut told = page.family(Metric::WebhookTold);
    told.sample(&[&"heard"], meter.webhook_heard.get());
    told.sample(&[&"unheard"], meter.webhook_unheard.get());
    page.single(Metric::WebhookWaiting, backlog.outbox.rows);
    page.single(Metric::WebhookOldest, age_s(backlog.outbox.oldest, now));
}

fn storage(page: &mut Page, shared: &Shared) {
    let meter = shared.store().meter();
    page.family(Metric::CommitTime).histogram(&[], &meter.commit);
    page.family(Metric::SyncTime).histogram(&[], &meter.sync);
    let mut groups = page.family(Metric::CommitGroups);
    groups.sample(&[&"yes"], meter.groups_synced.get());
    groups.sample(&[&"no"], meter.groups_unsynced.get());
    page.single(Metric::CommitBatches, meter.batches.get());
    page.single(Metric::CommitFailures, meter.failures.get());
    page.single(Metric::StoreBusy, meter.busy.get());
    page.single(Metric::FeedMissed, meter.missed.get());
    let space = shared.store().space();
    page.single(Metric::DatabaseBytes, space.database_bytes);
    page.single(Metric::DiskFree, space.free_bytes);
    page.family(Metric::BuildInfo).sample(&[&env!("CARGO_PKG_VERSION")], 1);
}

fn process(page: &mut Page) {
    let process = Process::read();
    page.single(Metric::Cpu, process.cpu_s);
    page.single(Metric::Memory, process.resident_bytes);
    page.single(Metric::OpenFiles, process.open_files);
    page.single(Metric::OpenFilesMax, process.open_files_max);
}

/// How long ago that was, in seconds; 0 for what is yet to come.
fn age_s(moment: Option<Timestamp>, now: Timestamp) -> i64 {
    moment.map_or(0, |moment| now.since_ms(moment).max(0) / 1000)
}
