//! From a claimed delivery to what its vendor is asked.

use std::{collections::VecDeque, sync::Arc};

use model::{
    BindingKind, Interruption, Message, Presentation, Purpose, PushSettings, Style, TextVariant, Timestamp,
    VendorSettings,
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
    bound_for: Option<BindingKind>,
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
            bound_for: claimed.bound_for,
        }
    }

    /// A message that was taken back since is another one.
    fn fits(&self, claimed: &Claimed) -> bool {
        let Claimed { delivery, message, .. } = claimed;
        self.message.id == message.id
            && self.message.recalled_at == message.recalled_at
            && (self.purpose, self.text, self.expires_at)
                == (delivery.purpose, delivery.text, delivery.expires_at)
            && self.bound_for == claimed.bound_for
            && self.language == claimed.language
            && self.sender_name == claimed.sender_name
            && self.group_name == claimed.group_name
    }
}

fn make(claimed: &Claimed, catalogue: &Catalogue, book: Book<'_>) -> Option<Work> {
    let (message, purpose) = (&*claimed.message, claimed.delivery.purpose);
    let everyday = PushSettings::default();
    let asked = message.push.as_ref().unwrap_or(&everyday);
    let at_vendor = as_bound(catalogue.settings(asked, book.adapter.vendor()), claimed, book);
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

/// A call that has no token of its own to ring at, where the vendor wants one, is shown (row T19).
fn as_bound(at_vendor: VendorSettings, claimed: &Claimed, book: Book<'_>) -> VendorSettings {
    let rings = at_vendor.presentation == Some(Presentation::Voip);
    let is_for_alerts = claimed.bound_for == Some(BindingKind::Alert);
    if rings && is_for_alerts && book.adapter.vendor().facts().calls_apart {
        return VendorSettings { presentation: Some(Presentation::Alert), ..at_vendor };
    }
    at_vendor
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
    let wording = rules::wording(&words(claimed, message.push.as_ref(), catalogue));
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
    let taken_back = PushSettings { class: asked.class, ..PushSettings::default() };
    let (push, at_vendor) = match replacement {
        Some(push) => (push, catalogue.settings(push, book.adapter.vendor())),
        None => (&taken_back, quietly(at_vendor)),
    };
    let mut words = words(claimed, replacement, catalogue);
    if replacement.is_none() && words.text == TextVariant::Hidden {
        // That it was taken back is no detail, but who did it is.
        words = rules::Words { text: TextVariant::Full, sender_name: None, group_name: None, ..words };
    }
    let wording = rules::replacement_wording(&words);
    let words = (wording.title, wording.body);
    Content {
        purpose: Purpose::Replace,
        presentation: Presentation::Alert,
        collapse_key: key_of(message, asked),
        counts_badge: false,
        thread: thread(message),
        ..Content::of(message.id, words, push, at_vendor, claimed.delivery.expires_at)
    }
}

/// Nobody is disturbed by the word that there is less to read than before.
fn quietly(at_vendor: VendorSettings) -> VendorSettings {
    let style = Style { interruption: Some(Interruption::Passive), ..at_vendor.style };
    VendorSettings { style, ..at_vendor }
}

fn words<'a>(
    claimed: &'a Claimed,
    push: Option<&'a PushSettings>,
    catalogue: &'a Catalogue,
) -> rules::Words<'a> {
    rules::Words {
        message: &claimed.message,
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
