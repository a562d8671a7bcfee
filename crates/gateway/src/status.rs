//! What a lane tells of itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{CertificateId, Timestamp, Vendor};
use vendors::Rate;

use crate::{
    LaneMeter,
    lane::{AmountStatus, BrakeStatus, BreakerState, LaneLedger},
};

/// What a lane tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneStatus {
    /// Whose lane it is.
    pub certificate: CertificateId,
    /// Whose vendor it leads to; `None` until the certificate was read.
    pub vendor: Option<Vendor>,
    /// How it goes.
    pub state: LaneState,
    /// Deliveries that are claimed and have not left.
    pub waiting: usize,
    /// Targets on the wire.
    pub in_flight: usize,
    /// Open connections.
    pub connections: usize,
    /// Targets that were sent since the start.
    pub sent: u64,
    /// Targets that the vendor took since the start.
    pub accepted: u64,
    /// How fast it may send; `None`: as fast as it goes.
    pub rate: Option<Rate>,
    /// How the circuit breaker stands.
    pub breaker: BreakerState,
    /// How the brake on mass removal stands.
    pub brake: BrakeStatus,
}

/// How a lane goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaneState {
    /// Nothing to do.
    Idle,
    /// Sending.
    Sending,
    /// Nothing is sent before this moment.
    Paused {
        /// Then.
        until: Timestamp,
        /// The vendor's code, or one of Posthouse's own, that made it pause.
        code: String,
    },
    /// The operator must look; sending goes on.
    Alarm {
        /// The vendor's code, or one of Posthouse's own, that raised it.
        code: String,
    },
}

/// Where a lane writes its status and others read it. The ledger stands here too: a lane and receipts both write it. It
/// outlasts the lane's own faults.
#[derive(Debug)]
pub struct Board {
    status: Mutex<LaneStatus>,
    ledger: Mutex<LaneLedger>,
    /// What is counted for the lane.
    pub meter: LaneMeter,
}

impl Board {
    pub(crate) fn new(certificate: CertificateId) -> Self {
        let status = LaneStatus {
            certificate,
            vendor: None,
            state: LaneState::Idle,
            waiting: 0,
            in_flight: 0,
            connections: 0,
            sent: 0,
            accepted: 0,
            rate: None,
            breaker: BreakerState::default(),
            brake: BrakeStatus::default(),
        };
        let ledger = Mutex::new(LaneLedger::closed());
        Self { status: Mutex::new(status), ledger, meter: LaneMeter::default() }
    }

    /// How the lane goes.
    #[must_use]
    pub fn read(&self) -> LaneStatus {
        self.lock().clone()
    }

    /// How the vendor's daily amounts stand, by its kinds of push.
    #[must_use]
    pub fn amounts(&self, now: Timestamp) -> Vec<AmountStatus> {
        self.ledger().status(now)
    }

    /// The certificate's ledger of the day. Never held over an await.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, LaneLedger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no token is cleared.
    pub(crate) fn is_braked(&self) -> bool {
        self.lock().brake.engaged_at.is_some()
    }

    pub(crate) fn write(&self, change: impl FnOnce(&mut LaneStatus)) {
        change(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, LaneStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
