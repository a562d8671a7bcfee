//! Deleted users: they are gone at once, and what they left goes step by step, also after a stop.

use model::{
    Addressee, BindingState, Body, Call, CallId, CallMedia, ConversationId, DeliveryState, GroupId, Message,
    MessageId, MessageKind, Mute, ReasonCode, Seq, SessionState, Timestamp,
};
use uuid::Uuid;

use super::{
    Stage, groups, retention,
    stage::{APP, FOREIGN, START, device, user},
};
use crate::{DeliveryFilter, Erasure, ErasureStep, Op, Outcome};

const USER_DELETED: ReasonCode = ReasonCode(140);
const SENDER_DELETED: ReasonCode = ReasonCode(141);

async fn delete(stage: &Stage, name: &str) -> Outcome {
    let at = stage.now();
    stage.commit(Op::DeleteUser { app: APP, user: user(name), reason: USER_DELETED, at }).await
}

/// One pass over what these left behind; answers the rows.
async fn erase(stage: &Stage, names: &[&str], limit: u32) -> u32 {
    let (mut step, mut all_rows) = (ErasureStep::FIRST, 0);
    loop {
        let users = names.iter().map(|name| user(name)).collect();
        let (reason, at) = (SENDER_DELETED, stage.now());
        match stage.commit(Op::Erase(Erasure { app: APP, users, step, limit, reason, at })).await {
            Outcome::Erased { rows, next } => {
                assert!(rows <= limit + 1, "a step changes no more than it may: {rows}");
                all_rows += rows;
                match next {
                    Some(next) => step = next,
                    None => return all_rows,
                }
            }
            other => panic!("a step, not {other:?}"),
        }
    }
}

async fn open(stage: &Stage) -> usize {
    stage.store().open_deletions(9).await.expect("reads").len()
}

/// No login, no token, no profile, no push.
pub async fn a_deleted_user_is_gone_at_once(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    assert_eq!(delete(&stage, "bo").await, Outcome::Cancelled { cancelled: 1, raced: 0 });
    let delivery = stage.only_delivery(queued.message).await;
    assert_eq!((delivery.state, delivery.reason), (DeliveryState::Skipped, USER_DELETED));
    assert!(stage.store().user(APP, &user("bo")).await.expect("reads").is_none());
    assert!(stage.store().sessions(APP, &user("bo")).await.expect("reads").is_empty());
    assert!(matches!(stage.binding_of(phone).await, BindingState::Lost(_)));
    let record = stage.store().device(APP, phone).await.expect("reads").expect("the installation is there");
    assert!(record.device.unregistered_at.is_some(), "its Push ID was the user's");
    assert_eq!(delete(&stage, "bo").await, Outcome::Missing, "a second time there is nobody");
}

/// The App's alone to say who is a user; a foreign App's user is not there.
pub async fn who_is_not_there_cannot_be_deleted(stage: Stage) {
    stage.login("bo", device()).await;
    let at = stage.now();
    let foreign = Op::DeleteUser { app: FOREIGN, user: user("bo"), reason: USER_DELETED, at };
    assert_eq!(stage.commit(foreign).await, Outcome::Missing);
    assert_eq!(delete(&stage, "nobody").await, Outcome::Missing);
    assert_eq!(open(&stage).await, 0);
}

/// A device that another user logged in on stays registered.
pub async fn a_shared_device_keeps_its_push_id(stage: Stage) {
    let phone = device();
    stage.login("al", phone).await;
    stage.login("bo", phone).await;
    delete(&stage, "bo").await;
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert_eq!(record.device.unregistered_at, None);
    assert_eq!(record.session.expect("the other's login").user, user("al"));
}

/// What the user wrote says nothing any more; the other side's words stay where they are.
pub async fn a_deleted_users_words_go_and_the_others_stay(stage: Stage) {
    let theirs = stage.accept("bo").await;
    let own = Message { client_message_id: None, ..stage.message("bo", "al") };
    stage.commit(Op::Accept(Box::new(own.clone()))).await;
    stage.commit(Op::PutUser { app: APP, user: user("bo"), at: START }).await;
    delete(&stage, "bo").await;
    erase(&stage, &["bo"], 1).await;
    let stored = stage.store().message(APP, own.id).await.expect("reads").expect("its place stays");
    assert_eq!((stored.body, stored.seq), (Body::Gone {}, Seq(2)));
    assert!(stage.store().fanout(APP, own.id).await.expect("reads").is_none(), "it is pushed to nobody");
    let other = stage.store().message(APP, theirs.id).await.expect("reads").expect("is there");
    assert_eq!(other.body, theirs.body);
    assert_eq!(open(&stage).await, 0);
}

