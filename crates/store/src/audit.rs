//! The audit log: who changed what, when, through what and from where.

use model::{AppId, Timestamp};

/// Through what a change came. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AuditChannel {
    /// An operator in the console.
    Console = 0,
    /// The console, opened by a one-time link.
    Link = 1,
    /// The API, by a key.
    Api = 2,
}

impl AuditChannel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Console, Self::Link, Self::Api];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Link => "link",
            Self::Api => "api",
        }
    }

    /// The channel of a stored number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| *channel as u8 == number)
    }
}

/// What a change was made to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditObject {
    /// What a name or number stands for, such as `certificate 3`; empty where the action says it all.
    Named(String),
    /// What the op right before made: this word and the number it got.
    Made(&'static str),
}

/// A change to be recorded. It holds neither secrets nor tokens nor message text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditDraft {
    /// The App; `None`: the instance.
    pub app: Option<AppId>,
    /// When.
    pub at: Timestamp,
    /// Through what.
    pub channel: AuditChannel,
    /// Who: an operator's sign-in name or a key's name.
    pub actor: String,
    /// What was done, in a stable word such as `change_app`.
    pub action: String,
    /// To what.
    pub object: AuditObject,
    /// What is particular to it; empty where there is nothing.
    pub detail: String,
    /// The IP address it came from; empty where unknown.
    pub address: String,
}

/// A recorded change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number: a later entry has a higher one.
    pub id: i64,
    /// The App; `None`: the instance.
    pub app: Option<AppId>,
    /// When.
    pub at: Timestamp,
    /// Through what.
    pub channel: AuditChannel,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// What is particular to it.
    pub detail: String,
    /// The IP address it came from.
    pub address: String,
}

/// Which entries are wanted; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who, in capitals or small letters.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// To what, word for word, such as `certificate 3`.
    pub object: Option<String>,
    /// Through what.
    pub channel: Option<AuditChannel>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Older than this entry.
    pub before: Option<i64>,
}
