//! Looking for a delivery: by user, by device or Push ID, by the vendor's own message id.

use model::{Delivery, DeliveryState, DeviceId, MessageId, PushId, UserId};
use store::{DeliveryFilter, StoreError, VENDOR_ID_REACH};
use uuid::Uuid;

use crate::{
    console::{
        Console,
        chrome::{Chrome, Moment, Tone, percent_encoded},
        told::{self, vendor_title},
        visitor::Signed,
        words::{Lang, fill},
    },
    explain::{TargetState, explained, tail},
};

/// Deliveries of one page.
const SHOWN: u32 = 40;

/// By what one looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum By {
    /// A message's id, which needs no search.
    #[default]
    Message,
    /// A user's id.
    User,
    /// A device's own id or its Push ID.
    Device,
    /// A vendor's id of a push.
    VendorId,
}

impl By {
    pub(super) const ALL: [Self; 4] = [Self::Message, Self::User, Self::Device, Self::VendorId];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::User => "user",
            Self::Device => "device",
            Self::VendorId => "vendor-id",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|by| by.word() == word).unwrap_or_default()
    }

    pub(super) fn label(self, chrome: &Chrome) -> &'static str {
        let words = chrome.lang.find_words();
        match self {
            Self::Message => words.by_message,
            Self::User => words.by_user,
            Self::Device => words.by_device,
            Self::VendorId => words.by_vendor_id,
        }
    }

    fn nothing(self, lang: Lang) -> String {
        let words = lang.find_words();
        match self {
            Self::Message | Self::User => words.none_of_user.to_owned(),
            Self::Device => words.none_of_device.to_owned(),
            Self::VendorId => fill(words.none_of_vendor_id, &VENDOR_ID_REACH.to_string()),
        }
    }
}

/// What was found.
pub(super) struct Search {
    pub(super) lines: Vec<FoundLine>,
    /// Why there is nothing.
    pub(super) nothing: String,
    pub(super) older: Option<String>,
}

/// A delivery in the list.
pub(super) struct FoundLine {
    pub(super) href: String,
    pub(super) whom: String,
    pub(super) vendor: String,
    pub(super) tone: Tone,
    pub(super) reason: String,
    pub(super) at: Moment,
    pub(super) current: bool,
}

/// The list's address, with more behind it.
fn address(by: By, sought: &str, more: &str) -> String {
    format!("/console/explain?by={}&q={}{more}", by.word(), percent_encoded(sought))
}

/// Looks for deliveries, newest first. `None`: nothing was asked for that needs a search.
pub(super) async fn search(
    console: &Console,
    signed: &Signed,
    (by, sought): (By, &str),
    before: &str,
    chosen: Option<MessageId>,
) -> Result<Option<Search>, StoreError> {
    let lang = signed.lang();
    if sought.is_empty() || by == By::Message {
        return Ok(None);
    }
    let nothing = by.nothing(lang);
    let Some(filter) = filter(console, signed, by, sought).await? else {
        return Ok(Some(Search { lines: Vec::new(), nothing, older: None }));
    };
    let filter = DeliveryFilter { before: before.parse().ok(), ..filter };
    let found = console.shared.store().deliveries(signed.app(), &filter, SHOWN).await?;
    let last = found.last().filter(|_| found.len() >= SHOWN as usize && by != By::VendorId);
    let older = last.map(|last| address(by, sought, &format!("&before={}", last.id.0)));
    let line = |delivery: &Delivery| {
        let more = format!("&message={}{}", delivery.message, narrowed(delivery));
        let certificate = delivery.certificate.and_then(|id| signed.view.certificate(id));
        let reason = explained(delivery.reason);
        FoundLine {
            href: address(by, sought, &more),
            whom: delivery.user.as_ref().map_or_else(|| tail(&delivery.token), ToString::to_string),
            vendor: certificate.map(|found| vendor_title(lang, Some(found.vendor))).unwrap_or_default(),
            tone: told::tone(state(delivery.state)),
            reason: lang.pick(&reason.words.en, &reason.words.zh).to_owned(),
            at: Moment(delivery.decided_at),
            current: chosen == Some(delivery.message),
        }
    };
    Ok(Some(Search { lines: found.iter().map(line).collect(), nothing, older }))
}

/// What the explanation of a delivery's message is narrowed to.
fn narrowed(delivery: &Delivery) -> String {
    match (&delivery.user, delivery.device) {
        (Some(user), _) => format!("&user={}", percent_encoded(user.as_str())),
        (None, Some(device)) => format!("&device={device}"),
        (None, None) => String::new(),
    }
}

const fn state(state: DeliveryState) -> TargetState {
    match state {
        DeliveryState::Queued => TargetState::Queued,
        DeliveryState::Skipped => TargetState::Skipped,
        DeliveryState::Accepted => TargetState::Accepted,
        DeliveryState::Rejected => TargetState::Rejected,
        DeliveryState::Dropped => TargetState::Dropped,
    }
}

/// `None`: it cannot be anybody's.
async fn filter(
    console: &Console,
    signed: &Signed,
    by: By,
    sought: &str,
) -> Result<Option<DeliveryFilter>, StoreError> {
    let any = DeliveryFilter::default();
    Ok(match by {
        By::Message => None,
        By::User => UserId::new(sought).ok().map(|user| DeliveryFilter { user: Some(user), ..any }),
        By::Device => {
            let Ok(id) = sought.parse::<Uuid>() else { return Ok(None) };
            let found = console.shared.store().device_by_push_id(signed.app(), PushId(id)).await?;
            let device = found.map_or(DeviceId(id), |record| record.device.id);
            Some(DeliveryFilter { device: Some(device), ..any })
        }
        By::VendorId => Some(DeliveryFilter { vendor_message_id: Some(sought.to_owned()), ..any }),
    })
}
