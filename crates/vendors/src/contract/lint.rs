//! What a lint says.

/// What a lint found: something the vendor will do with a push that the operator may not expect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable word, such as `channel_missing`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What the vendor does and what to do about it, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

/// How bad a finding is, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Shown, yet not as asked: a text is cut, a sound is left out.
    Changed,
    /// Taken, yet counted, delayed or ranked lower than meant.
    Reduced,
    /// Taken, yet not shown on some or all phones.
    Hidden,
    /// Refused by the vendor.
    Refused,
}

impl Severity {
    /// A stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Reduced => "reduced",
            Self::Hidden => "hidden",
            Self::Refused => "refused",
        }
    }
}
