//! A device as the pages draw it: what it is, how it can be reached, and what stands against it. Pure.

use im::AppView;
use model::{Binding, BindingKind, BindingLoss, BindingState, DeviceReport, Permission, PushId};
use store::{DeviceRecord, SessionRecord};

use super::{address as user_address, view::state_chip};
use crate::{
    console::{
        chrome::{Chip, Labelled, Moment, Tone},
        told::vendor_title,
        words::{Lang, PeopleWords},
    },
    explain::{device_name, tail},
};

/// A device.
pub(super) struct DeviceCard {
    pub(super) id: String,
    pub(super) push_id: String,
    /// Brand and model, or what else it is called.
    pub(super) title: String,
    pub(super) facts: Vec<Labelled>,
    pub(super) notifications: Chip,
    /// What the vendor's registration said, where it failed.
    pub(super) registration_error: String,
    pub(super) push_off_at: Option<Moment>,
    pub(super) unregistered_at: Option<Moment>,
    pub(super) seen_at: Moment,
    /// The login that the page is about.
    pub(super) session: Option<SessionLine>,
    /// Who logged in after that, where somebody did.
    pub(super) taken_by: Option<Linked>,
    pub(super) bindings: Vec<BindingLine>,
}

/// A login.
pub(super) struct SessionLine {
    pub(super) user: Linked,
    pub(super) state: Chip,
    pub(super) since: Moment,
    pub(super) stands: bool,
}

/// A text that leads somewhere.
pub(super) struct Linked {
    pub(super) text: String,
    pub(super) href: String,
}

/// A vendor token, or why there is none.
pub(super) struct BindingLine {
    pub(super) bound: Option<Bound>,
    /// Why there is none.
    pub(super) lost: &'static str,
}

/// A vendor token.
pub(super) struct Bound {
    pub(super) certificate: u32,
    pub(super) certificate_name: String,
    pub(super) vendor: String,
    pub(super) kind: &'static str,
    pub(super) is_voip: bool,
    pub(super) token_tail: String,
    pub(super) since: Moment,
    pub(super) doubts: u8,
}

impl DeviceCard {
    pub(super) fn of(
        lang: Lang,
        view: &AppView,
        record: &DeviceRecord,
        voip: Option<&Binding>,
        session: Option<&SessionRecord>,
    ) -> Self {
        let words = lang.people_words();
        let (device, report) = (&record.device, &record.device.report);
        let newer =
            record.session.as_ref().filter(|newest| Some(&newest.user) != session.map(|own| &own.user));
        let mut bindings: Vec<BindingLine> = record
            .bindings
            .iter()
            .map(|state| match state {
                BindingState::Bound(binding) => bound(lang, view, binding),
                BindingState::Lost(why) => BindingLine { bound: None, lost: lost(words, *why) },
            })
            .collect();
        bindings.extend(voip.map(|binding| bound(lang, view, binding)));
        Self {
            id: device.id.to_string(),
            push_id: device.push_id.to_string(),
            title: title(words, report),
            facts: facts(words, report, device.badge),
            notifications: notifications(words, report.notifications),
            registration_error: report.registration_error.clone(),
            push_off_at: device.push_off_at.map(Moment),
            unregistered_at: device.unregistered_at.map(Moment),
            seen_at: Moment(device.seen_at),
            session: session.map(|session| SessionLine {
                user: linked(session),
                state: state_chip(words, session.state),
                since: Moment(session.since),
                stands: session.state.is_logged_in(),
            }),
            taken_by: newer.map(linked),
            bindings,
        }
    }
}

/// The page of a device alone.
pub(super) fn address(push_id: PushId) -> String {
    format!("/console/users/device?id={push_id}")
}

fn linked(session: &SessionRecord) -> Linked {
    Linked { text: session.user.to_string(), href: user_address(session.user.as_str()) }
}

fn title(words: &PeopleWords, report: &DeviceReport) -> String {
    let name = device_name(&report.brand, &report.model);
    if name.is_empty() { words.device_unnamed.to_owned() } else { name }
}

fn facts(words: &PeopleWords, report: &DeviceReport, badge: u32) -> Vec<Labelled> {
    let platform = format!("{:?}", report.platform);
    let system = [platform.as_str(), &report.os_version].join(" ").trim().to_owned();
    let environment = report.apns_environment.map(|environment| format!("{environment:?}").to_lowercase());
    let channels = report.channels.join(", ");
    [
        (words.system, system),
        (words.package, report.package.clone()),
        (words.sdk, report.sdk_version.clone()),
        (words.language, report.language.clone()),
        (words.time_zone, report.time_zone.clone()),
        (words.apns_environment, environment.unwrap_or_default()),
        (words.channels, channels),
        (words.badge, badge.to_string()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(label, value)| Labelled::new(label, value))
    .collect()
}

fn notifications(words: &PeopleWords, permission: Permission) -> Chip {
    match permission {
        Permission::Unknown => Chip::new(Tone::Plain, words.notifications_unknown),
        Permission::Allowed => Chip::new(Tone::Ok, words.notifications_allowed),
        Permission::Off => Chip::new(Tone::Bad, words.notifications_off),
    }
}

fn bound(lang: Lang, view: &AppView, binding: &Binding) -> BindingLine {
    let words = lang.people_words();
    let certificate = view.certificate(binding.certificate);
    let is_voip = binding.kind == BindingKind::Voip;
    let bound = Bound {
        certificate: binding.certificate.0,
        certificate_name: certificate.map(|found| found.name.to_string()).unwrap_or_default(),
        vendor: vendor_title(lang, certificate.map(|found| found.vendor)),
        kind: if is_voip { words.kind_voip } else { words.kind_alert },
        is_voip,
        token_tail: tail(&binding.token),
        since: Moment(binding.registered_at),
        doubts: binding.doubts,
    };
    BindingLine { bound: Some(bound), lost: "" }
}

const fn lost(words: &PeopleWords, why: BindingLoss) -> &'static str {
    match why {
        BindingLoss::NeverBound => words.lost_never_bound,
        BindingLoss::TokenDead => words.lost_token_dead,
        BindingLoss::LoggedOut => words.lost_logged_out,
        BindingLoss::Unbound => words.lost_unbound,
        BindingLoss::TakenOver => words.lost_taken_over,
        BindingLoss::Unregistered => words.lost_unregistered,
    }
}
