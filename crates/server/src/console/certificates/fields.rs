//! The form of a certificate as the page draws it: sections of fields, made from the adapter's own list. Pure.

use model::{CERTIFICATE_NAME_MAX_CHARS, Certificate, Class, Vendor};
use vendors::{Field, FieldKind, Group, PerApp, adapter};

use super::{
    click::{self, ClickView},
    form::{Filled, fields_of},
};
use crate::console::words::{Lang, Words, fill};

/// Most characters of a field that names no limit of its own.
const VALUE_MAX_CHARS: usize = 1024;
/// A choice of more words than this, or of longer ones together, is a list to pull down.
const RADIOS_MAX: usize = 3;
const RADIOS_MAX_CHARS: usize = 28;
/// What is put where a warning looks whether the field is empty.
const BLANK: &str = " ";

/// Fields that belong together.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) fields: Vec<FieldView>,
    /// What concerns one class each.
    pub(super) blocks: Vec<Block>,
    /// What fills an approved template, which few need.
    pub(super) template: Vec<FieldView>,
    pub(super) has_template: bool,
    /// What a tap does, where the section is about that.
    pub(super) click: Option<ClickView>,
    /// It is folded away until somebody wants it.
    pub(super) is_folded: bool,
    /// It begins unfolded.
    pub(super) is_open: bool,
}

/// Fields of one class.
pub(super) struct Block {
    pub(super) class: &'static str,
    pub(super) title: &'static str,
    pub(super) fields: Vec<FieldView>,
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
    /// What stands in the empty field.
    pub(super) placeholder: String,
    /// What is said of a stored or entered secret; empty where there is none.
    pub(super) kept: &'static str,
    pub(super) error: String,
    /// What is said while the field is empty; may be nothing.
    pub(super) warning: &'static str,
    /// Characters that are counted down to; 0 for no counter.
    pub(super) count_max: usize,
    /// Most characters.
    pub(super) max: usize,
}

/// How a field is filled in.
pub(super) enum Input {
    Text,
    Number,
    Secret,
    File,
    Radios(Vec<Choice>),
    Select(Vec<Choice>),
    Boxes(Vec<Choice>),
    Switch(bool),
}

/// One of a field's words.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// The name's own field, which every certificate has.
pub(super) fn name_field(lang: Lang, filled: &Filled) -> FieldView {
    let words = lang.words();
    FieldView {
        name: "name",
        label: words.name,
        hint: words.name_hint,
        required: true,
        input: Input::Text,
        value: filled.name.clone(),
        placeholder: String::new(),
        kept: "",
        error: filled.error(lang, "name"),
        warning: "",
        count_max: CERTIFICATE_NAME_MAX_CHARS,
        // Longer ones are typed, counted and refused with a reason, not cut in silence.
        max: VALUE_MAX_CHARS,
    }
}

/// The sections of a vendor's form.
pub(super) fn sections(
    lang: Lang,
    vendor: Vendor,
    old: Option<&Certificate>,
    filled: &Filled,
) -> Vec<Section> {
    let section = |group: Group| section(lang, vendor, old, filled, group);
    Group::ALL.into_iter().filter_map(section).collect()
}

fn section(
    lang: Lang,
    vendor: Vendor,
    old: Option<&Certificate>,
    filled: &Filled,
    group: Group,
) -> Option<Section> {
    let words = lang.papers_words();
    let of_group = || fields_of(vendor).iter().filter(move |field| field.group == group);
    if of_group().next().is_none() && group != Group::Identity {
        return None;
    }
    let draw = |field: &Field| field_view(lang, vendor, field, old, filled);
    let block = |class: Class| Block {
        class: class.as_str(),
        title: words.class(class),
        fields: of_group().filter(|field| field.class == Some(class)).map(draw).collect(),
    };
    let blocks = [Class::Chat, Class::Call, Class::System, Class::Marketing].map(block);
    // Below the classes stands what none of them takes over.
    let is_template = |field: &Field| {
        group == Group::Classes && !fields_of(vendor).iter().any(|other| other.inherits == field.name)
    };
    let (template, fields): (Vec<&Field>, Vec<&Field>) = of_group()
        .filter(|field| field.class.is_none() && !click::is_drawn_here(field))
        .partition(|field| is_template(field));
    let is_busy_with = |field: &Field| {
        !filled.error(lang, field.name).is_empty()
            || filled.public.get(field.name).is_some_and(|value| is_said(value))
    };
    let is_folded = matches!(group, Group::Look | Group::Receipts | Group::Limits);
    Some(Section {
        name: group.as_str(),
        title: words.group(group),
        lead: words.group_lead(group),
        has_template: template.iter().any(|field| is_busy_with(field)),
        template: template.into_iter().map(draw).collect(),
        fields: fields.into_iter().map(draw).collect(),
        blocks: blocks.into_iter().filter(|block| !block.fields.is_empty()).collect(),
        click: if group == Group::Click { ClickView::of(lang, vendor, filled) } else { None },
        is_folded,
        is_open: is_folded && of_group().any(is_busy_with),
    })
}

