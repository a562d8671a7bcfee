//! The question before a send (row T23): `im` wants to know, the gateway asks. They do not know each other, so they
//! meet here.

use std::sync::Arc;

use async_trait::async_trait;
use gateway::{Gateway, before_send_data};
use im::{AppView, Judgement};
use model::{EventKind, Message};

/// Asks an App's backends through the gateway.
pub(crate) struct Asking(pub(crate) Arc<Gateway>);

#[async_trait]
impl im::BeforeSend for Asking {
    async fn ask(&self, view: &AppView, message: &Message) -> Judgement {
        let data = before_send_data(message);
        for webhook in view.webhooks.iter().filter(|webhook| webhook.hears(EventKind::BeforeSend)) {
            match self.0.ask_before_send(webhook, &data).await {
                gateway::BeforeSend::Allowed => {}
                gateway::BeforeSend::Dropped => return Judgement::Drop,
                gateway::BeforeSend::Refused { reason } => return Judgement::Refuse { reason },
            }
        }
        Judgement::Allow
    }
}
