//! Reads what an answer rests on.

use std::sync::Arc;

use im::{AppView, Im, Standing};
use model::{
    Addressee, AppId, Body, ConversationId, DeviceId, MESSAGE_LIFETIME_MAX_MS, Message, MessageId,
    MessageKind, Seq, UserId,
};
use store::{AudienceRow, DeliveryFilter, StoreError};
use uuid::Uuid;

use super::{
    answer::Explanation,
    compose::{Case, compose, outlook},
};

/// Targets read at once.
const PAGE: u32 = 512;
/// Most targets of one answer.
const TARGETS_MAX: usize = 2048;

/// What is asked about a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Only this user's targets.
    pub user: Option<UserId>,
    /// Only this device.
    pub device: Option<DeviceId>,
    /// Show what the message says.
    pub show_text: bool,
}

/// Why a message did or did not arrive; `None` where the App has no such message. An answer without targets: nobody who
/// was asked about is a target of it.
///
/// # Errors
/// [`StoreError`] where a read fails.
pub async fn explain(
    im: &Im,
    app: AppId,
    message: MessageId,
    asked: &Asked,
) -> Result<Option<Explanation>, StoreError> {
    let Some(view) = im.catalogue().view(app).await? else { return Ok(None) };
    let Some(message) = im.store().message(app, message).await? else { return Ok(None) };
    let rows = rows(im, &message, asked).await?;
    let filter = DeliveryFilter {
        message: Some(message.id),
        user: asked.user.clone(),
        device: asked.device,
        ..DeliveryFilter::default()
    };
    let limit = u32::try_from(TARGETS_MAX).unwrap_or(u32::MAX);
    let deliveries = im.store().deliveries(app, &filter, limit).await?;
    let fanout = im.store().fanout(app, message.id).await?;
    let call = im.call_of(&message).await?;
    Ok(Some(compose(&Case {
        message: &message,
        view: &view,
        call: call.as_ref(),
        rows: &rows,
        deliveries: &deliveries,
        fanout: fanout.as_ref(),
        now: im.now(),
        show_text: asked.show_text,
    })))
}

/// What would happen to a plain message to this user that was sent now; `None` where there is no such App.
///
/// # Errors
/// [`StoreError`] where a read fails.
pub async fn explain_user(im: &Im, app: AppId, user: &UserId) -> Result<Option<Explanation>, StoreError> {
    let Some(view) = im.catalogue().view(app).await? else { return Ok(None) };
    let message = imagined(im, &view, user);
    let rows = rows(im, &message, &Asked::default()).await?;
    Ok(Some(outlook(&Case {
        message: &message,
        view: &view,
        call: None,
        rows: &rows,
        deliveries: &[],
        fanout: None,
        now: im.now(),
        show_text: false,
    })))
}

/// A message that somebody might send to the user now: never stored, only looked at.
fn imagined(im: &Im, view: &Arc<AppView>, user: &UserId) -> Message {
    let now = im.now();
    Message {
        id: MessageId(Uuid::nil()),
        app: view.app.id,
        addressee: Addressee::Conversation(ConversationId::system(user)),
        kind: MessageKind::System,
        sender: None,
        sender_device: None,
        client_message_id: None,
        seq: Seq(0),
        body: Body::text(""),
        mentions: model::Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: None,
        sent_at: now,
        expires_at: now.plus_ms(MESSAGE_LIFETIME_MAX_MS),
    }
}

async fn rows(im: &Im, message: &Message, asked: &Asked) -> Result<Vec<(AudienceRow, Standing)>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<UserId> = None;
    loop {
        let page = im.store().audience(message.app, &message.addressee, after.as_ref(), PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.iter().rev().find_map(|row| row.user.clone());
        for row in page {
            if is_asked(&row, asked) {
                let standing = im.standing(message, &row);
                found.push((row, standing));
            }
        }
        if !full || after.is_none() || found.len() >= TARGETS_MAX {
            return Ok(found);
        }
    }
}

fn is_asked(row: &AudienceRow, asked: &Asked) -> bool {
    asked.user.as_ref().is_none_or(|user| row.user.as_ref() == Some(user))
        && asked.device.is_none_or(|id| row.device.as_ref().is_some_and(|device| device.id == id))
}
