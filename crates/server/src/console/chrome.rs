//! What surrounds every page: language, navigation, App; and the small shapes that templates share.

use std::{fmt, time::Duration};

use model::{AppId, ConsoleRole, Timestamp};

use super::{
    assets,
    words::{AdminWords, DeliveryWords, Lang, PapersWords, PeopleWords, SetupWords, Words, fill},
};

/// The pages of the navigation, and those that are reached otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageName {
    Deliveries,
    Overview,
    Lanes,
    Lab,
    Explain,
    Users,
    Groups,
    Test,
    Certificates,
    Resources,
    Webhooks,
    Keys,
    Policy,
    DeadLetters,
    Operators,
    Audit,
    Account,
}

/// What the navigation puts together, in its order. A page is shown to those who may see it; a group without any is not
/// shown.
const NAVIGATION: &[(Group, &[PageName])] = &[
    (Group::Watch, &[PageName::Overview, PageName::Lanes, PageName::Deliveries]),
    (
        Group::Find,
        &[
            PageName::Explain,
            PageName::Test,
            PageName::Users,
            PageName::Groups,
            PageName::DeadLetters,
            PageName::Lab,
        ],
    ),
    (
        Group::SetUp,
        &[PageName::Certificates, PageName::Resources, PageName::Webhooks, PageName::Keys, PageName::Policy],
    ),
    (Group::Administer, &[PageName::Operators, PageName::Audit]),
];

/// What one comes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    /// How it goes.
    Watch,
    /// One message, user or phone.
    Find,
    /// What pushes go through.
    SetUp,
    /// Who may come in, and what they did.
    Administer,
}

impl Group {
    const fn label(self, words: &AdminWords) -> &'static str {
        match self {
            Self::Watch => words.group_watch,
            Self::Find => words.group_find,
            Self::SetUp => words.group_set_up,
            Self::Administer => words.group_administer,
        }
    }
}

impl PageName {
    const ALL: [Self; 17] = [
        Self::Overview,
        Self::Lanes,
        Self::Deliveries,
        Self::Explain,
        Self::Test,
        Self::Users,
        Self::Groups,
        Self::DeadLetters,
        Self::Lab,
        Self::Certificates,
        Self::Resources,
        Self::Webhooks,
        Self::Keys,
        Self::Policy,
        Self::Operators,
        Self::Audit,
        Self::Account,
    ];

    /// The word in addresses and attributes.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Lanes => "lanes",
            Self::Lab => "lab",
            Self::Explain => "explain",
            Self::Test => "test",
            Self::Certificates => "certificates",
            Self::Resources => "resources",
            Self::Operators => "operators",
            Self::Audit => "audit",
            Self::Account => "account",
            Self::DeadLetters => "dead-letters",
            Self::Deliveries => "deliveries",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Webhooks => "webhooks",
            Self::Keys => "keys",
            Self::Policy => "policy",
        }
    }

    const fn title(self, lang: Lang) -> &'static str {
        let (words, admin, overview) = (lang.words(), lang.admin_words(), lang.overview_words());
        match self {
            Self::Overview => overview.overview,
            Self::Lanes => overview.lanes,
            Self::Lab => words.lab,
            Self::Explain => words.explain,
            Self::Test => lang.find_words().test,
            Self::Certificates => words.certificates,
            Self::Resources => lang.papers_words().resources,
            Self::Operators => admin.operators,
            Self::Audit => admin.audit,
            Self::Account => admin.account,
            Self::DeadLetters => words.dead_letters,
            Self::Deliveries => lang.delivery_words().deliveries,
            Self::Users => lang.people_words().users,
            Self::Groups => lang.people_words().groups,
            Self::Webhooks => lang.setup_words().webhooks,
            Self::Keys => lang.setup_words().keys,
            Self::Policy => lang.setup_words().policy,
        }
    }

    /// The least role that sees it.
    const fn role(self) -> ConsoleRole {
        match self {
            Self::Operators => ConsoleRole::Owner,
            _ => ConsoleRole::Viewer,
        }
    }

    /// Whether it is drawn anew when something that it shows has changed.
    pub(super) const fn is_live(self) -> bool {
        matches!(self, Self::Lab | Self::Explain | Self::Test | Self::Certificates) || self.tick().is_some()
    }

    /// How often it is drawn anew, whatever has changed: what it shows moves by itself, or all the time.
    pub(super) const fn tick(self) -> Option<Duration> {
        match self {
            Self::Overview => Some(Duration::from_secs(10)),
            Self::Lanes => Some(Duration::from_secs(2)),
            _ => None,
        }
    }

    /// Whether it shows messages, logins and deliveries.
    pub(super) const fn shows_traffic(self) -> bool {
        matches!(self, Self::Lab | Self::Explain | Self::Test)
    }

    /// Whether it shows the simulator's phones.
    pub(super) const fn shows_phones(self) -> bool {
        matches!(self, Self::Lab | Self::Test)
    }

    /// The page of a word.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.as_str() == word)
    }
}

/// What surrounds a page.
#[derive(Debug, Clone)]
pub(super) struct Chrome {
    pub(super) lang: Lang,
    pub(super) words: &'static Words,
    pub(super) page: Option<PageName>,
    /// Path and query of the page itself, to come back to.
    pub(super) here: String,
    pub(super) csrf: String,
    pub(super) app_name: String,
    pub(super) apps: Vec<AppChoice>,
    /// The role in the App; `None` where nobody is signed in.
    pub(super) role: Option<ConsoleRole>,
    /// Who is signed in.
    pub(super) signed: Option<SignedName>,
}

