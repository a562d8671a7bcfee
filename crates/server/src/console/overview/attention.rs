//! What needs a look, worst first. Pure.

use gateway::{BreakerState, LaneState};
use im::AppView;
use model::{Certificate, CertificateState, Timestamp, Vendor};

use crate::{
    console::{
        chrome::{Moment, Tone},
        told::vendor_title,
        words::Lang,
    },
    explain::meaning,
    lanes::LaneReading,
};

/// A certificate that ends sooner than this is warned of, in milliseconds: 30 days.
const EXPIRES_SOON_MS: i64 = 30 * 24 * 3_600_000;

/// Something that needs a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attention {
    pub(super) tone: Tone,
    pub(super) what: &'static str,
    /// The vendor and the certificate's name.
    pub(super) whose: String,
    pub(super) detail: String,
    pub(super) at: Option<Moment>,
    pub(super) href: String,
}

/// Everything that needs a look. `refused` says of each certificate whether the vendor refused its last test.
pub(super) fn of(
    lang: Lang,
    view: &AppView,
    lanes: &[LaneReading],
    refused: &[bool],
    now: Timestamp,
) -> Vec<Attention> {
    let mut all = Vec::new();
    for (certificate, refused) in view.certificates.iter().zip(refused) {
        of_certificate(lang, certificate, *refused, now, &mut all);
    }
    for lane in lanes {
        if let Some(certificate) = view.certificate(lane.status.certificate) {
            of_lane(lang, certificate, lane, &mut all);
        }
    }
    all.sort_by_key(|one| one.tone != Tone::Bad);
    all
}

fn whose(lang: Lang, certificate: &Certificate) -> String {
    format!("{} · {}", vendor_title(lang, Some(certificate.vendor)), certificate.name)
}

fn of_certificate(
    lang: Lang,
    certificate: &Certificate,
    refused: bool,
    now: Timestamp,
    all: &mut Vec<Attention>,
) {
    let words = lang.overview_words();
    let ends_soon = certificate.expires_at.is_some_and(|at| at.since_ms(now) < EXPIRES_SOON_MS);
    let (tone, what) = match certificate.state(now, None) {
        CertificateState::Disabled => return,
        CertificateState::Expired => (Tone::Bad, words.certificate_expired),
        _ if refused => (Tone::Bad, words.certificate_refused),
        _ if ends_soon => (Tone::Warn, words.certificate_expires),
        _ => return,
    };
    all.push(Attention {
        tone,
        what,
        whose: whose(lang, certificate),
        detail: String::new(),
        at: certificate.expires_at.map(Moment),
        href: format!("/console/certificates/{}", certificate.id),
    });
}

fn of_lane(lang: Lang, certificate: &Certificate, lane: &LaneReading, all: &mut Vec<Attention>) {
    let words = lang.overview_words();
    let mut note = |tone, what, detail: String, at: Option<Timestamp>| {
        let (whose, href) = (whose(lang, certificate), format!("/console/lanes#lane-{}", certificate.id));
        all.push(Attention { tone, what, whose, detail, at: at.map(Moment), href });
    };
    match &lane.status.state {
        LaneState::Alarm { code } => {
            note(Tone::Bad, words.lane_alarm, code_words(lang, certificate.vendor, code), None);
        }
        LaneState::Paused { until, code } => {
            note(Tone::Warn, words.lane_paused, code_words(lang, certificate.vendor, code), Some(*until));
        }
        LaneState::Idle | LaneState::Sending => {}
    }
    match lane.status.breaker {
        BreakerState::Open { until } => note(Tone::Bad, words.breaker_open, String::new(), Some(until)),
        BreakerState::HalfOpen => note(Tone::Warn, words.breaker_trying, String::new(), None),
        BreakerState::Closed => {}
    }
    if let Some(since) = lane.status.brake.engaged_at {
        note(Tone::Bad, words.brake_engaged, String::new(), Some(since));
    }
    for amount in &lane.amounts {
        let kind = lang.pick(amount.en, amount.zh).to_owned();
        let today = &amount.today;
        if today.used_up_at.is_some() || today.left == Some(0) {
            note(Tone::Bad, words.quota_used_up, kind, Some(today.resets_at));
        } else if !today.put_off.is_empty() {
            note(Tone::Warn, words.quota_waits, kind, Some(today.resets_at));
        } else if let Some(until) = today.lasts_until.filter(|until| *until < today.resets_at) {
            note(Tone::Warn, words.quota_forecast, kind, Some(until));
        }
    }
}

/// A vendor's code, or our own, with what it means.
pub(in crate::console) fn code_words(lang: Lang, vendor: Vendor, code: &str) -> String {
    match meaning(Some(vendor), code) {
        Some((words, _)) => format!("{code}{}{}", lang.pick(": ", "："), lang.pick(&words.en, &words.zh)),
        None => code.to_owned(),
    }
}
