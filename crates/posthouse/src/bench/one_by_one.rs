//! One push at a time: from its request to the moment at which the vendor's answer is stored and can be seen.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use h2::RecvStream;
use http::Method;
use hyper::body::Bytes;
use serde::Deserialize;
use tokio::{task::LocalSet, time::timeout};
use uuid::Uuid;

use super::generator::{Aim, Line};

/// One push that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends pushes number `first` up to `first + count`, each when the one before has its answer, and gives how long each
/// took. The App's events say when: they follow the commit. Blocks its thread.
pub(super) fn measure(aim: &Aim, first: u64, count: u64) -> Result<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let line = Line::open(aim.clone()).await?;
        // On a connection of their own: events that nobody reads yet would take the room of the answers.
        let events = Line::open(aim.clone()).await?;
        let events = events.request(Method::GET, "/v1/events", None).await?.into_body();
        let mut events = Events { stream: events, text: Vec::new(), seen: VecDeque::new() };
        let mut took = Vec::new();
        for number in first..first + count {
            let body = Bytes::from(line.render(number));
            let start = Instant::now();
            let message = line.post(body).await?.context("the lane of a single push is full")?;
            let answered = timeout(PATIENCE, events.answered(message)).await;
            answered.context("a single push got no answer in 10 seconds")??;
            took.push(start.elapsed());
        }
        Ok(took)
    })
}

/// The App's events as they come in.
struct Events {
    stream: RecvStream,
    text: Vec<u8>,
    /// Messages of the delivery events that nobody has looked at.
    seen: VecDeque<Uuid>,
}

#[derive(Deserialize)]
struct DeliveryEvent {
    message: Uuid,
}

impl Events {
    /// A message's delivery is told of when it is queued and when the vendor's answer is stored.
    async fn answered(&mut self, message: Uuid) -> Result<()> {
        for _ in ["queued", "answered"] {
            while self.next().await? != message {}
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Uuid> {
        loop {
            if let Some(message) = self.seen.pop_front() {
                return Ok(message);
            }
            let piece = self.stream.data().await.context("the events ended")??;
            let _ = self.stream.flow_control().release_capacity(piece.len());
            self.text.extend_from_slice(&piece);
            self.read()?;
        }
    }

    /// Reads every event that is whole.
    fn read(&mut self) -> Result<()> {
        while let Some(end) = self.text.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = self.text.drain(..end + 2).collect();
            if let Some(json) = delivery_of(&String::from_utf8_lossy(&event)) {
                self.seen.push_back(serde_json::from_str::<DeliveryEvent>(json)?.message);
            }
        }
        Ok(())
    }
}

/// The JSON of an event where it tells of a delivery.
fn delivery_of(event: &str) -> Option<&str> {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    field("data:").filter(|_| field("event:") == Some("delivery"))
}

#[cfg(test)]
mod tests {
    use super::delivery_of;

    #[test]
    fn only_events_of_deliveries_are_looked_at() {
        assert_eq!(delivery_of("event: delivery\ndata: {\"message\":1}\n\n"), Some("{\"message\":1}"));
        assert_eq!(delivery_of("event: accepted\ndata: {}\n\n"), None);
        assert_eq!(delivery_of(":\n\n"), None);
    }
}
