//! The fields of a certificate's form.

/// One field of a certificate's form. The console, the API's documentation and the operator's page come from it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name in API and store.
    pub name: &'static str,
    /// Label in English.
    pub en: &'static str,
    /// Label in Chinese, as the vendor's console or the seed documents name it.
    pub zh: &'static str,
    /// A hint in English; may be empty.
    pub hint_en: &'static str,
    /// The same in Chinese.
    pub hint_zh: &'static str,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled.
    pub required: bool,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// One line that is sealed and never echoed.
    Secret,
    /// A file, as base64, that is sealed and never echoed.
    SecretFile,
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl FieldKind {
    /// Whether the value is sealed at rest and never echoed.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretFile)
    }
}
