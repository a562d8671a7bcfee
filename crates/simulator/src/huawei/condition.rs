//! Conditions over topics: `'A' in topics && ('B' in topics || 'C' in topics)`.

/// Topics in one condition. Documented.
const TOPICS_MAX: usize = 5;
/// How deep parentheses may be nested; five topics need fewer.
const DEPTH_MAX: usize = 8;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    In(String),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Condition {
    /// Reads a condition; `None` where it is none, or names too many topics.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text, topics: 0 };
        let condition = reader.any(0)?;
        reader.skip_blanks();
        (reader.rest.is_empty() && reader.topics <= TOPICS_MAX).then_some(condition)
    }

    /// Whether it holds for a phone that takes part in those topics for which `is_in` is true.
    pub(super) fn holds(&self, is_in: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::In(topic) => is_in(topic),
            Self::All(parts) => parts.iter().all(|part| part.holds(is_in)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(is_in)),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    topics: usize,
}

impl Reader<'_> {
    fn any(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.all(depth)?];
        while self.take("||") {
            parts.push(self.all(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.one(depth)?];
        while self.take("&&") {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Option<Condition> {
        if self.take("(") {
            let inner = if depth < DEPTH_MAX { self.any(depth + 1)? } else { return None };
            return self.take(")").then_some(inner);
        }
        if !self.take("'") {
            return None;
        }
        let (topic, rest) = self.rest.split_once('\'')?;
        self.rest = rest;
        self.topics += 1;
        (!topic.is_empty() && self.take("in") && self.take("topics")).then(|| Condition::In(topic.to_owned()))
    }

    fn take(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_closer_than_or_and_parentheses_closest() {
        let holds = |condition: &str, topics: &str| {
            Condition::read(condition).unwrap().holds(&|topic: &str| topics.contains(topic))
        };
        let nested = "'A' in topics && ('B' in topics || 'C' in topics)";
        assert!(holds(nested, "AC") && !holds(nested, "BC") && !holds(nested, "A"));
        let flat = "'A' in topics && 'B' in topics || 'C' in topics";
        assert!(holds(flat, "C") && holds(flat, "AB") && !holds(flat, "A"));
    }

    #[test]
    fn five_topics_are_taken_and_six_are_not() {
        let joined = |count: usize| vec!["'A' in topics"; count].join(" || ");
        assert!(Condition::read(&joined(5)).is_some());
        assert!(Condition::read(&joined(6)).is_none());
        for wrong in
            ["", "'A'", "'A' in topics &&", "A in topics", "('A' in topics", "'' in topics", "!'A' in topics"]
        {
            assert!(Condition::read(wrong).is_none(), "{wrong}");
        }
        assert!(Condition::read(&"(".repeat(4000)).is_none());
    }
}
