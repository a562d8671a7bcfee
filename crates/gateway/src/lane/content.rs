//! From a claimed delivery to what its vendor is asked.

use std::{collections::VecDeque, sync::Arc};

use model::{
    Body, CallEvent, CallSignal, Interruption, Message, Presentation, Purpose, PushSettings, TextVariant,
    Timestamp, VendorSettings,
};
use store::Claimed;
use vendors::{Adapter, BatchKey, Channel, Content};

use super::{
    catalogue::Catalogue,
    work::{Shown, Way, Work, way},
};

/// Contents that are remembered: a group's deliveries come in a row, in a few languages and texts.
const REMEMBERED: usize = 8;

/// What was made of the last messages, so that a group's push is worded once and not once for each member.
#[derive(Debug, Default)]
pub(crate) struct Contents(VecDeque<Known>);

#[derive(Debug)]
struct Known {
    claimed: MadeFrom,
    work: Option<Work>,
    key: Option<BatchKey>,
}

/// What a content differs by.
#[derive(Debug)]
struct MadeFrom {
    message: Arc<Message>,
    purpose: Purpose,
    text: TextVariant,
    language: String,
    sender_name: Option<Arc<str>>,
    group_name: Option<Arc<str>>,
    expires_at: Timestamp,
}

/// Whose book a content is made for.
#[derive(Clone, Copy)]
pub(crate) struct Book<'a> {
    pub(crate) adapter: &'static dyn Adapter,
    pub(crate) channel: &'a dyn Channel,
    pub(crate) receipt_url: Option<&'a Arc<str>>,
}

impl Contents {
    /// What a delivery asks, and with what it may share a job; `None` where its vendor cannot do that.
    pub(crate) fn of(
        &mut self,
        claimed: &Claimed,
        catalogue: &Catalogue,
        book: Book<'_>,
    ) -> Option<(&Work, Option<BatchKey>)> {
        let place = self.0.iter().position(|known| known.claimed.fits(claimed)).unwrap_or_else(|| {
            let work = make(claimed, catalogue, book);
            let key = match &work {
                Some(Work::Show(content)) => book.channel.batch_key(content),
                Some(Work::TakeBack(shown)) => Some(shown.batch_key()),
                None => None,
            };
            self.0.truncate(REMEMBERED - 1);
            self.0.push_front(Known { claimed: MadeFrom::of(claimed), work, key });
            0
        });
        let known = &self.0[place];
        Some((known.work.as_ref()?, known.key))
    }
}

impl MadeFrom {
    fn of(claimed: &Claimed) -> Self {
        Self {
            message: claimed.message.clone(),
            purpose: claimed.delivery.purpose,
            text: claimed.delivery.text,
            language: claimed.language.clone(),
            sender_name: claimed.sender_name.clone(),
            group_name: claimed.group_name.clone(),
            expires_at: claimed.delivery.expires_at,
        }
    }

    /// A message that was taken back since is another one.
    fn fits(&self, claimed: &Claimed) -> bool {
        let Claimed { delivery, message, .. } = claimed;
        self.message.id == message.id
            && self.message.recalled_at == message.recalled_at
            && (self.purpose, self.text, self.expires_at)
                == (delivery.purpose, delivery.text, delivery.expires_at)
            && self.language == claimed.language
            && self.sender_name == claimed.sender_name
            && self.group_name == claimed.group_name
    }
}

fn make(claimed: &Claimed, catalogue: &Catalogue, book: Book<'_>) -> Option<Work> {
    let (message, purpose) = (&*claimed.message, claimed.delivery.purpose);
    let everyday = PushSettings::default();
    let asked = message.push.as_ref().unwrap_or(&everyday);
    let at_vendor = catalogue.settings(asked, book.adapter.vendor());
    match way(purpose, at_vendor.presentation.unwrap_or_default(), book.adapter) {
        Way::Show => Some(Work::Show(Arc::new(show(claimed, asked, at_vendor, catalogue, book)))),
        Way::ShowInstead => {
            Some(Work::Show(Arc::new(show_instead(claimed, asked, at_vendor, catalogue, book))))
        }
        Way::TakeBack => Some(Work::TakeBack(Arc::new(Shown {
            message: message.id,
            collapse_key: key_of(message, asked),
        }))),
        Way::None => None,
    }
}

fn key_of(message: &Message, asked: &PushSettings) -> String {
    asked.collapse_key.clone().unwrap_or_else(|| message.id.to_string())
}

fn show(
    claimed: &Claimed,
    asked: &PushSettings,
    at_vendor: VendorSettings,
    catalogue: &Catalogue,
    book: Book<'_>,
) -> Content {
    let message = &*claimed.message;
    let wording = rules::wording(&words(claimed, message, message.push.as_ref(), catalogue));
    let words = (wording.title, wording.body);
    Content {
        thread: thread(message),
        receipt_url: book.receipt_url.cloned(),
        ..Content::of(message.id, words, asked, at_vendor, claimed.delivery.expires_at)
    }
}

/// What takes a notification's place: the replacement that was asked for, else the word that it was taken back. It
/// counts nothing on the badge again, and no receipt of it is taken for one of the notification's.
fn show_instead(
    claimed: &Claimed,
    asked: &PushSettings,
    at_vendor: VendorSettings,
    catalogue: &Catalogue,
    book: Book<'_>,
) -> Content {
    let message = &*claimed.message;
    let replacement = claimed.replacement.as_deref().filter(|_| claimed.delivery.purpose == Purpose::Replace);
    let shown = match replacement {
        Some(push) => {
            let wording = rules::wording(&words(claimed, message, Some(push), catalogue));
            let at_vendor = catalogue.settings(push, book.adapter.vendor());
            let words = (wording.title, wording.body);
            Content::of(message.id, words, push, at_vendor, claimed.delivery.expires_at)
        }
        None => {
            let gone = taken_back(message);
            // Who is shown no details is told no name either.
            let hidden = claimed.delivery.text == TextVariant::Hidden;
            let words = rules::Words { text: TextVariant::Full, ..words(claimed, &gone, None, catalogue) };
            let words = rules::Words { sender_name: words.sender_name.filter(|_| !hidden), ..words };
            let wording = rules::wording(&words);
            let push = PushSettings { class: asked.class, ..PushSettings::default() };
            let mut at_vendor = at_vendor;
            at_vendor.style.interruption = Some(Interruption::Passive);
            let words = (wording.title, wording.body);
            Content::of(message.id, words, &push, at_vendor, claimed.delivery.expires_at)
        }
    };
    Content {
        purpose: Purpose::Replace,
        presentation: Presentation::Alert,
        collapse_key: key_of(message, asked),
        counts_badge: false,
        thread: thread(message),
        ..shown
    }
}

/// The message as it is once it was taken back; a call's invitation as the call's end.
fn taken_back(message: &Message) -> Message {
    let body = match &message.body {
        Body::Call(signal) => Body::Call(CallSignal { event: CallEvent::Ended, ..signal.clone() }),
        _ => Body::Gone {},
    };
    Message { body, push: None, ..message.clone() }
}

fn words<'a>(
    claimed: &'a Claimed,
    message: &'a Message,
    push: Option<&'a PushSettings>,
    catalogue: &'a Catalogue,
) -> rules::Words<'a> {
    rules::Words {
        message,
        push,
        policy: &catalogue.policy,
        language: &claimed.language,
        text: claimed.delivery.text,
        sender_name: claimed.sender_name.as_deref(),
        group_name: claimed.group_name.as_deref(),
    }
}

fn thread(message: &Message) -> Option<String> {
    message.addressee.conversation().map(|conversation| conversation.as_str().to_owned())
}
