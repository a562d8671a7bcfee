//! The server's end alone.

use std::sync::Arc;

use model::{ConversationId, ErrorCode, FRAME_MAX_BYTES, Seq, Timestamp};
use proptest::prelude::*;
use wire::{
    ClientFrame, CloseReason, Cursor, LinkConfig, MessageFrame, Parcel, ServerEffect, ServerFrame,
    ServerInput, ServerLink, Unacked, decode_server, encode,
};

use crate::world::{login, message, message_in, user_id, welcome};

const START: Timestamp = Timestamp(1_000_000);

fn fresh() -> ServerLink {
    ServerLink::new(LinkConfig::default(), START)
}

fn feed(link: &mut ServerLink, now: Timestamp, frame: &ClientFrame) -> Vec<ServerEffect> {
    link.step(now, ServerInput::Text(&encode(frame)))
}

/// Logged in and synced from nothing.
fn live() -> ServerLink {
    let mut link = fresh();
    feed(&mut link, START, &ClientFrame::Login(login("bo", true)));
    link.step(START, ServerInput::Accepted(Box::new(welcome(&user_id("bo"), START))));
    feed(&mut link, START, &ClientFrame::Sync { heads: Vec::new() });
    assert_eq!(link.step(START, ServerInput::Synced).len(), 1);
    link
}

fn messages(seqs: impl IntoIterator<Item = i64>) -> Vec<Arc<MessageFrame>> {
    seqs.into_iter().map(|seq| Arc::new(message(&user_id("an"), &user_id("bo"), seq, START))).collect()
}

fn conversation() -> ConversationId {
    ConversationId::peer(&user_id("an"), &user_id("bo"))
}

fn ack(link: &mut ServerLink, now: Timestamp, seq: i64) -> Vec<ServerEffect> {
    let cursors = vec![Cursor { conversation: conversation(), seq: Seq(seq) }];
    feed(link, now, &ClientFrame::Ack { cursors })
}

fn acked(seq: i64) -> Vec<ServerEffect> {
    vec![ServerEffect::Acked(vec![Cursor { conversation: conversation(), seq: Seq(seq) }])]
}

/// The error codes among what was sent, and the reason of the close.
fn refusal(effects: &[ServerEffect]) -> (Vec<String>, Option<CloseReason>) {
    let mut codes = Vec::new();
    let mut close = None;
    for effect in effects {
        match effect {
            ServerEffect::Send(text) => match decode_server(text) {
                Ok(ServerFrame::Error(error)) => codes.push(error.code),
                other => panic!("unexpected {other:?}"),
            },
            ServerEffect::Close(reason) => close = Some(*reason),
            other => panic!("unexpected {other:?}"),
        }
    }
    (codes, close)
}

fn seqs_sent(effects: &[ServerEffect]) -> Vec<i64> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            ServerEffect::Send(text) => decode_server(text).ok(),
            ServerEffect::SendShared(text) => decode_server(text).ok(),
            _ => None,
        })
        .flat_map(|frame| match frame {
            ServerFrame::Messages { messages, .. } => messages,
            _ => Vec::new(),
        })
        .map(|message| message.seq.0)
        .collect()
}

#[test]
fn whoever_does_not_log_in_within_ten_seconds_is_closed() {
    let mut link = fresh();
    assert_eq!(link.next_deadline(), Some(START.plus_ms(10_000)));
    assert!(link.step(START.plus_ms(9_999), ServerInput::Tick).is_empty());
    let effects = link.step(START.plus_ms(10_000), ServerInput::Tick);
    assert_eq!(effects, [ServerEffect::Close(CloseReason::LoginTimeout)]);
    assert_eq!(link.next_deadline(), None);
}

#[test]
fn a_frame_before_the_login_is_refused_and_closes() {
    let effects = feed(&mut fresh(), START, &ClientFrame::Ping {});
    assert_eq!(refusal(&effects), (vec!["login_first".to_owned()], Some(CloseReason::LoginFirst)));
}