/// Who is signed in, as the frame shows it.
#[derive(Debug, Clone)]
pub(super) struct SignedName {
    pub(super) name: String,
    pub(super) role: &'static str,
}

/// Lines of the navigation that belong together.
pub(super) struct NavGroup {
    pub(super) label: &'static str,
    pub(super) lines: Vec<NavLine>,
}

/// An App to choose.
#[derive(Debug, Clone)]
pub(super) struct AppChoice {
    pub(super) id: AppId,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// A line of the navigation.
pub(super) struct NavLine {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) href: String,
    pub(super) current: bool,
}

/// A language to switch to.
pub(super) struct LangChoice {
    pub(super) lang: Lang,
    pub(super) href: String,
    pub(super) current: bool,
}

impl Chrome {
    pub(super) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// Where the page hears of changes; empty where it shows nothing that changes.
    pub(super) fn events(&self) -> String {
        self.page
            .filter(|page| page.is_live())
            .map(|page| format!("/console/events?page={}", page.as_str()))
            .unwrap_or_default()
    }

    /// The words of accounts and of whoever administers.
    pub(super) const fn admin(&self) -> &'static AdminWords {
        self.lang.admin_words()
    }

    /// The words of certificates and push resources.
    pub(super) const fn papers(&self) -> &'static PapersWords {
        self.lang.papers_words()
    }

    /// The words of users, devices and groups.
    pub(super) const fn people(&self) -> &'static PeopleWords {
        self.lang.people_words()
    }

    /// The words of deliveries.
    pub(super) const fn delivery_words(&self) -> &'static DeliveryWords {
        self.lang.delivery_words()
    }

    /// The words of what an App is set to.
    pub(super) const fn setup(&self) -> &'static SetupWords {
        self.lang.setup_words()
    }

    /// Whether things may be changed.
    pub(super) fn may_change(&self) -> bool {
        self.role >= Some(ConsoleRole::Operator)
    }

    /// A text with a value where its gap is.
    pub(super) fn filled(&self, text: &str, value: impl fmt::Display) -> String {
        fill(text, &value.to_string())
    }

    pub(super) fn is_account(&self) -> bool {
        self.page == Some(PageName::Account)
    }

    pub(super) fn navigation(&self) -> Vec<NavGroup> {
        let line = |page: &PageName| NavLine {
            name: page.as_str(),
            title: page.title(self.lang),
            href: format!("/console/{}", page.as_str()),
            current: self.page == Some(*page),
        };
        let shown = |page: &&PageName| self.role.is_some_and(|role| role >= page.role());
        let group = |(group, pages): &(Group, &[PageName])| NavGroup {
            label: group.label(self.admin()),
            lines: pages.iter().filter(shown).map(line).collect(),
        };
        NAVIGATION.iter().map(group).filter(|group| !group.lines.is_empty()).collect()
    }

    pub(super) fn languages(&self) -> Vec<LangChoice> {
        let choice = |lang: Lang| LangChoice {
            lang,
            href: format!("/console/language/{}?back={}", lang.tag(), percent_encoded(&self.here)),
            current: lang == self.lang,
        };
        Lang::ALL.into_iter().map(choice).collect()
    }
}

/// Everything but letters, digits and `-._~/` as `%XX`.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// How something stands, as a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Info,
    Ok,
    Warn,
    Bad,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Info => "info",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        })
    }
}

/// A short text with its tone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chip {
    pub(super) tone: Tone,
    pub(super) text: String,
}

impl Chip {
    pub(super) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) label: String,
    pub(super) value: String,
}

impl Labelled {
    pub(super) fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// A time in a page: machines read it whole, people see the part they need. The script turns it into local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(pub(super) Timestamp);

impl Moment {
    /// In UTC, as far as a form needs it: `clock`, `time`, `exact`, `full`, `date` or `day`.
    pub(super) fn spelled(&self, form: &str) -> String {
        let text = self.0.to_string();
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        match form {
            "clock" => part(11, 16).to_owned(),
            "time" => format!("{} UTC", part(11, 19)),
            "exact" => format!("{} UTC", part(11, 23)),
            "date" => part(0, 10).to_owned(),
            "day" => part(5, 10).to_owned(),
            _ => format!("{} {} UTC", part(0, 10), part(11, 19)),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{Moment, percent_encoded};

    #[test]
    fn a_moment_is_spelled_as_far_as_it_is_needed() {
        let moment = Moment(Timestamp(1_709_210_096_789));
        assert_eq!(moment.spelled("clock"), "12:34");
        assert_eq!(moment.spelled("exact"), "12:34:56.789 UTC");
        assert_eq!(moment.spelled("date"), "2024-02-29");
        assert_eq!(moment.spelled("full"), "2024-02-29 12:34:56 UTC");
    }

    #[test]
    fn a_path_is_encoded_so_that_it_cannot_end_a_query() {
        assert_eq!(percent_encoded("/console/explain?user=b o&x"), "/console/explain%3Fuser%3Db%20o%26x");
    }
}
