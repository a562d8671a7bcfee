//! What a tap does: three ways, a builder of links, the client plugin's link, and what a phone would open. Pure.

use model::{ClickAction, FieldError, Vendor};
use vendors::{Field, FieldKind, Intent, Opened, PageNotation, adapter};

use super::{
    fields::{Choice, FieldView, choices, field_view},
    form::{Filled, fields_of},
};
use crate::console::words::{Lang, fill};

/// Under this name the builder's faults are told.
pub(super) const BUILDER: &str = "intent_package";

const CLICK: &str = "click";
const TARGET: &str = "click_target";
const PAGE_KIND: &str = "page_kind";
const PACKAGE: &str = "package_name";
const ACTION: &str = "action";

/// The parts of an intent URI, as they were typed.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) package: String,
    pub(super) activity: String,
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) path: String,
}

impl Builder {
    /// The part that a form calls so.
    pub(super) fn part_mut(&mut self, name: &str) -> Option<&mut String> {
        match name {
            BUILDER => Some(&mut self.package),
            "intent_activity" => Some(&mut self.activity),
            "intent_scheme" => Some(&mut self.scheme),
            "intent_host" => Some(&mut self.host),
            "intent_path" => Some(&mut self.path),
            _ => None,
        }
    }

    fn intent(&self) -> Intent {
        let part = |text: &String| text.trim().to_owned();
        Intent {
            package: part(&self.package),
            activity: part(&self.activity),
            scheme: part(&self.scheme),
            host: part(&self.host),
            path: part(&self.path),
            action: String::new(),
        }
    }
}

/// Makes a form's one target out of what was typed for the way that was chosen.
pub(super) fn gather(filled: &mut Filled, vendor: Vendor) {
    let target = match filled.value(CLICK) {
        "web_page" => filled.web_target.trim().to_owned(),
        "app_page" if filled.is_plugin => {
            let link = plugin_link(filled, vendor);
            if link.is_none() {
                let fault = ("fill in the package first", "请先填写包名");
                filled.faults.push(FieldError::new(TARGET, fault.0, fault.1));
            }
            if adapter(vendor).setup().page == PageNotation::ActivityOrAction {
                filled.public.insert(PAGE_KIND.to_owned(), ACTION.to_owned());
            }
            link.unwrap_or_default()
        }
        "app_page" => filled.page_target.trim().to_owned(),
        _ => String::new(),
    };
    // A form that names the target itself was not made by the page; it is taken as it stands.
    if !target.is_empty() || !filled.public.contains_key(TARGET) {
        filled.public.insert(TARGET.to_owned(), target);
    }
}

/// The other way round: a stored target becomes what is typed for its way.
pub(super) fn spread(filled: &mut Filled, vendor: Vendor) {
    let target = filled.value(TARGET).to_owned();
    if filled.value(CLICK) == "web_page" {
        filled.web_target = target;
        return;
    }
    if let Some(intent) = Intent::read(&target) {
        let Intent { package, activity, scheme, host, path, .. } = intent;
        filled.builder = Builder { package, activity, scheme, host, path };
    }
    filled.is_plugin = !target.is_empty() && plugin_link(filled, vendor).as_ref() == Some(&target);
    filled.page_target = target;
}

/// The link under which the client plugin listens; `None` where the package is missing, or the vendor opens none.
fn plugin_link(filled: &Filled, vendor: Vendor) -> Option<String> {
    let link = adapter(vendor).setup().plugin_link;
    let package = match filled.value(PACKAGE) {
        "" => filled.builder.package.trim(),
        package => package,
    };
    let is_fit = !link.is_empty() && (!link.contains("{package}") || is_package(package));
    is_fit.then(|| link.replace("{package}", package))
}

fn is_package(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
}

/// Makes a link of its parts and fills it in as the page to open.
pub(super) fn build(filled: &mut Filled) {
    if filled.builder.package.trim().is_empty() {
        filled.builder.package = filled.value(PACKAGE).to_owned();
    }
    filled.public.insert(CLICK.to_owned(), "app_page".to_owned());
    filled.is_plugin = false;
    if let Some(link) = filled.builder.intent().write() {
        filled.page_target.clone_from(&link);
        filled.public.insert(TARGET.to_owned(), link);
    } else {
        let [en, zh] = [Lang::En, Lang::Zh].map(|lang| lang.papers_words().builder_fault);
        filled.faults.push(FieldError::new(BUILDER, en, zh));
    }
}

