//! The client's end alone.

use model::{Seq, Timestamp};
use wire::{
    Answer, Arrival, Ask, ClientConfig, ClientEffect, ClientFrame, ClientInput, ClientLink, ClientMemory,
    Cursor, ErrorFrame, LinkState, ServerFrame, decode_client, encode,
};

use crate::world::{login, message, user_id, welcome};

pub(crate) const START: Timestamp = Timestamp(1_000_000);

pub(crate) fn feed(link: &mut ClientLink, now: Timestamp, frame: &ServerFrame) -> Vec<ClientEffect> {
    link.step(now, ClientInput::Text(&encode(frame)))
}

fn logging_in() -> ClientLink {
    let mut link = ClientLink::new(ClientConfig::default(), ClientMemory::default());
    assert_eq!(link.step(START, ClientInput::LogIn(login("bo", true))), [ClientEffect::Connect]);
    link.step(START, ClientInput::Connected);
    link
}

pub(crate) fn live() -> ClientLink {
    let mut link = logging_in();
    let mut welcome = welcome(&user_id("bo"), START);
    welcome.heartbeat_ms = 30_000;
    feed(&mut link, START, &ServerFrame::Welcome(Box::new(welcome)));
    feed(&mut link, START, &ServerFrame::Synced {});
    link
}

fn messages(seqs: &[i64], sync: bool) -> ServerFrame {
    let messages = seqs.iter().map(|seq| message(&user_id("an"), &user_id("bo"), *seq, START)).collect();
    ServerFrame::Messages { messages, sync }
}

fn seqs(effects: &[ClientEffect]) -> Vec<i64> {
    effects
        .iter()
        .flat_map(|effect| match effect {
            ClientEffect::Messages { messages, .. } => messages.iter().map(|message| message.seq.0).collect(),
            _ => Vec::new(),
        })
        .collect()
}

pub(crate) fn transmitted(effects: &[ClientEffect]) -> Vec<ClientFrame> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            ClientEffect::Transmit(text) => decode_client(text).ok(),
            _ => None,
        })
        .collect()
}

fn heads(seq: i64) -> Vec<Cursor> {
    let conversation = model::ConversationId::peer(&user_id("an"), &user_id("bo"));
    vec![Cursor { conversation, seq: Seq(seq) }]
}

#[test]
fn a_gap_in_live_messages_is_asked_for_and_a_gap_in_a_sync_is_taken_as_it_is() {
    let mut link = live();
    assert_eq!(seqs(&feed(&mut link, START, &messages(&[1], false))), [1]);
    let effects = feed(&mut link, START, &messages(&[3], false));
    assert_eq!(seqs(&effects), Vec::<i64>::new());
    assert_eq!(transmitted(&effects), [ClientFrame::Sync { heads: heads(1) }]);
    let effects = feed(&mut link, START, &messages(&[3, 7], true));
    assert_eq!(seqs(&effects), [3, 7]);
    assert!(
        effects.iter().any(|effect| matches!(effect, ClientEffect::Messages { arrival: Arrival::Sync, .. }))
    );
    assert_eq!(feed(&mut link, START, &ServerFrame::Synced {}), [ClientEffect::Synced]);
}

#[test]
fn a_live_message_that_overtakes_its_sync_is_asked_for_again() {
    let mut link = live();
    feed(&mut link, START, &messages(&[3], false));
    feed(&mut link, START, &messages(&[4], false));
    feed(&mut link, START, &messages(&[1, 2, 3], true));
    let effects = feed(&mut link, START, &ServerFrame::Synced {});
    assert_eq!(transmitted(&effects), [ClientFrame::Sync { heads: heads(3) }]);
    // What no sync brings is given up, not asked for for ever.
    assert_eq!(feed(&mut link, START, &ServerFrame::Synced {}), [ClientEffect::Synced]);
}

#[test]
fn acks_of_many_messages_leave_as_one_and_a_repeated_message_is_acked_again() {
    let mut link = live();
    for seq in 1..=20 {
        assert!(transmitted(&feed(&mut link, START, &messages(&[seq], false))).is_empty());
    }
    let due = START.plus_ms(50);
    assert_eq!(link.next_deadline(), Some(due));
    let ack = ClientFrame::Ack { cursors: heads(20) };
    assert_eq!(transmitted(&link.step(due, ClientInput::Tick)), std::slice::from_ref(&ack));
    assert!(seqs(&feed(&mut link, due, &messages(&[20], false))).is_empty());
    assert_eq!(transmitted(&link.step(due.plus_ms(50), ClientInput::Tick)), [ack]);
}

