//! Composing an answer from rows: no socket, no store.

use std::sync::Arc;

use im::{AppView, Occasion, Standing};
use model::{
    Addressee, App, AppId, AppPolicy, Attempt, Binding, BindingKind, BindingLoss, BindingState, Body,
    Certificate, CertificateId, CertificateName, ConversationId, Delivery, DeliveryId, DeliveryState, Device,
    DeviceId, DeviceReport, Environment, Form, Marks, Mentions, Message, MessageId, MessageKind, Mute,
    Purpose, PushId, PushSettings, Secret, Seq, SessionId, SessionState, TextVariant, Timestamp, UserId,
    Vendor,
};
use rules::{Facts, Reason, TABLE_VERSION, decide};
use server::explain::{Case, ExplainedTarget, Language, TargetState, compose, outlook, render_text};
use store::{AudienceRow, SessionRecord};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_763_800_000_000);

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn view() -> AppView {
    AppView {
        app: App {
            id: AppId(1),
            name: "app".to_owned(),
            login_secret: Secret::new(String::new()),
            policy: AppPolicy::default(),
            created_at: NOW,
        },
        certificates: vec![Certificate {
            id: CertificateId(6666),
            app: AppId(1),
            vendor: Vendor::Xiaomi,
            name: CertificateName::new("小米").unwrap(),
            version: 1,
            disabled: false,
            form: Form::default(),
            environment: None,
            expires_at: None,
            receipt_secret: Secret::new(String::new()),
            created_at: NOW,
            updated_at: NOW,
        }],
        resources: Vec::new(),
        webhooks: Vec::new(),
    }
}

fn message() -> Message {
    Message {
        id: MessageId(Uuid::from_u128(7)),
        app: AppId(1),
        addressee: Addressee::Conversation(ConversationId::peer(&user("ann"), &user("bo"))),
        kind: MessageKind::Message,
        sender: Some(user("ann")),
        sender_device: None,
        client_message_id: None,
        seq: Seq(5),
        body: Body::text("晚饭吃什么?"),
        mentions: Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: None,
        sent_at: NOW,
        expires_at: NOW.plus_ms(60_000),
    }
}

fn row(acked: i64) -> AudienceRow {
    AudienceRow {
        user: Some(user("bo")),
        session: Some(SessionRecord {
            id: SessionId(1),
            user: user("bo"),
            device: DeviceId(Uuid::from_u128(1)),
            state: SessionState::Disconnected,
            since: NOW.plus_ms(-1000),
        }),
        device: Some(Device {
            app: AppId(1),
            id: DeviceId(Uuid::from_u128(1)),
            push_id: PushId(Uuid::from_u128(2)),
            unregistered_at: None,
            push_off_at: None,
            badge: 0,
            report: DeviceReport { brand: "xiaomi".into(), model: "14".into(), ..DeviceReport::default() },
            seen_at: NOW,
        }),
        binding: BindingState::Lost(BindingLoss::NeverBound),
        acked: Seq(acked),
        from: Seq(0),
        settings: Arc::default(),
        mute: Mute::None,
    }
}

/// The facts of a device that is away.
fn facts_away() -> Facts {
    let (message, view) = (message(), view());
    let occasion = Occasion { message: &message, view: &view, call: None, now: NOW };
    im::facts_of(&occasion, &row(0), Standing::Offline, &[])
}

fn attempt(at_ms: i64, verdict: &str, code: &str) -> Attempt {
    Attempt {
        at: NOW.plus_ms(at_ms),
        took_ms: 42,
        verdict: verdict.to_owned(),
        http_status: 200,
        code: code.to_owned(),
        text: "in the vendor's\nown words".to_owned(),
    }
}

fn delivery(state: DeliveryState, reason: model::ReasonCode, attempts: Vec<Attempt>) -> Delivery {
    Delivery {
        id: DeliveryId(1),
        app: AppId(1),
        message: message().id,
        purpose: Purpose::Notify,
        user: Some(user("bo")),
        device: Some(DeviceId(Uuid::from_u128(1))),
        push_id: None,
        certificate: Some(CertificateId(6666)),
        token: "a-token-of-bo".into(),
        binding_generation: 1,
        state,
        reason,
        rules_version: TABLE_VERSION,
        facts: facts_away().pack(),
        text: TextVariant::Full,
        badge: None,
        decided_at: NOW,
        due_at: NOW.plus_ms(500),
        expires_at: NOW.plus_ms(60_000),
        finished_at: state.is_terminal().then_some(NOW.plus_ms(900)),
        attempts,
        vendor_message_id: None,
        raced: false,
        marks: Marks::default(),
        receipt_note: String::new(),
    }
}

