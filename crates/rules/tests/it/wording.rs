//! Title and text.

use model::{
    Addressee, AppId, AppPolicy, Body, ConversationId, Message, MessageId, MessageKind, PushSettings, Seq,
    Timestamp, UserId,
};
use rules::wording;

fn message(body: Body, push: Option<PushSettings>) -> Message {
    let user = |name| UserId::new(name).unwrap();
    Message {
        id: MessageId("018f0000-0000-7000-8000-000000000001".parse().unwrap()),
        app: AppId(1),
        addressee: Addressee::Conversation(ConversationId::peer(&user("ann"), &user("bo"))),
        kind: MessageKind::Message,
        sender: Some(user("ann")),
        sender_device: None,
        client_message_id: None,
        seq: Seq(1),
        body,
        push,
        sent_at: Timestamp(0),
        expires_at: Timestamp(1),
    }
}

#[test]
fn without_a_title_the_push_says_a_new_message() {
    let said = wording(&message(Body::text("晚饭吃什么?🍜"), None), &AppPolicy::default(), "zh-CN");
    assert_eq!((said.title.as_str(), said.body.as_str()), ("a new message", "晚饭吃什么?🍜"));
}

#[test]
fn the_senders_own_text_wins() {
    let push =
        PushSettings { title: Some("Ann".into()), body: Some("dinner?".into()), ..PushSettings::default() };
    let said = wording(&message(Body::text("a long story"), Some(push)), &AppPolicy::default(), "en");
    assert_eq!((said.title.as_str(), said.body.as_str()), ("Ann", "dinner?"));
}

#[test]
fn a_content_without_text_speaks_the_devices_language_and_blank_text_counts_as_none() {
    let custom = Body::Custom { content: "{}".into() };
    let blank = Some(PushSettings { title: Some("  ".into()), ..PushSettings::default() });
    assert_eq!(
        wording(&message(custom.clone(), blank), &AppPolicy::default(), "zh").body,
        "您收到一条新消息"
    );
    let said = wording(&message(custom, None), &AppPolicy::default(), "");
    assert_eq!((said.title.as_str(), said.body.as_str()), ("a new message", "You have a new message"));
}
