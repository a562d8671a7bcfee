//! Which conversations a user muted, by the conversation's name: it need not exist yet.

use model::{AppId, ConversationId, Mute, UserId};

use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, values},
        writing::Writing,
    },
};

pub(in crate::embedded) fn set(
    writing: &mut Writing<'_>,
    app: AppId,
    user: &UserId,
    conversation: &ConversationId,
    mute: Mute,
) -> Result<Outcome, StoreError> {
    if mute == Mute::None {
        sql::execute(
            writing.conn,
            "DELETE FROM mutes WHERE app = ?1 AND conversation = ?2 AND user = ?3",
            values![app, conversation, user],
        )?;
    } else {
        sql::execute(
            writing.conn,
            "INSERT INTO mutes (app, conversation, user, mute) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET mute = excluded.mute",
            values![app, conversation, user, mute],
        )?;
    }
    writing.tell(Change::User(app, user.clone()));
    Ok(Outcome::Done)
}
