//! How much waits on disk for the vendors, by App and by lane, and what is refused or shed where that is too much.
//!
//! Rows are counted at most once a second, by whoever needs to know, and only as far as the bound; what is queued in
//! between is added. What leaves in between is not taken off, so a bound is met early rather than late. Nothing is kept
//! of an App or lane but two numbers.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use model::{AppId, CertificateId, Class, DeliveryState, ErrorCode, Fault, ReasonCode};
use rules::Reason;
use store::{NewDelivery, StoreError, Waiting};

use crate::{Im, fault_of};

/// For how long a count is believed.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// Rows that may wait for vendors.
#[derive(Debug, Clone, Copy)]
pub struct BacklogLimits {
    /// Of one App; beyond it nothing is accepted from that App.
    pub app: u32,
    /// Of one lane; beyond it marketing is shed, beyond twice as much everything but calls.
    pub lane: u32,
}

impl Default for BacklogLimits {
    fn default() -> Self {
        Self { app: 1_000_000, lane: 200_000 }
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Backlogs {
    apps: Gauges<AppId>,
    lanes: Gauges<CertificateId>,
}

#[derive(Debug, Clone, Copy)]
struct Gauge {
    rows: u64,
    at: Instant,
}

#[derive(Debug)]
struct Gauges<K>(Mutex<HashMap<K, Gauge>>);

impl<K> Default for Gauges<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Copy> Gauges<K> {
    /// The last count; `None` where it is too old: the asker then counts anew, others go on believing it.
    fn last(&self, key: K, now: Instant) -> Option<u64> {
        let mut gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match gauges.get_mut(&key) {
            Some(gauge) if now.duration_since(gauge.at) < FRESH_FOR => Some(gauge.rows),
            Some(gauge) => {
                gauge.at = now;
                None
            }
            None => {
                gauges.insert(key, Gauge { rows: 0, at: now });
                None
            }
        }
    }

    /// One more row waits.
    fn add(&self, key: K) {
        let mut gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gauge) = gauges.get_mut(&key) {
            gauge.rows += 1;
        }
    }

    fn set(&self, key: K, rows: u64, now: Instant) {
        let mut gauges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gauges.insert(key, Gauge { rows, at: now });
    }
}

impl Im {
    /// Whether an App may have more accepted.
    ///
    /// # Errors
    /// `busy` where as many rows of it wait as may.
    pub(crate) async fn check_app_backlog(&self, app: AppId) -> Result<(), Fault> {
        let (most, now) = (self.config.backlog.app, Instant::now());
        let rows = match self.backlogs.apps.last(app, now) {
            Some(rows) => rows,
            None => {
                let rows = self.store.waiting(Waiting::App(app), most).await;
                let rows = rows.map_err(|error| fault_of(&error))?;
                self.backlogs.apps.set(app, rows, now);
                rows
            }
        };
        if rows >= u64::from(most) {
            return Err(Fault::new(
                ErrorCode::Busy,
                "as many pushes of the App wait for their vendors as may",
            ));
        }
        Ok(())
    }

    /// Whether as many rows of a lane wait as may: a call that names this one certificate is better refused.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be counted.
    pub async fn is_lane_full(&self, certificate: CertificateId) -> Result<bool, StoreError> {
        Ok(self.lane_rows(certificate).await? >= u64::from(self.config.backlog.lane))
    }

    async fn lane_rows(&self, certificate: CertificateId) -> Result<u64, StoreError> {
        let now = Instant::now();
        match self.backlogs.lanes.last(certificate, now) {
            Some(rows) => Ok(rows),
            None => {
                let most = self.config.backlog.lane.saturating_mul(2);
                let rows = self.store.waiting(Waiting::Lane(certificate), most).await?;
                self.backlogs.lanes.set(certificate, rows, now);
                Ok(rows)
            }
        }
    }

    /// The delivery as it is stored: one that is to be queued ends at once where its lane is too full for its class.
    pub(crate) async fn shed(&self, delivery: NewDelivery, class: Class) -> Result<NewDelivery, StoreError> {
        let (DeliveryState::Queued, Some(certificate)) = (delivery.state, delivery.certificate) else {
            return Ok(delivery);
        };
        let rows = self.lane_rows(certificate).await?;
        match shed_reason(class, rows, self.config.backlog.lane) {
            None => {
                self.backlogs.lanes.add(certificate);
                Ok(delivery)
            }
            Some(reason) => {
                Ok(NewDelivery { state: DeliveryState::Dropped, reason, counts_badge: false, ..delivery })
            }
        }
    }
}

/// Why a push of this class is not queued behind so many others: marketing first, calls never.
fn shed_reason(class: Class, rows: u64, lane_max: u32) -> Option<ReasonCode> {
    let lane_max = u64::from(lane_max);
    let is_shed = match class {
        Class::Call => false,
        Class::Marketing => rows >= lane_max,
        Class::System | Class::Chat => rows >= 2 * lane_max,
    };
    is_shed.then_some(Reason::BACKLOG_FULL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marketing_is_shed_first_and_a_call_never() {
        let shed = |class| [99, 100, 199, 200].map(|rows| shed_reason(class, rows, 100).is_some());
        assert_eq!(shed(Class::Marketing), [false, true, true, true]);
        assert_eq!(shed(Class::System), [false, false, false, true]);
        assert_eq!(shed(Class::Chat), [false, false, false, true]);
        assert_eq!(shed(Class::Call), [false; 4]);
    }

    #[test]
    fn a_count_is_taken_once_a_second_by_one_asker() {
        let (gauges, start) = (Gauges::<u32>::default(), Instant::now());
        assert_eq!(gauges.last(1, start), None);
        assert_eq!(gauges.last(1, start), Some(0), "another has gone to count");
        gauges.set(1, 7, start);
        gauges.add(1);
        assert_eq!(gauges.last(1, start + FRESH_FOR / 2), Some(8));
        assert_eq!(gauges.last(1, start + FRESH_FOR), None);
    }
}