/// System notifications and pushes were to the user and to nobody else.
pub async fn what_was_to_the_user_alone_goes(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let system = Addressee::Conversation(ConversationId::system(&user("bo")));
    let notice = Message { kind: MessageKind::System, ..stage.push(system) };
    let push = stage.push(Addressee::User(user("bo")));
    let others = stage.push(Addressee::User(user("cy")));
    for message in [&notice, &push, &others] {
        stage.commit(Op::Accept(Box::new(message.clone()))).await;
    }
    let decision = stage.push_to(&push, phone).await;
    stage.decide(&push, vec![decision]).await;
    delete(&stage, "bo").await;
    erase(&stage, &["bo"], 1).await;
    let there = async |id: MessageId| stage.store().message(APP, id).await.expect("reads").is_some();
    assert!(!there(notice.id).await && !there(push.id).await && there(others.id).await);
    assert!(stage.list(DeliveryFilter::default()).await.is_empty());
}

/// Deliveries, acknowledgements, read marks, mutes, and calls of the user's.
pub async fn what_stands_under_the_users_name_goes(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(1).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    let conversation = ConversationId::peer(&user("al"), &user("bo"));
    let cursors = vec![(conversation.clone(), Seq(1))];
    stage.commit(Op::Ack { app: APP, user: user("bo"), device: phone, cursors }).await;
    let (reason, at) = (USER_DELETED, stage.now());
    let mute = |name, conversation: &ConversationId| Op::SetMute {
        app: APP,
        user: user(name),
        conversation: conversation.clone(),
        mute: Mute::All,
    };
    stage.commit(mute("bo", &conversation)).await;
    stage.commit(mute("al", &conversation)).await;
    let read = Op::Read { app: APP, user: user("bo"), device: None, conversation, seq: Seq(1), reason, at };
    stage.commit(read).await;
    let call = call("bo");
    stage.commit(Op::PutCall { app: APP, call: Box::new(call.clone()), expected: 0 }).await;
    delete(&stage, "bo").await;
    erase(&stage, &["bo"], 1).await;
    assert!(stage.list(DeliveryFilter::default()).await.is_empty());
    assert!(stage.store().call(APP, call.id).await.expect("reads").is_none());
    let audience =
        stage.audience(&Addressee::Conversation(ConversationId::peer(&user("al"), &user("bo")))).await;
    let of = |name| audience.iter().find(|row| row.user == Some(user(name))).expect("both are named");
    assert_eq!((of("bo").mute, of("bo").acked, of("bo").device.is_none()), (Mute::None, Seq(0), true));
    assert_eq!(of("al").mute, Mute::All);
    assert_eq!(open(&stage).await, 0);
}

fn call(caller: &str) -> Call {
    Call {
        id: CallId(Uuid::new_v4()),
        caller: user(caller),
        caller_device: None,
        group: None,
        media: CallMedia::Audio,
        ext: None,
        invitees: Vec::new(),
        caller_left: false,
        created_at: START,
        rings_until: START,
        ended_at: Some(START),
    }
}

/// A push that is on the wire ends as the vendor says; until then its user is open.
pub async fn a_deletion_stays_open_until_the_last_push_has_landed(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(1).await;
    assert!(stage.begin(queued.id).await);
    delete(&stage, "bo").await;
    erase(&stage, &["bo"], 100).await;
    assert_eq!(open(&stage).await, 1);
    stage.update(queued.id, DeliveryState::Accepted).await;
    erase(&stage, &["bo"], 100).await;
    assert_eq!(open(&stage).await, 0);
    assert!(stage.list(DeliveryFilter::default()).await.is_empty());
}

