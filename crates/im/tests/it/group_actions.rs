//! Groups: who may do what about them, and who is told.

use model::{
    Body, ConversationId, ErrorCode, GroupEvent, GroupNotice, JoinMode, MessageKind, Role, Seq, UserId,
};
use wire::GroupAction;

use crate::{
    harness::{APP, Phone, World, user},
    scenes::{group, note, users},
};

/// The notices in a group's conversation.
async fn notices(world: &World, id: &str) -> Vec<GroupNotice> {
    let stored = world.stored(&ConversationId::group(&group(id))).await;
    let notices = stored.into_iter().filter_map(|message| match (message.kind, message.body) {
        (MessageKind::Notice, Body::Group(notice)) => Some(notice),
        _ => None,
    });
    notices.collect()
}

async fn refusal(world: &World, phone: &Phone, id: &str, action: GroupAction) -> ErrorCode {
    world.ask(phone, &group(id), action).await.unwrap_err().code
}

fn add(names: &[&str]) -> GroupAction {
    GroupAction::Add { users: users(names) }
}

fn remove(names: &[&str]) -> GroupAction {
    GroupAction::Remove { users: users(names) }
}

fn role(name: &str, role: Role) -> GroupAction {
    GroupAction::SetRole { user: user(name), role }
}

#[tokio::test]
async fn f2_a_client_makes_a_group_and_may_make_it_again_as_long_as_it_is_the_same() {
    let world = World::default().await;
    let (ann, bo) = (world.phone("ann", 1).await, world.phone("bo", 2).await);
    let create = |name: &str| GroupAction::Create {
        name: name.into(),
        join: JoinMode::Open,
        members: users(&["bo", "cy", "bo", "ann"]),
    };
    let made = world.ask(&ann, &group("club"), create("The club")).await.unwrap().unwrap();
    assert_eq!((made.owner.clone(), made.members, made.role), (user("ann"), 3, Role::Owner));
    let again = world.ask(&ann, &group("club"), create("The club")).await.unwrap().unwrap();
    assert_eq!(again, made);
    assert_eq!(refusal(&world, &ann, "club", create("Another club")).await, ErrorCode::Conflict);
    assert_eq!(refusal(&world, &bo, "club", create("The club")).await, ErrorCode::Conflict);
    assert_eq!(refusal(&world, &ann, "other", create("")).await, ErrorCode::Invalid);
    assert_eq!(refusal(&world, &ann, "other", create(&"x".repeat(65))).await, ErrorCode::Invalid);
    let created =
        GroupNotice { event: GroupEvent::Created, by: Some(user("ann")), users: users(&["bo", "cy"]) };
    assert_eq!(notices(&world, "club").await, [created], "once");
}

#[tokio::test]
async fn f2_a_newcomer_sees_nothing_from_before() {
    let world = World::default().await;
    let cy = world.phone("cy", 1).await;
    let club = world.club_of("club", "ann", &["bo"]).await;
    world.im.send_for(APP, user("ann"), note(club.clone(), "among us")).await.unwrap();
    let conversation = ConversationId::group(&club);
    let before = world.stored(&conversation).await.last().unwrap().seq;
    let joined = world.ask(&cy, &club, GroupAction::Join {}).await.unwrap().unwrap();
    assert_eq!((joined.members, joined.role), (3, Role::Member));
    let head = world.store.conversation_of(APP, &user("cy"), &conversation).await.unwrap().unwrap();
    assert_eq!((head.from, head.seq), (before, Seq(before.0 + 1)), "the notice of coming in is the first");
    world.ask(&cy, &club, GroupAction::Join {}).await.unwrap();
    assert_eq!(notices(&world, "club").await.len(), 2, "who is in comes in only once");
}

