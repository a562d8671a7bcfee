//! From a message to what a push of it shows.

use std::{collections::VecDeque, sync::Arc};

use model::{AppPolicy, ClickAction, Message, Timestamp};
use store::Claimed;
use vendors::{BatchKey, Channel, Content};

/// Contents that are remembered: a group's deliveries come in a row, in a few languages.
const REMEMBERED: usize = 8;

/// Contents of the last messages, so that a group's push is worded once and not once for each member.
#[derive(Debug, Default)]
pub(crate) struct Contents(VecDeque<Known>);

#[derive(Debug)]
struct Known {
    language: String,
    content: Arc<Content>,
    key: Option<BatchKey>,
}

impl Contents {
    /// What a delivery's push shows, and with what it may share a job.
    pub(crate) fn of(
        &mut self,
        claimed: &Claimed,
        policy: &AppPolicy,
        channel: &dyn Channel,
        receipt_url: Option<&Arc<str>>,
    ) -> (&Arc<Content>, Option<BatchKey>) {
        let expires_at = claimed.delivery.expires_at;
        let place = self.0.iter().position(|known| {
            known.content.message == claimed.message.id
                && known.content.expires_at == expires_at
                && known.language == claimed.language
        });
        let place = place.unwrap_or_else(|| {
            let content = word(&claimed.message, policy, &claimed.language, expires_at, receipt_url.cloned());
            let key = channel.batch_key(&content);
            self.0.truncate(REMEMBERED - 1);
            self.0.push_front(Known { language: claimed.language.clone(), content: Arc::new(content), key });
            0
        });
        let known = &self.0[place];
        (&known.content, known.key)
    }
}

fn word(
    message: &Message,
    policy: &AppPolicy,
    language: &str,
    expires_at: Timestamp,
    receipt_url: Option<Arc<str>>,
) -> Content {
    let words = rules::Words {
        message,
        push: message.push.as_ref(),
        policy,
        language,
        text: model::TextVariant::Full,
        sender_name: None,
        group_name: None,
    };
    let wording = rules::wording(&words);
    let asked = message.push.as_ref();
    let own = |field: fn(&model::PushSettings) -> &Option<String>| asked.and_then(|push| field(push).clone());
    Content {
        message: message.id,
        title: wording.title,
        body: wording.body,
        ext: own(|push| &push.ext),
        payload: own(|push| &push.payload),
        class: asked.map(|push| push.class).unwrap_or_default(),
        presentation: asked.map(|push| push.presentation).unwrap_or_default(),
        style: asked.map(|push| push.style.clone()).unwrap_or_default(),
        counts_badge: asked.is_none_or(|push| push.counts_badge),
        click: asked.and_then(|push| push.click.clone()) as Option<ClickAction>,
        collapse_key: own(|push| &push.collapse_key).unwrap_or_else(|| message.id.to_string()),
        thread: message.addressee.conversation().map(|conversation| conversation.as_str().to_owned()),
        expires_at,
        receipt_url,
    }
}
