//! The ledger of daily amounts as a lane keeps it: what is counted, what has to wait, what is committed of it.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use aws_lc_rs::digest::{SHA256, digest};
use model::{
    Certificate, CertificateId, Class, DayNumber, DeliveryId, Pause, TargetVerdict, Timestamp, Verdict,
};
use rules::{Counted, DeviceHash, KindLimits, KindStatus, Learned, Ledger, Pending, Ration};
use store::{BrakeRecord, DayLedger, LedgerOp, Op, Outcome, Store};
use vendors::{Adapter, Allowed, AllowedKind, Channel, DailyAmount, DailyAmounts, Whose};

use super::{
    Event, Lane,
    brake::{self, Brake},
    parcel::{Item, Parcel},
    settle,
};
use crate::{own_codes, signal::Told};

/// Phones whose pushes of the day are read after a start.
pub(super) const DEVICES_READ_MAX: u32 = 500_000;
/// Days that are kept for looking back.
const DAYS_KEPT: i64 = 8;

/// How a vendor's kind of push stands at one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountStatus {
    /// The kind's word.
    pub name: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
    /// What the vendor's book and the operator say of it.
    pub allowed: AllowedKind,
    /// Where it stands today.
    pub today: KindStatus,
}

/// One certificate's ledger of the day. It stands on the lane's board, so that receipts and those who ask meet it
/// there.
#[derive(Debug)]
pub(crate) struct LaneLedger {
    rules: Ledger,
    daily: &'static DailyAmounts,
    names: Vec<Arc<str>>,
    allowed: Vec<AllowedKind>,
    is_open: bool,
}

impl LaneLedger {
    /// Before the certificate was read.
    pub(crate) fn closed() -> Self {
        let daily = &DailyAmounts::NONE;
        let rules = Ledger::new(daily.day, &[], Timestamp(0));
        Self { rules, daily, names: Vec::new(), allowed: Vec::new(), is_open: false }
    }

    /// Takes over what holds for the certificate now; `kept` is what was counted before a start.
    pub(crate) fn open(
        &mut self,
        adapter: &dyn Adapter,
        allowed: Allowed,
        kept: Option<DayLedger>,
        now: Timestamp,
    ) {
        let limits: Vec<KindLimits> = allowed
            .kinds
            .iter()
            .map(|kind| KindLimits { per_app: kind.per_app, per_device: kind.per_device })
            .collect();
        self.allowed = allowed.kinds;
        if self.is_open {
            return self.rules.limit(&limits);
        }
        self.is_open = true;
        self.daily = adapter.daily();
        self.names = self.daily.kinds.iter().map(|kind| kind.name.into()).collect();
        self.rules = Ledger::new(self.daily.day, &limits, now);
        self.restore(kept.unwrap_or_default());
    }

    fn restore(&mut self, kept: DayLedger) {
        let place = |name: &str| self.daily.kinds.iter().position(|kind| kind.name == name);
        for count in kept.counts {
            if let Some(kind) = place(&count.kind) {
                self.rules.restore(Counted { kind, class: count.class }, count.taken.into());
            }
        }
        for device in kept.devices {
            let Some(kind) = place(&device.kind) else { continue };
            let hash = DeviceHash(device.device);
            self.rules.restore_device(kind, hash, device.taken);
            if let Some(at) = device.used_up_at {
                self.rules.learn(Learned { kind, device: Some(hash), at });
            }
        }
        for (name, at) in kept.used_up {
            if let Some(kind) = place(&name) {
                self.rules.learn(Learned { kind, device: None, at });
            }
        }
    }

    /// Takes over what the vendor said, and what is to be committed of that.
    pub(crate) fn learn(&mut self, certificate: CertificateId, learned: Learned) -> Option<Op> {
        let kind = self.names.get(learned.kind)?.clone();
        self.rules.learn(learned);
        Some(used_up(certificate, self.daily.day.number(learned.at), kind, learned))
    }

    /// How each kind stands.
    pub(crate) fn status(&mut self, now: Timestamp) -> Vec<AmountStatus> {
        self.rules.roll(now);
        let kinds = self.daily.kinds.iter().zip(&self.allowed).zip(self.rules.status(now));
        kinds
            .map(|((kind, allowed), today)| AmountStatus {
                name: kind.name,
                en: kind.en,
                zh: kind.zh,
                allowed: *allowed,
                today,
            })
            .collect()
    }

    fn device(&self, kind: usize, token: &str) -> Option<DeviceHash> {
        self.rules.looks_at_devices(kind).then(|| hash_of(token))
    }
}

/// What is committed of a vendor's word.
pub(crate) fn used_up(certificate: CertificateId, day: DayNumber, kind: Arc<str>, learned: Learned) -> Op {
    let device = learned.device.map(|device| device.0);
    Op::Ledger(LedgerOp::UsedUp { certificate, day, kind, device, at: learned.at })
}

