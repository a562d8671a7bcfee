//! A handset as the page draws it. Pure.

use model::Certificate;
use wire::LinkState;

use super::simulator::{Hand, Handset, Process, Tap};
use crate::console::{
    chrome::{Chip, Moment, Tone},
    words::{Lang, Words},
};

/// Notifications drawn in a shade.
const SHADE_MAX: usize = 20;
/// Messages drawn in an inbox.
const INBOX_MAX: usize = 30;

/// A handset with its desk.
pub(super) struct HandsetView {
    pub(super) name: String,
    pub(super) model: String,
    pub(super) brand: Brand,
    pub(super) user: String,
    pub(super) initial: String,
    pub(super) screen: Screen,
    pub(super) process: Process,
    pub(super) process_label: &'static str,
    pub(super) locked: bool,
    pub(super) network: bool,
    pub(super) notifications: bool,
    pub(super) connection: Chip,
    pub(super) login: Chip,
    pub(super) badge: u32,
    pub(super) shade: Vec<Notice>,
    pub(super) inbox: Vec<Line>,
    pub(super) certificates: Vec<CertificateChoice>,
    pub(super) token: String,
    pub(super) tapped: Option<Tapped>,
    pub(super) buttons: Vec<ButtonGroup>,
}

/// Whose look a phone has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brand {
    Xiaomi,
    Apple,
    Other,
}

impl Brand {
    fn of(brand: &str) -> Self {
        match brand {
            "xiaomi" | "redmi" | "poco" => Self::Xiaomi,
            "apple" => Self::Apple,
            _ => Self::Other,
        }
    }

    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Xiaomi => "xiaomi",
            Self::Apple => "apple",
            Self::Other => "other",
        }
    }
}

/// What is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Screen {
    Lock,
    App,
    Home,
}

impl Screen {
    const fn of(handset: &Handset) -> Self {
        match (handset.locked, handset.app) {
            (true, _) => Self::Lock,
            (false, Process::Foreground) => Self::App,
            (false, _) => Self::Home,
        }
    }

    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::App => "app",
            Self::Home => "home",
        }
    }

    pub(super) const fn is_app(self) -> bool {
        matches!(self, Self::App)
    }
}

impl Process {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::Foreground => "foreground",
            Self::Background => "background",
            Self::Frozen => "frozen",
        }
    }

    pub(super) const fn is_frozen(self) -> bool {
        matches!(self, Self::Frozen)
    }

    pub(super) const fn is_killed(self) -> bool {
        matches!(self, Self::Killed)
    }

    const fn label(self, words: &Words) -> &'static str {
        match self {
            Self::Killed => words.process_killed,
            Self::Foreground => words.process_foreground,
            Self::Background => words.process_background,
            Self::Frozen => words.process_frozen,
        }
    }
}

/// A notification.
pub(super) struct Notice {
    pub(super) id: u64,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) at: Moment,
}

/// A message in the app.
pub(super) struct Line {
    pub(super) from: String,
    pub(super) text: String,
}

