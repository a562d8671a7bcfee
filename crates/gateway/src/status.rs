//! What a lane tells of itself.

use std::sync::{Mutex, PoisonError};

use model::{CertificateId, Timestamp, Vendor};

use crate::LaneMeter;

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

/// Where a lane writes its status and others read it. It outlasts the lane's own faults.
#[derive(Debug)]
pub struct Board {
    status: Mutex<LaneStatus>,
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
        };
        Self { status: Mutex::new(status), meter: LaneMeter::default() }
    }

    /// How the lane goes.
    #[must_use]
    pub fn read(&self) -> LaneStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the lane is paused and holds so many deliveries.
    pub(crate) fn is_full(&self, most: usize) -> bool {
        let status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(status.state, LaneState::Paused { .. }) && status.waiting * 4 >= most * 3
    }

    pub(crate) fn write(&self, change: impl FnOnce(&mut LaneStatus)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
