//! The icon's number and the notifications that the app raises by itself (rows F8, T1).

use std::collections::BTreeMap;

use client::{AppEvent, Input};
use model::{
    Body, CallEvent, CallId, CallMedia, CallSignal, ConversationId, MessageKind, Recalled, Seq, Vendor,
};
use uuid::Uuid;
use wire::{ClientFrame, ConversationView, MessageFrame, Reminder, ServerFrame};

use crate::app::{App, START, config, message, peer, recommended, user};

fn logged_in() -> App {
    App::logged_in(config(), vec![recommended(1001, Vendor::Xiaomi)])
}

fn in_background(unread: Option<u32>) -> App {
    let mut app = logged_in();
    app.feed(Input::Background { unread });
    app.agree();
    app
}

fn reminded(seq: i64, counts_badge: bool) -> MessageFrame {
    let reminder = Reminder {
        title: "an".to_owned(),
        body: "hi".to_owned(),
        payload: Some("where to go".to_owned()),
        counts_badge,
    };
    MessageFrame { reminder: Some(reminder), ..message(seq) }
}

#[test]
fn t1_the_icon_counts_what_is_unread_while_the_app_is_on_screen() {
    let mut app = logged_in();
    app.receive(vec![message(1), message(2)], false);
    assert_eq!(app.icon, 2);
    let own = MessageFrame { sender: Some(user("bo")), ..message(3) };
    app.receive(vec![own], false);
    assert_eq!(app.icon, 2, "one's own message is read");
    app.receive(vec![MessageFrame { seq: Seq(0), ..message(9) }], false);
    assert_eq!(app.icon, 2, "one for connected devices alone is in no conversation");
    app.feed(Input::Read { conversation: peer(), seq: Seq(2) });
    assert_eq!(app.icon, 0);
    assert!(matches!(app.frames.last(), Some(ClientFrame::Read { cursors, .. }) if cursors[0].seq == Seq(2)));
}

#[test]
fn t1_the_base_that_is_reported_at_background_is_the_apps_own_where_it_gives_one() {
    for (given, reported) in [(None, 1), (Some(12), 12)] {
        let mut app = logged_in();
        app.receive(vec![message(1)], false);
        app.feed(Input::Background { unread: given });
        let (ClientFrame::Presence { foreground: false, unread, .. }, _) = app.last_request() else {
            panic!("not told")
        };
        assert_eq!((*unread, app.icon), (Some(reported), reported));
    }
}

#[test]
fn t1_what_is_read_on_another_device_lowers_the_icon_and_not_under_nothing() {
    let mut app = in_background(Some(3));
    app.receive(vec![reminded(1, true), reminded(2, true)], false);
    assert_eq!(app.icon, 5);
    app.hear(&ServerFrame::Read { user: user("an"), conversation: peer(), seq: Seq(2) });
    assert_eq!(app.icon, 5, "somebody else has read it");
    app.hear(&ServerFrame::Read { user: user("bo"), conversation: peer(), seq: Seq(1) });
    assert_eq!(app.icon, 4);
    app.hear(&ServerFrame::Read { user: user("bo"), conversation: peer(), seq: Seq(9) });
    assert_eq!(app.icon, 3);
    app.feed(Input::Foreground);
    assert_eq!(app.icon, 0, "on screen it shows what is unread");
}

#[test]
fn t1_a_message_whose_push_shows_the_number_by_itself_is_counted_in_silence() {
    let mut app = in_background(Some(3));
    app.receive(vec![message(1)], false);
    assert_eq!(app.icon, 3);
    app.hear(&ServerFrame::Read { user: user("bo"), conversation: peer(), seq: Seq(1) });
    assert_eq!(app.core.badge(), 3, "the push made it four, and it was read");
}

#[test]
fn t1_the_count_outlives_a_kill() {
    let mut app = logged_in();
    app.receive(vec![message(1), message(2)], false);
    let mut app = app.restarted(config());
    app.connect(vec![]);
    app.receive(vec![message(3)], true);
    assert_eq!(app.core.badge(), 3);
}

