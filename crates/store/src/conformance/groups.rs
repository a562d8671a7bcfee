//! Groups: who is in them, and what those see who come and go.

use model::{
    Addressee, ConversationId, DeliveryState, GROUP_MEMBERS_MAX, Group, GroupId, JoinMode, Message,
    MessageKind, ReasonCode, Role, Seq, UserId,
};

use super::{
    Stage,
    stage::{APP, FOREIGN, START, user},
};
use crate::{Op, Outcome};

/// The reason that a leaver's deliveries get.
pub(crate) const LEFT: ReasonCode = ReasonCode(7);

pub(crate) fn group_id(name: &str) -> GroupId {
    GroupId::new(name).expect("a short name")
}

pub(crate) fn to_group(name: &str) -> Addressee {
    Addressee::Conversation(ConversationId::group(&group_id(name)))
}

fn group(name: &str, owner: &str) -> Group {
    Group {
        app: APP,
        id: group_id(name),
        name: "The climbers".to_owned(),
        owner: user(owner),
        join: JoinMode::Open,
        muted: false,
        members: 0,
        created_at: START,
    }
}

fn users(names: &[&str]) -> Vec<UserId> {
    names.iter().map(|name| user(name)).collect()
}

/// Makes a group of `al` and others.
pub(crate) async fn create(stage: &Stage, name: &str, members: &[&str]) {
    let op = Op::CreateGroup { group: group(name, "al"), members: users(members) };
    assert_eq!(stage.commit(op).await, Outcome::Done);
}

pub(crate) async fn change(stage: &Stage, name: &str, add: &[&str], remove: &[&str]) -> Outcome {
    let (add, remove, at) = (users(add), users(remove), stage.now());
    stage.commit(Op::ChangeMembers { app: APP, group: group_id(name), add, remove, reason: LEFT, at }).await
}

fn group_message(stage: &Stage, name: &str) -> Message {
    Message { sender: Some(user("al")), kind: MessageKind::Message, ..stage.push(to_group(name)) }
}

/// Accepts a message from `al` to a group.
pub(crate) async fn accept(stage: &Stage, name: &str) -> Message {
    let message = group_message(stage, name);
    match stage.commit(Op::Accept(Box::new(message.clone()))).await {
        Outcome::Accepted { seq } => Message { seq, ..message },
        other => panic!("an accepted message, not {other:?}"),
    }
}

async fn dismiss(stage: &Stage, name: &str) -> Outcome {
    let at = stage.now();
    stage.commit(Op::DismissGroup { app: APP, group: group_id(name), reason: LEFT, at }).await
}

async fn member_names(stage: &Stage, name: &str) -> Vec<String> {
    let members = stage.store().members(APP, &group_id(name), None, 99).await.expect("reads");
    members.into_iter().map(|member| member.user.as_str().to_owned()).collect()
}

/// Named twice is in once, and the owner has the role.
pub async fn a_group_is_made_with_its_owner_and_members(stage: Stage) {
    create(&stage, "g", &["cy", "bo", "al", "bo"]).await;
    let found = stage.store().group(APP, &group_id("g")).await.expect("reads");
    assert_eq!(found, Some(Group { members: 3, ..group("g", "al") }));
    let members = stage.store().members(APP, &group_id("g"), None, 9).await.expect("reads");
    let roles: Vec<_> = members.iter().map(|member| (member.user.as_str(), member.role)).collect();
    assert_eq!(roles, [("al", Role::Owner), ("bo", Role::Member), ("cy", Role::Member)]);
    for name in ["al", "bo", "cy"] {
        assert_eq!(stage.store().conversations(APP, &user(name)).await.expect("reads").len(), 1);
    }
}

/// Whoever holds an old message of it must not read another group's.
pub async fn a_groups_id_is_used_once(stage: Stage) {
    let again = || Op::CreateGroup { group: group("g", "cy"), members: Vec::new() };
    create(&stage, "g", &[]).await;
    assert_eq!(stage.commit(again()).await, Outcome::Conflict);
    dismiss(&stage, "g").await;
    assert_eq!(stage.commit(again()).await, Outcome::Conflict);
    assert!(stage.store().conversations(APP, &user("cy")).await.expect("reads").is_empty());
}