#[tokio::test]
async fn f2_only_admins_bring_users_into_a_group_by_invitation() {
    let world = World::default().await;
    let (ann, bo, cy) = (world.phone("ann", 1).await, world.phone("bo", 2).await, world.phone("cy", 3).await);
    let club = world.club_of("club", "ann", &["bo"]).await;
    world.ask(&bo, &club, add(&["dee", "bo"])).await.unwrap();
    let closed = GroupAction::Change { name: None, join: Some(JoinMode::Invited) };
    assert_eq!(refusal(&world, &bo, "club", closed.clone()).await, ErrorCode::NotAllowed);
    assert_eq!(world.ask(&ann, &club, closed).await.unwrap().unwrap().join, JoinMode::Invited);
    assert_eq!(refusal(&world, &bo, "club", add(&["cy"])).await, ErrorCode::NotAllowed);
    assert_eq!(refusal(&world, &cy, "club", GroupAction::Join {}).await, ErrorCode::NotAllowed);
    assert_eq!(refusal(&world, &cy, "club", GroupAction::Show {}).await, ErrorCode::NotAMember);
    assert_eq!(refusal(&world, &cy, "nowhere", GroupAction::Show {}).await, ErrorCode::NotFound);
    assert_eq!(refusal(&world, &ann, "club", add(&[])).await, ErrorCode::Invalid);
    assert_eq!(world.ask(&ann, &club, add(&["cy"])).await.unwrap().unwrap().members, 4);
    let came_in: Vec<_> =
        notices(&world, "club").await.into_iter().filter(|one| one.event == GroupEvent::Joined).collect();
    assert_eq!(came_in[0].users, users(&["dee"]), "only who was not in yet");
}

#[tokio::test]
async fn f2_who_is_taken_out_hears_of_it_and_nothing_more() {
    let world = World::default().await;
    let (ann, bo) = (world.phone("ann", 1).await, world.phone("bo", 2).await);
    let mut cy = world.phone("cy", 3).await;
    let club = world.club_of("club", "ann", &["bo", "cy"]).await;
    cy.next_of(MessageKind::Notice).await;
    world.ask(&ann, &club, role("bo", Role::Admin)).await.unwrap();
    cy.next_of(MessageKind::Notice).await;
    assert_eq!(refusal(&world, &cy, "club", remove(&["bo"])).await, ErrorCode::NotAllowed);
    assert_eq!(refusal(&world, &bo, "club", remove(&["ann"])).await, ErrorCode::NotAllowed);
    assert_eq!(refusal(&world, &bo, "club", remove(&["bo"])).await, ErrorCode::NotAllowed);
    let left = world.ask(&bo, &club, remove(&["cy", "nobody"])).await.unwrap().unwrap();
    assert_eq!(left.members, 2);
    let told = cy.next_of(MessageKind::Notice).await;
    let removed = GroupNotice { event: GroupEvent::Removed, by: Some(user("bo")), users: users(&["cy"]) };
    assert_eq!(told.body, Body::Group(removed));
    let conversation = ConversationId::group(&club);
    assert!(world.store.conversation_of(APP, &user("cy"), &conversation).await.unwrap().is_none());
    world.im.closed(&bo.opened.live).await;
    let mut news = world.news();
    let sent = world.im.send_for(APP, user("ann"), note(club, "without cy")).await.unwrap();
    let deliveries = world.settled(&mut news, sent.message).await;
    assert!(deliveries.iter().all(|one| one.user != Some(user("cy"))), "{deliveries:?}");
}

#[tokio::test]
async fn f2_an_owner_hands_the_group_over_before_leaving_it() {
    let world = World::default().await;
    let (ann, bo) = (world.phone("ann", 1).await, world.phone("bo", 2).await);
    let club = world.club_of("club", "ann", &["bo"]).await;
    assert_eq!(refusal(&world, &ann, "club", GroupAction::Leave {}).await, ErrorCode::NotAllowed);
    assert_eq!(refusal(&world, &bo, "club", role("bo", Role::Admin)).await, ErrorCode::NotAllowed);
    assert_eq!(refusal(&world, &ann, "club", role("eve", Role::Owner)).await, ErrorCode::NotAMember);
    assert_eq!(refusal(&world, &ann, "club", role("ann", Role::Member)).await, ErrorCode::NotAllowed);
    let handed = world.ask(&ann, &club, role("bo", Role::Owner)).await.unwrap().unwrap();
    assert_eq!((handed.owner, handed.role), (user("bo"), Role::Admin));
    assert_eq!(world.ask(&ann, &club, GroupAction::Leave {}).await.unwrap(), None);
    assert_eq!(world.ask(&ann, &club, GroupAction::Leave {}).await.unwrap(), None, "a repeat");
    assert_eq!(world.ask(&bo, &club, GroupAction::Show {}).await.unwrap().unwrap().members, 1);
}

