//! What the gateway counts of its own work. Every table is an array, so that counting is one addition.

use meter::{Counter, Histogram};
use model::{Class, DeliveryState, ReceiptKind, TargetVerdict, Vendor, Verdict};
use vendors::WireReply;

const CLASSES: [Class; 4] = [Class::Chat, Class::Call, Class::System, Class::Marketing];
const ENDS: [DeliveryState; 4] =
    [DeliveryState::Skipped, DeliveryState::Accepted, DeliveryState::Rejected, DeliveryState::Dropped];
const VERDICTS: [&str; 9] = [
    "accepted",
    "retry",
    "renew_auth",
    "token_dead",
    "token_doubtful",
    "limited",
    "misconfigured",
    "drop",
    "unrecognised",
];
const RECEIPTS: [&str; 9] = [
    "arrived",
    "shown",
    "clicked",
    "token_dead",
    "notifications_off",
    "not_delivered",
    "expired",
    "quota_used_up",
    "unrecognised",
];
/// Classes of HTTP status; 429 has one of its own.
const STATUSES: [&str; 7] = ["none", "1xx", "2xx", "3xx", "4xx", "429", "5xx"];

/// What the gateway counts of its own work.
#[derive(Debug, Default)]
pub struct GatewayMeter {
    vendors: [VendorMeter; Vendor::ALL.len()],
    /// Events that a webhook took.
    pub webhook_heard: Counter,
    /// Events that a webhook did not take.
    pub webhook_unheard: Counter,
}

/// What is counted for one vendor.
#[derive(Debug, Default)]
pub struct VendorMeter {
    verdicts: [Counter; VERDICTS.len()],
    answers: [Counter; STATUSES.len()],
    receipts: [Counter; RECEIPTS.len()],
    /// From a request's beginning to its answer.
    pub attempt: Histogram,
}

impl GatewayMeter {
    /// What is counted for a vendor.
    #[must_use]
    pub const fn vendor(&self, vendor: Vendor) -> &VendorMeter {
        &self.vendors[vendor as usize]
    }
}

type Counted = (&'static str, u64);

fn counted(words: &'static [&'static str], counters: &[Counter]) -> impl Iterator<Item = Counted> {
    words.iter().copied().zip(counters).map(|(word, counter)| (word, counter.get()))
}

impl VendorMeter {
    /// Verdicts for single targets.
    pub fn verdicts(&self) -> impl Iterator<Item = Counted> {
        counted(&VERDICTS, &self.verdicts)
    }

    /// Answers to requests, by class of HTTP status.
    pub fn answers(&self) -> impl Iterator<Item = Counted> {
        counted(&STATUSES, &self.answers)
    }

    /// What the vendor reported later.
    pub fn receipts(&self) -> impl Iterator<Item = Counted> {
        counted(&RECEIPTS, &self.receipts)
    }

    pub(crate) fn note_verdict(&self, judged: &TargetVerdict) {
        self.verdicts[verdict_place(&judged.verdict)].one();
    }

    /// `None`: no answer came.
    pub(crate) fn note_answer(&self, reply: Option<&WireReply>, took_ms: i64) {
        self.answers[status_place(reply.map_or(0, |reply| reply.status))].one();
        self.attempt.took_ms(took_ms);
    }

    pub(crate) fn note_receipt(&self, kind: &ReceiptKind) {
        if let Some(place) = RECEIPTS.iter().position(|word| *word == kind.name()) {
            self.receipts[place].one();
        }
    }
}

const fn verdict_place(verdict: &Verdict) -> usize {
    match verdict {
        Verdict::Accepted => 0,
        Verdict::Retry { .. } => 1,
        Verdict::RenewAuth => 2,
        Verdict::TokenDead { .. } => 3,
        Verdict::TokenDoubtful(_) => 4,
        Verdict::Limited { .. } => 5,
        Verdict::Misconfigured => 6,
        Verdict::Drop => 7,
        Verdict::Unrecognised => 8,
    }
}

const fn status_place(status: u16) -> usize {
    match status {
        429 => 5,
        100..=199 => 1,
        200..=299 => 2,
        300..=399 => 3,
        400..=499 => 4,
        500..=599 => 6,
        _ => 0,
    }
}

/// What is counted for one lane.
#[derive(Debug, Default)]
pub struct LaneMeter {
    ends: [[Counter; ENDS.len()]; CLASSES.len()],
    /// Tokens that were cleared.
    pub tokens_cleared: Counter,
    /// How often the vendor asked to slow down.
    pub pauses: Counter,
    /// How often the breaker opened.
    pub breaker_opened: Counter,
    /// How often an answer needed the operator.
    pub alarms: Counter,
}

impl LaneMeter {
    /// Deliveries that came to their end, by class and state.
    pub fn ends(&self) -> impl Iterator<Item = (Class, DeliveryState, u64)> {
        CLASSES.into_iter().zip(&self.ends).flat_map(|(class, counters)| {
            ENDS.into_iter().zip(counters).map(move |(state, counter)| (class, state, counter.get()))
        })
    }

    /// A delivery is in this state now; only an end is counted.
    pub(crate) fn note_state(&self, class: Class, state: DeliveryState) {
        if let Some(place) = (state as usize).checked_sub(1) {
            self.ends[class as usize][place].one();
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Doubt, Pause};

    use super::*;

    #[test]
    fn every_verdict_is_counted_under_its_own_name() {
        let verdicts = [
            Verdict::Accepted,
            Verdict::Retry { after: None },
            Verdict::RenewAuth,
            Verdict::TokenDead { since: None },
            Verdict::TokenDoubtful(Doubt::SecondInRow),
            Verdict::Limited { pause: Pause::Lane, after: None },
            Verdict::Misconfigured,
            Verdict::Drop,
            Verdict::Unrecognised,
        ];
        for verdict in verdicts {
            assert_eq!(VERDICTS[verdict_place(&verdict)], verdict.name());
        }
    }

    #[test]
    fn states_and_classes_are_counted_at_their_number() {
        let meter = LaneMeter::default();
        for class in CLASSES {
            meter.note_state(class, DeliveryState::Queued);
            for state in ENDS {
                meter.note_state(class, state);
            }
        }
        assert!(meter.ends().all(|(.., count)| count == 1));
    }

    #[test]
    fn vendors_have_places_of_their_own() {
        let meter = GatewayMeter::default();
        for vendor in Vendor::ALL {
            meter.vendor(vendor).note_answer(None, 1);
        }
        for vendor in Vendor::ALL {
            let answers: Vec<Counted> = meter.vendor(vendor).answers().collect();
            assert_eq!(answers[0], ("none", 1), "{vendor}");
        }
    }

    #[test]
    fn a_status_counts_in_its_class_and_429_apart() {
        let word = |status| STATUSES[status_place(status)];
        assert_eq!(
            [0, 200, 302, 404, 429, 503, 999].map(word),
            ["none", "2xx", "3xx", "4xx", "429", "5xx", "none"]
        );
    }
}
