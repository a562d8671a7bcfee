//! What the client's end knows of one connection that is logged in.

use std::collections::BTreeMap;

use model::Timestamp;

use super::Ask;

/// A server that asks for more pings than this does not get them.
const HEARTBEAT_MIN_MS: u32 = 1000;

/// What a numbered request was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Presence { unread: Option<u32> },
    Logout,
    Ask(Ask),
}

/// One connection that is logged in.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) heartbeat_ms: u32,
    pub(crate) ping_due: Timestamp,
    pub(crate) pong_due: Option<Timestamp>,
    pub(crate) ack_due: Option<Timestamp>,
    /// When something outstanding must have been answered: every answer is progress and gives the rest new time.
    pub(crate) answer_due: Option<Timestamp>,
    /// When requests that the server had no room for are asked again.
    pub(crate) again_due: Option<Timestamp>,
    pub(crate) syncing: bool,
    next_request: u32,
    asked: BTreeMap<u32, Asked>,
}

impl Live {
    pub(crate) fn new(heartbeat_ms: u32, now: Timestamp) -> Self {
        let heartbeat_ms = heartbeat_ms.max(HEARTBEAT_MIN_MS);
        Self {
            heartbeat_ms,
            ping_due: now.plus_ms(i64::from(heartbeat_ms)),
            pong_due: None,
            ack_due: None,
            answer_due: None,
            again_due: None,
            syncing: false,
            next_request: 1,
            asked: BTreeMap::new(),
        }
    }

    /// A number for a request.
    pub(crate) fn ask(&mut self, asked: Asked) -> u32 {
        let number = self.next_request;
        self.next_request = self.next_request.wrapping_add(1);
        self.asked.insert(number, asked);
        number
    }

    /// What the answered request was.
    pub(crate) fn answered(&mut self, number: u32) -> Option<Asked> {
        self.asked.remove(&number)
    }

    /// Whether this waits for an answer on this connection.
    pub(crate) fn is_asked(&self, ask: &Ask) -> bool {
        self.asked.values().any(|asked| matches!(asked, Asked::Ask(asked) if asked == ask))
    }

    pub(crate) fn has_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    pub(crate) fn next_deadline(&self) -> Timestamp {
        [Some(self.ping_due), self.pong_due, self.ack_due, self.answer_due, self.again_due]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(Timestamp::NEVER)
    }
}
