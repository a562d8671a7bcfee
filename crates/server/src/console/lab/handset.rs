//! A handset as the page draws it. Pure.

use model::{Body, Call, Certificate, Message, Timestamp};
use wire::LinkState;

use super::{
    calls::Ringing,
    hand::Hand,
    simulator::{Handset, Process, Tap},
};
use crate::console::{
    chrome::{Chip, Moment, Tone, percent_encoded},
    words::{LabWords, Lang, Words},
};

/// Notifications drawn in a shade.
const SHADE_MAX: usize = 20;
/// Messages drawn in an inbox.
const INBOX_MAX: usize = 30;
/// The looks that phones.css knows, by the brand that a device reports.
const LOOKS: &[(&[&str], &str)] = &[
    (&["xiaomi", "redmi", "poco"], "xiaomi"),
    (&["apple"], "apple"),
    (&["huawei"], "huawei"),
    (&["harmony"], "harmony"),
    (&["honor"], "honor"),
    (&["oppo", "realme", "oneplus"], "oppo"),
    (&["vivo", "iqoo"], "vivo"),
    (&["meizu"], "meizu"),
    (&["google", "samsung", "motorola", "sony"], "google"),
    (&["browser"], "browser"),
];

/// What the phones of one page have in common.
pub(super) struct Scene<'a> {
    pub(super) lang: Lang,
    pub(super) certificates: &'a [Certificate],
    /// The newest messages, newest first.
    pub(super) recent: &'a [Message],
    pub(super) call: Option<&'a Call>,
    /// Whom one may write to.
    pub(super) peers: &'a [Peer],
    pub(super) now: Timestamp,
}

/// Whom a phone may write to or call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Peer {
    /// `user:` or `group:` and the id.
    pub(super) value: String,
    pub(super) label: String,
}

/// A handset with its desk.
pub(in crate::console) struct HandsetView {
    pub(in crate::console) name: String,
    pub(in crate::console) model: String,
    pub(in crate::console) look: &'static str,
    pub(in crate::console) user: String,
    pub(in crate::console) initial: String,
    pub(in crate::console) screen: Screen,
    pub(in crate::console) process: Process,
    pub(in crate::console) process_label: &'static str,
    pub(in crate::console) locked: bool,
    pub(in crate::console) network: bool,
    pub(in crate::console) notifications: bool,
    pub(in crate::console) badge: u32,
    pub(in crate::console) shade: Vec<Notice>,
    pub(in crate::console) inbox: Vec<Line>,
    pub(in crate::console) ringing: Ringing,
    pub(in crate::console) caller: String,
    /// Whether it can be touched; else it is a picture.
    pub(in crate::console) live: bool,
    pub(super) href: String,
    pub(super) connection: Chip,
    pub(super) login: Chip,
    pub(super) certificates: Vec<CertificateChoice>,
    pub(super) token: String,
    pub(super) tapped: Option<Tapped>,
    pub(super) buttons: Vec<ButtonGroup>,
    pub(super) peers: Vec<PeerChoice>,
}

/// What is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Screen {
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

    pub(in crate::console) const fn class(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::App => "app",
            Self::Home => "home",
        }
    }

    pub(in crate::console) const fn is_app(self) -> bool {
        matches!(self, Self::App)
    }
}