#[test]
fn a_login_refused_for_good_is_forgotten_and_one_refused_for_now_is_repeated() {
    let mut link = logging_in();
    let busy = ErrorFrame::of(&model::ErrorCode::Busy.into());
    assert_eq!(feed(&mut link, START, &ServerFrame::Error(busy)), [ClientEffect::Close]);
    assert_eq!(link.state(), LinkState::Waiting);

    let mut link = logging_in();
    let expired = ErrorFrame::of(&model::ErrorCode::TokenExpired.into());
    let effects = feed(&mut link, START, &ServerFrame::Error(expired.clone()));
    assert_eq!(effects, [ClientEffect::Close, ClientEffect::LoginRefused(expired)]);
    assert_eq!(link.next_deadline(), None);
}

#[test]
fn a_bind_without_an_answer_is_repeated_on_the_next_connection() {
    let mut link = live();
    let ask = Ask::Bind {
        certificate: model::CertificateId(1),
        kind: model::BindingKind::Alert,
        token: "t".to_owned(),
    };
    assert_eq!(transmitted(&link.step(START, ClientInput::Ask(ask.clone()))).len(), 1);
    link.step(START, ClientInput::Closed);
    link.step(START, ClientInput::Nudge);
    link.step(START, ClientInput::Connected);
    let effects = feed(&mut link, START, &ServerFrame::Welcome(Box::new(welcome(&user_id("bo"), START))));
    let Some(ClientFrame::Bind { request, .. }) = transmitted(&effects).pop() else { panic!("no bind") };
    let effects = feed(&mut link, START, &ServerFrame::Ok { request });
    assert_eq!(effects, [ClientEffect::Answered { ask, outcome: Ok(Answer::Done) }]);
}

#[test]
fn another_user_on_the_device_sees_nothing_of_the_first() {
    let mut link = live();
    feed(&mut link, START, &messages(&[1], false));
    link.step(START, ClientInput::LogIn(login("cy", true)));
    link.step(START, ClientInput::Connected);
    let effects = feed(&mut link, START, &ServerFrame::Welcome(Box::new(welcome(&user_id("cy"), START))));
    assert_eq!(transmitted(&effects), [ClientFrame::Sync { heads: Vec::new() }]);
    assert_eq!(link.memory().user, Some(user_id("cy")));
}

#[test]
fn going_to_the_background_is_reported_once() {
    let mut link = live();
    let effects = link.step(START, ClientInput::Presence { foreground: false, unread: None });
    assert!(matches!(transmitted(&effects)[..], [ClientFrame::Presence { foreground: false, .. }]));
    assert!(link.step(START, ClientInput::Presence { foreground: false, unread: None }).is_empty());
}

#[test]
fn heads_that_do_not_fit_a_frame_are_left_out() {
    let heads: Vec<Cursor> = (0..2000)
        .map(|number| Cursor {
            conversation: model::ConversationId::peer(&user_id("bo"), &user_id(&format!("friend {number}"))),
            seq: Seq(1),
        })
        .collect();
    let memory = ClientMemory { user: Some(user_id("bo")), heads, ..ClientMemory::default() };
    let mut link = ClientLink::new(ClientConfig::default(), memory);
    link.step(START, ClientInput::LogIn(login("bo", true)));
    link.step(START, ClientInput::Connected);
    let effects = feed(&mut link, START, &ServerFrame::Welcome(Box::new(welcome(&user_id("bo"), START))));
    let [ClientFrame::Sync { heads }] = &transmitted(&effects)[..] else { panic!("no sync") };
    assert!(heads.len() > 200);
}

#[test]
fn own_messages_between_those_of_others_leave_no_gap() {
    let mut link = live();
    let conversation = model::ConversationId::peer(&user_id("an"), &user_id("bo"));
    let sent = |seq| ServerFrame::Sent {
        client_message_id: model::ClientMessageId::new("c").unwrap(),
        message: message(&user_id("bo"), &user_id("an"), seq, START).id,
        conversation: conversation.clone(),
        seq: Seq(seq),
        sent_at: START,
    };
    // The own message is the second, and its answer overtakes the first.
    feed(&mut link, START, &sent(2));
    feed(&mut link, START, &messages(&[1], false));
    let effects = feed(&mut link, START, &messages(&[3], false));
    assert_eq!(seqs(&effects), [3]);
    assert!(transmitted(&effects).is_empty());
    assert_eq!(link.memory().heads, heads(3));
}
