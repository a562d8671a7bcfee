//! Reads what an answer rests on.

use im::{AppView, Im, Standing};
use model::{
    Addressee, AppId, Class, ConversationId, ConversationKind, DeviceId, Message, MessageId, PushId, Seq,
    UserId,
};
use store::{AudienceRow, Deletion, DeliveryFilter, StoreError};

use super::{
    answer::Explanation,
    compose::{Case, compose, outlook},
    imagined::{Imagined, Thought, Unimaginable},
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
    let names = Names::read(im, &message).await?;
    let deleted = deleted(im, &message, asked).await?;
    Ok(Some(compose(&Case {
        message: &message,
        view: &view,
        rows: &rows,
        deliveries: &deliveries,
        fanout: fanout.as_ref(),
        call: call.as_ref(),
        sender_name: names.sender.as_deref(),
        group_name: names.group.as_deref(),
        deleted: &deleted,
        now: im.now(),
        show_text: asked.show_text,
    })))
}

/// What would happen to a message to this user, for each of the user's devices; `None` where there is no such App, or
/// the user is not in the conversation that was named.
///
/// # Errors
/// [`AskError`] where the message cannot be imagined or a read fails.
pub async fn explain_user(
    im: &Im,
    app: AppId,
    user: &UserId,
    imagined: &Imagined,
) -> Result<Option<Explanation>, AskError> {
    let Some(view) = im.catalogue().view(app).await? else { return Ok(None) };
    let thought = imagined.think(app, user, im.now())?;
    let asked = Asked { user: Some(user.clone()), ..Asked::default() };
    Ok(foresee(im, &view, &thought, &asked).await?)
}

/// What would happen to a push alone to this Push ID; `None` where the App has no such Push ID.
///
/// # Errors
/// [`StoreError`] where a read fails.
pub(crate) async fn explain_push_id(
    im: &Im,
    view: &AppView,
    push_id: PushId,
    class: Class,
) -> Result<Option<Explanation>, StoreError> {
    let thought = Thought::push_alone(view.app.id, Addressee::PushId(push_id), class, im.now());
    foresee(im, view, &thought, &Asked::default()).await
}

async fn foresee(
    im: &Im,
    view: &AppView,
    Thought { message, call, at }: &Thought,
    asked: &Asked,
) -> Result<Option<Explanation>, StoreError> {
    let rows = rows(im, message, asked).await?;
    let deleted = deleted(im, message, asked).await?;
    if rows.is_empty() && deleted.is_empty() {
        return Ok(None);
    }
    let names = Names::read(im, message).await?;
    Ok(Some(outlook(&Case {
        message,
        view,
        rows: &rows,
        deliveries: &[],
        fanout: None,
        call: call.as_ref(),
        sender_name: names.sender.as_deref(),
        group_name: names.group.as_deref(),
        deleted: &deleted,
        now: *at,
        show_text: true,
    })))
}

/// Why a question about a user has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The message that was asked about cannot be.
    #[error(transparent)]
    Unimaginable(#[from] Unimaginable),
    /// A read failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What people call the sender and the group.
struct Names {
    sender: Option<String>,
    group: Option<String>,
}

impl Names {
    async fn read(im: &Im, message: &Message) -> Result<Self, StoreError> {
        let sender = match &message.sender {
            Some(sender) => im.store().user(message.app, sender).await?.and_then(|user| user.name),
            None => None,
        };
        let group = match message.addressee.conversation().map(ConversationId::kind) {
            Some(ConversationKind::Group(group)) => im.store().group(message.app, &group).await?,
            _ => None,
        };
        Ok(Self { sender, group: group.map(|group| group.name) })
    }
}

/// Who of those that the answer is about was deleted, and is not there again.
async fn deleted(im: &Im, message: &Message, asked: &Asked) -> Result<Vec<Deletion>, StoreError> {
    let mut named: Vec<UserId> = match (&asked.user, &message.addressee) {
        (Some(user), _) => vec![user.clone()],
        (None, Addressee::User(user)) => vec![user.clone()],
        (None, Addressee::Conversation(id)) => match id.kind() {
            ConversationKind::Peer(one, other) => vec![one, other],
            ConversationKind::System(user) => vec![user],
            ConversationKind::Group(_) => Vec::new(),
        },
        (None, Addressee::PushId(_) | Addressee::Token { .. }) => Vec::new(),
    };
    named.dedup();
    let mut deleted = Vec::new();
    for user in named {
        if im.store().user(message.app, &user).await?.is_none() {
            deleted.extend(im.store().deletion(message.app, &user).await?);
        }
    }
    Ok(deleted)
}

async fn rows(im: &Im, message: &Message, asked: &Asked) -> Result<Vec<(AudienceRow, Standing)>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<UserId> = None;
    loop {
        let page = im.store().audience(message.app, &message.addressee, after.as_ref(), PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.iter().rev().find_map(|row| row.user.clone());
        for row in page {
            if is_meant(&row, message) && is_asked(&row, asked) {
                let standing = im.standing(message, &row);
                found.push((row, standing));
            }
        }
        if !full || after.is_none() || found.len() >= TARGETS_MAX {
            return Ok(found);
        }
    }
}

/// Who came into a group after the message is no target of it.
fn is_meant(row: &AudienceRow, message: &Message) -> bool {
    message.seq == Seq(0) || row.from < message.seq
}

fn is_asked(row: &AudienceRow, asked: &Asked) -> bool {
    asked.user.as_ref().is_none_or(|user| row.user.as_ref() == Some(user))
        && asked.device.is_none_or(|id| row.device.as_ref().is_some_and(|device| device.id == id))
}
