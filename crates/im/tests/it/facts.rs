//! From rows to facts, without a store.

use std::sync::Arc;

use im::{AppView, Occasion, Standing, facts_of, reminder_text};
use model::{
    Addressee, App, AppPolicy, BackgroundPolicy, BindingLoss, BindingState, Body, Call, CallEvent, CallId,
    CallMedia, CallSignal, ConversationId, Device, Invitee, InviteeState, MESSAGE_LIFETIME_MAX_MS, Mentions,
    Message, MessageId, MessageKind, MultiEndRule, Mute, Platform, PlatformClass, PresencePolicy, PushId,
    Secret, Seq, SessionId, SessionState, TextVariant, UserSettings,
};
use rules::{AckFact, Facts, LoginFact, OtherEndFact};
use store::{AudienceRow, SessionRecord};
use uuid::Uuid;

use crate::harness::{APP, START, device, many, on, peer, user};

const OFFLINE: Standing = Standing::Offline;
const FRAMED: Standing = Standing::Framed { foreground: false };

fn view(policy: AppPolicy) -> AppView {
    let app = App {
        id: APP,
        name: "Sample".into(),
        login_secret: Secret::new("secret".into()),
        policy,
        created_at: START,
    };
    AppView { app, certificates: Vec::new(), resources: Vec::new(), webhooks: Vec::new() }
}

fn message() -> Message {
    Message {
        id: MessageId(Uuid::from_u128(1)),
        app: APP,
        addressee: Addressee::Conversation(peer("ann", "bo")),
        kind: MessageKind::Message,
        sender: Some(user("ann")),
        sender_device: None,
        client_message_id: None,
        seq: Seq(4),
        body: Body::text("hello"),
        mentions: Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: None,
        sent_at: START,
        expires_at: START.plus_ms(MESSAGE_LIFETIME_MAX_MS),
    }
}

fn row(number: u128, platform: Platform, acked: i64) -> AudienceRow {
    AudienceRow {
        user: Some(user("bo")),
        session: Some(SessionRecord {
            id: SessionId(1),
            user: user("bo"),
            device: device(number),
            state: SessionState::OnlineForeground,
            since: START,
        }),
        device: Some(Device {
            app: APP,
            id: device(number),
            push_id: PushId(Uuid::from_u128(number)),
            unregistered_at: None,
            push_off_at: None,
            badge: 0,
            report: on(platform),
            seen_at: START,
        }),
        binding: BindingState::Lost(BindingLoss::NeverBound),
        acked: Seq(acked),
        from: Seq(0),
        settings: Arc::default(),
        mute: Mute::None,
    }
}

fn facts(
    policy: AppPolicy,
    row: &AudienceRow,
    standing: Standing,
    ends: &[(AudienceRow, Standing)],
) -> Facts {
    let (message, view) = (message(), view(policy));
    let occasion = Occasion { message: &message, view: &view, call: None, now: START };
    facts_of(&occasion, row, standing, ends)
}

#[test]
fn f7_t6_only_an_end_that_the_strategy_names_silences_and_only_with_an_ack() {
    let rule = MultiEndRule { online: vec![PlatformClass::Desktop], silence: vec![PlatformClass::Mobile] };
    let settings = Arc::new(UserSettings { multi_end: vec![rule], ..UserSettings::default() });
    let phone = AudienceRow { settings: Arc::clone(&settings), ..row(1, Platform::Android, 0) };
    let of = |platform, acked, standing| {
        let other = AudienceRow { settings: Arc::clone(&settings), ..row(2, platform, acked) };
        facts(many(), &phone, OFFLINE, &[(phone.clone(), OFFLINE), (other, standing)]).other_end
    };
    assert_eq!(of(Platform::Desktop, 4, FRAMED), OtherEndFact::Acked);
    assert_eq!(of(Platform::Desktop, 3, FRAMED), OtherEndFact::Waiting);
    assert_eq!(of(Platform::Desktop, 3, OFFLINE), OtherEndFact::None);
    assert_eq!(of(Platform::Desktop, 3, Standing::Overdue { foreground: true }), OtherEndFact::None);
    assert_eq!(of(Platform::Web, 4, FRAMED), OtherEndFact::None);
    assert_eq!(of(Platform::Ios, 4, FRAMED), OtherEndFact::None);
}

#[test]
fn another_users_end_silences_nobody() {
    let rule = MultiEndRule { online: vec![PlatformClass::Web], silence: vec![PlatformClass::Mobile] };
    let settings = Arc::new(UserSettings { multi_end: vec![rule], ..UserSettings::default() });
    let phone = AudienceRow { settings, ..row(1, Platform::Android, 0) };
    let stranger = AudienceRow { user: Some(user("ann")), ..row(2, Platform::Web, 4) };
    assert_eq!(facts(many(), &phone, OFFLINE, &[(stranger, FRAMED)]).other_end, OtherEndFact::None);
}

