//! From a row of the audience to the facts the rules look at. Pure.

use model::{
    AppPolicy, BackgroundPolicy, BindingState, CertificateState, Message, MessageKind, Platform,
    SessionState, Timestamp,
};
use rules::{AckFact, BindingFact, Facts, LoginFact, OtherEndFact};
use store::AudienceRow;

use crate::catalogue::AppView;

/// What only the process that holds the connections knows of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No connection here.
    Offline,
    /// No connection here, but the server has just restarted and it was online before.
    Reconnecting,
    /// Connected, and the message is out as a frame.
    Framed {
        /// The app is on screen.
        foreground: bool,
    },
    /// Connected, and no frame goes out for this message.
    Unframed {
        /// The app is on screen.
        foreground: bool,
    },
}

/// The facts of one target.
#[must_use]
pub fn facts_of(
    message: &Message,
    row: &AudienceRow,
    view: &AppView,
    standing: Standing,
    now: Timestamp,
) -> Facts {
    let policy = &view.app.policy;
    let acked = row.acked >= message.seq && message.seq.0 > 0;
    let login = login_of(row, standing);
    let ack = match (acked, standing) {
        (true, _) => AckFact::Acked,
        (false, Standing::Framed { .. }) => AckFact::Waiting,
        (false, _) if lost_connection_since(row, message) => AckFact::Missed,
        (false, _) => AckFact::NotSent,
    };
    let environment = row.device.as_ref().and_then(|device| device.report.apns_environment);
    let (binding, certificate) = match &row.binding {
        BindingState::Bound(bound) => (BindingFact::Bound, Some(bound.certificate)),
        BindingState::Lost(loss) => (BindingFact::Lost(*loss), None),
    };
    let certificate_state = certificate.map_or(CertificateState::Active, |id| {
        view.certificate(id).map_or(CertificateState::Missing, |found| found.state(now, environment))
    });
    Facts {
        at: now,
        expires_at: message.expires_at,
        notice: message.kind == MessageKind::Notice,
        online_only: message.online_only,
        recalled: message.recalled_at.is_some(),
        call: message.kind == MessageKind::Call,
        call_over: false,
        forced: false,
        forced_text: false,
        silent_span: false,
        hide_details: row.settings.hide_details,
        mute: row.mute,
        mentioned: row.user.as_ref().is_some_and(|user| message.mentions.includes(user)),
        other_end: OtherEndFact::None,
        push_off: row.device.as_ref().is_some_and(|device| device.push_off_at.is_some()),
        stale: false,
        push_enabled: message.push.as_ref().is_none_or(|push| push.enabled),
        has_settings: message.push.is_some(),
        push_without_settings: policy.push_without_settings,
        own: row.user.is_some() && row.user == message.sender,
        framed: message.addressee.conversation().is_some(),
        login,
        background: background_of(policy, row),
        ack,
        notifications: row.device.as_ref().map(|device| device.report.notifications).unwrap_or_default(),
        unregistered: row.device.as_ref().is_some_and(|device| device.unregistered_at.is_some()),
        binding,
        certificate,
        certificate_state,
    }
}

fn login_of(row: &AudienceRow, standing: Standing) -> LoginFact {
    if row.user.is_none() {
        return LoginFact::NotNeeded;
    }
    let Some(session) = &row.session else {
        return LoginFact::Never;
    };
    LoginFact::State(match (session.state, standing) {
        (state, _) if !state.is_logged_in() => state,
        (_, Standing::Framed { foreground: true } | Standing::Unframed { foreground: true }) => {
            SessionState::OnlineForeground
        }
        (_, Standing::Framed { foreground: false } | Standing::Unframed { foreground: false }) => {
            SessionState::OnlineBackground
        }
        (_, Standing::Reconnecting) => return LoginFact::Reconnecting,
        (_, Standing::Offline) => SessionState::Disconnected,
    })
}

/// The device was connected when the message came and lost the connection before it acknowledged.
fn lost_connection_since(row: &AudienceRow, message: &Message) -> bool {
    message.seq.0 > 0
        && row.session.as_ref().is_some_and(|session| {
            session.state == SessionState::Disconnected && session.since >= message.sent_at
        })
}

fn background_of(policy: &AppPolicy, row: &AudienceRow) -> BackgroundPolicy {
    match row.device.as_ref().map(|device| device.report.platform) {
        Some(Platform::Ios) => policy.background_ios,
        _ => policy.background_android,
    }
}
