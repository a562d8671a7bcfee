//! Composing an answer from rows: no socket, no store.

use im::{AppView, Standing};
use model::{
    Addressee, App, AppId, AppPolicy, Attempt, BindingLoss, BindingState, Body, Certificate, CertificateId,
    CertificateName, ConversationId, Delivery, DeliveryId, DeliveryState, Device, DeviceId, DeviceReport,
    Form, Marks, Message, MessageId, MessageKind, Purpose, PushId, Secret, Seq, SessionId, SessionState,
    Timestamp, UserId, Vendor,
};
use rules::{Reason, TABLE_VERSION, decide};
use server::explain::{Case, ExplainedTarget, Language, TargetState, compose, render_text};
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
            report: DeviceReport { brand: "xiaomi".into(), model: "14".into(), ..DeviceReport::default() },
            seen_at: NOW,
        }),
        binding: BindingState::Lost(BindingLoss::NeverBound),
        acked: Seq(acked),
    }
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
    let facts = im::facts_of(&message(), &row(0), &view(), Standing::Offline, NOW);
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
        facts: facts.pack(),
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
        now: NOW.plus_ms(1000),
        show_text: true,
    };
    let mut targets = compose(&case).targets;
    assert_eq!(targets.len(), 1, "{targets:?}");
    targets.remove(0)
}

#[test]
fn every_attempt_comes_with_the_vendors_code_its_meaning_and_what_to_do() {
    let attempts = vec![attempt(100, "limited", "200002"), attempt(800, "accepted", "0")];
    let accepted = delivery(DeliveryState::Accepted, Reason::ACCEPTED, attempts);
    let target = target(&[(row(0), Standing::Offline)], &[accepted]);
    assert_eq!((target.state, target.reason.name.as_str()), (TargetState::Accepted, "accepted"));
    let limited = &target.attempts[0];
    assert_eq!(limited.meaning.as_ref().unwrap().zh, "超过每秒推送条数(QPS)限制");
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
    let facts = im::facts_of(&message(), &row(0), &view(), Standing::Offline, NOW);
    assert_eq!(decide(&facts).reason, Reason::NO_BINDING);
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