#[test]
fn t16_the_last_word_of_device_or_session_counts() {
    let policy = AppPolicy { stale_after_days: Some(1), ..many() };
    let days_ago = |days: i64| START.plus_ms(-days * 24 * 3_600_000 - 1);
    let of = |seen: i64, since: i64, standing| {
        let mut row = row(1, Platform::Android, 0);
        row.device.as_mut().unwrap().seen_at = days_ago(seen);
        row.session.as_mut().unwrap().since = days_ago(since);
        facts(policy.clone(), &row, standing, &[]).stale
    };
    assert!(of(1, 2, OFFLINE));
    assert!(!of(0, 2, OFFLINE));
    assert!(!of(2, 0, OFFLINE));
    assert!(!of(2, 2, FRAMED), "it is connected");
}

#[test]
fn a_login_is_not_needed_where_the_app_has_no_sessions() {
    let policy = AppPolicy { presence: PresencePolicy::None, ..many() };
    assert_eq!(facts(policy, &row(1, Platform::Android, 0), FRAMED, &[]).login, LoginFact::NotNeeded);
}

#[test]
fn b3_b4_every_platform_has_its_own_background_policy() {
    let policy = AppPolicy { background_harmony: BackgroundPolicy::WaitForLoss, ..many() };
    let of = |platform| facts(policy.clone(), &row(1, platform, 0), FRAMED, &[]).background;
    assert_eq!(of(Platform::Harmony), BackgroundPolicy::WaitForLoss);
    assert_eq!(of(Platform::Android), BackgroundPolicy::Push);
}

#[test]
fn an_overdue_frame_is_a_missed_one_on_a_connection_that_stands() {
    let overdue = facts(many(), &row(1, Platform::Android, 0), Standing::Overdue { foreground: true }, &[]);
    assert_eq!(
        (overdue.ack, overdue.login),
        (AckFact::Missed, LoginFact::State(SessionState::OnlineForeground))
    );
    let acked = facts(many(), &row(1, Platform::Android, 4), Standing::Overdue { foreground: true }, &[]);
    assert_eq!(acked.ack, AckFact::Acked);
}

#[test]
fn f3_of_a_calls_signals_only_the_invitation_of_one_who_is_rung_is_not_over() {
    let view = view(many());
    let until = START.plus_ms(1_000);
    let call = |state| Call {
        id: CallId(Uuid::from_u128(9)),
        caller: user("ann"),
        caller_device: None,
        group: None,
        media: CallMedia::Video,
        ext: None,
        invitees: vec![Invitee {
            user: user("bo"),
            state,
            device: None,
            rings_until: until,
            invitation: None,
        }],
        caller_left: false,
        created_at: START,
        rings_until: until,
        ended_at: None,
    };
    let over = |event, call: Option<&Call>, now| {
        let signal = CallSignal {
            call: CallId(Uuid::from_u128(9)),
            event,
            caller: user("ann"),
            by: None,
            device: None,
            group: None,
            media: CallMedia::Video,
            rings_until: until,
            ext: None,
        };
        let addressee = Addressee::Conversation(ConversationId::system(&user("bo")));
        let message = Message { addressee, kind: MessageKind::Call, body: Body::Call(signal), ..message() };
        let occasion = Occasion { message: &message, view: &view, call, now };
        facts_of(&occasion, &row(1, Platform::Android, 0), OFFLINE, &[]).call_over
    };
    let (ringing, taken) = (call(InviteeState::Received), call(InviteeState::Accepted));
    let ended = Call { ended_at: Some(START), ..ringing.clone() };
    assert!(!over(CallEvent::Invited, Some(&ringing), START));
    assert!(over(CallEvent::Invited, Some(&ringing), until));
    assert!(over(CallEvent::Invited, Some(&taken), START));
    assert!(over(CallEvent::Invited, Some(&ended), START));
    assert!(over(CallEvent::Invited, None, START));
    assert!(over(CallEvent::Cancelled, Some(&ringing), START));
}

#[test]
fn f8_a_reminder_needs_no_vendor_but_all_that_the_user_set() {
    let policy = AppPolicy { background_android: BackgroundPolicy::WaitForLoss, ..many() };
    let plain = row(1, Platform::Android, 0);
    let text = |row: &AudienceRow, standing| reminder_text(&facts(policy.clone(), row, standing, &[]));
    assert_eq!(text(&plain, FRAMED), Some(TextVariant::Full));
    assert_eq!(text(&plain, Standing::Framed { foreground: true }), None);
    assert_eq!(text(&AudienceRow { mute: Mute::All, ..plain.clone() }, FRAMED), None);
    assert_eq!(text(&AudienceRow { acked: Seq(4), ..plain.clone() }, FRAMED), None);
    let settings = Arc::new(UserSettings { hide_details: true, ..UserSettings::default() });
    assert_eq!(text(&AudienceRow { settings, ..plain }, FRAMED), Some(TextVariant::Hidden));
}