#[tokio::test]
async fn f2_a_dismissed_group_is_no_more_and_its_members_hear_of_it() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let mut bo = world.phone("bo", 2).await;
    let club = world.club_of("club", "ann", &["bo"]).await;
    bo.next_of(MessageKind::Notice).await;
    assert_eq!(refusal(&world, &bo, "club", GroupAction::Dismiss {}).await, ErrorCode::NotAllowed);
    assert_eq!(world.ask(&ann, &club, GroupAction::Dismiss {}).await.unwrap(), None);
    let told = bo.next_of(MessageKind::Notice).await;
    let dismissed = GroupNotice { event: GroupEvent::Dismissed, by: Some(user("ann")), users: Vec::new() };
    assert_eq!(told.body, Body::Group(dismissed));
    assert_eq!(refusal(&world, &bo, "club", GroupAction::Show {}).await, ErrorCode::NotFound);
    let write = world.write(&bo, note(club, "anybody there?")).await.unwrap_err();
    assert_eq!(write.code, ErrorCode::NotAMember);
}

#[tokio::test]
async fn f2_the_backend_may_do_everything_in_its_own_name() {
    let world = World::default().await;
    let club = world.club_of("club", "ann", &["bo"]).await;
    let act = |action| world.im.group_as_backend(APP, &club, action, None);
    assert_eq!(act(GroupAction::Join {}).await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(act(remove(&["ann"])).await.unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(act(add(&["cy"])).await.unwrap().unwrap().members, 3);
    act(role("bo", Role::Admin)).await.unwrap();
    act(GroupAction::MuteMember { user: user("bo"), for_ms: 1_000 }).await.unwrap();
    let renamed = GroupAction::Change { name: Some("Renamed".into()), join: None };
    assert_eq!(act(renamed.clone()).await.unwrap().unwrap().name, "Renamed");
    let count = notices(&world, "club").await.len();
    act(renamed).await.unwrap();
    assert_eq!(notices(&world, "club").await.len(), count, "nothing changed, nothing is told");
    assert!(notices(&world, "club").await.iter().all(|notice| notice.by.is_none()));
    assert_eq!(act(GroupAction::Dismiss {}).await.unwrap(), None);
    let nameless = GroupAction::Create { name: "Club".into(), join: JoinMode::Open, members: Vec::new() };
    assert_eq!(act(nameless).await.unwrap_err().code, ErrorCode::Invalid, "a group needs an owner");
}

#[tokio::test]
async fn f2_a_group_takes_ten_thousand_members_and_not_one_more() {
    let world = World::default().await;
    let club = world.club_of("club", "owner", &[]).await;
    let act = |action| world.im.group_as_backend(APP, &club, action, None);
    let thousand = |number: usize, size: usize| -> Vec<UserId> {
        (0..size).map(|place| user(&format!("member-{number}-{place}"))).collect()
    };
    for number in 0..9 {
        act(GroupAction::Add { users: thousand(number, 1_000) }).await.unwrap();
    }
    let full = act(GroupAction::Add { users: thousand(9, 999) }).await.unwrap().unwrap();
    assert_eq!(full.members, 10_000);
    let count = notices(&world, "club").await.len();
    assert_eq!(act(add(&["one-more"])).await.unwrap_err().code, ErrorCode::GroupFull);
    let told = notices(&world, "club").await;
    assert_eq!(told.len(), count, "what was refused is not told");
    assert_eq!(told[1].users.len(), 100, "of many only the first hundred are named");
}