#[test]
fn a_second_login_is_refused_and_the_connection_stays() {
    let mut link = live();
    let effects = feed(&mut link, START, &ClientFrame::Login(login("an", true)));
    assert_eq!(refusal(&effects), (vec!["already_logged_in".to_owned()], None));
    assert!(link.is_live());
}

#[test]
fn a_refused_login_gets_its_code_and_is_closed() {
    let mut link = fresh();
    feed(&mut link, START, &ClientFrame::Login(login("bo", true)));
    let effects = link.step(START, ServerInput::Refused(&ErrorCode::CertificateNameTooLong.into()));
    let (codes, close) = refusal(&effects);
    assert_eq!(
        (codes, close),
        (vec!["certificate_name_too_long".to_owned()], Some(CloseReason::LoginRefused))
    );
}

#[test]
fn the_tenth_frame_that_is_none_closes() {
    let mut link = live();
    for _ in 0..9 {
        assert_eq!(refusal(&link.step(START, ServerInput::Text("{"))), (vec!["malformed".to_owned()], None));
    }
    let (_, close) = refusal(&link.step(START, ServerInput::Binary));
    assert_eq!(close, Some(CloseReason::Garbage));
    assert!(link.step(START, ServerInput::Text("{")).is_empty());
}

#[test]
fn an_oversized_frame_is_refused_and_closes() {
    let effects = live().step(START, ServerInput::Text(&" ".repeat(FRAME_MAX_BYTES + 1)));
    assert_eq!(refusal(&effects), (vec!["frame_too_large".to_owned()], Some(CloseReason::FrameTooLarge)));
}

#[test]
fn acks_are_cumulative_never_go_back_and_never_beyond_what_was_delivered() {
    let mut link = live();
    link.step(START, ServerInput::Deliver(&messages(1..=5)));
    assert_eq!(ack(&mut link, START, 3), acked(3));
    assert!(ack(&mut link, START, 2).is_empty());
    assert_eq!(ack(&mut link, START, 99), acked(5));
    assert!(ack(&mut link, START, 99).is_empty());
}

#[test]
fn a_partial_ack_gives_the_rest_no_longer_than_its_own_deadline() {
    let mut link = live();
    link.step(START, ServerInput::Deliver(&messages([1])));
    link.step(START.plus_ms(2000), ServerInput::Deliver(&messages([2])));
    assert_eq!(link.next_deadline(), Some(START.plus_ms(5000)));
    ack(&mut link, START.plus_ms(3000), 1);
    assert_eq!(link.next_deadline(), Some(START.plus_ms(7000)));
    let effects = link.step(START.plus_ms(7000), ServerInput::Tick);
    let missed = Unacked { conversation: conversation(), after: Seq(1), through: Seq(2) };
    assert_eq!(effects, [ServerEffect::AckMissed(vec![missed]), ServerEffect::Close(CloseReason::AckMissed)]);
}

#[test]
fn a_parcel_goes_out_where_its_message_would_and_as_it_is_written() {
    let parcel = |seq| Parcel::new(Arc::clone(&messages([seq])[0]));
    let mut link = live();
    let first = parcel(1);
    let effects = link.step(START, ServerInput::Parcel(&first));
    assert_eq!(effects, [ServerEffect::SendShared(Arc::clone(first.text()))]);
    assert_eq!(seqs_sent(&effects), [1]);
    assert!(link.step(START, ServerInput::Parcel(&first)).is_empty(), "it has gone out");
    assert_eq!(link.next_deadline(), Some(START.plus_ms(5000)));
    assert_eq!(ack(&mut link, START, 1), acked(1));
    feed(&mut link, START, &ClientFrame::Sync { heads: Vec::new() });
    assert!(link.step(START, ServerInput::Parcel(&parcel(5))).is_empty(), "the pages bring it");
}

