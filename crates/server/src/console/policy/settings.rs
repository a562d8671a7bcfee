//! The settings of a policy with their words: what each does, what it begins with, and which rules look at it. Pure.

use model::{AppPolicy, ReasonCode, TextTemplate};
use rules::{Reason, reason, rule_table};

use super::typed::Typed;
use crate::console::words::{Lang, SetupWords, fill};

/// Empty rows below an App's templates, for new ones.
const EMPTY_ROWS: usize = 3;

/// Settings that belong together.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) settings: Vec<Setting>,
}

/// One setting.
pub(super) struct Setting {
    /// Its word in the API.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// What it does, in a sentence.
    pub(super) how: &'static str,
    pub(super) input: Input,
    /// What it begins with, in words.
    pub(super) default: String,
    /// The rules that look at it, as the rule table numbers them.
    pub(super) rules: String,
    /// What is wrong; empty where nothing is.
    pub(super) fault: &'static str,
}

/// How it is set.
pub(super) enum Input {
    Options(Vec<SettingOption>),
    Number { value: String, max: u16, unit: &'static str },
    Text(String),
}

/// A value to choose.
pub(super) struct SettingOption {
    pub(super) value: &'static str,
    pub(super) title: &'static str,
    pub(super) how: &'static str,
    pub(super) chosen: bool,
}

/// A template of the App.
pub(super) struct TemplateRow {
    pub(super) number: usize,
    pub(super) kind: String,
    pub(super) language: String,
    pub(super) text: String,
    pub(super) is_faulty: bool,
}

/// What a setting is made of, but for its value.
struct Form<'a> {
    typed: &'a Typed,
    default: &'a Typed,
    words: &'static SetupWords,
}