#[test]
fn t1_the_servers_count_of_the_conversations_is_taken_over() {
    let mut app = logged_in();
    app.feed(Input::Conversations);
    let request = app.last_request().1;
    let view = ConversationView {
        conversation: peer(),
        seq: Seq(40),
        read: Seq(30),
        unread: 7,
        mute: model::Mute::None,
        last: None,
    };
    app.hear(&ServerFrame::Conversations { request, conversations: vec![view] });
    assert_eq!(app.icon, 7);
}

#[test]
fn f8_off_screen_the_app_raises_what_no_push_is_sent_for_and_a_tap_hands_over_its_payload() {
    let mut app = in_background(Some(0));
    app.receive(vec![reminded(1, true)], false);
    let [notification] = &app.shown[..] else { panic!("not shown") };
    assert_eq!((notification.title.as_str(), notification.body.as_str()), ("an", "hi"));
    assert_eq!(app.icon, 1);
    let (ext, payload) = (notification.ext.clone(), notification.payload.clone());
    app.feed(Input::Tapped {
        getter: "local",
        ext: ext.as_deref(),
        payload: payload.as_deref(),
        members: &BTreeMap::new(),
    });
    let tapped = AppEvent::Tapped {
        getter: "local".to_owned(),
        ext: Some("ext content".to_owned()),
        payload: Some("where to go".to_owned()),
        entity: None,
    };
    assert_eq!(app.events.last(), Some(&tapped));
}

#[test]
fn f8_on_screen_nothing_is_raised_and_one_that_does_not_count_leaves_the_icon() {
    let mut app = logged_in();
    app.receive(vec![reminded(1, true)], false);
    assert!(app.shown.is_empty());
    let mut app = in_background(Some(2));
    app.receive(vec![reminded(1, false)], false);
    assert_eq!((app.shown.len(), app.icon), (1, 2));
}

#[test]
fn f8_without_a_reminder_the_message_comes_and_nothing_is_raised() {
    let mut app = in_background(None);
    app.receive(vec![message(1)], false);
    assert!(app.shown.is_empty());
    assert!(matches!(app.events.last(), Some(AppEvent::MessageReceived { .. })));
}

#[test]
fn f8_what_was_read_elsewhere_or_taken_back_leaves_the_shade() {
    let mut app = in_background(Some(0));
    app.receive(vec![reminded(1, true), reminded(2, true)], false);
    app.hear(&ServerFrame::Read { user: user("bo"), conversation: peer(), seq: Seq(1) });
    assert_eq!(app.shown.len(), 1);
    let recalled = Recalled { message: message(2).id, seq: Seq(2), by: Some(user("an")) };
    let notice =
        MessageFrame { kind: MessageKind::Notice, body: Body::Recall(recalled.clone()), ..message(3) };
    app.receive(vec![notice], false);
    assert_eq!((app.shown.len(), app.icon), (0, 0));
    let heard = AppEvent::MessageRecalled { conversation: peer(), recalled };
    assert_eq!(app.events.last(), Some(&heard));
}

#[test]
fn f8_f3_a_call_that_rings_no_more_leaves_the_shade() {
    let mut app = in_background(Some(0));
    let signal = |event| CallSignal {
        call: CallId(Uuid::from_u128(5)),
        event,
        caller: user("an"),
        by: Some(user("an")),
        device: None,
        group: None,
        media: CallMedia::Video,
        rings_until: START.plus_ms(60_000),
        ext: None,
    };
    let frame = |seq, event| MessageFrame {
        conversation: ConversationId::system(&user("bo")),
        kind: MessageKind::Call,
        body: Body::Call(signal(event)),
        ..reminded(seq, false)
    };
    app.receive(vec![frame(1, CallEvent::Invited)], false);
    assert_eq!(app.shown.len(), 1);
    app.receive(vec![MessageFrame { reminder: None, ..frame(2, CallEvent::Cancelled) }], false);
    assert!(app.shown.is_empty());
}

#[test]
fn a_logout_empties_icon_and_shade() {
    let mut app = in_background(Some(3));
    app.receive(vec![reminded(1, true)], false);
    app.feed(Input::LogOut);
    app.agree();
    assert_eq!((app.icon, app.shown.len()), (0, 0));
}
