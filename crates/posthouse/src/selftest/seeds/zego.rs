//! S2: ZEGO ZIM with ZPNs: one to one, group, call invitation, Push ID, unregister, change of user.

use anyhow::{Context, Result, ensure};
use http::Method;
use model::{CallEvent, CallId, ConversationId, GroupId, UserId, Vendor};
use serde_json::{Value, json};
use server::explain::TargetState;
use simulator::{HandsetState, Operation};
use uuid::Uuid;
use wire::Recipient;

use super::{
    actor::{Actor, message_of, reset_policy, set_policy},
    tencent_xiaomi::tapped,
};
use crate::{dev::Dev, selftest::Report};

const ON: &str = "S2";
/// The vendors of the document.
const VENDORS: [Vendor; 5] = [Vendor::Xiaomi, Vendor::Huawei, Vendor::Oppo, Vendor::Vivo, Vendor::Fcm];

pub(super) async fn walk(report: &mut Report, dev: &Dev) {
    report.check(ON, "push asked for by settings alone", asked_for(dev)).await;
    report.check(ON, "peer: five vendors, payload", peer(dev)).await;
    report.check(ON, "group: all that are offline, one send", group(dev)).await;
    report.check(ON, "call: received while it rings", call(dev)).await;
    report.check(ON, "call: cancelled, withdrawn", cancelled(dev)).await;
    report.check(ON, "Push ID addresses one device", push_id(dev)).await;
    report.check(ON, "unregister: no pushes any more", unregister(dev)).await;
    report.check(ON, "change of user: the binding goes", change_of_user(dev)).await;
    report.check(ON, "never logged in: nothing", never_logged_in(dev)).await;
}

async fn asked_for(dev: &Dev) -> Result<String> {
    set_policy(dev, json!({ "push_without_settings": false })).await?;
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    phone.kill().await?;
    let silent = phone.written_plainly("without settings").await?;
    let ended = phone.ends(&silent, TargetState::Skipped, "no_push_settings").await?;
    phone.written("with settings", json!({ "title": "离线推送标题", "body": "离线推送内容" })).await?;
    phone.shows("离线推送内容").await?;
    phone.leave().await;
    reset_policy(dev).await?;
    Ok(format!("{ended}; with settings: shown"))
}

async fn peer(dev: &Dev) -> Result<String> {
    let mut getters = Vec::new();
    for vendor in VENDORS {
        let phone = Actor::enter(dev, vendor, |_| {}).await?;
        phone.kill().await?;
        let body = format!("离线推送内容，{vendor}");
        let push = json!({ "title": "离线推送标题", "body": body, "payload": "自定义透传字段" });
        phone.written("one to one", push).await?;
        let tap = tapped(&phone, &body).await.with_context(|| vendor.name())?;
        ensure!(tap.payload.as_deref() == Some("自定义透传字段"), "{vendor}: payload is {:?}", tap.payload);
        phone
            .sees("the message itself comes after login", |state| {
                state.inbox.iter().any(|entry| entry.text == "one to one")
            })
            .await?;
        getters.push(format!("{vendor} {}", tap.getter));
        phone.leave().await;
    }
    Ok(getters.join(" · "))
}

/// The owner makes a group with two others; one is killed, one is on screen.
async fn group(dev: &Dev) -> Result<String> {
    let owner = Actor::enter(dev, Vendor::Oppo, |_| {}).await?;
    let away = Actor::enter(dev, Vendor::Huawei, |_| {}).await?;
    let here = Actor::enter(dev, Vendor::Vivo, |_| {}).await?;
    let group = GroupId::new(&format!("g-{}", Uuid::new_v4().simple()))?;
    let create = json!({ "do": "create", "name": "晚饭", "members": [away.user, here.user] });
    let action = serde_json::from_value(create)?;
    owner.touch(Operation::Group { group: group.clone(), action }).await?;
    owner.logs("group ok members=3").await?;
    away.kill().await?;
    let to = Recipient::from(group.clone());
    owner.touch(Operation::send(to, "到齐了吗")).await?;
    away.shows("(晚饭):到齐了吗").await?;
    let has = |state: &HandsetState| state.inbox.iter().any(|entry| entry.text == "到齐了吗");
    let at_hand = here.sees("who is on screen has the message", has).await?;
    ensure!(at_hand.shade.is_empty(), "who is on screen was pushed to");
    let entry = at_hand.inbox.iter().find(|entry| entry.text == "到齐了吗").context("it is gone")?;
    ensure!(entry.conversation == ConversationId::group(&group), "it is in {}", entry.conversation);
    let message = entry.id.to_string();
    let pushed = away.ends(&message, TargetState::Accepted, "accepted").await?;
    let seen = here.ends(&message, TargetState::Delivered, "acked").await?;
    away.come_back().await?;
    away.sees("the message itself comes after login", has).await?;
    for actor in [owner, away, here] {
        actor.leave().await;
    }
    Ok(format!("away: {pushed}; here: {seen}"))
}

