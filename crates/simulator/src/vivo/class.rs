//! Message classes: which the sender names, and which the vendor makes of it.

use super::{
    code::{Code, Refusal},
    fields::Fields,
    rights::Rights,
};

/// A message class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// `classification` 1: what a person waits for.
    System,
    /// `classification` 0: shown without a sound, by day only, few a day.
    Operational,
}

impl Class {
    /// The book's categories of a class. Documented; `NEWS` stands in category texts only.
    pub(super) const fn categories(self) -> &'static [&'static str] {
        match self {
            Self::System => &["IM", "ACCOUNT", "TODO", "DEVICE_REMINDER", "ORDER", "SUBSCRIPTION"],
            Self::Operational => &["NEWS", "CONTENT", "MARKETING", "SOCIAL"],
        }
    }

    /// Its name in ledgers.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Operational => "operational",
        }
    }

    fn of_category(category: &str) -> Option<Self> {
        [Self::System, Self::Operational].into_iter().find(|class| class.categories().contains(&category))
    }
}

/// Reads class and category. A category wins and must fit a classification beside it (documented); without both, a
/// message is operational (documented as what may happen).
pub(super) fn read(fields: Fields<'_>) -> Result<(Class, Option<String>), Refusal> {
    let classification = match fields.int_or("classification", Code::CLASSIFICATION)? {
        None => None,
        Some(0) => Some(Class::Operational),
        Some(1) => Some(Class::System),
        Some(_) => return Err(Code::CLASSIFICATION.into()),
    };
    let Some(category) = fields.text("category") else {
        return Ok((classification.unwrap_or(Class::Operational), None));
    };
    let class = Class::of_category(&category).ok_or(Code::CATEGORY)?;
    if classification.is_some_and(|named| named != class) {
        return Err(Code::CATEGORY_CLASS.into());
    }
    Ok((class, Some(category)))
}

/// The class that a message goes out in: the vendor looks at system messages again and corrects them.
pub(super) fn corrected(class: Class, category: Option<&str>, texts: [&str; 2], rights: &Rights) -> Class {
    let granted = |category: &str| rights.system_categories.iter().any(|own| own == category);
    let sells = |text: &str| rights.marketing_words.iter().any(|word| text.contains(word.as_str()));
    if category.is_none_or(granted) && !texts.into_iter().any(sells) { class } else { Class::Operational }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn class(body: &Value) -> Result<Class, Code> {
        read(Fields(body.as_object().unwrap())).map(|(class, _)| class).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_category_wins_and_must_fit() {
        assert_eq!(class(&json!({"category": "IM"})), Ok(Class::System));
        assert_eq!(class(&json!({"category": "NEWS", "classification": "0"})), Ok(Class::Operational));
        assert_eq!(class(&json!({"classification": 1})), Ok(Class::System));
        assert_eq!(class(&json!({})), Ok(Class::Operational));
        assert_eq!(class(&json!({"category": "IM", "classification": 0})), Err(Code::CATEGORY_CLASS));
        assert_eq!(class(&json!({"category": "im"})), Err(Code::CATEGORY));
        assert_eq!(class(&json!({"classification": 2})), Err(Code::CLASSIFICATION));
    }

    #[test]
    fn what_is_not_granted_or_sells_is_corrected() {
        let rights = Rights::default()
            .with(&json!({"system_categories": ["IM"], "marketing_words": ["促销"]}))
            .unwrap();
        let of = |category, text| corrected(Class::System, category, ["阿明", text], &rights);
        assert_eq!(of(Some("IM"), "在吗"), Class::System);
        assert_eq!(of(None, "在吗"), Class::System);
        assert_eq!(of(Some("ORDER"), "在吗"), Class::Operational);
        assert_eq!(of(Some("IM"), "大促销"), Class::Operational);
    }
}
