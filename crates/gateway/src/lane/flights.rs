//! Requests on the wire, by number.

use std::sync::Arc;

use model::Timestamp;
use vendors::{Channel, WireRequest};

use super::{auth::Pass, parcel::Parcel};

/// A job on its way: its request is on the wire, or waits for a place there.
pub(crate) struct Flight {
    pub(crate) parcel: Parcel,
    /// The version of the certificate it was begun with.
    pub(crate) channel: Arc<dyn Channel>,
    pub(crate) pass: Pass,
    pub(crate) request: WireRequest,
    /// When the job was begun.
    pub(crate) since: Timestamp,
    /// The job has had an answer already, and this is a further request of it.
    pub(crate) resumed: bool,
}

/// Requests on the wire, by number. A number is used again once its request has landed.
#[derive(Default)]
pub(crate) struct Flights {
    places: Vec<Option<Flight>>,
    free: Vec<usize>,
    targets: usize,
}

impl Flights {
    /// Requests on the wire.
    pub(crate) const fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Their targets.
    pub(crate) const fn targets(&self) -> usize {
        self.targets
    }

    /// The number that the next [`Flights::insert`] gives.
    pub(crate) fn next(&self) -> usize {
        self.free.last().copied().unwrap_or(self.places.len())
    }

    pub(crate) fn insert(&mut self, flight: Flight) {
        self.targets += flight.parcel.items.len();
        match self.free.pop() {
            Some(number) => self.places[number] = Some(flight),
            None => self.places.push(Some(flight)),
        }
    }

    pub(crate) fn remove(&mut self, number: usize) -> Option<Flight> {
        let flight = self.places.get_mut(number)?.take()?;
        self.free.push(number);
        self.targets -= flight.parcel.items.len();
        Some(flight)
    }

    /// What is on the wire.
    pub(crate) fn parcels(&self) -> impl Iterator<Item = &Parcel> {
        self.places.iter().flatten().map(|flight| &flight.parcel)
    }

    /// Everything that is on the wire.
    pub(crate) fn empty(&mut self) -> Vec<Flight> {
        std::mem::take(self).places.into_iter().flatten().collect()
    }
}
