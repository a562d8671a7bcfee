//! Form bodies and queries as Xiaomi reads them: decoded once, unknown fields ignored.

/// The fields of a form in the order they came.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form body or a query. Total: what is not a field is an empty field.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The first value of a field; `None` where absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    /// The first value of a field that is not blank.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    /// Every value of a list field: repeated fields and commas alike, a trailing comma adding nothing.
    pub(super) fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|item| !item.is_empty())
    }

    /// The `extra.*` fields, without the prefix.
    pub(super) fn extras(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(key, value)| Some((key.strip_prefix("extra.")?, value.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn a_list_may_be_repeated_or_joined_by_commas() {
        let form = Form::parse(b"r=a%2Bb%3D&r=c,d,&x=1&r=");
        assert_eq!(form.list("r").collect::<Vec<_>>(), ["a+b=", "c", "d"]);
        assert_eq!(form.get("r"), Some("a+b="));
        assert_eq!(form.filled("nothing"), None);
    }

    #[test]
    fn a_form_is_decoded_once() {
        let form = Form::parse(b"payload=%257B%257D&extra.ext=%E9%98%BF+%26");
        assert_eq!(form.get("payload"), Some("%7B%7D"));
        assert_eq!(form.extras().collect::<Vec<_>>(), [("ext", "阿 &")]);
    }
}
