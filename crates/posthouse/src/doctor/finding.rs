//! One thing that was found, with what to do about it, in both languages.

use clap::ValueEnum;
use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// As it should be.
    Well,
    /// Worth knowing.
    Note,
    /// Works, and will hurt some day.
    Warning,
    /// Something does not work.
    Error,
}

impl Severity {
    const fn word(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Well, Language::En) => "ok",
            (Self::Note, Language::En) => "note",
            (Self::Warning, Language::En) => "warning",
            (Self::Error, Language::En) => "error",
            (Self::Well, Language::Zh) => "正常",
            (Self::Note, Language::Zh) => "提示",
            (Self::Warning, Language::Zh) => "警告",
            (Self::Error, Language::Zh) => "错误",
        }
    }
}

/// The language of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    /// English.
    En,
    /// 中文。
    Zh,
}

impl Language {
    /// As the environment wants it.
    pub(super) fn of_environment() -> Self {
        let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let wanted = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
        if wanted.is_some_and(|wanted| wanted.starts_with("zh")) { Self::Zh } else { Self::En }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// What was looked at.
    pub(super) subject: String,
    pub(super) en: String,
    pub(super) zh: String,
    /// What to do, in English; empty where nothing is wrong.
    pub(super) fix_en: String,
    pub(super) fix_zh: String,
}

impl Finding {
    fn new(severity: Severity, subject: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        let (fix_en, fix_zh) = (String::new(), String::new());
        Self { severity, subject: subject.to_owned(), en: en.into(), zh: zh.into(), fix_en, fix_zh }
    }

    pub(super) fn well(subject: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Severity::Well, subject, en, zh)
    }

    pub(super) fn note(subject: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Severity::Note, subject, en, zh)
    }

    pub(super) fn warning(subject: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Severity::Warning, subject, en, zh)
    }

    pub(super) fn error(subject: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Severity::Error, subject, en, zh)
    }

    /// The same with what to do about it.
    pub(super) fn fix(self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { fix_en: en.into(), fix_zh: zh.into(), ..self }
    }

    /// As it is printed.
    pub(super) fn lines(&self, language: Language) -> String {
        let (sentence, fix) = match language {
            Language::En => (&self.en, &self.fix_en),
            Language::Zh => (&self.zh, &self.fix_zh),
        };
        let head = format!("{:<8} {:<16} {sentence}\n", self.severity.word(language), self.subject);
        if fix.is_empty() { head } else { format!("{head}{:<25} → {fix}\n", "") }
    }
}
