//! The notification shade: what the phone shows, newest first.

use model::Timestamp;
use serde::Serialize;

use super::push::{Handover, Opens, Origin};

/// Most notifications a shade holds; the oldest falls out.
const SHADE_MAX: usize = 200;

/// One notification in the shade.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// Its number on this phone, counted up.
    pub id: u64,
    /// Who put it there.
    pub source: Source,
    /// Title; may be empty.
    pub title: String,
    /// Text; may be empty.
    pub body: String,
    /// When it was shown.
    pub received_at: Timestamp,
    /// Notifications with the same key replace one another.
    pub replace_key: Option<String>,
    /// It came without sound, light and banner.
    pub quiet: bool,
    /// It was shown while the phone was locked, and the phone has not been unlocked since.
    pub on_lock_screen: bool,
    /// What a tap opens.
    pub opens: Opens,
    /// What the app is handed at a tap.
    pub handover: Handover,
    /// The push behind it; `None` for one that the app raised.
    #[serde(skip)]
    pub(super) push: Option<Pushed>,
}

/// The push behind a notification.
#[derive(Debug, Clone)]
pub(super) struct Pushed {
    /// Where it came from.
    pub(super) origin: std::sync::Arc<Origin>,
    /// The token it was sent to.
    pub(super) token: String,
}

/// Who put a notification into the shade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The system, from the vendor's push.
    Push,
    /// The app itself, while it ran in the background.
    App,
}

/// The notifications of a phone, newest first.
#[derive(Debug, Default)]
pub(super) struct Shade {
    items: Vec<Shown>,
    last_id: u64,
}

impl Shade {
    /// Shows a notification; one with the same replace key makes way. Returns its number.
    pub(super) fn show(&mut self, mut shown: Shown) -> u64 {
        if let Some(key) = &shown.replace_key {
            self.withdraw(key);
        }
        self.last_id += 1;
        shown.id = self.last_id;
        self.items.insert(0, shown);
        self.items.truncate(SHADE_MAX);
        self.last_id
    }

    /// Takes out the notification at a place, 0 being the newest.
    pub(super) fn take(&mut self, index: usize) -> Option<Shown> {
        (index < self.items.len()).then(|| self.items.remove(index))
    }

    /// Takes back what was shown under a key.
    pub(super) fn withdraw(&mut self, replace_key: &str) -> usize {
        let before = self.items.len();
        self.items.retain(|shown| shown.replace_key.as_deref() != Some(replace_key));
        before - self.items.len()
    }

    /// Takes back what one push showed.
    pub(super) fn withdraw_message(&mut self, message_id: &str) -> usize {
        let before = self.items.len();
        self.items
            .retain(|shown| shown.push.as_ref().is_none_or(|push| push.origin.message_id != message_id));
        before - self.items.len()
    }

    /// After unlocking, nothing is on the lock screen any more.
    pub(super) fn leave_lock_screen(&mut self) {
        for shown in &mut self.items {
            shown.on_lock_screen = false;
        }
    }

    pub(super) fn clear(&mut self) {
        self.items.clear();
    }

    pub(super) fn items(&self) -> &[Shown] {
        &self.items
    }
}