/// A certificate the handset may use.
pub(super) struct CertificateChoice {
    pub(super) id: u32,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// What the last tap gave the app.
pub(super) struct Tapped {
    pub(super) getter: String,
    pub(super) ext: String,
    pub(super) payload: String,
}

/// Buttons that belong together.
pub(super) struct ButtonGroup {
    pub(super) label: &'static str,
    pub(super) buttons: Vec<Button>,
}

/// One thing a hand may do.
pub(super) struct Button {
    pub(super) action: &'static str,
    pub(super) label: &'static str,
    pub(super) on: bool,
    pub(super) danger: bool,
}

impl HandsetView {
    pub(super) fn of(lang: Lang, handset: &Handset, certificates: &[Certificate]) -> Self {
        let words = lang.words();
        let user = handset.user.clone().unwrap_or_default();
        Self {
            brand: Brand::of(&handset.brand),
            initial: user.chars().next().map(|first| first.to_uppercase().to_string()).unwrap_or_default(),
            screen: Screen::of(handset),
            process: handset.app,
            process_label: handset.app.label(words),
            locked: handset.locked,
            network: handset.network,
            notifications: handset.notifications,
            connection: connection(words, handset.connection),
            login: if handset.logged_in {
                Chip::new(Tone::Ok, words.logged_in)
            } else {
                Chip::new(Tone::Warn, words.logged_out)
            },
            badge: handset.badge,
            shade: shade(handset),
            inbox: inbox(words, handset),
            certificates: choices(words, handset, certificates),
            token: token(words, handset),
            tapped: handset.last_tap.as_ref().map(|tap| tapped(words, tap)),
            buttons: buttons(words, handset),
            name: handset.name.clone(),
            model: handset.model.clone(),
            user,
        }
    }
}

fn connection(words: &Words, state: LinkState) -> Chip {
    let (tone, text) = match state {
        LinkState::Idle => (Tone::Plain, words.connection_idle),
        LinkState::Waiting => (Tone::Warn, words.connection_waiting),
        LinkState::Connecting => (Tone::Info, words.connection_connecting),
        LinkState::LoggingIn => (Tone::Info, words.connection_logging_in),
        LinkState::Live => (Tone::Ok, words.connection_live),
    };
    Chip::new(tone, text)
}

fn shade(handset: &Handset) -> Vec<Notice> {
    let shown = handset.shade.iter().take(SHADE_MAX);
    shown
        .map(|notice| Notice {
            id: notice.id,
            title: notice.title.clone(),
            text: notice.body.clone(),
            at: Moment(notice.received_at),
        })
        .collect()
}

fn inbox(words: &Words, handset: &Handset) -> Vec<Line> {
    let unseen = handset.inbox.len().saturating_sub(INBOX_MAX);
    let newest = handset.inbox.iter().skip(unseen);
    newest
        .map(|message| Line {
            from: message.sender.clone().unwrap_or_else(|| words.backend.to_owned()),
            text: message.text.clone(),
        })
        .collect()
}

/// The App's certificates of the phone's vendor. One that the phone uses and the App does not have stands first.
fn choices(words: &Words, handset: &Handset, certificates: &[Certificate]) -> Vec<CertificateChoice> {
    let fitting = certificates.iter().filter(|certificate| certificate.vendor == handset.vendor);
    let mut choices: Vec<_> = fitting
        .map(|certificate| CertificateChoice {
            id: certificate.id.0,
            label: format!("{} · {}", certificate.id, certificate.name),
            chosen: handset.certificate == Some(certificate.id.0),
        })
        .collect();
    if !choices.iter().any(|choice| choice.chosen) {
        let (id, label) = match handset.certificate {
            Some(id) => (id, id.to_string()),
            None => (0, words.no_certificate.to_owned()),
        };
        choices.insert(0, CertificateChoice { id, label, chosen: true });
    }
    choices
}

fn token(words: &Words, handset: &Handset) -> String {
    match &handset.token_short {
        None => words.no_token.to_owned(),
        Some(token) if handset.token_alive => format!("{} {token}", words.token),
        Some(token) => format!("{} {token} · {}", words.token, words.token_dead),
    }
}

fn tapped(words: &Words, tap: &Tap) -> Tapped {
    let opened_web = tap.opened["action"] == "web";
    Tapped {
        getter: tap.getter.clone(),
        ext: match &tap.ext {
            Some(ext) => ext.clone(),
            None if opened_web => words.tap_opened_web.to_owned(),
            None => words.tap_nothing.to_owned(),
        },
        payload: tap.payload.clone().unwrap_or_default(),
    }
}

fn buttons(words: &Words, handset: &Handset) -> Vec<ButtonGroup> {
    let button = |hand: Hand, label| Button { action: hand.word(), label, on: false, danger: false };
    let state = |hand, label, on| Button { on, ..button(hand, label) };
    let danger = |button: Button| Button { danger: true, ..button };
    let pick = |on: bool, yes, no| if on { yes } else { no };
    let app = vec![
        state(Hand::Foreground, words.do_foreground, handset.app == Process::Foreground),
        state(Hand::Background, words.do_background, handset.app == Process::Background),
        pick(
            handset.app == Process::Frozen,
            button(Hand::Thaw, words.do_thaw),
            button(Hand::Freeze, words.do_freeze),
        ),
        danger(state(Hand::Kill, words.do_kill, handset.app == Process::Killed)),
    ];
    let phone = vec![
        pick(handset.locked, button(Hand::Unlock, words.do_unlock), button(Hand::Lock, words.do_lock)),
        pick(
            handset.network,
            button(Hand::NetworkOff, words.do_network_off),
            button(Hand::NetworkOn, words.do_network_on),
        ),
        pick(
            handset.notifications,
            button(Hand::NotificationsOff, words.do_notifications_off),
            button(Hand::NotificationsOn, words.do_notifications_on),
        ),
        button(Hand::ClearShade, words.do_clear_shade),
    ];
    let account = vec![
        pick(handset.logged_in, button(Hand::LogOut, words.do_log_out), button(Hand::LogIn, words.do_log_in)),
        danger(button(Hand::InvalidateToken, words.do_invalidate_token)),
    ];
    vec![
        ButtonGroup { label: words.group_app, buttons: app },
        ButtonGroup { label: words.group_phone, buttons: phone },
        ButtonGroup { label: words.group_account, buttons: account },
    ]
}
