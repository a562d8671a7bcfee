//! What a delivery asks of its vendor: to show something, or to take back what is shown.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, LazyLock},
};

use model::{MessageId, Presentation, Purpose};
use vendors::{Adapter, BatchKey, Content};

/// Keys of one process are compared among themselves alone.
static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// What a delivery asks of its vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    /// Show this.
    Show(Arc<Content>),
    /// Take this back.
    TakeBack(Arc<Shown>),
}

/// What is shown at a phone, as its vendor knows it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shown {
    pub(crate) message: MessageId,
    pub(crate) collapse_key: String,
}

impl Shown {
    /// With what its taking back may share a job: what is shown for the same message under the same key.
    pub(crate) fn batch_key(&self) -> BatchKey {
        BatchKey(KEYS.hash_one(self))
    }
}

/// How a purpose is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The message is shown.
    Show,
    /// Something else is shown in its place.
    ShowInstead,
    /// The vendor takes it back.
    TakeBack,
    /// Not at all: the vendor cannot, or the phone shows nothing that could be taken back.
    None,
}

/// How a purpose is carried out at a vendor, for a message that was sent to be presented like this.
pub(crate) fn way(purpose: Purpose, sent_as: Presentation, adapter: &dyn Adapter) -> Way {
    match purpose {
        Purpose::Notify => Way::Show,
        // What became of data and of calls only the app on the phone knows.
        Purpose::Withdraw | Purpose::Replace if sent_as != Presentation::Alert => Way::None,
        Purpose::Withdraw if adapter.recalls() => Way::TakeBack,
        Purpose::Withdraw | Purpose::Replace if adapter.replaces() => Way::ShowInstead,
        Purpose::Withdraw | Purpose::Replace => Way::None,
    }
}

#[cfg(test)]
mod tests {
    use model::Vendor;

    use super::*;

    #[test]
    fn t13_each_vendor_takes_back_or_replaces_what_it_shows_and_nothing_else() {
        let recalling: Vec<Vendor> =
            Vendor::ALL.into_iter().filter(|vendor| vendors::adapter(*vendor).recalls()).collect();
        assert_eq!(recalling, [Vendor::Xiaomi, Vendor::Huawei, Vendor::Harmony, Vendor::Vivo]);
        for vendor in Vendor::ALL {
            let adapter = vendors::adapter(vendor);
            let of = |purpose, sent_as| way(purpose, sent_as, adapter);
            let taken_back = if adapter.recalls() { Way::TakeBack } else { Way::ShowInstead };
            assert_eq!(of(Purpose::Withdraw, Presentation::Alert), taken_back, "{vendor}");
            assert_eq!(of(Purpose::Replace, Presentation::Alert), Way::ShowInstead, "{vendor}");
            assert_eq!(of(Purpose::Notify, Presentation::Data), Way::Show, "{vendor}");
            for unseen in [Presentation::Data, Presentation::Voip] {
                assert_eq!(of(Purpose::Withdraw, unseen), Way::None, "{vendor}");
                assert_eq!(of(Purpose::Replace, unseen), Way::None, "{vendor}");
            }
        }
    }
}
