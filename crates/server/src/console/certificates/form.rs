//! The form of a certificate: its fields come from the vendor's adapter, its values from the browser.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{CERTIFICATE_NAME_MAX_CHARS, Certificate, ErrorCode, Fault, FieldError, Vendor};
use vendors::{Field, FieldKind};

use crate::console::{
    answer::Failure,
    visitor::Part,
    words::{Lang, Words},
};

/// Prefix of the boxes that take a stored secret away.
const REMOVE: &str = "remove-";

/// A form as it was filled in.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) name: String,
    pub(super) disabled: bool,
    /// What may be shown again.
    public: BTreeMap<String, String>,
    /// What may not. An empty one takes the stored value away.
    secret: BTreeMap<String, model::Secret<String>>,
    /// What is wrong.
    pub(super) faults: Vec<FieldError>,
}

impl Filled {
    /// As a saved certificate holds it.
    pub(super) fn of(certificate: &Certificate) -> Self {
        Self {
            name: certificate.name.to_string(),
            disabled: certificate.disabled,
            public: certificate.form.public.clone(),
            ..Self::default()
        }
    }

    /// Everything that was filled in, by field.
    pub(super) fn submitted(&self) -> BTreeMap<String, String> {
        let secret = self.secret.iter().map(|(name, value)| (name.clone(), value.expose().clone()));
        self.public.clone().into_iter().chain(secret).collect()
    }

    /// A fault of no field that is shown.
    pub(super) fn stray_fault(&self, lang: Lang, vendor: Vendor) -> Option<String> {
        let shown = |fault: &&FieldError| {
            fault.field == "name" || fields_of(vendor).iter().any(|field| field.name == fault.field)
        };
        let stray = self.faults.iter().find(|fault| !shown(fault))?;
        Some(lang.pick(&stray.en, &stray.zh).to_owned())
    }

    fn error(&self, lang: Lang, field: &str) -> String {
        let own = self.faults.iter().filter(|fault| fault.field == field);
        let texts: Vec<&str> = own.map(|fault| lang.pick(&fault.en, &fault.zh)).collect();
        lang.join(&texts)
    }
}

fn fields_of(vendor: Vendor) -> &'static [Field] {
    vendors::adapter(vendor).fields()
}

/// Reads what a browser sent. What is no field of the vendor is passed over; files become base64.
pub(super) fn read(vendor: Vendor, parts: Vec<Part>) -> Result<Filled, Failure> {
    let mut filled = Filled::default();
    for part in parts {
        take(&mut filled, vendor, &part)?;
    }
    Ok(filled)
}

fn take(filled: &mut Filled, vendor: Vendor, part: &Part) -> Result<(), Failure> {
    match part.name.as_str() {
        "name" => filled.name = text(part)?,
        "disabled" => filled.disabled = !part.value.is_empty(),
        name => {
            let is_field = |wanted: &str| fields_of(vendor).iter().find(|field| field.name == wanted);
            if let Some(field) = name.strip_prefix(REMOVE).and_then(is_field) {
                filled
                    .secret
                    .entry(field.name.to_owned())
                    .or_insert_with(|| model::Secret::new(String::new()));
            } else if let Some(field) = is_field(name) {
                take_value(filled, field, part)?;
            }
        }
    }
    Ok(())
}

fn take_value(filled: &mut Filled, field: &Field, part: &Part) -> Result<(), Failure> {
    let name = field.name.to_owned();
    let secret = match field.kind {
        FieldKind::Text | FieldKind::Choice(_) => {
            filled.public.insert(name, text(part)?);
            return Ok(());
        }
        FieldKind::Secret => text(part)?,
        FieldKind::SecretFile => STANDARD.encode(&part.value),
    };
    if !secret.is_empty() {
        filled.secret.insert(name, model::Secret::new(secret));
    }
    Ok(())
}

fn text(part: &Part) -> Result<String, Failure> {
    String::from_utf8(part.value.to_vec()).map_err(|_| Fault::from(ErrorCode::Malformed).into())
}

/// A field as the page draws it.
pub(super) struct FieldView {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) required: bool,
    pub(super) input: Input,
    /// What to show again; always empty for a secret.
    pub(super) value: String,
    /// What is said of a stored secret; empty where there is none.
    pub(super) kept: &'static str,
    pub(super) error: String,
    /// Characters that are counted down to; 0 for no counter.
    pub(super) count_max: usize,
}

/// How a field is filled in.
pub(super) enum Input {
    Text,
    Secret,
    File,
    Choice(Vec<Choice>),
}

/// One of a field's words.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) chosen: bool,
}

/// The name, then the vendor's own fields.
pub(super) fn fields(
    lang: Lang,
    vendor: Vendor,
    old: Option<&Certificate>,
    filled: &Filled,
) -> Vec<FieldView> {
    let words = lang.words();
    let name = FieldView {
        name: "name",
        label: words.name,
        hint: words.name_hint,
        required: true,
        input: Input::Text,
        value: filled.name.clone(),
        kept: "",
        error: filled.error(lang, "name"),
        count_max: CERTIFICATE_NAME_MAX_CHARS,
    };
    let own = fields_of(vendor).iter().map(|field| {
        let value = filled.public.get(field.name).cloned().unwrap_or_default();
        let is_kept = field.kind.is_secret() && old.is_some_and(|old| old.form.get(field.name).is_some());
        FieldView {
            name: field.name,
            label: lang.pick(field.en, field.zh),
            hint: lang.pick(field.hint_en, field.hint_zh),
            required: field.required,
            input: input(words, field, &value),
            kept: if is_kept { words.secret_kept } else { "" },
            error: filled.error(lang, field.name),
            count_max: 0,
            value,
        }
    });
    std::iter::once(name).chain(own).collect()
}

fn input(words: &Words, field: &Field, value: &str) -> Input {
    match field.kind {
        FieldKind::Text => Input::Text,
        FieldKind::Secret => Input::Secret,
        FieldKind::SecretFile => Input::File,
        FieldKind::Choice(choices) => {
            // What need not be chosen begins with its first word; what must be is left to the operator.
            let default = if field.required { None } else { choices.first().copied() };
            let current = if value.is_empty() { default } else { Some(value) };
            let choice = |word: &&'static str| Choice {
                value: word,
                label: choice_label(words, word),
                chosen: current == Some(*word),
            };
            Input::Choice(choices.iter().map(choice).collect())
        }
    }
}

fn choice_label(words: &Words, word: &'static str) -> &'static str {
    match word {
        "development" => words.environment_development,
        "production" => words.environment_production,
        "open_app" => words.choice_open_app,
        "web_page" => words.choice_web_page,
        "app_page" => words.choice_app_page,
        other => other,
    }
}