fn target(rows: &[(AudienceRow, Standing)], deliveries: &[Delivery]) -> ExplainedTarget {
    let (message, view) = (message(), view());
    let case = Case {
        call: None,
        message: &message,
        view: &view,
        rows,
        deliveries,
        fanout: None,
        sender_name: Some("安"),
        group_name: None,
        deleted: &[],
        now: NOW.plus_ms(1000),
        show_text: true,
    };
    let mut targets = compose(&case).targets;
    assert_eq!(targets.len(), 1, "{targets:?}");
    targets.remove(0)
}

#[test]
fn j4_every_attempt_comes_with_the_vendors_code_its_meaning_and_what_to_do() {
    let attempts = vec![attempt(100, "limited", "200002"), attempt(800, "accepted", "0")];
    let accepted = delivery(DeliveryState::Accepted, Reason::ACCEPTED, attempts);
    let target = target(&[(row(0), Standing::Offline)], &[accepted]);
    assert_eq!((target.state, target.reason.name.as_str()), (TargetState::Accepted, "accepted"));
    let limited = &target.attempts[0];
    assert_eq!(limited.meaning.as_ref().unwrap().zh, "超过每秒推送条数（QPS）限制");
    assert!(limited.todo.is_some());
    assert_eq!(target.certificate.as_ref().unwrap().name, "小米");
    assert_eq!(target.token_tail, "…-of-bo");
    assert!(target.next_at.is_none());
}

#[test]
fn a_code_of_what_happened_on_the_way_is_explained_too() {
    let queued =
        delivery(DeliveryState::Queued, Reason::RETRYING, vec![attempt(1, "retry", "connect_failed")]);
    let target = target(&[(row(0), Standing::Offline)], &[queued]);
    assert_eq!(target.state, TargetState::Queued);
    assert_eq!(target.next_at, Some(NOW.plus_ms(500)));
    assert!(target.attempts[0].meaning.as_ref().unwrap().en.contains("firewall"));
}

#[test]
fn a_code_that_is_in_no_book_is_shown_and_never_guessed() {
    let odd =
        delivery(DeliveryState::Rejected, Reason::UNRECOGNISED, vec![attempt(1, "unrecognised", "99999")]);
    let target = target(&[(row(0), Standing::Offline)], &[odd]);
    assert_eq!((&target.attempts[0].meaning, target.attempts[0].code.as_str()), (&None, "99999"));
}

#[test]
fn the_rules_are_those_that_saw_the_facts_of_the_decision_not_those_of_now() {
    let decided = delivery(DeliveryState::Skipped, Reason::NO_BINDING, Vec::new());
    let mut online = row(5);
    online.session.as_mut().unwrap().state = SessionState::OnlineForeground;
    let target = target(&[(online, Standing::Framed { foreground: true })], &[decided]);
    assert_eq!(decide(&facts_away()).reason, Reason::NO_BINDING);
    let decided: Vec<&str> = target
        .rules
        .iter()
        .filter(|rule| rule.result == server::explain::RuleResult::Decided)
        .map(|rule| rule.rule.as_str())
        .collect();
    assert_eq!(decided, ["no_binding"]);
    assert!(target.acked, "and that the device has it by now is said beside it");
}

#[test]
fn a_device_that_is_no_target_any_more_keeps_its_answer() {
    let kept = delivery(DeliveryState::Accepted, Reason::ACCEPTED, Vec::new());
    let target = target(&[], &[kept]);
    assert_eq!((target.state, target.user.as_deref()), (TargetState::Accepted, Some("bo")));
    assert_eq!(target.device.unwrap().session, None);
}

#[test]
fn a_device_that_came_after_the_decision_is_told_from_one_that_has_the_message() {
    assert_eq!(target(&[(row(0), Standing::Offline)], &[]).state, TargetState::Later);
    assert_eq!(target(&[(row(5), Standing::Offline)], &[]).state, TargetState::Delivered);
}

#[test]
fn facts_that_do_not_read_leave_the_rules_out_and_the_rest_in() {
    let mut torn = delivery(DeliveryState::Skipped, Reason::KICKED, Vec::new());
    torn.facts.truncate(3);
    torn.rules_version = TABLE_VERSION + 1;
    let target = target(&[(row(0), Standing::Offline)], &[torn]);
    assert!(target.rules.is_empty() && target.rules_changed);
    assert_eq!(target.reason.name, "kicked");
}

#[test]
fn a_terminal_shows_attempts_on_lines_of_their_own_whatever_the_vendor_writes() {
    let accepted = delivery(DeliveryState::Accepted, Reason::ACCEPTED, vec![attempt(100, "accepted", "0")]);
    let (message, view, rows) = (message(), view(), [(row(0), Standing::Offline)]);
    let case = Case {
        call: None,
        message: &message,
        view: &view,
        rows: &rows,
        deliveries: &[accepted],
        fanout: None,
        sender_name: Some("安"),
        group_name: None,
        deleted: &[],
        now: NOW,
        show_text: false,
    };
    let explanation = compose(&case);
    assert_eq!(explanation.message.as_ref().unwrap().text, None);
    let text = render_text(&explanation, Language::En);
    assert!(text.contains("· 42 ms · HTTP 200 · accepted · 0 in the vendor's own words\n"), "{text}");
    assert!(text.contains("  certificate 6666 小米 (xiaomi) …-of-bo\n"), "{text}");
    assert!(!text.contains("晚饭"), "{text}");
}

