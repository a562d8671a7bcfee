//! The App's backend is asked before a client's message is stored (row T23).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{ErrorCode, EventKind, Fault, Message};
use tokio::time;

use crate::{AppView, Im};

/// How long the backend has to answer; then the message is allowed.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Who knows how to ask the App's backend.
#[async_trait]
pub trait BeforeSend: Send + Sync {
    /// Asks the App's webhooks that want to be asked. Whatever goes wrong with asking is an allowance.
    async fn ask(&self, view: &AppView, message: &Message) -> Judgement;
}

/// What the App's backend says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It is sent.
    Allow,
    /// It is not, and the sender is told that it was.
    Drop,
    /// It is not, and the sender is told why.
    Refuse {
        /// The backend's words for the sender.
        reason: String,
    },
}

impl Im {
    /// From now on backends are asked through this. The first one stands.
    pub fn ask_before_send(&self, backend: Arc<dyn BeforeSend>) {
        let _ = self.before_send.set(backend);
    }

    /// Whether a message may be stored; `false`: it is to be dropped without the sender's knowing. Only where a webhook
    /// of the App wants to be asked is anybody asked, and no answer in time is an allowance.
    ///
    /// # Errors
    /// `refused`, with the backend's reason.
    pub(crate) async fn is_allowed(&self, view: &AppView, message: &Message) -> Result<bool, Fault> {
        let Some(backend) = self.before_send.get().filter(|_| view.hears(EventKind::BeforeSend)) else {
            return Ok(true);
        };
        let answer = time::timeout(ANSWER_WITHIN, backend.ask(view, message)).await;
        match answer.unwrap_or(Judgement::Allow) {
            Judgement::Allow => Ok(true),
            Judgement::Drop => Ok(false),
            Judgement::Refuse { reason } => Err(Fault::new(ErrorCode::Refused, reason)),
        }
    }
}