/// Whom a receipt means that says no more than that something is used up.
pub(crate) fn meant(kind: &DailyAmount, token: &str) -> Option<DeviceHash> {
    (kind.receipts_mean == Whose::Device).then(|| hash_of(token))
}

/// A token as it is counted: so that none is kept for that.
fn hash_of(token: &str) -> DeviceHash {
    let hash = digest(&SHA256, token.as_bytes());
    let first = hash.as_ref().first_chunk::<8>().copied().unwrap_or_default();
    DeviceHash(i64::from_be_bytes(first))
}

/// What a content counts as; `None` where nothing counts it.
pub(crate) fn counted_as(channel: &dyn Channel, content: &vendors::Content) -> Option<Counted> {
    let kind = channel.kind_of(content)?;
    Some(Counted { kind, class: content.class })
}

/// What was counted, each behind the update it belongs to. Several are committed as one.
#[derive(Debug, Default)]
pub(crate) struct Tally(VecDeque<(u64, Taken)>);

#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) certificate: CertificateId,
    pub(crate) day: DayNumber,
    pub(crate) kind: Arc<str>,
    pub(crate) class: Class,
    /// The phone, where those are counted.
    pub(crate) device: Option<DeviceHash>,
}

impl Tally {
    /// `behind`: how many ops were given before it in all.
    pub(crate) fn note(&mut self, behind: u64, taken: Taken) {
        self.0.push_back((behind, taken));
    }

    /// What belongs to the first so many ops, in few ops.
    pub(crate) fn take_up_to(&mut self, behind: u64) -> Vec<Op> {
        let mut kinds: HashMap<(CertificateId, DayNumber, Arc<str>, Class), u32> = HashMap::new();
        let mut devices: HashMap<(CertificateId, DayNumber, Arc<str>, DeviceHash), u32> = HashMap::new();
        while let Some((_, taken)) = self.0.pop_front_if(|(place, _)| *place <= behind) {
            let Taken { certificate, day, kind, class, device } = taken;
            if let Some(device) = device {
                *devices.entry((certificate, day, kind.clone(), device)).or_default() += 1;
            }
            *kinds.entry((certificate, day, kind, class)).or_default() += 1;
        }
        let kinds = kinds.into_iter().map(|((certificate, day, kind, class), taken)| {
            Op::Ledger(LedgerOp::Count { certificate, day, kind, class, taken })
        });
        let devices = devices.into_iter().map(|((certificate, day, kind, device), taken)| {
            Op::Ledger(LedgerOp::CountDevice { certificate, day, kind, device: device.0, taken })
        });
        kinds.chain(devices).collect()
    }
}

impl Lane {
    /// Begins the vendor's next day where this one is over.
    pub(super) fn keep_day(&mut self, now: Timestamp) {
        let mut ledger = self.board.ledger();
        if !ledger.rules.is_kept() || !ledger.rules.roll(now) {
            return;
        }
        let before = DayNumber(ledger.rules.today().0 - DAYS_KEPT);
        drop(ledger);
        let (shared, certificate) = (self.shared.clone(), self.id);
        self.tasks.push(Box::pin(async move {
            forget(&*shared.store, certificate, before).await;
            Event::Forgotten
        }));
    }

    /// What is on the wire and not yet counted.
    pub(super) fn pending(&self) -> Pending {
        let mut pending = Pending::default();
        let ledger = self.board.ledger();
        if !ledger.rules.is_kept() {
            return pending;
        }
        let waiting = self.resuming.iter().map(|flight| &flight.parcel);
        for parcel in self.flights.parcels().chain(waiting) {
            let Some(counted) = self.counted(parcel) else { continue };
            for item in &parcel.items {
                pending.add(counted.kind, ledger.device(counted.kind, &item.token));
            }
        }
        pending
    }

    /// Takes out of a parcel what the daily amounts do not let leave today.
    pub(super) fn ration(&mut self, parcel: &mut Parcel, pending: &mut Pending, now: Timestamp) {
        let Some(counted) = self.counted(parcel) else { return };
        let mut off: HashMap<DeliveryId, (model::ReasonCode, Timestamp)> = HashMap::new();
        {
            let ledger = self.board.ledger();
            for item in &parcel.items {
                let device = ledger.device(counted.kind, &item.token);
                if let Ration::PutOff { reason, until } = ledger.rules.ration(counted, device, pending, now) {
                    off.insert(item.id, (reason, until));
                }
            }
        }
        if off.is_empty() {
            return;
        }
        let hears = self.catalogue.hears;
        for item in parcel.sift(|item| !off.contains_key(&item.id)) {
            let Some((reason, until)) = off.get(&item.id).copied() else { continue };
            let follow = rules::put_off(reason, until, item.expires_at, now);
            self.board.meter.note_state(item.class, follow.state);
            self.outbox.extend(settle::put_off(&item, &follow, now, hears));
        }
    }

