//! A row of a vendor's table of codes, and where it is written.

use model::Verdict;

/// One code of a vendor's book.
#[derive(Debug, Clone, Copy)]
pub struct CodeRow {
    /// HTTP status it comes with; 0 for any.
    pub http_status: u16,
    /// The vendor's own code or reason.
    pub code: &'static str,
    /// The verdict's name (see [`model::Verdict::name`]).
    pub verdict: &'static str,
    /// The verdict itself, as far as the code alone decides it; an answer may add times to it.
    pub judgement: &'static Verdict,
    /// What it means, in English.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
    /// What the operator should do, in English; empty: nothing.
    pub todo_en: &'static str,
    /// The same in Chinese.
    pub todo_zh: &'static str,
    /// Where it is written, and how certain it is.
    pub source: Source,
}

impl CodeRow {
    /// Meaning and remedy as one English text.
    #[must_use]
    pub fn explained_en(&self) -> String {
        if self.todo_en.is_empty() { self.en.to_owned() } else { format!("{}; {}", self.en, self.todo_en) }
    }

    /// Meaning and remedy as one Chinese text.
    #[must_use]
    pub fn explained_zh(&self) -> String {
        if self.todo_zh.is_empty() { self.zh.to_owned() } else { format!("{};{}", self.zh, self.todo_zh) }
    }
}

/// Where a vendor fact comes from, and how certain it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The page or observation.
    pub page: &'static str,
    /// How certain.
    pub certainty: Certainty,
}

/// How certain a vendor fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// In the vendor's own documentation.
    Documented,
    /// Seen on the wire or in working clients.
    Observed,
    /// Our best reading where sources are silent or differ.
    Assumed,
}
