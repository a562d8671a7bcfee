//! Conditions over topics: `'a' in topics && ('b' in topics || !('c' in topics))`.

use super::topics::is_topic;

/// Topics that a condition may name. Documented.
const TOPICS_MAX: usize = 5;
/// Parentheses and negations inside one another. Assumed; it bounds the reading.
const DEPTH_MAX: usize = 16;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    In(String),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Condition {
    /// Reads a condition; `&&` binds tighter than `||`. `None`: it is none, or names too many topics.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text, topics: 0, depth: 0 };
        let condition = reader.either()?;
        reader.rest.trim_start().is_empty().then_some(condition)
    }

    /// Whether it holds for an app instance with these topics.
    pub(super) fn holds(&self, has: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::In(topic) => has(topic),
            Self::Not(inner) => !inner.holds(has),
            Self::And(left, right) => left.holds(has) && right.holds(has),
            Self::Or(left, right) => left.holds(has) || right.holds(has),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    topics: usize,
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self, sign: &str) -> bool {
        let found = self.rest.trim_start().strip_prefix(sign);
        if let Some(rest) = found {
            self.rest = rest;
        }
        found.is_some()
    }

    fn either(&mut self) -> Option<Condition> {
        let mut left = self.both()?;
        while self.take("||") {
            left = Condition::Or(Box::new(left), Box::new(self.both()?));
        }
        Some(left)
    }

    fn both(&mut self) -> Option<Condition> {
        let mut left = self.one()?;
        while self.take("&&") {
            left = Condition::And(Box::new(left), Box::new(self.one()?));
        }
        Some(left)
    }

    fn one(&mut self) -> Option<Condition> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let condition = if self.take("!") {
            Condition::Not(Box::new(self.one()?))
        } else if self.take("(") {
            let inner = self.either()?;
            self.take(")").then_some(inner)?
        } else {
            Condition::In(self.topic()?)
        };
        self.depth -= 1;
        Some(condition)
    }

    fn topic(&mut self) -> Option<String> {
        let quote = if self.take("'") { '\'' } else { self.take("\"").then_some('"')? };
        let (topic, rest) = self.rest.split_once(quote)?;
        self.rest = rest;
        self.topics += 1;
        let fits = is_topic(topic) && self.take("in") && self.take("topics") && self.topics <= TOPICS_MAX;
        fits.then(|| topic.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, topics: &[&str]) -> bool {
        Condition::read(text).unwrap().holds(&|topic| topics.contains(&topic))
    }

    #[test]
    fn and_binds_tighter_than_or_and_parentheses_group() {
        assert!(holds("'a' in topics || 'b' in topics && 'c' in topics", &["a"]));
        assert!(!holds("('a' in topics || 'b' in topics) && 'c' in topics", &["a"]));
        assert!(holds("'a' in topics && !('b' in topics)", &["a"]));
    }

    #[test]
    fn a_sixth_topic_and_anything_unreadable_is_no_condition() {
        let of = |count: usize| vec!["'t' in topics"; count].join(" || ");
        assert!(Condition::read(&of(5)).is_some());
        assert!(Condition::read(&of(6)).is_none());
        let deep = format!("{}'a' in topics", "!".repeat(100));
        for wrong in ["", "a", "'a'", "'a' in topics &&", "('a' in topics", "'a b' in topics", deep.as_str()]
        {
            assert!(Condition::read(wrong).is_none(), "{wrong}");
        }
    }
}
