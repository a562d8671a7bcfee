//! Why a hand could not do it, as a word in the page's address and a sentence on the page.

use super::simulator::{Handset, Process, SimulatorError};
use crate::console::words::Lang;

/// Why a hand could not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NotRunning,
    Frozen,
    Locked,
    Busy,
    NoNotification,
    NoUser,
    NoCertificate,
    NoCall,
    Nobody,
    NoText,
    Silent,
    Other,
}

impl Refusal {
    const ALL: [Self; 12] = [
        Self::NotRunning,
        Self::Frozen,
        Self::Locked,
        Self::Busy,
        Self::NoNotification,
        Self::NoUser,
        Self::NoCertificate,
        Self::NoCall,
        Self::Nobody,
        Self::NoText,
        Self::Silent,
        Self::Other,
    ];

    /// The simulator's refusal, read beside the state of the handset that it refused for.
    pub(super) fn of(error: &SimulatorError, handset: &Handset) -> Self {
        match error {
            SimulatorError::Silent => Self::Silent,
            SimulatorError::Refused(code) => match (code.as_str(), handset.app) {
                ("conflict", Process::Killed) => Self::NotRunning,
                ("conflict", Process::Frozen) => Self::Frozen,
                ("conflict", _) if handset.locked => Self::Locked,
                ("busy", _) => Self::Busy,
                ("not_found", _) => Self::NoNotification,
                _ => Self::Other,
            },
        }
    }

    /// The word in the address.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::NotRunning => "not-running",
            Self::Frozen => "frozen",
            Self::Locked => "locked",
            Self::Busy => "busy",
            Self::NoNotification => "no-notification",
            Self::NoUser => "no-user",
            Self::NoCertificate => "no-certificate",
            Self::NoCall => "no-call",
            Self::Nobody => "nobody",
            Self::NoText => "no-text",
            Self::Silent => "silent",
            Self::Other => "other",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.word() == word)
    }

    /// The sentence on the page.
    pub(super) const fn sentence(self, lang: Lang) -> &'static str {
        let (words, lab) = (lang.words(), lang.lab_words());
        match self {
            Self::NotRunning => words.refused_not_running,
            Self::Frozen => words.refused_frozen,
            Self::Locked => words.refused_locked,
            Self::Busy => words.refused_busy,
            Self::NoNotification => words.refused_no_notification,
            Self::NoUser => words.refused_no_user,
            Self::NoCertificate => words.refused_no_certificate,
            Self::NoCall => lab.refused_no_call,
            Self::Nobody => lab.refused_nobody,
            Self::NoText => lab.refused_no_text,
            Self::Silent => words.simulator_silent,
            Self::Other => words.refused_other,
        }
    }
}
