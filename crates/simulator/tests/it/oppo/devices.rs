//! The feedback, device and media hosts.

use axum::body::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use super::{DEVICE, FEEDBACK, HOST, MEDIA, Oppo, SAVE, form, message};

const INVALID: &str = "/server/v1/feedback/fetch_invalid_regidList";

fn png(width: u32, height: u32, bytes: usize) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.resize(bytes, 0);
    file
}

async fn upload(oppo: &Oppo, kind: &str, file: Option<&[u8]>, ttl: &str) -> Value {
    let mut body = Vec::new();
    for (name, value) in [("auth_token", oppo.token.as_str()), ("picture_ttl", ttl)] {
        let part = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    if let Some(file) = file {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
        body.extend([head.as_bytes(), file, b"\r\n"].concat());
    }
    body.extend(b"--b--\r\n");
    let request = Request::post(format!("/server/v1/media/upload/{kind}"))
        .header("host", MEDIA)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    oppo.ask_at(MEDIA, request).await
}

#[tokio::test]
async fn ids_found_invalid_are_told_once() {
    let oppo = Oppo::start().await;
    let (phone, dead) = oppo.phone("find-x7");
    let new = phone.renew_token().unwrap();
    for _ in 0..2 {
        assert_eq!(oppo.unicast(&message(&dead, json!({}))).await["code"], 10000);
    }
    assert_eq!(oppo.unicast(&message(&new, json!({}))).await["code"], 0);
    let told = oppo.call(FEEDBACK, INVALID, None).await;
    assert_eq!(told["data"], json!({"registration_ids": [dead], "totalCount": 1}));
    let told = oppo.call(FEEDBACK, INVALID, None).await;
    assert_eq!(told["data"], json!({"registration_ids": [], "totalCount": 0}));
    assert_eq!(oppo.call(FEEDBACK, INVALID, Some(json!({}))).await["code"], 12);
    assert_eq!(oppo.call(HOST, INVALID, None).await["code"], 20);
}

#[tokio::test]
async fn aliases_and_tags_are_kept_by_device() {
    let oppo = Oppo::start().await;
    let (_, id) = oppo.phone("find-x7");
    let device = async |path: &str, body: Value| {
        oppo.call(DEVICE, &format!("/server/v1/device/{path}"), Some(body)).await
    };
    let alias = |alias: String| json!({"registration_id": id, "alias": alias});
    for (path, body, code) in [
        ("get_alias", json!({"registration_id": id}), 31),
        ("set_alias", alias("a".repeat(64)), 0),
        ("set_alias", alias("a".repeat(65)), 41),
        ("set_alias", alias("a;b".to_owned()), 41),
        ("set_alias", json!({"registration_id": id}), 40),
        ("set_alias", json!({"registration_id": "CN_bad", "alias": "a"}), 10000),
        ("set_alias", alias("ming".to_owned()), 0),
        ("delete_alias", json!({}), 40),
        ("subscribe_tags", json!({"registration_id": id, "tags": "red;big;"}), 0),
        ("unsubscribe_tags", json!({"registration_id": id, "tags": "red"}), 0),
        ("add_tags", json!({"name": "red", "desc": "warm"}), 0),
        ("add_tags", json!({"name": "red"}), 32),
        ("add_tags", json!({"name": "x".repeat(51)}), 41),
        ("add_tag_group", json!({"group": "colours", "tags": "red;blue", "desc": ""}), 0),
        ("add_tag_group", json!({"group": "colours"}), 40),
    ] {
        assert_eq!(device(path, body.clone()).await["code"], code, "{path} {body}");
    }
    let own = json!({"registration_id": id, "auth_token": oppo.token});
    assert_eq!(
        device("get_alias", own.clone()).await["data"],
        json!({"registrationId": id, "alias": "ming"})
    );
    assert_eq!(device("get_all_tags", own.clone()).await["data"], json!({"tags": [{"tag": "big"}]}));
    device("delete_alias", json!({"alias": "ming"})).await;
    assert_eq!(device("get_alias", own).await["code"], 31);
}

#[tokio::test]
async fn a_picture_is_checked_and_can_be_broadcast_until_it_expires() {
    let oppo = Oppo::start().await;
    let good = png(876, 324, 1000);
    for (kind, file, ttl, code) in [
        ("big_picture", Some(good.as_slice()), "2592000", 0),
        ("big_picture", Some(&good), "2592001", 41),
        ("big_picture", None, "60", 40),
        ("big_picture", Some(b"GIF89a"), "60", 51),
        ("big_picture", Some(&png(876, 325, 1000)), "60", 51),
        ("big_picture", Some(&png(876, 324, 1_000_000)), "60", 0),
        ("big_picture", Some(&png(876, 324, 1_000_001)), "60", 51),
        ("small_picture", Some(&png(144, 144, 50_000)), "60", 0),
        ("small_picture", Some(&png(144, 144, 50_001)), "60", 51),
    ] {
        assert_eq!(upload(&oppo, kind, file, ttl).await["code"], code, "{kind} {ttl}");
    }
    let id = upload(&oppo, "big_picture", Some(&good), "60").await["data"]["big_picture_id"].clone();
    let fields = [
        ("auth_token", oppo.token.as_str()),
        ("style", "3"),
        ("title", "a"),
        ("content", "b"),
        ("big_picture_id", id.as_str().unwrap()),
    ];
    assert_eq!(oppo.ask(form(SAVE, &fields)).await["code"], 0);
    oppo.world.clock.advance_ms(60_000);
    assert_eq!(oppo.ask(form(SAVE, &fields)).await["code"], 51);
    oppo.set_rights(&json!({"picture_quota": 4}));
    assert_eq!(upload(&oppo, "big_picture", Some(&good), "60").await["code"], 34);
}