/// Row F2.
pub async fn f2_a_group_message_is_one_row_and_reaches_every_member(stage: Stage) {
    let (cys, _) = stage.sleeping_phone("cy", "t-1").await;
    create(&stage, "g", &["bo", "cy"]).await;
    let message = accept(&stage, "g").await;
    assert_eq!(message.seq, Seq(1));
    assert_eq!(stage.store().recent_messages(APP, 9).await.expect("reads"), std::slice::from_ref(&message));
    let rows = stage.audience(&message.addressee).await;
    let whose: Vec<_> =
        rows.iter().map(|row| (row.user.clone(), row.device.as_ref().map(|device| device.id))).collect();
    assert_eq!(whose, [(Some(user("al")), None), (Some(user("bo")), None), (Some(user("cy")), Some(cys))]);
    let decision = stage.push_to(&message, cys).await;
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Done);
    assert_eq!(stage.claim(9).await.len(), 1);
}

/// Pages follow each other by user, however many devices each has.
pub async fn f2_a_large_group_is_read_page_by_page(stage: Stage) {
    let names: Vec<String> = (0..30).map(|number| format!("u{number:02}")).collect();
    for (number, name) in names.iter().enumerate() {
        for _ in 0..number % 3 {
            stage.login(name, super::stage::device()).await;
        }
    }
    create(&stage, "g", &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (mut after, mut rows) = (None, Vec::new());
    loop {
        let page = stage.store().audience(APP, &to_group("g"), after.as_ref(), 7).await.expect("reads");
        after = page.last().and_then(|row| row.user.clone());
        let is_full = page.len() >= 7;
        rows.extend(page);
        if !is_full {
            break;
        }
    }
    let of = |name: &str| rows.iter().filter(|row| row.user == Some(user(name))).count();
    assert_eq!(of("al"), 1);
    for (number, name) in names.iter().enumerate() {
        assert_eq!(of(name), (number % 3).max(1), "{name}");
    }
    assert!(rows.is_sorted_by_key(|row| row.user.clone()));
}

/// Accept refuses for what the App alone can know.
pub async fn a_message_to_no_group_is_missing(stage: Stage) {
    let message = group_message(&stage, "g");
    assert_eq!(stage.commit(Op::Accept(Box::new(message.clone()))).await, Outcome::Missing);
    let shouted = Message { online_only: true, ..message };
    assert_eq!(stage.commit(Op::Accept(Box::new(shouted))).await, Outcome::Missing);
    assert!(stage.store().recent_messages(APP, 9).await.expect("reads").is_empty());
}

/// Nothing up to the moment of joining is the newcomer's.
pub async fn who_joins_later_sees_nothing_of_before(stage: Stage) {
    create(&stage, "g", &["bo"]).await;
    accept(&stage, "g").await;
    accept(&stage, "g").await;
    let added = Outcome::Members { added: users(&["cy"]), removed: Vec::new() };
    assert_eq!(change(&stage, "g", &["cy", "bo"], &[]).await, added);
    let conversation = ConversationId::group(&group_id("g"));
    let head = stage.store().conversation_of(APP, &user("cy"), &conversation).await.expect("reads");
    let head = head.expect("is cy's");
    assert_eq!((head.seq, head.from), (Seq(2), Seq(2)));
    let heads = stage.store().conversations(APP, &user("cy")).await.expect("reads");
    assert_eq!(heads, [head]);
    let member = stage.store().member(APP, &group_id("g"), &user("cy")).await.expect("reads");
    assert_eq!(member.map(|member| member.joined_at_seq), Some(Seq(2)));
    let entry = stage.store().conversation_list(APP, &user("cy"), 9).await.expect("reads").remove(0);
    assert_eq!((entry.unread, entry.last), (0, None));
    let rows = stage.audience(&to_group("g")).await;
    let from: Vec<_> = rows.iter().map(|row| row.from).collect();
    assert_eq!(from, [Seq(0), Seq(0), Seq(2)], "al and bo were there");
    let next = accept(&stage, "g").await;
    let entry = stage.store().conversation_list(APP, &user("cy"), 9).await.expect("reads").remove(0);
    assert_eq!((entry.unread, entry.last), (1, Some(next)));
}

/// Leaving takes the conversation out of the user's hands, and what has not begun with it.
pub async fn f2_who_leaves_gets_no_push_that_has_not_begun(stage: Stage) {
    let (bos, _) = stage.sleeping_phone("bo", "t-1").await;
    let (cys, _) = stage.sleeping_phone("cy", "t-2").await;
    create(&stage, "g", &["bo", "cy"]).await;
    let message = accept(&stage, "g").await;
    let decisions = vec![stage.push_to(&message, bos).await, stage.push_to(&message, cys).await];
    stage.decide(&message, decisions).await;
    let other = stage.queue_push("bo", bos).await;
    let gone = Outcome::Members { added: Vec::new(), removed: users(&["bo"]) };
    assert_eq!(change(&stage, "g", &[], &["bo", "nobody"]).await, gone);
    let left = stage.deliveries_of(message.id).await;
    let state =
        |device| left.iter().find(|one| one.device == Some(device)).map(|one| (one.state, one.reason));
    assert_eq!(state(bos), Some((DeliveryState::Skipped, LEFT)));
    assert_eq!(state(cys).map(|(state, _)| state), Some(DeliveryState::Queued));
    assert_eq!(stage.only_delivery(other.message).await.state, DeliveryState::Queued, "not the group's");
    let conversation = ConversationId::group(&group_id("g"));
    assert!(stage.store().conversation_of(APP, &user("bo"), &conversation).await.expect("reads").is_none());
    assert_eq!(member_names(&stage, "g").await, ["al", "cy"]);
    assert_eq!(
        stage.store().group(APP, &group_id("g")).await.expect("reads").map(|group| group.members),
        Some(2)
    );
}

/// A decision must not outlive the membership it rested on.
pub async fn a_decision_for_a_member_who_left_is_stale(stage: Stage) {
    let (bos, _) = stage.sleeping_phone("bo", "t-1").await;
    create(&stage, "g", &["bo"]).await;
    let message = accept(&stage, "g").await;
    let decision = stage.push_to(&message, bos).await;
    change(&stage, "g", &[], &["bo"]).await;
    assert_eq!(stage.decide(&message, vec![decision.clone()]).await, Outcome::Stale);
    change(&stage, "g", &["bo"], &[]).await;
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Stale, "bo came back after it");
}

