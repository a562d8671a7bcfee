//! The targets of a message.

use model::{
    Addressee, BindingLoss, BindingState, ConversationId, DeviceId, PushId, Seq, SessionState, UserId,
};
use uuid::Uuid;

use super::{
    Stage,
    stage::{APP, device, user},
};
use crate::{AudienceRow, Op};

fn al_and_bo() -> Addressee {
    Addressee::Conversation(ConversationId::peer(&user("al"), &user("bo")))
}

fn who(rows: &[AudienceRow]) -> Vec<(Option<UserId>, Option<DeviceId>)> {
    rows.iter().map(|row| (row.user.clone(), row.device.as_ref().map(|device| device.id))).collect()
}

async fn page(stage: &Stage, after: Option<&UserId>, limit: u32) -> Vec<AudienceRow> {
    stage.store().audience(APP, &al_and_bo(), after, limit).await.expect("reads")
}

/// The sender's own devices too: the rules say that they are skipped.
pub async fn both_users_of_a_conversation_are_targets_on_every_device(stage: Stage) {
    let (sender, _) = stage.sleeping_phone("al", "t-1").await;
    let (phone, session) = stage.sleeping_phone("bo", "t-2").await;
    let rows = page(&stage, None, 9).await;
    assert_eq!(who(&rows), [(Some(user("al")), Some(sender)), (Some(user("bo")), Some(phone))]);
    let row = &rows[1];
    let login = row.session.as_ref().expect("there was a login");
    assert_eq!((login.id, login.state), (session, SessionState::Disconnected));
    let BindingState::Bound(binding) = &row.binding else { panic!("bound") };
    assert_eq!((&*binding.token, &binding.owner), ("t-2", &Some(user("bo"))));
    assert_eq!(row.acked, Seq(0));
}

/// Never logged in, never bound.
pub async fn a_user_without_a_device_is_one_row_without_a_device(stage: Stage) {
    let rows = page(&stage, None, 9).await;
    assert_eq!(who(&rows), [(Some(user("al")), None), (Some(user("bo")), None)]);
    assert!(rows.iter().all(|row| row.session.is_none()));
    assert!(rows.iter().all(|row| row.binding == BindingState::Lost(BindingLoss::NeverBound)));
}

/// A page is full unless it is the last, and ends with its last user whole.
pub async fn a_users_devices_are_never_torn_over_two_pages(stage: Stage) {
    for (name, devices) in [("al", 2), ("bo", 3)] {
        for _ in 0..devices {
            stage.login(name, device()).await;
        }
    }
    let first = page(&stage, None, 2).await;
    assert_eq!(first.len(), 2);
    assert!(first.iter().all(|row| row.user == Some(user("al"))));
    assert_eq!(page(&stage, None, 3).await.len(), 5, "who begins on a page is on it whole");
    assert_eq!(page(&stage, Some(&user("al")), 2).await.len(), 3);
    assert!(page(&stage, Some(&user("bo")), 9).await.is_empty());
}

/// An App may have no logins at all.
pub async fn a_device_that_is_bound_for_a_user_without_a_login_is_a_target(stage: Stage) {
    let phone = device();
    stage.register(phone).await;
    stage.bind(phone, Some("bo"), "t-1").await;
    let rows = stage.audience(&Addressee::User(user("bo"))).await;
    assert_eq!(who(&rows), [(Some(user("bo")), Some(phone))]);
    assert!(rows[0].session.is_none() && matches!(rows[0].binding, BindingState::Bound(_)));
}

/// Each device for itself.
pub async fn a_row_tells_how_far_its_device_has_acknowledged(stage: Stage) {
    let (first, _) = stage.sleeping_phone("bo", "t-1").await;
    let (second, _) = stage.sleeping_phone("bo", "t-2").await;
    for _ in 0..3 {
        stage.accept("bo").await;
    }
    let conversation = ConversationId::peer(&user("al"), &user("bo"));
    let cursors = vec![(conversation, Seq(2))];
    stage.commit(Op::Ack { app: APP, user: user("bo"), device: first, cursors }).await;
    let rows = page(&stage, Some(&user("al")), 9).await;
    let acked = |device| {
        rows.iter()
            .find(|row| row.device.as_ref().is_some_and(|there| there.id == device))
            .map(|row| row.acked)
    };
    assert_eq!((acked(first), acked(second)), (Some(Seq(2)), Some(Seq(0))));
    let elsewhere = stage.audience(&Addressee::User(user("bo"))).await;
    assert!(elsewhere.iter().all(|row| row.acked == Seq(0)), "a push alone is in no conversation");
}

/// Cursors are cumulative.
pub async fn an_acknowledgement_never_goes_back(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    stage.accept("bo").await;
    let conversation = ConversationId::peer(&user("al"), &user("bo"));
    for seq in [3, 1] {
        let cursors = vec![(conversation.clone(), Seq(seq))];
        stage.commit(Op::Ack { app: APP, user: user("bo"), device: phone, cursors }).await;
    }
    assert_eq!(page(&stage, Some(&user("al")), 9).await[0].acked, Seq(3));
}

/// Two users of one device: the token belongs to who reported it.
pub async fn a_token_of_another_user_is_not_this_users(stage: Stage) {
    let shared = device();
    stage.login("al", shared).await;
    stage.bind(shared, Some("al"), "t-1").await;
    stage.login("bo", shared).await;
    let of = |rows: &[AudienceRow], index: usize| rows[index].binding.clone();
    let rows = page(&stage, None, 9).await;
    assert_eq!(of(&rows, 0), BindingState::Lost(BindingLoss::LoggedOut));
    assert_eq!(of(&rows, 1), BindingState::Lost(BindingLoss::NeverBound));
    stage.bind(shared, Some("bo"), "t-1").await;
    let rows = page(&stage, None, 9).await;
    assert_eq!(of(&rows, 0), BindingState::Lost(BindingLoss::TakenOver));
    assert!(matches!(of(&rows, 1), BindingState::Bound(_)));
}

/// Whoever is logged in there.
pub async fn a_push_id_is_one_row_without_a_user(stage: Stage) {
    let phone = device();
    let push_id = stage.register(phone).await;
    stage.login("bo", phone).await;
    stage.bind(phone, Some("bo"), "t-1").await;
    let rows = stage.audience(&Addressee::PushId(push_id)).await;
    assert_eq!(who(&rows), [(None, Some(phone))]);
    assert!(rows[0].session.is_none() && matches!(rows[0].binding, BindingState::Bound(_)));
    assert!(stage.audience(&Addressee::PushId(PushId(Uuid::new_v4()))).await.is_empty());
}

/// The push half alone.
pub async fn a_bare_token_is_one_row_that_is_bound_to_itself(stage: Stage) {
    let addressee = Addressee::Token { certificate: stage.certificate, token: "t-1".into() };
    let rows = stage.audience(&addressee).await;
    assert_eq!(who(&rows), [(None, None)]);
    let BindingState::Bound(binding) = &rows[0].binding else { panic!("bound") };
    assert_eq!((&*binding.token, binding.certificate, binding.generation), ("t-1", stage.certificate, 0));
}

/// System notifications of one user.
pub async fn a_system_conversation_has_one_user(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let rows = stage.audience(&Addressee::Conversation(ConversationId::system(&user("bo")))).await;
    assert_eq!(who(&rows), [(Some(user("bo")), Some(phone))]);
}
