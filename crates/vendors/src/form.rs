//! Reading a certificate's form: every fault is gathered, none stops the reading.

use model::{ClickAction, FieldError, FieldErrors, Form};

use crate::{
    amounts::is_bad_number,
    contract::{Field, FieldKind, Group},
};

/// A field of a form; label and hint are given in English and Chinese, in this order.
pub(crate) const fn field(
    name: &'static str,
    kind: FieldKind,
    required: bool,
    label: (&'static str, &'static str),
    hint: (&'static str, &'static str),
) -> Field {
    Field {
        name,
        en: label.0,
        zh: label.1,
        hint_en: hint.0,
        hint_zh: hint.1,
        kind,
        required,
        group: if kind.is_secret() { Group::Secrets } else { Group::Identity },
        class: None,
        usual: "",
        inherits: "",
        warning_en: "",
        warning_zh: "",
        max_chars: 0,
        labels: &[],
    }
}

/// A form being read.
pub(crate) struct Reading<'a> {
    form: &'a Form,
    faults: Vec<FieldError>,
}

impl<'a> Reading<'a> {
    pub(crate) const fn of(form: &'a Form) -> Self {
        Self { form, faults: Vec::new() }
    }

    /// A field's value without the blanks around it, which come in with copying from a console.
    pub(crate) fn optional(&self, field: &str) -> Option<&'a str> {
        self.form.get(field).map(str::trim)
    }

    /// A field's value as it stands, for what may begin or end with a blank.
    pub(crate) fn verbatim(&self, field: &str) -> Option<&'a str> {
        self.form.get(field)
    }

    /// A field that must be filled.
    pub(crate) fn required(&mut self, field: &str) -> Option<&'a str> {
        let value = self.optional(field);
        if value.is_none() {
            self.fault(field, "must be filled", "必填");
        }
        value
    }

    /// Notes a fault where a value is there and does not fit.
    pub(crate) fn check(
        &mut self,
        field: &str,
        value: Option<&str>,
        fits: fn(&str) -> bool,
        en: &str,
        zh: &str,
    ) {
        if value.is_some_and(|value| !fits(value)) {
            self.fault(field, en, zh);
        }
    }

    /// The click action of the fields `click` and `click_target`.
    pub(crate) fn click(&mut self) -> ClickAction {
        let (action, target) = (self.optional("click"), self.optional("click_target"));
        ClickAction::parse(action, target).unwrap_or_else(|invalid| {
            use model::InvalidClick::{Action, Target, Url};
            let (field, zh) = match invalid {
                Action => ("click", "必须是 open_app、web_page 或 app_page"),
                Url => ("click_target", "网页地址必须以 http:// 或 https:// 开头"),
                Target => ("click_target", "请填写要打开的页面"),
            };
            self.fault(field, &invalid.to_string(), zh);
            ClickAction::OpenApp
        })
    }

    pub(crate) fn fault(&mut self, field: &str, en: &str, zh: &str) {
        self.faults.push(FieldError::new(field, en, zh));
    }

    /// What was read, unless any fault was noted.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<T, FieldErrors> {
        let mut faults = self.faults;
        let numbers = self
            .form
            .public
            .iter()
            .filter(|(name, value)| !value.trim().is_empty() && is_bad_number(name, value));
        faults.extend(numbers.map(|(name, _)| {
            FieldError::new(name, "must be a whole number, at least 1", "必须是不小于 1 的整数")
        }));
        match read {
            Some(read) if faults.is_empty() => Ok(read),
            _ => Err(FieldErrors(faults)),
        }
    }
}