/// A value that says more than a switch that is off.
fn is_said(value: &str) -> bool {
    !["", "no"].contains(&value.trim())
}

pub(super) fn field_view(
    lang: Lang,
    vendor: Vendor,
    field: &Field,
    old: Option<&Certificate>,
    filled: &Filled,
) -> FieldView {
    let value = filled.public.get(field.name).cloned().unwrap_or_default();
    let warning = lang.pick(field.warning_en, field.warning_zh);
    FieldView {
        name: field.name,
        label: lang.pick(field.en, field.zh),
        hint: lang.pick(field.hint_en, field.hint_zh),
        required: field.required,
        input: input(lang, field, value.trim()),
        placeholder: placeholder(lang, vendor, field),
        kept: kept(lang, field, old, filled),
        error: filled.error(lang, field.name),
        warning,
        count_max: 0,
        max: if field.max_chars == 0 { VALUE_MAX_CHARS } else { usize::from(field.max_chars) },
        value,
    }
}

/// What is said of a secret, which is never shown itself.
fn kept(lang: Lang, field: &Field, old: Option<&Certificate>, filled: &Filled) -> &'static str {
    let is_stored = field.kind.is_secret() && old.is_some_and(|old| old.form.get(field.name).is_some());
    match filled.secret.get(field.name) {
        Some(secret) if secret.expose().is_empty() && is_stored => lang.papers_words().secret_going,
        Some(secret) if !secret.expose().is_empty() => lang.papers_words().secret_held,
        None if is_stored => lang.words().secret_kept,
        _ => "",
    }
}

/// What holds where a field is left empty.
fn placeholder(lang: Lang, vendor: Vendor, field: &Field) -> String {
    let words = lang.papers_words();
    let base = fields_of(vendor).iter().find(|other| other.name == field.inherits);
    if let Some(base) = base {
        return fill(words.same_as, lang.pick(base.en, base.zh));
    }
    if field.group == Group::Limits {
        return book(lang, vendor, field.name);
    }
    // Without anything in it, nothing tells an empty field from a filled one.
    if field.warning_en.is_empty() { String::new() } else { BLANK.to_owned() }
}

/// What the vendor's book says of an amount.
fn book(lang: Lang, vendor: Vendor, field: &str) -> String {
    let words = lang.papers_words();
    let adapter = adapter(vendor);
    let kinds = adapter.daily().kinds;
    let kind_of = |name: &str| kinds.iter().find(|kind| kind.name == name);
    let amount = match field.strip_prefix("day_device_").map(kind_of) {
        Some(kind) => kind.and_then(|kind| kind.per_device).map(|amount| amount.to_string()),
        None => match field.strip_prefix("day_").and_then(kind_of).map(|kind| kind.per_app) {
            Some(PerApp::AtLeast(amount)) => Some(fill(words.at_least, &amount.to_string())),
            Some(PerApp::Exactly(amount)) => Some(amount.to_string()),
            Some(PerApp::Unlimited) | None if field == "rate_per_second" => {
                Some(adapter.limits().rate.per_second.to_string()).filter(|rate| rate != "0")
            }
            Some(PerApp::Unlimited) | None => None,
        },
    };
    amount.map(|amount| fill(words.book_says, &amount)).unwrap_or_default()
}

