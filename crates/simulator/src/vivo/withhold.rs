//! Why the vendor takes a message and does not show it.

/// A reason not to show a message that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Withheld {
    Sensitive,
    AmountUsedUp,
    TooOften,
    Night,
    SameText,
    BadLink,
    NoPage,
}

/// `ackType` and `subAckType` of a receipt.
pub(super) type Ack = (&'static str, Option<&'static str>);

impl Withheld {
    const ALL: [Self; 7] = [
        Self::Sensitive,
        Self::AmountUsedUp,
        Self::TooOften,
        Self::Night,
        Self::SameText,
        Self::BadLink,
        Self::NoPage,
    ];

    /// The reason in words.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Sensitive => "the text holds a blocked word",
            Self::AmountUsedUp => "the day's operational messages of this app are used up",
            Self::TooOften => "this device had its operational messages of the day",
            Self::Night => "operational messages are not shown at night",
            Self::SameText => "this device had an operational message with the same text",
            Self::BadLink => "skipContent is no intent URI",
            Self::NoPage => "skipContent leads to another app",
        }
    }

    /// The reason with these words.
    pub(super) fn of_reason(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|withheld| withheld.reason() == words)
    }

    /// How a receipt tells it. Documented.
    pub(super) const fn ack(self) -> Ack {
        match self {
            Self::Sensitive => ("101", None),
            Self::AmountUsedUp => ("100", Some("11001")),
            Self::TooOften => ("100", Some("12000")),
            Self::Night => ("104", Some("1017")),
            Self::SameText => ("104", Some("2124")),
            Self::BadLink => ("104", Some("2158")),
            Self::NoPage => ("104", Some("2162")),
        }
    }
}
