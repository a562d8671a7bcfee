//! Requests: asked on every connection until they are answered, each answer matched to its request.

use model::{
    BindingKind, CallAction, CallId, CallInvite, CertificateId, ConversationId, ErrorCode, Mute, PushId, Seq,
    Timestamp,
};
use uuid::Uuid;
use wire::{
    Answer, Ask, ClientConfig, ClientEffect, ClientFrame, ClientInput, ClientLink, ClientMemory, ErrorFrame,
    GroupAction, GroupView, ServerFrame,
};

use crate::{
    client_end::{START, feed, live, transmitted},
    world::{login, message, user_id, welcome},
};

fn group() -> ConversationId {
    "g:all".parse().unwrap()
}

fn read(seq: i64) -> Ask {
    Ask::Read { conversation: group(), seq: Seq(seq) }
}

fn call(action: CallAction) -> Ask {
    Ask::Call { call: CallId(Uuid::from_u128(5)), action: Box::new(action) }
}

fn reconnect(link: &mut ClientLink, now: Timestamp, user: &str) -> Vec<ClientFrame> {
    link.step(now, ClientInput::Nudge);
    link.step(now, ClientInput::Connected);
    transmitted(&feed(link, now, &ServerFrame::Welcome(Box::new(welcome(&user_id(user), now)))))
}

