//! What goes when its time is over, and what goes with a deleted user.

use model::{
    AppPolicy, Body, ConversationId, DeliveryState, ErrorCode, EventKind, GroupId, Role, Seq, SessionState,
    UserId,
};
use rules::Reason;
use store::Op;
use wire::Cursor;

use crate::harness::{APP, World, device, many, peer, user};

const DAY_MS: i64 = 24 * 3_600_000;

async fn members(world: &World, group: &str) -> Vec<(UserId, Role)> {
    let group = GroupId::new(group).unwrap();
    let members = world.store.members(APP, &group, None, 99).await.unwrap();
    members.into_iter().map(|member| (member.user, member.role)).collect()
}

#[tokio::test]
async fn messages_are_kept_for_as_long_as_the_app_says_and_no_longer() {
    let world = World::new(AppPolicy { retention_days: 2, ..many() }).await;
    world.sleeping_phone("bo", 1).await;
    let message = world.send("ann", "cy", "hello").await;
    let waiting = world.send("ann", "bo", "hello").await;
    assert_eq!(world.only(message, "cy").await.reason, Reason::NEVER_LOGGED_IN);
    assert_eq!(world.only(waiting, "bo").await.state, DeliveryState::Queued);
    world.clock.put_forward(2 * DAY_MS - 60_000);
    world.im.keep_house().await.unwrap();
    assert!(world.store.message(APP, message).await.unwrap().is_some());
    world.clock.put_forward(2 * 60_000);
    world.im.keep_house().await.unwrap();
    assert!(world.store.message(APP, message).await.unwrap().is_none());
    assert!(world.deliveries(message).await.is_empty());
    assert_eq!(world.only(waiting, "bo").await.state, DeliveryState::Queued, "its target has not ended");
}

#[tokio::test]
async fn a_shorter_retention_is_effective_at_the_next_pass() {
    let world = World::default().await;
    let message = world.send("ann", "cy", "hello").await;
    world.only(message, "cy").await;
    world.clock.put_forward(2 * DAY_MS);
    world.im.keep_house().await.unwrap();
    assert!(world.store.message(APP, message).await.unwrap().is_some());
    let mut app = world.store.app(APP).await.unwrap().unwrap();
    app.policy.retention_days = 1;
    world.commit(Op::PutApp(app)).await;
    world.im.keep_house().await.unwrap();
    assert!(world.store.message(APP, message).await.unwrap().is_none());
}

#[tokio::test]
async fn a_client_that_was_away_for_longer_goes_on_from_where_the_conversation_is_kept() {
    let world = World::default().await;
    for _ in 0..3 {
        let message = world.send("ann", "bo", "long ago").await;
        world.only(message, "bo").await;
    }
    world.clock.put_forward(8 * DAY_MS);
    world.im.keep_house().await.unwrap();
    let mut bo = world.phone("bo", 1).await;
    let head = |seq| Cursor { conversation: peer("ann", "bo"), seq: Seq(seq) };
    for heads in [vec![], vec![head(1)], vec![head(99)]] {
        world.im.sync(&bo.opened.live, &heads).await.unwrap();
        assert!(bo.frames().is_empty(), "{heads:?}: nothing is kept");
    }
    let message = world.send("ann", "bo", "now").await;
    assert_eq!((bo.next_message().await.id, Seq(4)), (message, Seq(4)));
    world.im.sync(&bo.opened.live, &[head(1)]).await.unwrap();
    let frames = bo.frames();
    assert_eq!(frames.iter().map(|frame| (frame.id, frame.seq)).collect::<Vec<_>>(), [(message, Seq(4))]);
    let listed = world.im.conversations(&bo.opened.live).await.unwrap();
    assert_eq!((listed[0].seq, listed[0].unread), (Seq(4), 1));
}

