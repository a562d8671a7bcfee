//! Frames on the wire.

use std::sync::Arc;

use model::{ErrorCode, FRAME_MAX_BYTES, Timestamp, UserId};
use wire::{ClientFrame, ServerFrame, decode_client, decode_server, encode, encode_messages};

use crate::world::{login, message};

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

#[test]
fn every_client_frame_is_read_as_it_was_written() {
    for text in [
        r#"{"type":"ping"}"#,
        r#"{"type":"send","client_message_id":"c1","to":"bo","body":{"type":"text","text":"hi"}}"#,
        r#"{"type":"ack","cursors":[{"conversation":"p:an:bo","seq":3}]}"#,
        r#"{"type":"sync","heads":[]}"#,
        r#"{"type":"presence","request":1,"foreground":true}"#,
        r#"{"type":"bind","request":2,"certificate":1001,"kind":"alert","token":"t"}"#,
        r#"{"type":"unbind","request":3,"certificate":1001,"kind":"alert"}"#,
        r#"{"type":"logout","request":4}"#,
    ] {
        assert_eq!(encode(&decode_client(text).unwrap()), text);
    }
    let frame = ClientFrame::Login(login("bo", true));
    assert_eq!(decode_client(&encode(&frame)), Ok(frame));
}

#[test]
fn messages_encoded_without_a_copy_read_like_the_frame() {
    let messages = vec![Arc::new(message(&user("an"), &user("bo"), 1, Timestamp(5)))];
    for sync in [false, true] {
        let frame = ServerFrame::Messages { messages: vec![messages[0].as_ref().clone()], sync };
        assert_eq!(encode_messages(&messages, sync), encode(&frame));
        assert_eq!(decode_server(&encode(&frame)), Ok(frame));
    }
}

#[test]
fn garbage_has_a_stable_code() {
    let code = |text: &str| decode_client(text).unwrap_err().code;
    for text in [
        "",
        "null",
        "{}",
        "[]",
        r#"{"type":"nothing"}"#,
        r#"{"type":"ping","more":1}"#,
        "\u{0}",
        "{\"type\":",
    ] {
        assert_eq!(code(text), ErrorCode::Malformed, "{text}");
    }
    assert_eq!(code(&" ".repeat(FRAME_MAX_BYTES + 1)), ErrorCode::FrameTooLarge);
}

#[test]
fn debug_shows_no_token() {
    let shown = format!("{:?}", ClientFrame::Login(login("bo", true)));
    assert_eq!(shown, "login");
    assert!(!format!("{:?}", login("bo", true)).contains("token of bo"));
}
