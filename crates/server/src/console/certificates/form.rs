//! The form of a certificate as it comes from a browser: its fields are the vendor's adapter's. Pure.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Certificate, ErrorCode, Fault, FieldError, Secret, Vendor};
use vendors::{Field, FieldKind};

use super::{
    click::{self, Builder},
    drafts::Held,
};
use crate::console::{answer::Failure, visitor::Part, words::Lang};

/// Prefix of the boxes that take a stored secret away.
const REMOVE: &str = "remove-";

/// What a browser wants done with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Step {
    /// Check and save it; show first what was read from a new file.
    #[default]
    Save,
    /// Make an intent URI of its parts, and show the form again.
    Build,
    /// Show the form again, with what a tap would open.
    Preview,
}

/// A form as it was filled in.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) name: String,
    pub(super) disabled: bool,
    pub(super) step: Step,
    /// Where what was entered before and may not be shown is kept.
    pub(super) draft: String,
    /// The page that a tap opens is named by the client plugin.
    pub(super) is_plugin: bool,
    /// The parts to make an intent URI of.
    pub(super) builder: Builder,
    /// What was typed for each way of a tap, also for those that are not chosen.
    pub(super) web_target: String,
    pub(super) page_target: String,
    /// What may be shown again.
    pub(super) public: BTreeMap<String, String>,
    /// What may not. An empty one takes the stored value away.
    pub(super) secret: BTreeMap<String, Secret<String>>,
    /// A file came whose contents nobody has been shown.
    pub(super) is_unseen: bool,
    /// What is wrong.
    pub(super) faults: Vec<FieldError>,
}

impl Filled {
    /// As a saved certificate holds it.
    pub(super) fn of(certificate: &Certificate) -> Self {
        let mut filled = Self {
            name: certificate.name.to_string(),
            disabled: certificate.disabled,
            public: certificate.form.public.clone(),
            ..Self::default()
        };
        click::spread(&mut filled, certificate.vendor);
        filled
    }

    /// Everything that was filled in, by field.
    pub(super) fn submitted(&self) -> BTreeMap<String, String> {
        let secret = self.secret.iter().map(|(name, value)| (name.clone(), value.expose().clone()));
        self.public.clone().into_iter().chain(secret).collect()
    }

    /// Takes what was entered before; what was entered now goes before it.
    pub(super) fn take_held(&mut self, held: Held) {
        self.is_unseen |= held.is_unseen;
        for (name, secret) in held.secrets {
            self.secret.entry(name).or_insert(secret);
        }
    }

    /// A value that may be shown.
    pub(super) fn value(&self, field: &str) -> &str {
        self.public.get(field).map(|value| value.trim()).unwrap_or_default()
    }

    /// A fault of no field that is shown.
    pub(super) fn stray_fault(&self, lang: Lang, vendor: Vendor) -> Option<String> {
        let shown = |fault: &&FieldError| {
            ["name", click::BUILDER].contains(&fault.field.as_str())
                || fields_of(vendor).iter().any(|field| field.name == fault.field)
        };
        let stray = self.faults.iter().find(|fault| !shown(fault))?;
        Some(lang.pick(&stray.en, &stray.zh).to_owned())
    }

    pub(super) fn error(&self, lang: Lang, field: &str) -> String {
        let own = self.faults.iter().filter(|fault| fault.field == field);
        let texts: Vec<&str> = own.map(|fault| lang.pick(&fault.en, &fault.zh)).collect();
        lang.join(&texts)
    }
}

pub(super) fn fields_of(vendor: Vendor) -> &'static [Field] {
    vendors::adapter(vendor).fields()
}

/// Reads what a browser sent. What is no field of the vendor is passed over; files become base64.
pub(super) fn read(vendor: Vendor, parts: Vec<Part>) -> Result<Filled, Failure> {
    let mut filled = Filled::default();
    for part in parts {
        take(&mut filled, vendor, &part)?;
    }
    click::gather(&mut filled, vendor);
    Ok(filled)
}