#[tokio::test]
async fn a_deleted_user_is_disconnected_unknown_and_refused_with_a_token_of_before() {
    let world = World::default().await;
    world.listen(&[EventKind::Session]).await;
    let _bo = world.phone("bo", 1).await;
    world.name("bo", "Bo").await;
    let token = world.token("bo").await;
    world.im.delete_user(APP, &user("bo")).await.unwrap();
    assert_eq!(world.im.online(), 0);
    assert!(world.store.user(APP, &user("bo")).await.unwrap().is_none());
    let told = world.heard().await;
    let ended = model::Event::Session { user: user("bo"), device: device(1), state: SessionState::LoggedOut };
    assert_eq!(told.last().unwrap().event, ended);
    let again = world.im.delete_user(APP, &user("bo")).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::NotFound);
    world.im.keep_house().await.unwrap();
    let refused = world.login_with(token, 1).await;
    assert_eq!(refused.err().map(|fault| fault.code), Some(ErrorCode::TokenExpired));
    world.clock.put_forward(2_000);
    world.phone("bo", 1).await;
    let user = world.store.user(APP, &user("bo")).await.unwrap().unwrap();
    assert_eq!(user.name, None, "of the earlier user's there is nothing");
}

#[tokio::test]
async fn a_deleted_users_words_go_and_the_other_side_keeps_its_own() {
    let world = World::default().await;
    let from_bo = world.send("bo", "ann", "from bo").await;
    let from_ann = world.send("ann", "bo", "from ann").await;
    world.phone("bo", 1).await;
    world.im.delete_user(APP, &user("bo")).await.unwrap();
    world.im.keep_house().await.unwrap();
    let ann = world.im.history_of(APP, &user("ann"), &peer("ann", "bo"), None, 9).await.unwrap();
    let bodies: Vec<_> = ann.iter().map(|frame| (frame.id, frame.body.clone())).collect();
    assert_eq!(bodies, [(from_bo, Body::Gone {}), (from_ann, Body::text("from ann"))]);
    let bo = world.im.history_of(APP, &user("bo"), &peer("ann", "bo"), None, 9).await.unwrap();
    assert!(bo.is_empty(), "nobody reads as the deleted user");
}

#[tokio::test]
async fn a_deleted_owners_groups_go_on_with_the_longest_standing_admin_or_end() {
    let world = World::default().await;
    let group = world.group("tea", "bo", &["ann", "cy", "dee"]).await;
    let admin = Op::ChangeMember {
        app: APP,
        group: GroupId::new("tea").unwrap(),
        user: user("cy"),
        role: Role::Admin,
        muted_until: None,
    };
    world.commit(admin).await;
    world.group("alone", "bo", &[]).await;
    world.group("theirs", "ann", &["bo"]).await;
    world.phone("bo", 1).await;
    let mut ann = world.phone("ann", 2).await;
    world.im.delete_user(APP, &user("bo")).await.unwrap();
    world.im.keep_house().await.unwrap();
    let left = [(user("ann"), Role::Member), (user("cy"), Role::Owner), (user("dee"), Role::Member)];
    assert_eq!(members(&world, "tea").await, left);
    assert!(world.store.group(APP, &GroupId::new("alone").unwrap()).await.unwrap().is_none());
    assert_eq!(members(&world, "theirs").await, [(user("ann"), Role::Owner)]);
    let notices = std::iter::repeat_with(|| ann.frames()).take(1).flatten();
    assert!(notices.into_iter().all(|frame| frame.conversation != ConversationId::system(&user("bo"))));
    let after = world.accept(world.message("ann", group)).await;
    assert_eq!(world.only(after, "dee").await.reason, Reason::NEVER_LOGGED_IN);
    assert!(world.fate(after, "bo").await.is_empty(), "who is deleted is no target");
}

#[tokio::test]
async fn a_deletion_that_a_stop_cut_short_goes_on_at_the_next_start() {
    let world = World::default().await;
    let from_bo = world.send("bo", "ann", "from bo").await;
    world.only(from_bo, "ann").await;
    world.phone("bo", 1).await;
    world.im.stop();
    world.im.delete_user(APP, &user("bo")).await.unwrap();
    assert_eq!(world.store.open_deletions(9).await.unwrap().len(), 1);
    let mut news = world.news();
    let world = world.restarted().await;
    loop {
        if world.store.message(APP, from_bo).await.unwrap().unwrap().body == (Body::Gone {}) {
            break;
        }
        news.recv().await.unwrap();
    }
}