/// The section of a form that says what a tap does.
pub(super) struct ClickView {
    pub(super) ways: Vec<Way>,
    pub(super) error: String,
    pub(super) web_target: String,
    pub(super) page_target: String,
    /// What is wrong with the target of the way that was chosen.
    pub(super) target_error: String,
    pub(super) page_label: &'static str,
    pub(super) page_hint: &'static str,
    pub(super) page_kind: Option<FieldView>,
    pub(super) plugin: Option<Plugin>,
    pub(super) builder: Option<BuilderView>,
}

/// One of the ways, with what it means for `ext`.
pub(super) struct Way {
    pub(super) choice: Choice,
    pub(super) how: &'static str,
    /// What a phone would open.
    pub(super) preview: String,
}

/// The preset that makes the link.
pub(super) struct Plugin {
    pub(super) link: String,
    pub(super) is_chosen: bool,
    /// No field of the form names the package, which the link needs.
    pub(super) asks_package: bool,
}

/// Parts to make a link of.
pub(super) struct BuilderView {
    pub(super) parts: [(&'static str, &'static str, String, &'static str); 5],
    pub(super) error: String,
    pub(super) is_open: bool,
    /// The client plugin's link takes the package from here.
    pub(super) is_needed: bool,
}

impl ClickView {
    pub(super) fn of(lang: Lang, vendor: Vendor, filled: &Filled) -> Option<Self> {
        let words = lang.papers_words();
        let find = |name: &str| fields_of(vendor).iter().find(|field| field.name == name);
        let (click, target) = (find(CLICK)?, find(TARGET)?);
        let how = |way: &str| match way {
            "web_page" => words.click_web_how,
            "app_page" => words.click_page_how,
            _ => words.click_app_how,
        };
        let way = |choice: Choice| Way {
            how: how(choice.value),
            preview: preview(lang, vendor, filled, choice.value),
            choice,
        };
        let plugin = plugin(vendor, filled);
        let asks_package = plugin.as_ref().is_some_and(|plugin| plugin.asks_package);
        let takes_intents = adapter(vendor).setup().page.takes_intents();
        Some(Self {
            ways: choices(lang, click, filled.value(CLICK)).into_iter().map(way).collect(),
            error: filled.error(lang, CLICK),
            web_target: filled.web_target.clone(),
            page_target: filled.page_target.clone(),
            target_error: filled.error(lang, TARGET),
            page_label: lang.pick(target.en, target.zh),
            page_hint: page_hint(lang, target),
            page_kind: find(PAGE_KIND).map(|field| field_view(lang, vendor, field, None, filled)),
            plugin,
            builder: takes_intents.then(|| builder(lang, filled, asks_package)),
        })
    }
}

/// The part of a hint that is about pages in the app.
fn page_hint(lang: Lang, target: &Field) -> &'static str {
    let hint = lang.pick(target.hint_en, target.hint_zh);
    let mark = lang.pick("page in app: ", "应用内页面：");
    hint.split_once(mark).map_or(hint, |(_, about_pages)| about_pages)
}

fn plugin(vendor: Vendor, filled: &Filled) -> Option<Plugin> {
    let link = adapter(vendor).setup().plugin_link;
    let has_package = fields_of(vendor).iter().any(|field: &Field| field.name == PACKAGE);
    (!link.is_empty()).then(|| Plugin {
        link: plugin_link(filled, vendor).unwrap_or_default(),
        is_chosen: filled.is_plugin,
        asks_package: link.contains("{package}") && !has_package,
    })
}

fn builder(lang: Lang, filled: &Filled, asks_package: bool) -> BuilderView {
    let words = lang.papers_words();
    let typed = &filled.builder;
    let package = match typed.package.as_str() {
        "" => filled.value(PACKAGE).to_owned(),
        package => package.to_owned(),
    };
    let error = filled.error(lang, BUILDER);
    let parts = [
        (BUILDER, words.builder_package, package, "com.example.im"),
        ("intent_activity", words.builder_activity, typed.activity.clone(), "com.example.im.ChatActivity"),
        ("intent_scheme", "scheme", typed.scheme.clone(), "imapp"),
        ("intent_host", "host", typed.host.clone(), "chat"),
        ("intent_path", "path", typed.path.clone(), "/detail"),
    ];
    BuilderView { is_open: asks_package || !error.is_empty(), is_needed: asks_package, parts, error }
}

/// What a phone would open for a way of the tap.
fn preview(lang: Lang, vendor: Vendor, filled: &Filled, way: &str) -> String {
    let words = lang.papers_words();
    let target = match way {
        "web_page" => filled.web_target.trim().to_owned(),
        "app_page" if filled.is_plugin => plugin_link(filled, vendor).unwrap_or_default(),
        _ => filled.page_target.trim().to_owned(),
    };
    match ClickAction::parse(Some(way), Some(&target)) {
        Ok(ClickAction::OpenApp) => words.preview_app.to_owned(),
        Ok(ClickAction::WebPage(address)) => fill(words.preview_web, &address),
        Ok(ClickAction::AppPage(page)) => {
            let is_action = filled.value(PAGE_KIND) == ACTION;
            preview_page(lang, adapter(vendor).setup().page, is_action, &page)
        }
        Err(_) if target.is_empty() => words.preview_nothing.to_owned(),
        Err(_) => words.preview_wrong.to_owned(),
    }
}

fn preview_page(lang: Lang, notation: PageNotation, is_action: bool, page: &str) -> String {
    use PageNotation::{
        Action, ActivityOrAction, ActivityOrUri, Free, Intent as IntentAlone, IntentOrAction,
    };
    let words = lang.papers_words();
    if page.starts_with("intent:") || page.contains("#Intent;") {
        return match Intent::read(page).filter(|_| notation.takes_intents()).map(|intent| intent.opened()) {
            Some(Opened::Activity { activity, .. }) => fill(words.preview_activity, &activity),
            Some(Opened::Whoever { address, action, .. }) if address.is_empty() => {
                fill(words.preview_action, &action)
            }
            Some(Opened::Whoever { address, .. }) => fill(words.preview_address, &address),
            None => words.preview_wrong.to_owned(),
        };
    }
    if page.contains(':') {
        return fill(words.preview_address, page);
    }
    match notation {
        ActivityOrAction if is_action => fill(words.preview_action, page),
        ActivityOrAction | ActivityOrUri => fill(words.preview_activity, page),
        Action | IntentOrAction => fill(words.preview_action, page),
        IntentAlone => words.preview_wrong.to_owned(),
        Free => fill(words.preview_any, page),
    }
}

/// Whether a field is drawn with the tap's section.
pub(super) fn is_drawn_here(field: &Field) -> bool {
    [CLICK, TARGET, PAGE_KIND].contains(&field.name) && !matches!(field.kind, FieldKind::Several(_))
}

#[cfg(test)]
mod tests {
    use super::{Lang, PageNotation, preview_page};

    #[test]
    fn a_preview_says_what_a_phone_would_open() {
        let says = |notation, is_action, page| preview_page(Lang::En, notation, is_action, page);
        let intent = "intent://chat/detail#Intent;scheme=imapp;component=com.example.im/.Chat;end";
        assert_eq!(says(PageNotation::Intent, false, intent), "the page com.example.im.Chat of the app");
        assert_eq!(
            says(PageNotation::Intent, false, "intent://chat#Intent;scheme=imapp;end"),
            "whichever page of the app takes imapp://chat"
        );
        assert_eq!(
            says(PageNotation::Intent, false, "com.example.im.Chat"),
            "nothing: this is no link that a phone could open"
        );
        assert_eq!(
            says(PageNotation::ActivityOrAction, true, "a.b.OPEN"),
            "whichever page of the app takes the action a.b.OPEN"
        );
        assert_eq!(
            says(PageNotation::ActivityOrAction, false, "com.example.im.Chat"),
            "the page com.example.im.Chat of the app"
        );
    }
}