fn input(lang: Lang, field: &Field, value: &str) -> Input {
    match field.kind {
        FieldKind::Text if field.group == Group::Limits => Input::Number,
        FieldKind::Text => Input::Text,
        FieldKind::Secret => Input::Secret,
        FieldKind::SecretFile => Input::File,
        FieldKind::Several(_) => Input::Boxes(choices(lang, field, value)),
        FieldKind::Choice(words) if is_switch(field) => {
            Input::Switch(if words.contains(&value) { value } else { field.usual } == "yes")
        }
        FieldKind::Choice(_) => {
            let choices = choices(lang, field, value);
            let letters: usize = choices.iter().map(|choice| choice.label.chars().count()).sum();
            let are_short = choices.len() <= RADIOS_MAX && letters <= RADIOS_MAX_CHARS;
            if field.required || are_short { Input::Radios(choices) } else { Input::Select(choices) }
        }
    }
}

/// Yes or no, with one of them where nothing is said.
fn is_switch(field: &Field) -> bool {
    let words = field.kind.words();
    words.len() == 2 && words.contains(&"yes") && words.contains(&"no") && !field.usual.is_empty()
}

/// The words of a field, with those that are chosen.
pub(super) fn choices(lang: Lang, field: &Field, value: &str) -> Vec<Choice> {
    let current = if value.is_empty() { field.usual } else { value };
    let choice = |word: &&'static str| {
        let label = label(lang, field, word);
        let is_usual = *word == field.usual && field.group == Group::Classes;
        Choice {
            value: word,
            label: if is_usual { fill(lang.papers_words().usual, &label) } else { label },
            chosen: current.split(',').any(|one| one.trim() == *word),
        }
    };
    field.kind.words().iter().map(choice).collect()
}

fn label(lang: Lang, field: &Field, word: &str) -> String {
    let own = field.labels.iter().find(|(known, ..)| *known == word);
    own.map_or_else(
        || common_label(lang.words(), word).to_owned(),
        |(_, en, zh)| lang.pick(en, zh).to_owned(),
    )
}

fn common_label<'a>(words: &Words, word: &'a str) -> &'a str {
    match word {
        "development" => words.environment_development,
        "production" => words.environment_production,
        "open_app" => words.choice_open_app,
        "web_page" => words.choice_web_page,
        "app_page" => words.choice_app_page,
        "yes" => words.choice_yes,
        "no" => words.choice_no,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use model::Vendor;

    use super::{Filled, Input, Lang, name_field, sections};

    #[test]
    fn every_field_of_every_vendor_is_drawn_once_in_both_languages() {
        for vendor in Vendor::ALL {
            for lang in Lang::ALL {
                let drawn = sections(lang, vendor, None, &Filled::default());
                let mut names = Vec::new();
                for section in &drawn {
                    names.extend(section.fields.iter().chain(&section.template).map(|field| field.name));
                    names.extend(
                        section.blocks.iter().flat_map(|block| &block.fields).map(|field| field.name),
                    );
                    if let Some(click) = &section.click {
                        names.extend(["click", "click_target"]);
                        names.extend(click.page_kind.as_ref().map(|field| field.name));
                    }
                }
                let unique: HashSet<_> = names.iter().copied().collect();
                let all: HashSet<_> = super::fields_of(vendor).iter().map(|field| field.name).collect();
                assert_eq!((names.len(), unique), (all.len(), all), "{vendor}");
            }
        }
    }

    #[test]
    fn c3_the_name_is_counted_to_32() {
        assert_eq!(name_field(Lang::En, &Filled::default()).count_max, 32);
    }

    #[test]
    fn a_right_is_a_switch_that_stands_as_the_vendor_has_it() {
        let drawn = sections(Lang::Zh, Vendor::Oppo, None, &Filled::default());
        let rights = drawn.iter().find(|section| section.name == "rights").unwrap();
        let stands: Vec<bool> =
            rights.fields.iter().map(|field| matches!(field.input, Input::Switch(true))).collect();
        assert_eq!(stands, [true, false, false]);
    }

    #[test]
    fn c8_an_empty_channel_of_oppo_is_warned_of() {
        let drawn = sections(Lang::Zh, Vendor::Oppo, None, &Filled::default());
        let classes = drawn.iter().find(|section| section.name == "classes").unwrap();
        let channel = classes.fields.iter().find(|field| field.name == "channel_id").unwrap();
        assert!(channel.warning.contains("Android 8.0") && !channel.placeholder.is_empty());
    }
}