/// A stop between two steps: the mark says that there is something left.
pub async fn a_deletion_outlives_a_reopen(stage: Stage) {
    stage.login("bo", device()).await;
    let own = stage.message("bo", "al");
    stage.commit(Op::Accept(Box::new(own.clone()))).await;
    delete(&stage, "bo").await;
    let stage = stage.reopen().await;
    let left = stage.store().open_deletions(9).await.expect("reads");
    assert_eq!(left.iter().map(|deletion| deletion.user.clone()).collect::<Vec<_>>(), [user("bo")]);
    erase(&stage, &["bo"], 100).await;
    let stored = stage.store().message(APP, own.id).await.expect("reads").expect("is there");
    assert_eq!(stored.body, Body::Gone {});
    assert_eq!(open(&stage).await, 0);
}

/// Else what is being erased would be taken from the new user.
pub async fn an_id_is_given_again_once_nothing_is_left(stage: Stage) {
    let own = stage.message("bo", "al");
    stage.login("bo", device()).await;
    stage.commit(Op::Accept(Box::new(own))).await;
    delete(&stage, "bo").await;
    let put = || Op::PutUser { app: APP, user: user("bo"), at: START };
    assert_eq!(stage.commit(put()).await, Outcome::Stale);
    let login = stage.new_session("bo", device(), model::LoginPolicy::Many);
    assert_eq!(stage.commit(Op::OpenSession(login)).await, Outcome::Stale);
    erase(&stage, &["bo"], 100).await;
    assert_eq!(stage.commit(put()).await, Outcome::Done);
    stage.login("bo", device()).await;
    let heads = stage.store().conversations(APP, &user("bo")).await.expect("reads");
    assert_eq!((heads[0].seq, heads[0].from), (Seq(1), Seq(1)), "of the earlier user's there is nothing");
    let new = stage.accept("bo").await;
    let head = &stage.store().conversations(APP, &user("bo")).await.expect("reads")[0];
    assert!(head.from < new.seq && new.seq == head.seq, "what is written now is the new user's");
}

/// A login whose token was looked at before the deletion.
pub async fn a_login_that_a_deletion_overtook_is_stale(stage: Stage) {
    stage.login("bo", device()).await;
    let late = stage.new_session("bo", device(), model::LoginPolicy::Many);
    delete(&stage, "bo").await;
    erase(&stage, &["bo"], 100).await;
    assert_eq!(stage.commit(Op::OpenSession(late)).await, Outcome::Stale);
    assert!(stage.store().user(APP, &user("bo")).await.expect("reads").is_none());
}

/// No token of before can be shown any more: the mark goes with the retention.
pub async fn the_mark_of_a_deleted_user_goes_at_last(stage: Stage) {
    stage.login("bo", device()).await;
    delete(&stage, "bo").await;
    let later = START.plus_ms(1_000_000);
    retention::pass(&stage, later, 9).await;
    let mark = stage.store().deletion(APP, &user("bo")).await.expect("reads").expect("something is left");
    assert!(mark.at > START && mark.erased_at.is_none());
    erase(&stage, &["bo"], 100).await;
    retention::pass(&stage, Timestamp(0), 9).await;
    assert!(stage.store().deletion(APP, &user("bo")).await.expect("reads").is_some(), "a token may be shown");
    retention::pass(&stage, later, 9).await;
    assert!(stage.store().deletion(APP, &user("bo")).await.expect("reads").is_none());
}

/// Others of the group see that the member is gone and keep their messages.
pub async fn a_groups_messages_of_others_stay(stage: Stage) {
    groups::create(&stage, "club", &["bo", "cy"]).await;
    let message = groups::accept(&stage, "club").await;
    stage.login("bo", device()).await;
    delete(&stage, "bo").await;
    groups::change(&stage, "club", &[], &["bo"]).await;
    erase(&stage, &["bo"], 100).await;
    let stored = stage.store().message(APP, message.id).await.expect("reads").expect("is there");
    assert_eq!(stored.body, message.body);
    let group = GroupId::new("club").expect("a short id");
    let members = stage.store().members(APP, &group, None, 9).await.expect("reads");
    assert!(members.iter().all(|member| member.user != user("bo")));
    let of_bo = stage.store().sessions(APP, &user("bo")).await.expect("reads");
    assert!(of_bo.iter().all(|session| session.state != SessionState::OnlineForeground));
}
