//! What was typed for one vendor of a push resource, read. Pure.

use std::collections::BTreeMap;

use model::{
    ClickAction, FieldError, Interruption, InvalidClick, Presentation, Style, Template, Vendor,
    VendorSettings,
};
use serde::Deserialize;
use vendors::{StylePart, adapter};

use crate::console::words::{Lang, PapersWords};

/// Longest text of a style, in bytes, and most parameters of a template: what the model takes.
const TEXT_MAX_BYTES: usize = 512;
const PARAMETERS_MAX: usize = 32;

const INTERRUPTIONS: [Interruption; 4] =
    [Interruption::Passive, Interruption::Active, Interruption::TimeSensitive, Interruption::Critical];

/// The form of one vendor, as it was typed. An empty field sets nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) channel: String,
    pub(super) category: String,
    pub(super) sound: String,
    pub(super) image: String,
    pub(super) interruption: String,
    pub(super) template_id: String,
    pub(super) template_title: String,
    pub(super) template_body: String,
    pub(super) click: String,
    pub(super) click_target: String,
    pub(super) presentation: String,
}

impl Typed {
    /// As it stands in a saved resource.
    pub(super) fn of(settings: &VendorSettings) -> Self {
        let style = &settings.style;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let template = style.template.clone().unwrap_or_default();
        let (click, click_target) = match &settings.click {
            None => ("", String::new()),
            Some(ClickAction::OpenApp) => ("open_app", String::new()),
            Some(ClickAction::WebPage(address)) => ("web_page", address.clone()),
            Some(ClickAction::AppPage(page)) => ("app_page", page.clone()),
        };
        Self {
            channel: text(&style.channel),
            category: text(&style.category),
            sound: text(&style.sound),
            image: text(&style.image),
            interruption: style.interruption.map(|level| level.as_str().to_owned()).unwrap_or_default(),
            template_id: template.id,
            template_title: spelled(&template.title),
            template_body: spelled(&template.body),
            click: click.to_owned(),
            click_target,
            presentation: settings.presentation.map(word_of).unwrap_or_default().to_owned(),
        }
    }

    /// What was typed for a part of the style that is one text.
    pub(super) fn text(&self, part: StylePart) -> &str {
        match part {
            StylePart::Channel => &self.channel,
            StylePart::Category => &self.category,
            StylePart::Sound => &self.sound,
            StylePart::Image => &self.image,
            StylePart::Interruption => &self.interruption,
            StylePart::Template => &self.template_id,
        }
    }
}

fn spelled(parameters: &BTreeMap<String, String>) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
}

/// The word of a presentation in forms.
pub(super) const fn word_of(presentation: Presentation) -> &'static str {
    match presentation {
        Presentation::Alert => "alert",
        Presentation::Data => "data",
        Presentation::Voip => "voip",
    }
}

/// Reads what was typed for a vendor. What the vendor does not take is passed over.
///
/// # Errors
/// Every fault, by field.
pub(super) fn read(vendor: Vendor, typed: &Typed) -> Result<VendorSettings, Vec<FieldError>> {
    let mut reading = Reading { vendor, typed, faults: Vec::new() };
    let settings = VendorSettings {
        style: Style {
            channel: reading.text(StylePart::Channel),
            category: reading.text(StylePart::Category),
            sound: reading.text(StylePart::Sound),
            image: reading.image(),
            interruption: reading.interruption(),
            template: reading.template(),
        },
        click: reading.click(),
        presentation: reading.presentation(),
    };
    if reading.faults.is_empty() { Ok(settings) } else { Err(reading.faults) }
}

struct Reading<'a> {
    vendor: Vendor,
    typed: &'a Typed,
    faults: Vec<FieldError>,
}

