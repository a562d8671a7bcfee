//! The fields of a certificate's form.

use model::Class;

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
    /// What it is about: where a form shows it.
    pub group: Group,
    /// The only class of push that it concerns.
    pub class: Option<Class>,
    /// The word that holds where it is left out; empty where no word does.
    pub usual: &'static str,
    /// The field whose value holds where it is left out; empty where none does.
    pub inherits: &'static str,
    /// What happens where it is left out, in English; empty where nothing bad does.
    pub warning_en: &'static str,
    /// The same in Chinese.
    pub warning_zh: &'static str,
    /// Most characters; 0 where only the limit of every field holds.
    pub max_chars: u16,
    /// What the words of a choice are called: word, English, Chinese. One that is not here is called by itself.
    pub labels: &'static [(&'static str, &'static str, &'static str)],
}

impl Field {
    /// Says what it is about.
    pub(crate) const fn of(self, group: Group) -> Self {
        Self { group, ..self }
    }

    /// Says that it belongs to the mapping of one class.
    pub(crate) const fn for_class(self, class: Class) -> Self {
        Self { group: Group::Classes, class: Some(class), ..self }
    }

    /// Says which word holds where it is left out.
    pub(crate) const fn usually(self, usual: &'static str) -> Self {
        Self { usual, ..self }
    }

    /// Says which field's value holds where it is left out.
    pub(crate) const fn inherits(self, inherits: &'static str) -> Self {
        Self { inherits, ..self }
    }

    /// Says what happens where it is left out, in English and Chinese.
    pub(crate) const fn warns(self, (en, zh): (&'static str, &'static str)) -> Self {
        Self { warning_en: en, warning_zh: zh, ..self }
    }

    /// Says how many characters it takes.
    pub(crate) const fn at_most(self, max_chars: u16) -> Self {
        Self { max_chars, ..self }
    }

    /// Says what the words of its choice are called.
    pub(crate) const fn labelled(
        self,
        labels: &'static [(&'static str, &'static str, &'static str)],
    ) -> Self {
        Self { labels, ..self }
    }
}

/// What a field is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Which app it is.
    Identity,
    /// What the vendor knows the sender by.
    Secrets,
    /// What the vendor has granted.
    Rights,
    /// What becomes of the classes at the vendor: channels, categories, templates, urgency.
    Classes,
    /// How a notification looks and sounds.
    Look,
    /// What a tap does.
    Click,
    /// How the vendor reports back.
    Receipts,
    /// How much may be sent.
    Limits,
}

impl Group {
    /// Every group, in the order of a form.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Secrets,
        Self::Rights,
        Self::Classes,
        Self::Click,
        Self::Look,
        Self::Receipts,
        Self::Limits,
    ];

    /// A stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Secrets => "secrets",
            Self::Rights => "rights",
            Self::Classes => "classes",
            Self::Look => "look",
            Self::Click => "click",
            Self::Receipts => "receipts",
            Self::Limits => "limits",
        }
    }
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
    /// Any of these words, with commas between them.
    Several(&'static [&'static str]),
}

impl FieldKind {
    /// Whether the value is sealed at rest and never echoed.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretFile)
    }

    /// The words to choose from.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Choice(words) | Self::Several(words) => words,
            Self::Text | Self::Secret | Self::SecretFile => &[],
        }
    }
}