impl Form<'_> {
    fn choice(
        &self,
        name: &'static str,
        title: &'static str,
        how: &'static str,
        options: &[(&'static str, &'static str, &'static str)],
        rules: &[ReasonCode],
    ) -> Setting {
        let option = |(value, title, how): &(&'static str, &'static str, &'static str)| SettingOption {
            value,
            title,
            how,
            chosen: self.typed.get(name) == *value,
        };
        let default = options.iter().find(|(value, ..)| *value == self.default.get(name));
        Setting {
            name,
            title,
            how,
            input: Input::Options(options.iter().map(option).collect()),
            default: default.map(|(_, title, _)| (*title).to_owned()).unwrap_or_default(),
            rules: numbered(rules),
            fault: "",
        }
    }

    fn number(
        &self,
        name: &'static str,
        title: &'static str,
        how: &'static str,
        max: u16,
        rules: &[ReasonCode],
    ) -> Setting {
        let default = self.default.get(name);
        let default =
            if default.is_empty() { self.words.no_limit.to_owned() } else { fill(self.words.days, default) };
        let input = Input::Number { value: self.typed.get(name).to_owned(), max, unit: self.words.days_unit };
        Setting { name, title, how, input, default, rules: numbered(rules), fault: "" }
    }
}

/// Rules as the rule table numbers them, such as `22 background_waiting`.
fn numbered(rules: &[ReasonCode]) -> String {
    let line = |code: &ReasonCode| {
        let place = rule_table().iter().position(|rule| rule.reason == *code)?;
        Some(format!("{} {}", place + 1, reason(*code)?.name))
    };
    rules.iter().filter_map(line).collect::<Vec<_>>().join(" · ")
}

/// Every setting, each with what is wrong `at` it.
pub(super) fn sections(lang: Lang, typed: &Typed, at: impl Fn(&str) -> &'static str) -> Vec<Section> {
    let words = lang.setup_words();
    let default = Typed::from(&AppPolicy::default());
    let form = Form { typed, default: &default, words };
    let mut sections = vec![
        Section { title: words.section_who, settings: who_is_pushed(&form) },
        Section { title: words.section_which_certificate, settings: vec![fcm(&form)] },
        Section { title: words.section_kept, settings: vec![retention(&form)] },
        Section { title: words.section_text, settings: texts(&form) },
    ];
    for setting in sections.iter_mut().flat_map(|section| &mut section.settings) {
        setting.fault = at(setting.name);
        if let (Input::Options(options), "") = (&setting.input, setting.fault)
            && !options.iter().any(|option| option.chosen)
        {
            setting.fault = words.choice_fault;
        }
    }
    sections
}

fn who_is_pushed(form: &Form<'_>) -> Vec<Setting> {
    let words = form.words;
    let background = [
        ("push", words.background_push, words.background_push_how),
        ("wait-for-loss", words.background_wait, words.background_wait_how),
    ];
    let background_rules = [Reason::BACKGROUND_WAITING, Reason::PUSH_BACKGROUND];
    let of_platform =
        |name, title| form.choice(name, title, words.background_how, &background, &background_rules);
    vec![
        form.choice(
            "presence",
            words.presence,
            words.presence_how,
            &[
                ("tracked", words.presence_tracked, words.presence_tracked_how),
                ("none", words.presence_none, words.presence_none_how),
            ],
            &[Reason::NEVER_LOGGED_IN, Reason::PUSH_DIRECT],
        ),
        form.choice(
            "push_without_settings",
            words.without_settings,
            words.without_settings_how,
            &[
                ("yes", words.without_settings_yes, words.without_settings_yes_how),
                ("no", words.without_settings_no, words.without_settings_no_how),
            ],
            &[Reason::NO_PUSH_SETTINGS],
        ),
        of_platform("background_android", words.background_android),
        of_platform("background_ios", words.background_ios),
        of_platform("background_harmony", words.background_harmony),
        of_platform("background_web", words.background_web),
        form.choice(
            "login",
            words.login,
            words.login_how,
            &[
                ("one_device", words.login_one, words.login_one_how),
                ("one_per_platform_class", words.login_class, words.login_class_how),
                ("many", words.login_many, words.login_many_how),
            ],
            &[Reason::KICKED],
        ),
        form.number("stale_after_days", words.stale, words.stale_how, 3650, &[Reason::STALE_DEVICE]),
    ]
}

fn fcm(form: &Form<'_>) -> Setting {
    let words = form.words;
    form.choice(
        "fcm",
        words.fcm,
        words.fcm_how,
        &[
            ("last", words.fcm_last, words.fcm_last_how),
            ("first", words.fcm_first, words.fcm_first_how),
            ("exclusive", words.fcm_exclusive, words.fcm_exclusive_how),
        ],
        &[],
    )
}

fn retention(form: &Form<'_>) -> Setting {
    form.number("retention_days", form.words.retention, form.words.retention_how, 365, &[])
}

fn texts(form: &Form<'_>) -> Vec<Setting> {
    let words = form.words;
    vec![
        Setting {
            name: "default_title",
            title: words.default_title,
            how: words.default_title_how,
            input: Input::Text(form.typed.get("default_title").to_owned()),
            default: form.default.get("default_title").to_owned(),
            rules: String::new(),
            fault: "",
        },
        form.choice(
            "content_free",
            words.content_free,
            words.content_free_how,
            &[
                ("no", words.content_free_no, words.content_free_no_how),
                ("yes", words.content_free_yes, words.content_free_yes_how),
            ],
            &[],
        ),
    ]
}

/// The App's templates, and empty rows for new ones. `unfit`: the place of one that cannot be kept.
pub(super) fn template_rows(typed: &Typed, unfit: Option<usize>) -> Vec<TemplateRow> {
    let empty = || TextTemplate { kind: String::new(), language: String::new(), text: String::new() };
    let all = typed.templates.iter().cloned().chain(std::iter::repeat_with(empty).take(EMPTY_ROWS));
    let row = |(place, template): (usize, TextTemplate)| TemplateRow {
        number: place + 1,
        kind: template.kind,
        language: template.language,
        text: template.text,
        is_faulty: unfit == Some(place),
    };
    all.enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_policy_has_its_setting_with_a_default_and_a_sentence() {
        let stored =
            serde_json::to_value(AppPolicy { stale_after_days: Some(1), ..AppPolicy::default() }).unwrap();
        for lang in Lang::ALL {
            let all = sections(lang, &Typed::from(&AppPolicy::default()), |_| "");
            let settings: Vec<&Setting> = all.iter().flat_map(|section| &section.settings).collect();
            for name in stored.as_object().unwrap().keys().filter(|name| *name != "templates") {
                let setting = settings.iter().find(|setting| setting.name == name);
                let setting = setting.unwrap_or_else(|| panic!("{name} is on the page"));
                assert!(!setting.how.is_empty() && !setting.default.is_empty() && setting.fault.is_empty());
            }
        }
    }

    #[test]
    fn a_rule_is_called_by_its_number_in_the_printed_table() {
        assert_eq!(numbered(&[Reason::NO_PUSH_SETTINGS]), "4 no_push_settings");
        assert_eq!(numbered(&[Reason::ACCEPTED]), "");
    }
}
