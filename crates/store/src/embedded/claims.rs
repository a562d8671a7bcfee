//! A lane takes deliveries into its hands: those that wait on disk, then those that wait in memory.

use std::sync::PoisonError;

use model::{CertificateId, DeliveryId, Environment, Timestamp};

use super::{EmbeddedStore, QUEUE_STEP, hands::ReadTo, tables::queue};
use crate::{Claimed, StoreError};

impl EmbeddedStore {
    /// Takes what waits on disk first: it is older.
    pub(super) fn claim_rows(
        &self,
        certificate: CertificateId,
        by: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let _claiming = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        let mut claimed = Vec::new();
        if self.road().hands.may_be_due(certificate, by) {
            claimed = self.claim_from_disk(certificate, by, limit)?;
        }
        if claimed.len() < limit {
            claimed.append(&mut self.claim_young(certificate, by, limit - claimed.len())?);
        }
        Ok(claimed)
    }

    fn claim_young(
        &self,
        certificate: CertificateId,
        by: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let taken = self.road().claim_young(certificate, by, limit);
        if taken.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = self.environment_of(certificate).and_then(|environment| {
            match queue::load_known(&taken, &self.road().people, environment) {
                Some(claimed) => Ok(claimed),
                None => self.readers.snapshot(|conn| queue::load_young(conn, &taken, environment)),
            }
        });
        if claimed.is_err() {
            let ids: Vec<DeliveryId> = taken.iter().map(|row| row.id).collect();
            self.road().release(&ids);
        }
        claimed
    }

    fn environment_of(&self, certificate: CertificateId) -> Result<Option<Environment>, StoreError> {
        let (known, epoch) = {
            let road = self.road();
            (road.people.environment(certificate), road.people.epoch())
        };
        if let Some(environment) = known {
            return Ok(environment);
        }
        let environment = self.readers.read(|conn| queue::environment_of(conn, certificate))?;
        self.road().people.keep_environment(certificate, environment, epoch);
        Ok(environment)
    }

    /// Takes free rows from the front of the queue on, then reads them, all from one snapshot.
    fn claim_from_disk(
        &self,
        certificate: CertificateId,
        by: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let mut after = self.road().hands.start_claim(certificate);
        let (mut taken, mut read_to) = (Vec::new(), ReadTo::Somewhere);
        let claimed = self.readers.snapshot(|conn| {
            while taken.len() < limit {
                let read = queue::places_after(conn, certificate, after, by, QUEUE_STEP)?;
                let Some(&last) = read.last() else {
                    let next = queue::places_after(conn, certificate, after, Timestamp::NEVER, 1)?;
                    read_to = ReadTo::TheEnd(next.first().map(|place| place.due_at));
                    break;
                };
                after = last;
                let room = limit - taken.len();
                taken.extend(self.road().hands.take(&read, room));
            }
            queue::load(conn, certificate, &taken)
        });
        let mut road = self.road();
        if claimed.is_err() {
            road.hands.end_claim(ReadTo::Somewhere);
            road.hands.release(&taken);
        } else {
            road.hands.end_claim(read_to);
        }
        claimed
    }
}