#[test]
fn a_message_that_went_out_with_a_page_does_not_go_out_again_live() {
    let mut link = live();
    assert_eq!(seqs_sent(&link.step(START, ServerInput::Page(&messages(3..=4)))), [3, 4]);
    assert_eq!(seqs_sent(&link.step(START, ServerInput::Deliver(&messages(4..=5)))), [5]);
}

#[test]
fn a_sync_that_the_link_asks_for_itself_claims_nothing_that_is_still_in_flight() {
    let mut link = live();
    link.step(START, ServerInput::Page(&messages(1..=3)));
    ack(&mut link, START, 2);
    let heads = vec![Cursor { conversation: conversation(), seq: Seq(2) }];
    feed(&mut link, START, &ClientFrame::Sync { heads: heads.clone() });
    link.step(START, ServerInput::Page(&messages([3])));
    // The fifth is held back: the fourth has not come.
    assert!(link.step(START, ServerInput::Deliver(&messages([5]))).is_empty());
    let again = ServerEffect::Request(ClientFrame::Sync { heads });
    assert_eq!(link.step(START, ServerInput::Synced), [again]);
    assert_eq!(seqs_sent(&link.step(START, ServerInput::Page(&messages(3..=5)))), [4, 5]);
}

#[test]
fn a_client_that_never_syncs_misses_the_ack_of_what_is_held_back() {
    let mut link = fresh();
    feed(&mut link, START, &ClientFrame::Login(login("bo", true)));
    link.step(START, ServerInput::Accepted(Box::new(welcome(&user_id("bo"), START))));
    assert!(link.step(START, ServerInput::Deliver(&messages([1]))).is_empty());
    assert_eq!(link.next_deadline(), Some(START.plus_ms(5000)));
    let effects = link.step(START.plus_ms(5000), ServerInput::Tick);
    assert_eq!(effects.last(), Some(&ServerEffect::Close(CloseReason::AckMissed)));
}

#[test]
fn a_large_page_leaves_in_frames_of_bounded_size() {
    let many = messages(1..=1000);
    let effects = live().step(START, ServerInput::Page(&many));
    assert!(effects.len() > 10);
    assert!(
        effects
            .iter()
            .all(|effect| matches!(effect, ServerEffect::Send(text) if text.len() <= FRAME_MAX_BYTES))
    );
    assert_eq!(seqs_sent(&effects), (1..=1000).collect::<Vec<_>>());
}