fn answers(effects: &[ClientEffect]) -> Vec<(&'static str, Result<Answer, String>)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            ClientEffect::Answered { ask, outcome } => {
                Some((ask.clone().into_frame(0).name(), outcome.clone().map_err(|error| error.code)))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn each_answer_finds_its_own_request() {
    let mut link = live();
    link.step(START, ClientInput::Ask(Ask::Conversations {}));
    let history = Ask::History { conversation: group(), before: None, limit: 20 };
    link.step(START, ClientInput::Ask(history));
    let show = Ask::Group { group: "all".parse().unwrap(), action: Box::new(GroupAction::Show {}) };
    link.step(START, ClientInput::Ask(show));
    let view = GroupView {
        id: "all".parse().unwrap(),
        name: "All".to_owned(),
        owner: user_id("an"),
        join: model::JoinMode::Open,
        muted: false,
        members: 3,
        role: model::Role::Member,
        muted_until: None,
    };
    let older = vec![message(&user_id("an"), &user_id("bo"), 1, START)];
    let frames = [
        ServerFrame::Group { request: 3, group: Box::new(view.clone()) },
        ServerFrame::History { request: 2, messages: older.clone() },
        ServerFrame::Conversations { request: 1, conversations: Vec::new() },
        ServerFrame::Ok { request: 99 },
    ];
    let answered: Vec<_> = frames.iter().flat_map(|frame| answers(&feed(&mut link, START, frame))).collect();
    let expected = [
        ("group", Ok(Answer::Group(Box::new(view)))),
        ("history", Ok(Answer::History(older))),
        ("conversations", Ok(Answer::Conversations(Vec::new()))),
    ];
    assert_eq!(answered, expected);
}

#[test]
fn d6_a_bound_token_is_answered_with_the_push_id() {
    let mut link = live();
    let ask = Ask::Bind { certificate: CertificateId(1), kind: BindingKind::Alert, token: "t".to_owned() };
    link.step(START, ClientInput::Ask(ask));
    let push_id = PushId(Uuid::from_u128(4));
    let effects = feed(&mut link, START, &ServerFrame::Bound { request: 1, push_id });
    assert_eq!(answers(&effects), [("bind", Ok(Answer::Bound(push_id)))]);
}

#[test]
fn b11_the_push_switch_is_asked_again_in_another_process_until_it_is_answered() {
    let mut link = live();
    link.step(START, ClientInput::Closed);
    link.step(START, ClientInput::Ask(Ask::PushSwitch { on: true }));
    let effects = link.step(START, ClientInput::Ask(Ask::PushSwitch { on: false }));
    assert_eq!(effects, [ClientEffect::Persist]);

    let stored = serde_json::to_string(&link.memory()).unwrap();
    let memory: ClientMemory = serde_json::from_str(&stored).unwrap();
    assert_eq!(memory.asks, [Ask::PushSwitch { on: false }], "the last word counts");
    let mut link = ClientLink::new(ClientConfig::default(), memory);
    link.step(START, ClientInput::LogIn(login("bo", true)));
    let sent = reconnect(&mut link, START, "bo");
    let Some(ClientFrame::PushSwitch { request, on: false }) = sent.last() else { panic!("not asked") };
    let effects = feed(&mut link, START, &ServerFrame::Ok { request: *request });
    assert_eq!(answers(&effects), [("push_switch", Ok(Answer::Done))]);
    assert!(link.memory().asks.is_empty());
}

#[test]
fn b12_an_end_of_registration_takes_the_place_of_what_was_to_be_bound() {
    let mut link = live();
    link.step(START, ClientInput::Closed);
    let bind = Ask::Bind { certificate: CertificateId(1), kind: BindingKind::Alert, token: "t".to_owned() };
    link.step(START, ClientInput::Ask(bind));
    link.step(START, ClientInput::Ask(Ask::Unregister {}));
    let names: Vec<_> = reconnect(&mut link, START, "bo").iter().map(ClientFrame::name).collect();
    assert_eq!(names, ["sync", "unregister"]);
}

#[test]
fn what_the_server_has_no_room_for_is_asked_again_after_a_while() {
    let mut link = live();
    link.step(START, ClientInput::Ask(read(3)));
    let busy = ErrorFrame::of_request(&ErrorCode::Busy.into(), 1);
    assert!(answers(&feed(&mut link, START, &ServerFrame::Error(busy))).is_empty());
    assert_eq!(link.next_deadline(), Some(START.plus_ms(5000)));
    let sent = transmitted(&link.step(START.plus_ms(5000), ClientInput::Tick));
    assert!(matches!(sent[..], [ClientFrame::Read { request: 2, .. }]));
    let refused = ErrorFrame::of_request(&ErrorCode::NotAMember.into(), 2);
    let effects = feed(&mut link, START.plus_ms(5000), &ServerFrame::Error(refused));
    assert_eq!(answers(&effects), [("read", Err("not_a_member".to_owned()))]);
}

#[test]
fn read_marks_of_a_conversation_leave_as_the_furthest() {
    let mut link = live();
    link.step(START, ClientInput::Closed);
    for seq in [3, 7, 9] {
        link.step(START, ClientInput::Ask(read(seq)));
    }
    let sent = reconnect(&mut link, START, "bo");
    let reads: Vec<_> = sent.iter().filter(|frame| frame.name() == "read").collect();
    assert!(matches!(reads[..], [ClientFrame::Read { cursors, .. }] if cursors[0].seq == Seq(9)));
}

#[test]
fn f3_what_is_about_a_call_waits_half_a_minute_and_no_longer_than_it_rings() {
    let mut link = live();
    link.step(START, ClientInput::Closed);
    let invite = CallInvite {
        users: vec![user_id("an")],
        group: None,
        media: model::CallMedia::Audio,
        rings_ms: 5_000,
        ext: None,
        push: None,
    };
    link.step(START, ClientInput::Ask(call(CallAction::Invite(Box::new(invite)))));
    link.step(START, ClientInput::Ask(call(CallAction::End {})));
    let gone = |effects: &[ClientEffect]| answers(effects);
    let effects = link.step(START.plus_ms(5_000), ClientInput::Tick);
    assert_eq!(gone(&effects), [("call", Err("no_connection".to_owned()))]);
    let effects = link.step(START.plus_ms(30_000), ClientInput::Tick);
    assert_eq!(gone(&effects), [("call", Err("no_connection".to_owned()))]);
}

#[test]
fn a_question_of_an_earlier_process_is_not_asked_again_but_a_setting_is() {
    let mut link = live();
    link.step(START, ClientInput::Closed);
    link.step(START, ClientInput::Ask(Ask::Conversations {}));
    link.step(START, ClientInput::Ask(Ask::Mute { conversation: group(), mute: Mute::All }));
    assert_eq!(link.memory().asks, [Ask::Mute { conversation: group(), mute: Mute::All }]);
}

#[test]
fn another_user_asks_nothing_that_the_first_left_but_for_the_device() {
    let mut link = live();
    link.step(START, ClientInput::Closed);
    link.step(START, ClientInput::Ask(read(3)));
    link.step(START, ClientInput::Ask(Ask::PushSwitch { on: false }));
    link.step(START, ClientInput::LogIn(login("cy", true)));
    link.step(START, ClientInput::Connected);
    let effects = feed(&mut link, START, &ServerFrame::Welcome(Box::new(welcome(&user_id("cy"), START))));
    let names: Vec<_> = transmitted(&effects).iter().map(ClientFrame::name).collect();
    assert_eq!(names, ["sync", "push_switch"]);
    assert_eq!(answers(&effects), [("read", Err("login_first".to_owned()))]);
}

#[test]
fn without_a_login_nothing_of_a_user_waits() {
    let mut link = ClientLink::new(ClientConfig::default(), ClientMemory::default());
    let effects = link.step(START, ClientInput::Ask(read(3)));
    assert_eq!(answers(&effects), [("read", Err("login_first".to_owned()))]);
    assert!(link.memory().asks.is_empty());
}

#[test]
fn more_requests_than_may_wait_are_refused() {
    let mut link = live();
    link.step(START, ClientInput::Closed);
    let ask = |number: u128| {
        let message = model::MessageId(Uuid::from_u128(number));
        ClientInput::Ask(Ask::Recall { message, push: None })
    };
    for number in 0..256 {
        assert!(answers(&link.step(START, ask(number))).is_empty());
    }
    assert_eq!(answers(&link.step(START, ask(256))), [("recall", Err("busy".to_owned()))]);
}

#[test]
fn t1_the_badge_reported_at_background_is_told_until_the_server_has_it() {
    let mut link = live();
    let background = ClientInput::Presence { foreground: false, unread: Some(7) };
    let sent = transmitted(&link.step(START, background));
    assert!(matches!(sent[..], [ClientFrame::Presence { foreground: false, unread: Some(7), .. }]));
    link.step(START, ClientInput::Closed);
    let sent = reconnect(&mut link, START, "bo");
    let [ClientFrame::Presence { request, unread: Some(7), .. }, ..] = sent[..] else { panic!("not told") };
    feed(&mut link, START, &ServerFrame::Ok { request });
    link.step(START, ClientInput::Closed);
    assert_eq!(reconnect(&mut link, START, "bo").len(), 1, "only the sync");
}

#[test]
fn asks_show_no_token() {
    let ask =
        Ask::Bind { certificate: CertificateId(1), kind: BindingKind::Alert, token: "regid".to_owned() };
    assert_eq!(format!("{ask:?}"), "bind");
}
