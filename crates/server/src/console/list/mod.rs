//! What lists have in common: filter and place stand in the address, so that a page can be kept, sent and gone back to.
//! Pages follow one another by the last thing shown, never by a number of pages.

mod moment;

use super::{
    chrome::percent_encoded,
    words::{AdminWords, Lang},
};

pub(super) use self::moment::{day, moment};

/// What a list is asked for: the filled fields of its filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    path: &'static str,
    fields: Vec<(&'static str, String)>,
}

impl Question {
    /// The fields in the order of the form; those that were left alone do not count.
    pub(super) fn of(path: &'static str, fields: &[(&'static str, &str)]) -> Self {
        let filled = fields.iter().filter(|(_, value)| !value.trim().is_empty());
        Self { path, fields: filled.map(|(name, value)| (*name, value.trim().to_owned())).collect() }
    }

    /// Whether anything narrows the list.
    pub(super) const fn is_filtered(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Its first page.
    pub(super) fn address(&self) -> String {
        self.with(&[])
    }

    /// The same question with something more, such as where the page begins.
    pub(super) fn with(&self, more: &[(&str, &str)]) -> String {
        self.at(self.path, more)
    }

    /// The same question asked elsewhere.
    pub(super) fn at(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = self.fields.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs: Vec<String> = own
            .chain(more.iter().copied())
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

/// The way to other pages of a list.
pub(super) struct Pager {
    /// The first page; empty where this is it.
    pub(super) first: String,
    pub(super) first_label: &'static str,
    /// The next page; empty where this is the last.
    pub(super) next: String,
    pub(super) next_label: &'static str,
}

impl Pager {
    /// Of a list whose newest stand first.
    pub(super) fn by_age(
        words: &AdminWords,
        question: &Question,
        is_first: bool,
        next: &[(&str, &str)],
    ) -> Self {
        Self {
            first: if is_first { String::new() } else { question.address() },
            first_label: words.newest,
            next: if next.is_empty() { String::new() } else { question.with(next) },
            next_label: words.older,
        }
    }

    /// Of a list in the order of names.
    pub(super) fn by_name(lang: Lang, question: &Question, is_first: bool, next: &[(&str, &str)]) -> Self {
        let words = lang.people_words();
        let pager = Self::by_age(lang.admin_words(), question, is_first, next);
        Self { first_label: words.first_page, next_label: words.next_page, ..pager }
    }
}

/// A line of a select.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) chosen: bool,
}

impl Choice {
    pub(super) fn new(value: &str, text: impl Into<String>, chosen: &str) -> Self {
        Self { value: value.to_owned(), text: text.into(), chosen: value == chosen }
    }
}

#[cfg(test)]
mod tests {
    use super::Question;

    #[test]
    fn an_address_keeps_the_filter_and_nothing_that_is_empty() {
        let question =
            Question::of("/console/dead-letters", &[("vendor", "xiaomi"), ("code", " a&b "), ("x", " ")]);
        assert_eq!(
            question.with(&[("before", "7"), ("after", "")]),
            "/console/dead-letters?vendor=xiaomi&code=a%26b&before=7"
        );
        assert_eq!(question.at("/else", &[]), "/else?vendor=xiaomi&code=a%26b");
        let nothing = Question::of("/console/users", &[("q", "")]);
        assert_eq!((nothing.address().as_str(), nothing.is_filtered()), ("/console/users", false));
    }
}