#[test]
fn t13_what_followed_a_notification_is_told_with_its_attempts() {
    let accepted = delivery(DeliveryState::Accepted, Reason::ACCEPTED, vec![attempt(100, "accepted", "0")]);
    let withdrawn = Delivery {
        id: DeliveryId(2),
        purpose: Purpose::Withdraw,
        ..delivery(DeliveryState::Accepted, Reason::WITHDRAWN, vec![attempt(700, "accepted", "0")])
    };
    let target = target(&[(row(0), Standing::Offline)], &[withdrawn, accepted]);
    assert_eq!((target.state, target.attempts.len()), (TargetState::Accepted, 1));
    let followed = &target.follow_ups[..];
    assert_eq!(followed.len(), 1);
    assert_eq!((followed[0].purpose, followed[0].reason.name.as_str()), (Purpose::Withdraw, "withdrawn"));
    assert_eq!(followed[0].attempts.len(), 1);
}

#[test]
fn the_text_and_badge_of_a_push_are_told_to_who_may_read_it() {
    let mut queued = delivery(DeliveryState::Queued, Reason::PUSH_DISCONNECTED, Vec::new());
    (queued.text, queued.badge) = (TextVariant::Hidden, Some(3));
    let hidden = target(&[(row(0), Standing::Offline)], &[queued.clone()]);
    let shown = hidden.shown.unwrap();
    assert_eq!((shown.text, hidden.badge), (TextVariant::Hidden, Some(3)));
    assert!(!shown.body.contains("晚饭"), "{shown:?}");
    queued.text = TextVariant::Full;
    let full = target(&[(row(0), Standing::Offline)], &[queued]);
    assert_eq!(full.shown.unwrap().body, "安:晚饭吃什么?");
    let skipped = delivery(DeliveryState::Skipped, Reason::MUTED, Vec::new());
    assert_eq!(target(&[(row(0), Standing::Offline)], &[skipped]).shown, None);
}

#[test]
fn e8_a_push_resource_that_the_app_does_not_have_is_warned_of() {
    let push = PushSettings { resource: "calls".parse().ok(), ..PushSettings::default() };
    let (message, view) = (Message { push: Some(push), ..message() }, view());
    let case = Case {
        message: &message,
        view: &view,
        rows: &[],
        deliveries: &[],
        fanout: None,
        call: None,
        sender_name: None,
        group_name: None,
        deleted: &[],
        now: NOW,
        show_text: false,
    };
    let explanation = compose(&case);
    assert_eq!(explanation.warnings[0].code, "unknown_resource");
    assert!(render_text(&explanation, Language::Zh).contains("推送资源 calls"));
}

#[test]
fn a_notice_has_its_reason_without_a_row() {
    let (message, view) = (Message { kind: MessageKind::Notice, ..message() }, view());
    let rows = [(row(0), Standing::Offline)];
    let case = Case {
        message: &message,
        view: &view,
        rows: &rows,
        deliveries: &[],
        fanout: None,
        call: None,
        sender_name: None,
        group_name: None,
        deleted: &[],
        now: NOW,
        show_text: true,
    };
    let target = compose(&case).targets.remove(0);
    assert_eq!((target.state, target.reason.name.as_str()), (TargetState::Skipped, "notice"));
    assert!(!target.rules.is_empty());
}

#[test]
fn j6_a_build_and_a_certificate_of_two_environments_are_told_apart() {
    let mut view = view();
    let certificate = &mut view.certificates[0];
    (certificate.vendor, certificate.environment) = (Vendor::Apns, Some(Environment::Production));
    let message = message();
    let reason = |environment| {
        let mut row = row(0);
        row.device.as_mut().unwrap().report.apns_environment = Some(environment);
        row.binding = BindingState::Bound(Binding {
            device: DeviceId(Uuid::from_u128(1)),
            certificate: CertificateId(6666),
            kind: BindingKind::Alert,
            token: "a-token-of-bo".into(),
            owner: Some(user("bo")),
            registered_at: NOW,
            generation: 1,
            doubts: 0,
        });
        let rows = [(row, Standing::Offline)];
        let case = Case {
            message: &message,
            view: &view,
            rows: &rows,
            deliveries: &[],
            fanout: None,
            call: None,
            sender_name: None,
            group_name: None,
            deleted: &[],
            now: NOW,
            show_text: true,
        };
        outlook(&case).targets.remove(0).reason
    };
    let mismatched = reason(Environment::Development);
    assert_eq!(mismatched.name, "wrong_environment");
    assert!(mismatched.hint_zh.contains("构建环境"), "{mismatched:?}");
    assert_eq!(reason(Environment::Production).name, "push_disconnected");
}