impl Reading<'_> {
    fn fault(&mut self, field: &str, says: fn(&PapersWords) -> &'static str) {
        let [en, zh] = [Lang::En, Lang::Zh].map(|lang| says(lang.papers_words()));
        self.faults.push(FieldError::new(field, en, zh));
    }

    /// A part that the vendor takes, where anything was typed.
    fn text(&mut self, part: StylePart) -> Option<String> {
        let taken = adapter(self.vendor).setup().style.iter().find(|field| field.part == part)?;
        let text = self.typed.text(part).trim();
        if text.is_empty() {
            return None;
        }
        if text.len() > TEXT_MAX_BYTES {
            self.fault(part.as_str(), |words| words.too_long);
        } else if !taken.words.is_empty() && !taken.words.contains(&text) {
            self.fault(part.as_str(), |words| words.unknown_word);
        }
        Some(text.to_owned())
    }

    fn image(&mut self) -> Option<String> {
        let image = self.text(StylePart::Image)?;
        if !image.starts_with("https://") {
            self.fault("image", |words| words.image_fault);
        }
        Some(image)
    }

    fn interruption(&mut self) -> Option<Interruption> {
        let word = self.text(StylePart::Interruption)?;
        INTERRUPTIONS.into_iter().find(|level| level.as_str() == word)
    }

    fn template(&mut self) -> Option<Template> {
        let id = self.text(StylePart::Template);
        let title = self.parameters("template_title", &self.typed.template_title);
        let body = self.parameters("template_body", &self.typed.template_body);
        if id.is_none() && !(title.is_empty() && body.is_empty()) {
            self.fault("template", |words| words.template_needs_id);
        }
        id.map(|id| Template { id, title, body })
    }

    /// Lines of `name=value`.
    fn parameters(&mut self, field: &str, text: &str) -> BTreeMap<String, String> {
        let takes = adapter(self.vendor).setup().style.iter().any(|taken| taken.part == StylePart::Template);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| takes && !line.is_empty()).collect();
        let pairs: BTreeMap<String, String> = lines
            .iter()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .filter(|(name, value)| {
                !name.is_empty() && name.len() <= TEXT_MAX_BYTES && value.len() <= TEXT_MAX_BYTES
            })
            .collect();
        if pairs.len() != lines.len() || pairs.len() > PARAMETERS_MAX {
            self.fault(field, |words| words.template_fault);
        }
        pairs
    }

    fn click(&mut self) -> Option<ClickAction> {
        let word = self.typed.click.trim();
        if word.is_empty() {
            return None;
        }
        match ClickAction::parse(Some(word), Some(&self.typed.click_target)) {
            Ok(click) => match click.check() {
                Ok(()) => return Some(click),
                Err(invalid) => self.click_fault(invalid),
            },
            Err(invalid) => self.click_fault(invalid),
        }
        None
    }

    fn click_fault(&mut self, invalid: InvalidClick) {
        let (field, zh) = match invalid {
            InvalidClick::Action => ("click", "不在可选项中"),
            InvalidClick::Url => ("click_target", "网页地址必须以 http:// 或 https:// 开头"),
            InvalidClick::Target => ("click_target", "请填写要打开的页面"),
        };
        self.faults.push(FieldError::new(field, invalid.to_string(), zh));
    }

    fn presentation(&mut self) -> Option<Presentation> {
        let word = self.typed.presentation.trim();
        if word.is_empty() {
            return None;
        }
        let offered =
            [Presentation::Alert].into_iter().chain(adapter(self.vendor).setup().presentations.to_vec());
        let found = offered.into_iter().find(|presentation| word_of(*presentation) == word);
        if found.is_none() {
            self.fault("presentation", |words| words.unknown_word);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use model::{ClickAction, Vendor, VendorSettings};

    use super::{Typed, read};

    fn faulty(vendor: Vendor, typed: &Typed) -> Vec<String> {
        read(vendor, typed).unwrap_err().into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn nothing_typed_sets_nothing() {
        for vendor in Vendor::ALL {
            assert_eq!(read(vendor, &Typed::default()), Ok(VendorSettings::default()), "{vendor}");
        }
    }

    #[test]
    fn what_was_saved_is_typed_again_as_it_was() {
        let typed = Typed {
            channel: "calls".to_owned(),
            template_id: "P1".to_owned(),
            template_title: "name=a=b".to_owned(),
            click: "web_page".to_owned(),
            click_target: "https://example.com".to_owned(),
            ..Typed::default()
        };
        let settings = read(Vendor::Xiaomi, &typed).unwrap();
        assert_eq!(settings.click, Some(ClickAction::WebPage("https://example.com".to_owned())));
        assert_eq!(Typed::of(&settings), typed);
    }

    #[test]
    fn every_fault_is_told_at_its_field() {
        let typed = Typed {
            image: "http://example.com/a.png".to_owned(),
            category: "NOTHING".to_owned(),
            click: "web_page".to_owned(),
            click_target: "javascript:alert(1)".to_owned(),
            presentation: "voip".to_owned(),
            ..Typed::default()
        };
        assert_eq!(faulty(Vendor::Huawei, &typed), ["category", "image", "click_target", "presentation"]);
        let lines = Typed { template_title: "no pair".to_owned(), ..Typed::default() };
        assert_eq!(faulty(Vendor::Oppo, &lines), ["template_title"]);
    }

    #[test]
    fn what_the_vendor_does_not_take_is_passed_over() {
        let typed = Typed { image: "http://a".to_owned(), sound: "x".to_owned(), ..Typed::default() };
        assert_eq!(read(Vendor::Vivo, &typed), Ok(VendorSettings::default()));
    }
}
