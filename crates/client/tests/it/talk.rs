//! Messages, groups, calls: what the app asks and what it hears (rows B9, E6, F1 to F4, I4, T8, T13).

use std::collections::BTreeMap;

use client::{AppEvent, Input};
use model::{
    Body, CallAction, CallEvent, CallId, CallMedia, CallSignal, ConversationId, GroupEvent, GroupNotice,
    Mentions, MessageId, MessageKind, Mute, PushSettings, Seq, Style, Vendor, VendorSettings,
};
use uuid::Uuid;
use wire::{
    Answer, Ask, ClientFrame, ErrorFrame, GroupAction, GroupView, MessageFrame, Recipient, SendMessage,
    ServerFrame,
};

use crate::app::{App, START, config, message, peer, recommended, text, user};

fn logged_in() -> App {
    App::logged_in(config(), vec![recommended(1001, Vendor::Xiaomi)])
}

const CALL: CallId = CallId(Uuid::from_u128(5));

fn signal(seq: i64, event: CallEvent, by: &str) -> MessageFrame {
    let signal = CallSignal {
        call: CALL,
        event,
        caller: user("an"),
        by: Some(user(by)),
        device: None,
        group: None,
        media: CallMedia::Audio,
        rings_until: START.plus_ms(60_000),
        ext: None,
    };
    MessageFrame {
        conversation: ConversationId::system(&user("bo")),
        kind: MessageKind::Call,
        body: Body::Call(signal),
        ..message(seq)
    }
}

fn heard_calls(app: &App) -> Vec<(&'static str, CallEvent)> {
    app.events
        .iter()
        .filter_map(|event| match event {
            AppEvent::CallInvited(signal) => Some(("invited", signal.event)),
            AppEvent::CallChanged(signal) => Some(("changed", signal.event)),
            _ => None,
        })
        .collect()
}

