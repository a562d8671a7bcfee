//! Push resources as the pages draw them. Pure.

use model::{FieldError, Presentation, PushResource, Vendor};
use vendors::{StyleField, StylePart, adapter};

use super::form::{Typed, word_of};
use crate::console::{
    chrome::{Moment, percent_encoded},
    told::vendor_title,
    words::Lang,
};

/// A line of the list.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) vendors: Vec<String>,
    pub(super) at: Moment,
}

impl Row {
    pub(super) fn of(lang: Lang, resource: &PushResource) -> Self {
        Self {
            id: resource.id.to_string(),
            href: href(resource, None),
            vendors: resource.vendors.keys().map(|vendor| vendor_title(lang, Some(*vendor))).collect(),
            at: Moment(resource.updated_at),
        }
    }
}

fn href(resource: &PushResource, vendor: Option<Vendor>) -> String {
    let vendor = vendor.map(|vendor| format!("&vendor={vendor}")).unwrap_or_default();
    format!("/console/resources?id={}{vendor}", percent_encoded(resource.id.as_str()))
}

/// One resource, open at one vendor.
pub(super) struct Editor {
    pub(super) id: String,
    pub(super) vendor: &'static str,
    pub(super) vendor_title: String,
    pub(super) tabs: Vec<Tab>,
    pub(super) fields: Vec<StyleView>,
    pub(super) template: Option<TemplateView>,
    pub(super) clicks: Vec<Choice>,
    pub(super) click_error: String,
    pub(super) click_target: String,
    pub(super) target_error: String,
    pub(super) target_hint: &'static str,
    pub(super) presentations: Vec<Choice>,
    pub(super) presentation_error: String,
    pub(super) is_set: bool,
    pub(super) faulty: bool,
}

/// A vendor's tab.
pub(super) struct Tab {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) href: String,
    pub(super) current: bool,
    /// The resource sets something for the vendor.
    pub(super) is_set: bool,
}

/// A part of the style.
pub(super) struct StyleView {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) value: String,
    /// The words to choose from; empty where any text fits.
    pub(super) choices: Vec<Choice>,
    pub(super) error: String,
}

/// A template with what fills it.
pub(super) struct TemplateView {
    pub(super) hint: &'static str,
    pub(super) id: String,
    pub(super) id_error: String,
    pub(super) title: String,
    pub(super) title_error: String,
    pub(super) body: String,
    pub(super) body_error: String,
}

/// A line of a select.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: String,
    pub(super) chosen: bool,
}

impl Editor {
    pub(super) fn of(
        lang: Lang,
        resource: &PushResource,
        vendor: Vendor,
        typed: &Typed,
        faults: &[FieldError],
    ) -> Self {
        let error = |field: &str| error(lang, faults, field);
        let setup = adapter(vendor).setup();
        let tab = |one: Vendor| Tab {
            name: one.name(),
            title: vendor_title(lang, Some(one)),
            href: href(resource, Some(one)),
            current: one == vendor,
            is_set: resource.vendors.contains_key(&one),
        };
        let plain = setup.style.iter().filter(|field| field.part != StylePart::Template);
        let template = setup.style.iter().find(|field| field.part == StylePart::Template);
        let target = adapter(vendor).fields().iter().find(|field| field.name == "click_target");
        Self {
            id: resource.id.to_string(),
            vendor: vendor.name(),
            vendor_title: vendor_title(lang, Some(vendor)),
            tabs: Vendor::ALL.into_iter().map(tab).collect(),
            fields: plain.map(|field| style_view(lang, field, typed, error(field.part.as_str()))).collect(),
            template: template.map(|field| TemplateView {
                hint: lang.pick(field.en, field.zh),
                id: typed.template_id.clone(),
                id_error: error("template"),
                title: typed.template_title.clone(),
                title_error: error("template_title"),
                body: typed.template_body.clone(),
                body_error: error("template_body"),
            }),
            clicks: clicks(lang, vendor, &typed.click),
            click_error: error("click"),
            click_target: typed.click_target.clone(),
            target_error: error("click_target"),
            target_hint: target.map_or("", |field| lang.pick(field.hint_en, field.hint_zh)),
            presentations: presentations(lang, setup.presentations, &typed.presentation),
            presentation_error: error("presentation"),
            is_set: resource.vendors.contains_key(&vendor),
            faulty: !faults.is_empty(),
        }
    }
}

fn error(lang: Lang, faults: &[FieldError], field: &str) -> String {
    let own = faults.iter().filter(|fault| fault.field == field);
    let texts: Vec<&str> = own.map(|fault| lang.pick(&fault.en, &fault.zh)).collect();
    lang.join(&texts)
}

fn style_view(lang: Lang, field: &StyleField, typed: &Typed, error: String) -> StyleView {
    let value = typed.text(field.part).to_owned();
    let choice =
        |word: &&'static str| Choice { value: word, label: (*word).to_owned(), chosen: *word == value };
    StyleView {
        name: field.part.as_str(),
        label: lang.papers_words().part(field.part),
        hint: lang.pick(field.en, field.zh),
        choices: field.words.iter().map(choice).collect(),
        value,
        error,
    }
}

/// The ways of a tap that the vendor knows.
fn clicks(lang: Lang, vendor: Vendor, chosen: &str) -> Vec<Choice> {
    let words = lang.words();
    let field = adapter(vendor).fields().iter().find(|field| field.name == "click");
    let known = field.map(|field| field.kind.words()).unwrap_or_default();
    let label = |word: &str| match word {
        "web_page" => words.choice_web_page,
        "app_page" => words.choice_app_page,
        _ => words.choice_open_app,
    };
    let choice =
        |word: &&'static str| Choice { value: word, label: label(word).to_owned(), chosen: *word == chosen };
    known.iter().map(choice).collect()
}

/// What it may be shown as; nothing to choose where the vendor carries notifications alone.
fn presentations(lang: Lang, carried: &[Presentation], chosen: &str) -> Vec<Choice> {
    if carried.is_empty() {
        return Vec::new();
    }
    let words = lang.papers_words();
    let label = |presentation| match presentation {
        Presentation::Alert => words.presentation_alert,
        Presentation::Data => words.presentation_data,
        Presentation::Voip => words.presentation_voip,
    };
    let choice = |presentation: Presentation| Choice {
        value: word_of(presentation),
        label: label(presentation).to_owned(),
        chosen: word_of(presentation) == chosen,
    };
    [Presentation::Alert].into_iter().chain(carried.iter().copied()).map(choice).collect()
}