#[test]
fn the_own_message_of_a_device_needs_no_ack() {
    let mut link = live();
    let sent = |seq| ServerFrame::Sent {
        client_message_id: model::ClientMessageId::new("c").unwrap(),
        message: message(&user_id("bo"), &user_id("an"), seq, START).id,
        conversation: conversation(),
        seq: Seq(seq),
        sent_at: START,
    };
    link.step(START, ServerInput::Reply(sent(1)));
    assert_eq!(link.next_deadline(), Some(START.plus_ms(75_000)));
    assert_eq!(seqs_sent(&link.step(START, ServerInput::Deliver(&messages([2])))), [2]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_text_and_any_order_of_inputs_neither_panics_nor_acks_what_was_not_delivered(
        steps in proptest::collection::vec((0..8u8, 0..12i64, ".{0,40}"), 0..80),
    ) {
        let mut link = live();
        let (mut delivered, mut high, mut closed) = (0, 0, false);
        for (kind, seq, text) in steps {
            let effects = match kind {
                0 => link.step(START, ServerInput::Deliver(&messages([seq]))),
                1 => link.step(START, ServerInput::Page(&messages([seq]))),
                2 => link.step(START, ServerInput::Synced),
                3 => feed(&mut link, START, &ClientFrame::Sync {
                    heads: vec![Cursor { conversation: conversation(), seq: Seq(seq.min(delivered)) }],
                }),
                4 => link.step(START, ServerInput::Text(&text)),
                5 => feed(&mut link, START, &ClientFrame::Sync { heads: Vec::new() }),
                _ => ack(&mut link, START, seq),
            };
            prop_assert!(!closed || effects.is_empty());
            delivered = seqs_sent(&effects).into_iter().chain([delivered]).max().unwrap_or(0);
            for effect in effects {
                match effect {
                    ServerEffect::Acked(cursors) => {
                        prop_assert!(cursors[0].seq.0 > high && cursors[0].seq.0 <= delivered);
                        high = cursors[0].seq.0;
                    }
                    ServerEffect::Close(_) => closed = true,
                    _ => {}
                }
            }
        }
    }
}

fn call_signal(seq: i64) -> Arc<MessageFrame> {
    let signal = MessageFrame {
        kind: model::MessageKind::Call,
        ..message_in(ConversationId::system(&user_id("bo")), &user_id("an"), seq, START)
    };
    Arc::new(signal)
}

fn notice(seq: i64) -> Arc<MessageFrame> {
    Arc::new(message_in(ConversationId::system(&user_id("bo")), &user_id("an"), seq, START))
}

#[test]
fn f3_a_call_that_is_not_acknowledged_within_two_seconds_closes() {
    let mut link = live();
    link.step(START, ServerInput::Deliver(&[notice(1), call_signal(2), notice(3)]));
    assert_eq!(link.next_deadline(), Some(START.plus_ms(2000)));
    let cursor = |seq| Cursor { conversation: ConversationId::system(&user_id("bo")), seq: Seq(seq) };
    feed(&mut link, START, &ClientFrame::Ack { cursors: vec![cursor(2)] });
    assert_eq!(link.next_deadline(), Some(START.plus_ms(5000)), "the rest is no call");

    let mut link = live();
    link.step(START, ServerInput::Deliver(&[call_signal(1)]));
    assert!(link.step(START.plus_ms(1999), ServerInput::Tick).is_empty());
    let effects = link.step(START.plus_ms(2000), ServerInput::Tick);
    assert_eq!(effects.last(), Some(&ServerEffect::Close(CloseReason::AckMissed)));
}

#[test]
fn f4_what_is_for_connected_devices_alone_leaves_before_the_sync_and_waits_for_no_ack() {
    let mut link = fresh();
    feed(&mut link, START, &ClientFrame::Login(login("bo", true)));
    link.step(START, ServerInput::Accepted(Box::new(welcome(&user_id("bo"), START))));
    assert_eq!(seqs_sent(&link.step(START, ServerInput::Deliver(&messages([0, 1])))), [0]);
    feed(&mut link, START, &ClientFrame::Sync { heads: Vec::new() });
    link.step(START, ServerInput::Page(&messages([1])));
    ack(&mut link, START, 1);
    link.step(START, ServerInput::Synced);
    assert_eq!(seqs_sent(&link.step(START, ServerInput::Deliver(&messages([0, 0])))), [0, 0]);
    assert_eq!(link.next_deadline(), Some(START.plus_ms(75_000)), "only silence is watched");
}

#[test]
fn a_request_of_any_kind_is_handed_on() {
    let mut link = live();
    let asked = [
        ClientFrame::PushSwitch { request: 1, on: false },
        ClientFrame::Unregister { request: 2 },
        ClientFrame::Conversations { request: 3 },
        ClientFrame::Read { request: 4, cursors: Vec::new() },
    ];
    for frame in asked {
        assert_eq!(feed(&mut link, START, &frame), [ServerEffect::Request(frame.clone())]);
    }
}

#[test]
fn a_read_mark_goes_out_as_it_is() {
    let mut link = live();
    let mark = ServerFrame::Read { user: user_id("an"), conversation: conversation(), seq: Seq(4) };
    let effects = link.step(START, ServerInput::Reply(mark.clone()));
    assert_eq!(effects, [ServerEffect::Send(encode(&mark))]);
    assert_eq!(link.next_deadline(), Some(START.plus_ms(75_000)));
}