impl Process {
    pub(in crate::console) const fn class(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::Foreground => "foreground",
            Self::Background => "background",
            Self::Frozen => "frozen",
        }
    }

    pub(in crate::console) const fn is_frozen(self) -> bool {
        matches!(self, Self::Frozen)
    }

    pub(in crate::console) const fn is_killed(self) -> bool {
        matches!(self, Self::Killed)
    }

    /// Whether it can take anything in.
    const fn runs(self) -> bool {
        matches!(self, Self::Foreground | Self::Background)
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
pub(in crate::console) struct Notice {
    pub(in crate::console) id: u64,
    pub(in crate::console) title: String,
    pub(in crate::console) text: String,
    pub(in crate::console) at: Moment,
}

/// A message in the app.
pub(in crate::console) struct Line {
    pub(in crate::console) from: String,
    pub(in crate::console) text: String,
    pub(in crate::console) is_own: bool,
    at: Timestamp,
}

/// A certificate the handset may use.
pub(super) struct CertificateChoice {
    pub(super) id: u32,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// Somebody to write to.
pub(super) struct PeerChoice {
    pub(super) value: String,
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
    /// A phone that can be touched.
    pub(super) fn of(scene: &Scene<'_>, handset: &Handset) -> Self {
        let (lang, words) = (scene.lang, scene.lang.words());
        let user = handset.user.clone().unwrap_or_default();
        let ringing = Ringing::of(scene.call, &user, scene.now);
        let heard = if handset.app.runs() && handset.logged_in { ringing } else { Ringing::Silent };
        Self {
            inbox: chat(words, handset, scene.recent),
            ringing: heard,
            caller: scene.call.map(|call| other_of(call, &user)).unwrap_or_default(),
            live: true,
            certificates: choices(words, handset, scene.certificates),
            token: token(words, handset),
            tapped: handset.last_tap.as_ref().map(|tap| tapped(words, tap)),
            buttons: buttons(words, lang.lab_words(), handset),
            peers: peers(handset, scene),
            ..Self::pictured(lang, handset)
        }
    }

    /// A phone on the shelf: a picture that may ring.
    pub(super) fn on_shelf(scene: &Scene<'_>, handset: &Handset) -> Self {
        let Self { ringing, caller, inbox, .. } = Self::of(scene, handset);
        Self { ringing, caller, inbox, ..Self::pictured(scene.lang, handset) }
    }

    /// A phone that can be looked at.
    pub(in crate::console) fn pictured(lang: Lang, handset: &Handset) -> Self {
        let words = lang.words();
        let user = handset.user.clone().unwrap_or_default();
        Self {
            look: look(&handset.brand),
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
            inbox: chat(words, handset, &[]),
            ringing: Ringing::Silent,
            caller: String::new(),
            live: false,
            href: format!("/console/lab?phone={}", percent_encoded(&handset.name)),
            certificates: Vec::new(),
            token: String::new(),
            tapped: None,
            buttons: Vec::new(),
            peers: Vec::new(),
            name: handset.name.clone(),
            model: handset.model.clone(),
            user,
        }
    }

    /// How it stands, as a colour.
    pub(super) const fn tone(&self) -> Tone {
        match self.process {
            _ if !self.network => Tone::Bad,
            Process::Killed => Tone::Bad,
            Process::Foreground => Tone::Ok,
            Process::Background => Tone::Warn,
            Process::Frozen => Tone::Info,
        }
    }
}

fn look(brand: &str) -> &'static str {
    LOOKS.iter().find(|(brands, _)| brands.contains(&brand)).map_or("other", |(_, look)| look)
}

/// Who is at the other end of a call.
fn other_of(call: &Call, user: &str) -> String {
    if call.caller.as_str() != user {
        return call.caller.to_string();
    }
    let names: Vec<String> = call.invitees.iter().map(|invitee| invitee.user.to_string()).collect();
    names.join(", ")
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

/// What reached the app, and among that what its user wrote of late.
fn chat(words: &Words, handset: &Handset, recent: &[Message]) -> Vec<Line> {
    let received = handset.inbox.iter().map(|message| Line {
        from: message.sender.clone().unwrap_or_else(|| words.backend.to_owned()),
        text: message.text.clone(),
        is_own: false,
        at: message.received_at,
    });
    let user = handset.user.as_deref();
    let written = recent.iter().filter_map(|message| {
        let sender = message.sender.as_ref().map(model::UserId::as_str);
        let Body::Text { text } = &message.body else { return None };
        (sender.is_some() && sender == user).then(|| Line {
            from: String::new(),
            text: text.clone(),
            is_own: true,
            at: message.sent_at,
        })
    });
    let mut lines: Vec<Line> = received.chain(written).collect();
    lines.sort_by_key(|line| line.at);
    let unseen = lines.len().saturating_sub(INBOX_MAX);
    lines.split_off(unseen)
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

/// Everybody but the phone's own user; whoever wrote last, or was written to last, is chosen.
fn peers(handset: &Handset, scene: &Scene<'_>) -> Vec<PeerChoice> {
    let own = handset.user.as_deref().unwrap_or_default();
    let wrote = handset.inbox.iter().rev().find_map(|message| message.sender.as_ref());
    let last = scene.recent.iter().find_map(|message| {
        let sender = message.sender.as_ref().map(model::UserId::as_str);
        (sender == Some(own)).then(|| crate::console::told::receiving_user(message)).flatten()
    });
    let wanted = last.or(wrote.cloned()).map(|user| format!("user:{user}"));
    let others = scene.peers.iter().filter(|peer| peer.value.strip_prefix("user:") != Some(own));
    let choice = |peer: &Peer| PeerChoice {
        value: peer.value.clone(),
        label: peer.label.clone(),
        chosen: wanted.as_ref() == Some(&peer.value),
    };
    others.map(choice).collect()
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

fn buttons(words: &Words, lab: &LabWords, handset: &Handset) -> Vec<ButtonGroup> {
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
        pick(
            handset.on_lock_screen,
            button(Hand::LockScreenOff, lab.do_lock_screen_off),
            button(Hand::LockScreenOn, lab.do_lock_screen_on),
        ),
        button(Hand::ClearShade, words.do_clear_shade),
    ];
    let account = vec![
        pick(handset.logged_in, button(Hand::LogOut, words.do_log_out), button(Hand::LogIn, words.do_log_in)),
        pick(handset.push_on, button(Hand::PushOff, lab.do_push_off), button(Hand::PushOn, lab.do_push_on)),
        danger(button(Hand::InvalidateToken, words.do_invalidate_token)),
    ];
    vec![
        ButtonGroup { label: words.group_app, buttons: app },
        ButtonGroup { label: words.group_phone, buttons: phone },
        ButtonGroup { label: words.group_account, buttons: account },
    ]
}
