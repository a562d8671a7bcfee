//! What the front counts of its own work.

use meter::{Counter, Histogram, Level};
use model::ErrorCode;

/// Where something came in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Surface {
    Rest = 0,
    Socket = 1,
}

const SURFACES: [&str; 2] = ["rest", "socket"];

/// What the front counts of its own work.
#[derive(Debug, Default)]
pub(crate) struct ServerMeter {
    refused: [[Counter; ErrorCode::ALL.len()]; SURFACES.len()],
    /// How long REST calls took.
    pub(crate) request: Histogram,
    /// Open connections.
    pub(crate) connections: Level,
    /// Frames that came in.
    pub(crate) frames_in: Counter,
    /// Frames that left.
    pub(crate) frames_out: Counter,
    /// Requests that were refused for their key's rate.
    pub(crate) limited_by_key: Counter,
    /// Requests that were refused for their address's rate.
    pub(crate) limited_by_address: Counter,
}

impl ServerMeter {
    pub(crate) fn note_refused(&self, surface: Surface, code: ErrorCode) {
        self.refused[surface as usize][code as usize].one();
    }

    /// What was refused, by surface and code.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (&'static str, ErrorCode, u64)> {
        SURFACES.into_iter().zip(&self.refused).flat_map(|(surface, counters)| {
            let counted = ErrorCode::ALL.iter().zip(counters);
            counted.map(move |(code, counter)| (surface, *code, counter.get()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_counted_at_their_place() {
        for (place, code) in ErrorCode::ALL.iter().enumerate() {
            assert_eq!(*code as usize, place);
        }
    }
}