#[test]
fn i4_e6_a_message_carries_title_text_extension_and_the_oppo_channel() {
    let mut app = logged_in();
    let oppo = VendorSettings {
        style: Style { channel: Some("im".to_owned()), ..Style::default() },
        ..VendorSettings::default()
    };
    let push = PushSettings {
        title: Some("title".to_owned()),
        body: Some("description".to_owned()),
        ext: Some(r#"{"entity":{"userID":"user1"}}"#.to_owned()),
        vendors: BTreeMap::from([(Vendor::Oppo, oppo)]),
        ..PushSettings::default()
    };
    app.feed(Input::SendMessage(Box::new(SendMessage { push: Some(push.clone()), ..*text("c1", "an") })));
    let Some(ClientFrame::Send(sent)) = app.frames.last() else { panic!("not sent") };
    assert_eq!(sent.push.as_ref(), Some(&push));
}

#[test]
fn f2_f4_t8_a_message_goes_to_a_group_as_a_notification_or_to_connected_devices_alone() {
    let mut app = logged_in();
    let group: model::GroupId = "all".parse().unwrap();
    let mentions = Mentions { all: false, users: vec![user("cy")] };
    app.feed(Input::SendMessage(Box::new(SendMessage {
        to: Recipient::from(group.clone()),
        mentions: mentions.clone(),
        ..*text("c1", "an")
    })));
    let Some(ClientFrame::Send(sent)) = app.frames.last() else { panic!("not sent") };
    assert_eq!((&sent.to, &sent.mentions), (&Recipient::from(group), &mentions));
    app.feed(Input::SendMessage(Box::new(SendMessage {
        system: true,
        online_only: true,
        ..*text("c2", "an")
    })));
    let Some(ClientFrame::Send(sent)) = app.frames.last() else { panic!("not sent") };
    assert!(sent.system && sent.online_only);
}

#[test]
fn what_became_of_a_send_is_told_with_its_place() {
    let mut app = logged_in();
    app.feed(Input::SendMessage(text("c1", "an")));
    app.hear(&ServerFrame::Sent {
        client_message_id: "c1".parse().unwrap(),
        message: MessageId(Uuid::from_u128(8)),
        conversation: peer(),
        seq: Seq(4),
        sent_at: START,
    });
    let Some(AppEvent::SendResult { outcome: Ok(sent), .. }) = app.events.last() else { panic!("not told") };
    assert_eq!((&sent.conversation, sent.seq), (&peer(), Seq(4)));

    app.feed(Input::LogOut);
    app.agree();
    app.feed(Input::SendMessage(text("c2", "an")));
    let Some(AppEvent::SendResult { outcome: Err(error), .. }) = app.events.last() else { panic!("kept") };
    assert_eq!(error.code, "login_first");
}

#[test]
fn what_the_app_asks_is_answered_with_what_it_asked() {
    let mut app = logged_in();
    let group: model::GroupId = "all".parse().unwrap();
    let action = Box::new(GroupAction::Create {
        name: "All".to_owned(),
        join: model::JoinMode::Open,
        members: vec![],
    });
    app.feed(Input::Group { group: group.clone(), action: action.clone() });
    let request = app.last_request().1;
    let view = Box::new(GroupView {
        id: group.clone(),
        name: "All".to_owned(),
        owner: user("bo"),
        join: model::JoinMode::Open,
        muted: false,
        members: 1,
        role: model::Role::Owner,
        muted_until: None,
    });
    app.hear(&ServerFrame::Group { request, group: view.clone() });
    let answered =
        AppEvent::Answered { ask: Box::new(Ask::Group { group, action }), outcome: Ok(Answer::Group(view)) };
    assert_eq!(app.events.last(), Some(&answered));

    let asks: [Input<'_>; 6] = [
        Input::Recall { message: message(1).id, push: None },
        Input::Call { call: CALL, action: Box::new(CallAction::Accept {}) },
        Input::Settings(Box::default()),
        Input::Mute { conversation: peer(), mute: Mute::All },
        Input::Read { conversation: peer(), seq: Seq(1) },
        Input::History { conversation: peer(), before: None, limit: 20 },
    ];
    for input in asks {
        app.feed(input);
        let (frame, request) = app.last_request();
        let name = frame.name();
        app.hear(&ServerFrame::Error(ErrorFrame::of_request(&model::ErrorCode::NotFound.into(), request)));
        let Some(AppEvent::Answered { ask, outcome: Err(error) }) = app.events.last() else {
            panic!("{name}")
        };
        assert_eq!((ask.clone().into_frame(0).name(), error.code.as_str()), (name, "not_found"));
    }
}

#[test]
fn f3_an_invitation_is_told_while_it_rings_and_not_after() {
    let mut app = logged_in();
    app.receive(vec![signal(1, CallEvent::Invited, "an")], false);
    assert_eq!(heard_calls(&app), [("invited", CallEvent::Invited)]);

    let mut app = logged_in();
    app.now = START.plus_ms(60_000);
    app.receive(vec![signal(1, CallEvent::Invited, "an")], false);
    assert!(heard_calls(&app).is_empty(), "the server's clock was learned at login");
}

#[test]
fn f3_an_invitation_that_comes_with_a_sync_is_told_at_its_end_where_it_still_rings() {
    let over: [&[MessageFrame]; 4] = [
        &[signal(2, CallEvent::Cancelled, "an")],
        &[signal(2, CallEvent::Accepted, "bo")],
        &[signal(2, CallEvent::Received, "cy"), signal(3, CallEvent::Ended, "an")],
        &[signal(2, CallEvent::Rejected, "bo")],
    ];
    for later in over {
        let mut app = logged_in();
        app.receive(vec![signal(1, CallEvent::Invited, "an")], true);
        app.receive(later.to_vec(), true);
        app.hear(&ServerFrame::Synced {});
        assert!(heard_calls(&app).iter().all(|(what, _)| *what == "changed"), "{later:?}");
    }
    let mut app = logged_in();
    app.receive(vec![signal(1, CallEvent::Invited, "an"), signal(2, CallEvent::Rejected, "cy")], true);
    assert_eq!(heard_calls(&app), [("changed", CallEvent::Rejected)]);
    app.hear(&ServerFrame::Synced {});
    assert_eq!(heard_calls(&app).last(), Some(&("invited", CallEvent::Invited)));
}

#[test]
fn f3_an_invitation_in_a_sync_that_a_kill_interrupts_is_told_by_the_next_process() {
    let mut app = logged_in();
    app.receive(vec![signal(1, CallEvent::Invited, "an")], true);
    let mut app = app.restarted(config());
    app.connect(vec![]);
    assert_eq!(heard_calls(&app), [("invited", CallEvent::Invited)]);
}

#[test]
fn a_change_of_a_group_is_told_and_does_not_count_as_unread() {
    let mut app = logged_in();
    let notice = GroupNotice { event: GroupEvent::Joined, by: Some(user("an")), users: vec![user("cy")] };
    let conversation: ConversationId = "g:all".parse().unwrap();
    let frame = MessageFrame {
        conversation: conversation.clone(),
        kind: MessageKind::Notice,
        body: Body::Group(notice.clone()),
        ..message(1)
    };
    app.receive(vec![frame], false);
    assert_eq!(app.events.last(), Some(&AppEvent::GroupChanged { conversation, notice }));
    assert_eq!(app.icon, 0);
}
