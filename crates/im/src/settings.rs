//! What users set for themselves: when and through what they may be disturbed.

use model::{AppId, ConversationId, ErrorCode, Fault, Mute, UserId, UserSettings};
use rules::check_user_settings;
use store::Op;

use crate::{Im, fault_of, registry::Live};

impl Im {
    /// Sets when and through what the user may be disturbed, on all devices.
    ///
    /// # Errors
    /// `invalid`, `busy`; then nothing changed.
    pub async fn set_settings(&self, live: &Live, settings: UserSettings) -> Result<(), Fault> {
        self.set_settings_of(live.app, live.user.clone(), settings).await
    }

    /// The same by the App's backend. The user is made where not there.
    ///
    /// # Errors
    /// `invalid`, `busy`; then nothing changed.
    pub async fn set_settings_of(
        &self,
        app: AppId,
        user: UserId,
        settings: UserSettings,
    ) -> Result<(), Fault> {
        check_user_settings(&settings)?;
        self.commit_one(Op::PutUserSettings { app, user, settings, at: self.now() }).await.map(drop)
    }

    /// Mutes a conversation for the user, on all devices.
    ///
    /// # Errors
    /// `not_a_member`, `busy`; then nothing changed.
    pub async fn set_mute(&self, live: &Live, conversation: ConversationId, mute: Mute) -> Result<(), Fault> {
        self.set_mute_of(live.app, live.user.clone(), conversation, mute).await
    }

    /// The same by the App's backend.
    ///
    /// # Errors
    /// `not_a_member`, `busy`; then nothing changed.
    pub async fn set_mute_of(
        &self,
        app: AppId,
        user: UserId,
        conversation: ConversationId,
        mute: Mute,
    ) -> Result<(), Fault> {
        // A conversation of two need not have begun; who is in a group only the store knows.
        if !conversation.includes(&user) {
            let head = self.store().conversation_of(app, &user, &conversation).await;
            head.map_err(|error| fault_of(&error))?.ok_or(ErrorCode::NotAMember)?;
        }
        self.commit_one(Op::SetMute { app, user, conversation, mute }).await.map(drop)
    }
}