fn take(filled: &mut Filled, vendor: Vendor, part: &Part) -> Result<(), Failure> {
    match part.name.as_str() {
        "name" => filled.name = text(part)?,
        "disabled" => filled.disabled = part.value.as_ref() == b"yes",
        "draft" => filled.draft = text(part)?,
        "step" if part.value.as_ref() == b"build" => filled.step = Step::Build,
        "step" if part.value.as_ref() == b"preview" => filled.step = Step::Preview,
        "web_target" => filled.web_target = text(part)?,
        "page_target" => filled.page_target = text(part)?,
        "page_way" => filled.is_plugin = part.value.as_ref() == b"plugin",
        name => {
            let is_field = |wanted: &str| fields_of(vendor).iter().find(|field| field.name == wanted);
            if let Some(part_of_link) = filled.builder.part_mut(name) {
                *part_of_link = text(part)?;
            } else if let Some(field) = name.strip_prefix(REMOVE).and_then(is_field) {
                filled.secret.entry(field.name.to_owned()).or_insert_with(|| Secret::new(String::new()));
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
        FieldKind::Several(_) => {
            let word = text(part)?;
            let words = filled.public.entry(name).or_default();
            if !words.is_empty() && !word.is_empty() {
                words.push(',');
            }
            words.push_str(&word);
            return Ok(());
        }
        FieldKind::Secret => text(part)?,
        FieldKind::SecretFile => {
            filled.is_unseen |= !part.value.is_empty();
            STANDARD.encode(&part.value)
        }
    };
    if !secret.is_empty() {
        filled.secret.insert(name, Secret::new(secret));
    }
    Ok(())
}

fn text(part: &Part) -> Result<String, Failure> {
    String::from_utf8(part.value.to_vec()).map_err(|_| Fault::from(ErrorCode::Malformed).into())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use model::Vendor;

    use super::{Part, Step, read};

    fn part(name: &str, value: &str) -> Part {
        Part { name: name.to_owned(), value: Bytes::copy_from_slice(value.as_bytes()) }
    }

    fn filled(vendor: Vendor, parts: &[(&str, &str)]) -> super::Filled {
        let parts = parts.iter().map(|(name, value)| part(name, value)).collect();
        let Ok(filled) = read(vendor, parts) else { panic!("it is text") };
        filled
    }

    #[test]
    fn a_switch_that_is_off_says_no_and_one_that_is_on_yes() {
        let off = filled(Vendor::Oppo, &[("service_right", "no")]);
        let on = filled(Vendor::Oppo, &[("service_right", "no"), ("service_right", "yes")]);
        assert_eq!((off.value("service_right"), on.value("service_right")), ("no", "yes"));
    }

    #[test]
    fn words_of_which_several_fit_are_put_together() {
        let kinds =
            [("important_kinds", ""), ("important_kinds", "im_message"), ("important_kinds", "finance")];
        assert_eq!(filled(Vendor::Xiaomi, &kinds).value("important_kinds"), "im_message,finance");
    }

    #[test]
    fn a_tap_takes_the_target_of_the_way_that_was_chosen() {
        let typed = [("web_target", "https://example.com"), ("page_target", "intent:#Intent;end")];
        for (way, target) in
            [("open_app", ""), ("web_page", "https://example.com"), ("app_page", "intent:#Intent;end")]
        {
            let parts = [typed.as_slice(), &[("click", way)]].concat();
            assert_eq!(filled(Vendor::Xiaomi, &parts).value("click_target"), target, "{way}");
        }
    }

    #[test]
    fn g9_the_link_of_the_client_plugin_is_made_and_not_typed() {
        let parts = [
            ("package_name", "com.example.im"),
            ("click", "app_page"),
            ("page_way", "plugin"),
            ("page_target", "something typed"),
        ];
        assert_eq!(
            filled(Vendor::Xiaomi, &parts).value("click_target"),
            "intent:#Intent;action=posthouse.push.OPEN;package=com.example.im;launchFlags=0x14000000;end"
        );
        let oppo = filled(Vendor::Oppo, &[("click", "app_page"), ("page_way", "plugin")]);
        assert_eq!((oppo.value("click_target"), oppo.value("page_kind")), ("posthouse.push.OPEN", "action"));
        let nowhere = filled(Vendor::Xiaomi, &[("click", "app_page"), ("page_way", "plugin")]);
        assert_eq!(nowhere.faults[0].field, "click_target");
    }

    #[test]
    fn a_file_that_came_is_to_be_shown_first() {
        let with_file = filled(Vendor::Fcm, &[("service_account", "{}")]);
        assert!(with_file.is_unseen && with_file.secret.contains_key("service_account"));
        assert!(!filled(Vendor::Fcm, &[("service_account", ""), ("step", "build")]).is_unseen);
        assert_eq!(filled(Vendor::Fcm, &[("step", "build")]).step, Step::Build);
    }
}
