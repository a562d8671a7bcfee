//! How far a user's device has acknowledged each conversation.

use model::{AppId, ConversationId, DeviceId, Seq, UserId};

use super::conversations;
use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, values},
        writing::Writing,
    },
};

/// Forward only. A conversation that does not exist has nothing to acknowledge.
pub(in crate::embedded) fn advance(
    writing: &mut Writing<'_>,
    app: AppId,
    user: &UserId,
    device: DeviceId,
    cursors: &[(ConversationId, Seq)],
) -> Result<Outcome, StoreError> {
    for (conversation, seq) in cursors {
        let Some(head) = conversations::find(writing.conn, app, conversation)? else { continue };
        sql::execute(
            writing.conn,
            "INSERT INTO acks (app, user, device, conversation, seq) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)",
            values![app, user, device, head.row, seq],
        )?;
    }
    writing.tell(Change::Acked(app, user.clone(), device));
    Ok(Outcome::Done)
}