    /// What the items of a parcel count as.
    pub(super) fn counted(&self, parcel: &Parcel) -> Option<Counted> {
        counted_as(&*self.road.as_ref()?.channel, parcel.shown()?)
    }

    /// The vendor took an item, whose update stands at this place of the outbox.
    pub(super) fn count(&mut self, counted: Counted, item: &Item, place: u64, now: Timestamp) {
        let mut ledger = self.board.ledger();
        let Some(kind) = ledger.names.get(counted.kind).cloned() else { return };
        let is_counted = ledger.rules.counts_devices(counted.kind);
        let device = ledger.device(counted.kind, &item.token).filter(|_| is_counted);
        ledger.rules.take(counted, device, now);
        let day = ledger.rules.today();
        drop(ledger);
        self.outbox.count(place, Taken { certificate: self.id, day, kind, class: counted.class, device });
    }

    /// Learns from a job's verdicts that an amount is used up. Where nothing counts it, the whole lane waits.
    pub(super) fn learn_from(
        &mut self,
        counted: Option<Counted>,
        verdicts: &[TargetVerdict],
        now: Timestamp,
    ) {
        let says_so = |judged: &&TargetVerdict| {
            matches!(judged.verdict, Verdict::Limited { pause: Pause::DailyAmount, .. })
        };
        let Some(judged) = verdicts.iter().find(says_so) else { return };
        let mut ledger = self.board.ledger();
        let Some(counted) = counted else {
            let until = ledger.rules.resumes_at(now);
            drop(ledger);
            return self.pause_until(until, &judged.code);
        };
        let op = ledger.learn(self.id, Learned { kind: counted.kind, device: None, at: now });
        drop(ledger);
        tracing::warn!(certificate = %self.id, code = judged.code, "the vendor says that a daily amount is used up");
        self.outbox.extend(op);
    }

    /// When what is over a daily amount goes on.
    pub(super) fn amounts_resume_at(&self, now: Timestamp) -> Timestamp {
        self.board.ledger().rules.resumes_at(now)
    }

    /// Takes over what was read with the certificate.
    pub(super) fn open_ledger(
        &mut self,
        certificate: Option<&Certificate>,
        kept: Option<(DayLedger, BrakeRecord)>,
        now: Timestamp,
    ) {
        let Some(certificate) = certificate else { return };
        let adapter = self.shared.adapter(certificate.vendor);
        let (day, brake) = kept.unzip();
        if let Some(record) = brake {
            self.brake = Brake::restored(record);
        }
        self.board.ledger().open(adapter, vendors::allowed(adapter, &certificate.form), day, now);
    }

    /// The operator has released the brake: what was kept of it, the store has already.
    pub(super) fn take_release(&mut self, told: Told) {
        if told.has(Told::RELEASED) {
            self.brake.release(brake::released(self.shared.clock.now()));
            self.alarm = None;
        }
    }

    /// The brake has engaged: kept over restarts, and told.
    pub(super) fn brake_engaged(&mut self) {
        let (certificate, brake) = (self.id, self.brake.record());
        self.outbox.extend([Op::Ledger(LedgerOp::SetBrake { certificate, brake })]);
        self.raise_alarm(own_codes::MASS_REMOVAL);
    }
}

/// Deletes old days, some of their rows at a time.
async fn forget(store: &dyn Store, certificate: CertificateId, before: DayNumber) {
    loop {
        let forget = Op::Ledger(LedgerOp::Forget { certificate, before });
        match store.commit(vec![forget]).await.as_deref() {
            Ok([Outcome::Forgotten(1..)]) => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "old days of a ledger stay until the next");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(class: Class, device: Option<i64>) -> Taken {
        Taken {
            certificate: CertificateId(1),
            day: DayNumber(9),
            kind: "public".into(),
            class,
            device: device.map(DeviceHash),
        }
    }

    #[test]
    fn what_is_committed_together_is_counted_in_one_op_a_class() {
        let mut tally = Tally::default();
        for behind in 1..=1000 {
            tally.note(behind, taken(Class::Chat, None));
        }
        tally.note(1001, taken(Class::Marketing, Some(7)));
        let first = tally.take_up_to(600);
        assert!(
            matches!(&first[..], [Op::Ledger(LedgerOp::Count { taken: 600, class: Class::Chat, .. })]),
            "{first:?}"
        );
        let rest = tally.take_up_to(u64::MAX);
        assert_eq!(rest.len(), 3, "{rest:?}");
        assert!(tally.take_up_to(u64::MAX).is_empty());
    }

    #[test]
    fn a_token_is_counted_by_its_hash() {
        assert_eq!(hash_of("t"), hash_of("t"));
        assert_ne!(hash_of("t"), hash_of("u"));
    }
}
