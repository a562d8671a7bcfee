//! What users and devices set: names, spans, mutes, the push switch.

use model::{
    Addressee, ConversationId, DeliveryState, DeviceReport, DoNotDisturb, Mute, Quiet, ReasonCode,
    UserSettings,
};

use super::{
    Stage,
    stage::{APP, FOREIGN, device, report, user},
};
use crate::{Op, Outcome};

const OFF: ReasonCode = ReasonCode(12);

fn settings() -> UserSettings {
    UserSettings {
        do_not_disturb: Some(DoNotDisturb {
            from_minute: 1320,
            to_minute: 480,
            time_zone: "Asia/Shanghai".to_owned(),
            effect: Quiet::HideDetails,
        }),
        hide_details: true,
        multi_end: Vec::new(),
    }
}

async fn switch(stage: &Stage, device: model::DeviceId, on: bool) -> Outcome {
    let at = stage.now();
    stage.commit(Op::SwitchPush { app: APP, device, on, reason: OFF, at }).await
}

async fn is_off(stage: &Stage, device: model::DeviceId) -> bool {
    let record = stage.store().device(APP, device).await.expect("reads").expect("is there");
    record.device.push_off_at.is_some()
}

/// Row E9; whoever is named is a user from then on.
pub async fn e9_a_name_and_settings_are_kept_with_the_user(stage: Stage) {
    let at = stage.now();
    let name =
        |name: Option<&str>| Op::NameUser { app: APP, user: user("bo"), name: name.map(str::to_owned), at };
    let set = |settings| Op::PutUserSettings { app: APP, user: user("bo"), settings, at };
    let bo = async || stage.store().user(APP, &user("bo")).await.expect("reads").expect("is a user");
    stage.commit(name(Some("Bo Li"))).await;
    stage.commit(set(settings())).await;
    let found = bo().await;
    assert_eq!((found.name.as_deref(), found.settings), (Some("Bo Li"), settings()));
    stage.commit(name(None)).await;
    stage.commit(set(UserSettings::default())).await;
    let found = bo().await;
    assert_eq!((found.name, found.settings), (None, UserSettings::default()));
    assert!(stage.store().user(FOREIGN, &user("bo")).await.expect("reads").is_none());
}

/// The rules look at them for each target.
pub async fn the_audience_brings_settings_and_mute(stage: Stage) {
    let (at, conversation) = (stage.now(), ConversationId::peer(&user("al"), &user("bo")));
    stage.login("bo", device()).await;
    stage.login("bo", device()).await;
    stage.commit(Op::PutUserSettings { app: APP, user: user("bo"), settings: settings(), at }).await;
    let mute = |mute| Op::SetMute { app: APP, user: user("bo"), conversation: conversation.clone(), mute };
    stage.commit(mute(Mute::All)).await;
    let addressee = Addressee::Conversation(conversation.clone());
    let seen = async || {
        let rows = stage.audience(&addressee).await;
        rows.into_iter().map(|row| (row.user, row.settings.hide_details, row.mute)).collect::<Vec<_>>()
    };
    let (al, bo) = (Some(user("al")), Some(user("bo")));
    let muted = (bo.clone(), true, Mute::All);
    assert_eq!(seen().await, [(al, false, Mute::None), muted.clone(), muted]);
    stage.commit(mute(Mute::None)).await;
    assert_eq!(seen().await[1], (bo.clone(), true, Mute::None));
    let alone = stage.audience(&Addressee::User(user("bo"))).await;
    assert!(alone.iter().all(|row| row.settings.hide_details && row.mute == Mute::None));
}

/// Row B11: kept per device, whatever logs in there.
pub async fn b11_a_device_that_is_switched_off_gets_nothing_that_has_not_begun(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    let message = stage.accept("bo").await;
    let decided_before = stage.push_to(&message, phone).await;
    assert_eq!(switch(&stage, phone, false).await, Outcome::Cancelled { cancelled: 1, raced: 0 });
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason), (DeliveryState::Skipped, OFF));
    assert!(is_off(&stage, phone).await);
    assert_eq!(stage.decide(&message, vec![decided_before]).await, Outcome::Stale);
    let rows = stage.audience(&message.addressee).await;
    let device = rows.iter().find_map(|row| row.device.clone()).expect("bo's phone");
    assert!(device.push_off_at.is_some());

    stage.logout(session).await;
    let login = stage.new_session("bo", phone, model::LoginPolicy::Many);
    let Outcome::Session { push_on, .. } = stage.commit(Op::OpenSession(login)).await else {
        panic!("a login");
    };
    assert!(!push_on, "a login does not switch it on");
    assert_eq!(switch(&stage, phone, true).await, Outcome::Cancelled { cancelled: 0, raced: 0 });
    assert!(!is_off(&stage, phone).await);
    assert_eq!(switch(&stage, super::stage::device(), false).await, Outcome::Missing);
}

/// Language and permission change without a login.
pub async fn a_report_is_renewed_between_logins(stage: Stage) {
    let phone = device();
    stage.register(phone).await;
    let renewed = DeviceReport { language: "en".to_owned(), ..report() };
    let at = stage.now();
    let put = |device| Op::PutReport { app: APP, device, report: renewed.clone(), at };
    assert_eq!(stage.commit(put(phone)).await, Outcome::Done);
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert_eq!((&record.device.report, record.device.seen_at), (&renewed, at));
    assert_eq!(stage.commit(put(device())).await, Outcome::Missing);
}
