//! Switches, aliases and tags, and what they do to pushes.

use super::*;

#[tokio::test]
async fn a_switch_that_is_off_refuses_its_push_id() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let id = ("pushId", token.as_str());
    let state =
        |bar: u8, direct: u8| json!({"barTypeSwitch": bar, "directTypeSwitch": direct, "pushId": token});
    assert_eq!(flyme.post("/message/getRegisterSwitch", &[id]).await["value"], state(1, 0));
    let off = flyme.post("/message/changeRegisterSwitch", &[id, ("msgType", "0"), ("subSwitch", "0")]).await;
    assert_eq!(off["value"], state(0, 0));
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({"110010": [token]}));
    let on = flyme.post("/message/changeAllSwitch", &[id, ("subSwitch", "1")]).await;
    assert_eq!(on["value"], state(1, 1));
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({}));
    assert_eq!(phone.shade().len(), 1);
    let wrong = [id, ("msgType", "2"), ("subSwitch", "0")];
    assert_eq!(flyme.post("/message/changeRegisterSwitch", &wrong).await["code"], "1005");
    let nobody = [("pushId", "RA50"), ("subSwitch", "1")];
    assert_eq!(flyme.post("/message/changeAllSwitch", &nobody).await["code"], "110003");
    phone.invalidate_token();
    assert_eq!(flyme.post("/message/getRegisterSwitch", &[id]).await["code"], "110002");
}

#[tokio::test]
async fn an_alias_reaches_its_phones_and_an_unknown_one_is_listed() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let message = chat(&json!({})).to_string();
    let to = |alias| [("alias", alias), ("messageJson", message.as_str())];
    let long = "a".repeat(61);
    let subscribed = [("pushId", token.as_str()), ("alias", &long[..60])];
    let answer = flyme.post("/message/subscribeAlias", &subscribed).await;
    assert_eq!(answer["value"], json!({"pushId": token, "alias": &long[..60]}));
    let over = [("pushId", token.as_str()), ("alias", &long)];
    assert_eq!(flyme.post("/message/subscribeAlias", &over).await["code"], "1005");
    let both = format!("{},nobody", &long[..60]);
    let answer = flyme.post("/push/varnished/pushByAlias", &to(&both)).await;
    assert_eq!(answer["value"], json!({"110005": ["nobody"]}));
    assert_eq!(phone.shade().len(), 1);
    phone.set_notifications(false);
    let answer = flyme.post("/push/varnished/pushByAlias", &to(&long[..60])).await;
    assert_eq!(answer["value"], json!({"110005": [&long[..60]]}));
    flyme.post("/message/unSubscribeAlias", &[("pushId", &token)]).await;
    let answer = flyme.post("/message/getSubAlias", &[("pushId", &token)]).await;
    assert_eq!(answer["value"]["alias"], "");
}

#[tokio::test]
async fn tags_are_numbered_and_bounded() {
    let flyme = Flyme::start().await;
    let (_, token) = flyme.phone("meizu-21");
    let id = ("pushId", token.as_str());
    let answer = flyme.post("/message/subscribeTags", &[id, ("tags", "体育,科技,")]).await;
    let tags = json!([{"tagId": 1, "tagName": "体育"}, {"tagId": 2, "tagName": "科技"}]);
    assert_eq!(answer["value"], json!({"pushId": token, "tags": tags}));
    let many = (0..98).map(|n| format!("t{n}")).collect::<Vec<_>>().join(",");
    assert_eq!(flyme.post("/message/subscribeTags", &[id, ("tags", &many)]).await["code"], "200");
    assert_eq!(flyme.post("/message/subscribeTags", &[id, ("tags", "one more")]).await["code"], "1005");
    assert_eq!(flyme.post("/message/subscribeTags", &[id, ("tags", &"x".repeat(21))]).await["code"], "1005");
    let left = flyme.post("/message/unSubscribeTags", &[id, ("tags", &many)]).await;
    assert_eq!(left["value"]["tags"], tags);
    assert_eq!(flyme.post("/message/unSubAllTags", &[id]).await["value"], json!(true));
    assert_eq!(flyme.post("/message/getSubTags", &[id]).await["value"]["tags"], json!([]));
}