fn invite(users: &[&Actor<'_>], rings_ms: i64) -> Result<Box<model::CallAction>> {
    let users: Vec<&str> = users.iter().map(|actor| actor.user.as_str()).collect();
    let push = json!({ "title": "来电", "body": "邀请你通话" });
    let action = json!({ "do": "invite", "users": users, "rings_ms": rings_ms, "push": push });
    Ok(serde_json::from_value(action)?)
}

fn heard(state: &HandsetState, call: CallId, event: CallEvent) -> bool {
    state.calls.iter().any(|signal| signal.call == call && signal.event == event)
}

/// Two invitees: one was killed and comes back while it rings, the other is on screen and takes the call.
async fn call(dev: &Dev) -> Result<String> {
    let caller = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let away = Actor::enter(dev, Vendor::Oppo, |_| {}).await?;
    let here = Actor::enter(dev, Vendor::Huawei, |_| {}).await?;
    away.kill().await?;
    let call = CallId(Uuid::new_v4());
    caller.touch(Operation::Call { call, action: invite(&[&away, &here], 60_000)? }).await?;
    caller.logs("call ok").await?;
    away.shows("邀请你通话").await?;
    here.sees("the phone on screen rings", |state| heard(state, call, CallEvent::Invited)).await?;
    away.come_back().await?;
    away.sees("it rings after coming online", |state| heard(state, call, CallEvent::Invited)).await?;
    away.touch(Operation::Call { call, action: serde_json::from_value(json!({ "do": "accept" }))? }).await?;
    caller.sees("the caller hears of it", |state| heard(state, call, CallEvent::Accepted)).await?;
    caller.touch(Operation::Call { call, action: serde_json::from_value(json!({ "do": "end" }))? }).await?;
    here.sees("the end is heard of", |state| heard(state, call, CallEvent::Ended)).await?;
    for actor in [caller, away, here] {
        actor.leave().await;
    }
    Ok("pushed, rang after coming online, accepted, ended".to_owned())
}

/// Who comes back after the caller gave up hears no ringing, and the notification is gone where the vendor takes it
/// back.
async fn cancelled(dev: &Dev) -> Result<String> {
    let caller = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let away = Actor::enter(dev, Vendor::Huawei, |_| {}).await?;
    away.kill().await?;
    let call = CallId(Uuid::new_v4());
    caller.touch(Operation::Call { call, action: invite(&[&away], 60_000)? }).await?;
    away.shows("邀请你通话").await?;
    caller
        .touch(Operation::Call { call, action: serde_json::from_value(json!({ "do": "cancel" }))? })
        .await?;
    away.sees("the notification is withdrawn", |state| {
        state.shade.iter().all(|shown| shown.body != "邀请你通话")
    })
    .await?;
    away.come_back().await?;
    away.logs("synced").await?;
    ensure!(!heard(&away.state()?, call, CallEvent::Invited), "a call that is over rang");
    caller.leave().await;
    away.leave().await;
    Ok("withdrawn at the vendor; silent after coming online".to_owned())
}

async fn push_id(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let line = phone.logs("commit token ok").await?;
    let push_id = phone.state()?.push_id.context("the app was told no Push ID")?;
    phone.kill().await?;
    let push = json!({ "to": { "push_id": push_id }, "push": { "title": "调试", "body": "在线调试" } });
    let message = message_of(&phone.api.post::<Value>("/v1/pushes", &push).await?)?;
    phone.shows("在线调试").await?;
    phone.leave().await;
    Ok(format!("{message}; {line}"))
}

async fn unregister(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let push_id = phone.state()?.push_id.context("the app was told no Push ID")?;
    phone.touch(Operation::Unregister {}).await?;
    phone.logs("unregistered").await?;
    phone.kill().await?;
    let silent = phone.written_plainly("unregistered").await?;
    let ended = phone.ends(&silent, TargetState::Skipped, "unregistered").await?;
    let push = json!({ "to": { "push_id": push_id }, "push": { "body": "to the old Push ID" } });
    let answer = phone.api.call(Method::POST, "/v1/pushes", &push).await?;
    ensure!(phone.state()?.shade.is_empty(), "the shade shows something");
    phone.leave().await;
    Ok(format!("{ended}; a push to the old Push ID was answered {}", answer.status))
}

/// The first user does not log out; the second takes the phone over, and the first is pushed to there no more.
async fn change_of_user(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let next = format!("{}-next", phone.user);
    phone.touch(Operation::LogIn { token: phone.token_of(&next)? }).await?;
    let commits = |state: &HandsetState| {
        state.log.iter().filter(|line| line.text.starts_with("commit token ok")).count()
    };
    phone.sees("the second user's token is reported", |state| commits(state) == 2).await?;
    ensure!(phone.state()?.user == UserId::new(&next).ok(), "the phone is still the first user's");
    phone.kill_unwatched().await?;
    let first = phone.written_plainly("to the first user").await?;
    let ended = phone.ends(&first, TargetState::Skipped, "kicked").await?;
    let second =
        json!({ "from": phone.user, "to": next, "body": { "type": "text", "text": "to the second" } });
    let _: Value = phone.api.post("/v1/messages", &second).await?;
    phone.shows("to the second").await?;
    let shown = phone.state()?.shade;
    ensure!(shown.iter().all(|shown| shown.body != "to the first user"), "the first user's message is shown");
    phone.leave().await;
    Ok(format!("the first: {ended}; the second: shown"))
}

async fn never_logged_in(dev: &Dev) -> Result<String> {
    let phone = Actor::enter(dev, Vendor::Xiaomi, |_| {}).await?;
    let nobody = format!("{}-nobody", phone.user);
    let message = json!({ "from": phone.user, "to": nobody, "body": { "type": "text", "text": "hello?" } });
    let id = message_of(&phone.api.post::<Value>("/v1/messages", &message).await?)?;
    let path = crate::explain::path_of(&id, &nobody);
    let ended = phone
        .asked("the target ends", || async {
            let answer: Value = phone.api.get(&path).await?;
            let target = &answer["targets"][0];
            let reason = target["reason"]["name"].as_str().unwrap_or_default();
            Ok((target["state"] == "skipped").then(|| reason.to_owned()))
        })
        .await?;
    ensure!(ended == "never_logged_in", "it ended as {ended}");
    phone.leave().await;
    Ok(ended)
}