/// Nothing is changed by what would make it larger.
pub async fn a_group_is_never_larger_than_its_limit(stage: Stage) {
    let many: Vec<String> = (0..GROUP_MEMBERS_MAX).map(|number| format!("u{number:05}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let large = Op::CreateGroup { group: group("h", "al"), members: users(&many) };
    assert_eq!(stage.commit(large).await, Outcome::Conflict);
    create(&stage, "g", &many[1..]).await;
    assert_eq!(change(&stage, "g", &["bo"], &[]).await, Outcome::Conflict);
    assert!(stage.store().member(APP, &group_id("g"), &user("bo")).await.expect("reads").is_none());
    let exchanged = change(&stage, "g", &["bo"], &[many[1]]).await;
    assert_eq!(exchanged, Outcome::Members { added: users(&["bo"]), removed: users(&[many[1]]) });
}

/// Whoever owns a group is in it.
pub async fn a_new_owner_is_a_member_and_the_old_one_becomes_an_admin(stage: Stage) {
    create(&stage, "g", &["bo"]).await;
    let stranger = Group { owner: user("cy"), ..group("g", "al") };
    assert_eq!(stage.commit(Op::ChangeGroup(stranger)).await, Outcome::Missing);
    let changed = Group {
        owner: user("bo"),
        name: "The swimmers".to_owned(),
        join: JoinMode::Invited,
        muted: true,
        ..group("g", "al")
    };
    assert_eq!(stage.commit(Op::ChangeGroup(changed.clone())).await, Outcome::Done);
    let found = stage.store().group(APP, &group_id("g")).await.expect("reads");
    assert_eq!(found, Some(Group { members: 2, ..changed }));
    let role = async |name| {
        stage.store().member(APP, &group_id("g"), &user(name)).await.expect("reads").map(|member| member.role)
    };
    assert_eq!((role("al").await, role("bo").await), (Some(Role::Admin), Some(Role::Owner)));
}

/// Only a change of the group makes another owner.
pub async fn a_member_is_changed_and_the_owner_stays_the_owner(stage: Stage) {
    create(&stage, "g", &["bo"]).await;
    let muted_until = Some(stage.now());
    let change = |name: &str| Op::ChangeMember {
        app: APP,
        group: group_id("g"),
        user: user(name),
        role: Role::Admin,
        muted_until,
    };
    assert_eq!(stage.commit(change("bo")).await, Outcome::Done);
    assert_eq!(stage.commit(change("al")).await, Outcome::Done);
    assert_eq!(stage.commit(change("cy")).await, Outcome::Missing);
    let member = async |name| {
        stage.store().member(APP, &group_id("g"), &user(name)).await.expect("reads").expect("is in")
    };
    let bo = member("bo").await;
    assert_eq!((bo.role, bo.muted_until), (Role::Admin, muted_until));
    assert_eq!(member("al").await.role, Role::Owner);
}

/// Its members see no more of it; its messages stay.
pub async fn a_dismissed_group_is_gone_and_its_messages_stay(stage: Stage) {
    let (bos, _) = stage.sleeping_phone("bo", "t-1").await;
    create(&stage, "g", &["bo"]).await;
    let message = accept(&stage, "g").await;
    let decision = stage.push_to(&message, bos).await;
    stage.decide(&message, vec![decision]).await;
    assert_eq!(dismiss(&stage, "g").await, Outcome::Done);
    let ended = stage.only_delivery(message.id).await;
    assert_eq!((ended.state, ended.reason), (DeliveryState::Skipped, LEFT));
    let store = stage.store();
    assert!(store.group(APP, &group_id("g")).await.expect("reads").is_none());
    assert!(store.groups(APP, None, 9).await.expect("reads").is_empty());
    assert!(member_names(&stage, "g").await.is_empty());
    assert!(store.conversations(APP, &user("bo")).await.expect("reads").is_empty());
    assert!(stage.audience(&to_group("g")).await.is_empty());
    assert_eq!(store.message(APP, message.id).await.expect("reads"), Some(message.clone()));
    assert_eq!(dismiss(&stage, "g").await, Outcome::Missing);
    assert_eq!(change(&stage, "g", &["cy"], &[]).await, Outcome::Missing);
    assert_eq!(stage.commit(Op::Accept(Box::new(group_message(&stage, "g")))).await, Outcome::Missing);
    let repeated = stage.commit(Op::Accept(Box::new(message))).await;
    assert!(matches!(repeated, Outcome::Duplicate { .. }), "it was accepted while the group was there");
}

/// By id and by user.
pub async fn groups_and_members_are_listed_in_order(stage: Stage) {
    for name in ["c", "a", "b"] {
        create(&stage, name, &["bo", "cy"]).await;
    }
    let listed = stage.store().groups(APP, Some(&group_id("a")), 1).await.expect("reads");
    assert_eq!(listed.into_iter().map(|group| group.id).collect::<Vec<_>>(), [group_id("b")]);
    let members = stage.store().members(APP, &group_id("a"), Some(&user("al")), 1).await.expect("reads");
    assert_eq!(members.into_iter().map(|member| member.user).collect::<Vec<_>>(), users(&["bo"]));
}

/// A notice must not tell of what did not happen.
pub async fn what_rests_on_a_refused_change_is_not_stored(stage: Stage) {
    create(&stage, "g", &["bo"]).await;
    let taken = Op::CreateGroup { group: group("g", "cy"), members: Vec::new() };
    let notice = Message { kind: MessageKind::Notice, ..group_message(&stage, "g") };
    let outcomes = stage.store().commit(vec![taken, Op::Accept(Box::new(notice))]).await.expect("commits");
    assert_eq!(outcomes, [Outcome::Conflict, Outcome::Conflict]);
    assert!(stage.store().recent_messages(APP, 9).await.expect("reads").is_empty());
}

/// Every lookup takes the App.
pub async fn a_foreign_app_sees_no_group(stage: Stage) {
    create(&stage, "g", &["bo"]).await;
    let store = stage.store();
    assert!(store.group(FOREIGN, &group_id("g")).await.expect("reads").is_none());
    assert!(store.members(FOREIGN, &group_id("g"), None, 9).await.expect("reads").is_empty());
    assert!(store.member(FOREIGN, &group_id("g"), &user("bo")).await.expect("reads").is_none());
    assert!(store.audience(FOREIGN, &to_group("g"), None, 9).await.expect("reads").is_empty());
}

/// In the order of their names, page by page.
pub async fn groups_are_found_by_the_beginning_of_their_name(stage: Stage) {
    for (id, name) in [("g-1", "山友"), ("g-2", "山友会"), ("g-3", "山友会"), ("g-4", "海友"), ("g-5", "山")]
    {
        let group = Group { name: name.to_owned(), ..group(id, "al") };
        assert_eq!(stage.commit(Op::CreateGroup { group, members: Vec::new() }).await, Outcome::Done);
    }
    let (reason, at) = (LEFT, stage.now());
    stage.commit(Op::DismissGroup { app: APP, group: group_id("g-1"), reason, at }).await;
    let named = async |app, prefix: &str, after: Option<(&str, &str)>, limit| {
        let after = after.map(|(name, id)| (name.to_owned(), group_id(id)));
        let found = stage.store().groups_named(app, prefix, after.as_ref(), limit).await.expect("reads");
        found.into_iter().map(|group| group.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(named(APP, "山", None, 9).await, ["g-5", "g-2", "g-3"]);
    assert_eq!(named(APP, "山友", None, 1).await, ["g-2"]);
    assert_eq!(named(APP, "山友", Some(("山友会", "g-2")), 9).await, ["g-3"]);
    assert!(named(APP, "友", None, 9).await.is_empty());
    assert!(named(FOREIGN, "山", None, 9).await.is_empty());
}
