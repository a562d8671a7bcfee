//! What an op costs must not grow with the App: a plan that reads every row of an App answers rightly and is found only
//! here.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::{Arc, atomic::Ordering};

use async_trait::async_trait;
use model::{
    Addressee, ConversationId, DeliveryState, DeviceId, LoginPolicy, Purpose, Receipt, ReceiptKind, Seq,
    SessionState, Timestamp,
};

use super::{EmbeddedStore, sql::STEPS};
use crate::{
    DeliveryFilter, Erasure, ErasureStep, Expiry, ExpiryStep, FollowUp, NewDelivery, Op, SealKey, Store,
    conformance::{
        House, Stage, groups,
        stage::{APP, FETCHED, START, device, user},
    },
};

struct Folder(tempfile::TempDir);

#[async_trait]
impl House for Folder {
    async fn open(&self) -> Arc<dyn Store> {
        EmbeddedStore::open(self.0.path(), SealKey::from_bytes([1; 32])).unwrap()
    }
}

/// Steps that each kind of work took since the last look.
struct Costs(Vec<(&'static str, i64)>);

impl Costs {
    fn note(&mut self, what: &'static str) {
        self.0.push((what, STEPS.swap(0, Ordering::SeqCst)));
    }
}

/// One road from the login to the receipt, each part counted.
async fn walk(stage: &Stage, name: &'static str) -> Costs {
    let mut costs = Costs(Vec::new());
    let phone = device();
    costs.note("before");
    let login = stage.new_session(name, phone, LoginPolicy::OneDevice);
    stage.commit(Op::OpenSession(login)).await;
    let session = stage.store().sessions(APP, &user(name)).await.unwrap()[0].id;
    costs.note("login");
    stage.bind(phone, Some(name), &format!("token of {name}")).await;
    costs.note("bind");
    stage.move_to(session, SessionState::Disconnected).await;
    costs.note("disconnect");
    let message = stage.accept(name).await;
    costs.note("accept");
    let decision = stage.push_to(&message, phone).await;
    costs.note("audience");
    stage.decide(&message, vec![decision]).await;
    costs.note("decide");
    let claimed = stage.claim_ids(1).await;
    costs.note("claim");
    stage.update(claimed[0], DeliveryState::Accepted).await;
    costs.note("update");
    mark(stage, Some(message.id), name).await;
    costs.note("receipt by message");
    mark(stage, None, name).await;
    costs.note("receipt by the vendor's id");
    reads(stage, &mut costs, name, phone).await;
    group(stage, &mut costs, name, phone).await;
    let cursors = vec![(ConversationId::peer(&user("al"), &user(name)), Seq(1))];
    stage.commit(Op::Ack { app: APP, user: user(name), device: phone, cursors }).await;
    costs.note("ack");
    stage.move_to(session, SessionState::OnlineForeground).await;
    costs.note("fetch");
    stage.logout(session).await;
    costs.note("logout");
    keeping(stage, &mut costs, name).await;
    costs
}

async fn mark(stage: &Stage, message: Option<model::MessageId>, name: &str) {
    let receipt = Receipt {
        message,
        vendor_message_id: "vendor-1".to_owned(),
        token: format!("token of {name}"),
        kind: ReceiptKind::Arrived,
        at: Timestamp(1),
        code: String::new(),
    };
    let outcome = stage.commit(Op::Mark { app: APP, certificate: stage.certificate, receipt }).await;
    assert!(matches!(outcome, crate::Outcome::Marked(Some(_))));
}

async fn reads(stage: &Stage, costs: &mut Costs, name: &str, phone: DeviceId) {
    let store = stage.store();
    let conversation = ConversationId::peer(&user("al"), &user(name));
    store.messages_after(APP, &conversation, Seq(0), 9).await.unwrap();
    store.conversations(APP, &user(name)).await.unwrap();
    costs.note("sync");
    store.device(APP, phone).await.unwrap();
    store.audience(APP, &Addressee::User(user(name)), None, 9).await.unwrap();
    costs.note("device");
    store.recent_messages(APP, 3).await.unwrap();
    store.deliveries(APP, &DeliveryFilter::default(), 3).await.unwrap();
    costs.note("newest");
    let of_user = DeliveryFilter { user: Some(user(name)), ..DeliveryFilter::default() };
    store.deliveries(APP, &of_user, 3).await.unwrap();
    let of_device = DeliveryFilter { device: Some(phone), ..DeliveryFilter::default() };
    store.deliveries(APP, &of_device, 3).await.unwrap();
    costs.note("deliveries of one");
    store.next_due(stage.certificate).await.unwrap();
    store.due_fanouts(Timestamp::NEVER, 3).await.unwrap();
    costs.note("what is due");
    let message = store.recent_messages(APP, 1).await.unwrap()[0].id;
    let at = stage.now();
    let scope = crate::CancelScope::Message(message);
    stage.commit(Op::Cancel { app: APP, scope, reason: FETCHED, at }).await;
    costs.note("recall");
}

/// A group of two: its message, its push, its recall, its end.
async fn group(stage: &Stage, costs: &mut Costs, name: &'static str, phone: DeviceId) {
    groups::create(stage, name, &[name]).await;
    costs.note("group");
    let message = groups::accept(stage, name).await;
    let decision = NewDelivery { counts_badge: true, ..stage.push_to(&message, phone).await };
    costs.note("group's audience");
    stage.decide(&message, vec![decision]).await;
    costs.note("group's decision");
    let claimed = stage.claim_ids(1).await;
    stage.update(claimed[0], DeliveryState::Accepted).await;
    costs.note("group's claim and update");
    let store = stage.store();
    store.conversation_list(APP, &user(name), 9).await.unwrap();
    store.member(APP, &groups::group_id(name), &user(name)).await.unwrap();
    costs.note("list of conversations");
    let at = stage.now();
    let follow_up = FollowUp {
        app: APP,
        message: message.id,
        user: None,
        except: None,
        purpose: Purpose::Withdraw,
        replacement: None,
        cancel_reason: FETCHED,
        reason: FETCHED,
        expires_at: at.plus_ms(1),
        at,
    };
    stage.commit(Op::FollowUp(follow_up)).await;
    costs.note("follow-up");
    stage.update(stage.claim_ids(1).await[0], DeliveryState::Accepted).await;
    stage.commit(Op::Recall { app: APP, message: message.id, reason: FETCHED, at }).await;
    costs.note("recall of words");
    let conversation = ConversationId::group(&groups::group_id(name));
    let (user, seq) = (user(name), message.seq);
    stage.commit(Op::Read { app: APP, user, device: None, conversation, seq, reason: FETCHED, at }).await;
    costs.note("read");
    groups::change(stage, name, &["newcomer"], &[name]).await;
    costs.note("coming and going");
    let group = groups::group_id(name);
    stage.commit(Op::DismissGroup { app: APP, group, reason: FETCHED, at }).await;
    costs.note("dismissal");
    stage.commit(Op::SwitchPush { app: APP, device: phone, on: true, reason: FETCHED, at }).await;
    costs.note("switch");
}

/// A step of each kind of what goes by itself; the message that is over is the App's oldest.
async fn keeping(stage: &Stage, costs: &mut Costs, name: &str) {
    let steps = [
        ("expiry of messages", ExpiryStep::FIRST),
        ("expiry of calls", ExpiryStep::Calls),
        ("expiry of events", ExpiryStep::Events),
        ("expiry of devices", ExpiryStep::Devices { after: None }),
        ("expiry of marks", ExpiryStep::Deletions),
    ];
    for (what, step) in steps {
        let (before, tokens_before) = (START.plus_ms(1), START);
        stage.commit(Op::Expire(Expiry { app: APP, before, tokens_before, step, limit: 2 })).await;
        costs.note(what);
    }
    let at = stage.now();
    stage.commit(Op::DeleteUser { app: APP, user: user(name), reason: FETCHED, at }).await;
    costs.note("deletion");
    let erasure = Erasure {
        app: APP,
        users: vec![user(name)],
        step: ErasureStep::Own,
        limit: 100,
        reason: FETCHED,
        at,
    };
    for (what, step) in [
        ("erasure of what is the user's own", ErasureStep::Own),
        ("erasure of words", ErasureStep::Messages { after: None }),
        ("erasure of mutes", ErasureStep::Mutes { after: None }),
        ("end of the erasure", ErasureStep::Close),
    ] {
        let limit = if step == ErasureStep::Own { 100 } else { 1 };
        stage.commit(Op::Erase(Erasure { step, limit, ..erasure.clone() })).await;
        costs.note(what);
    }
}

/// Steps that a page of a group takes, from its middle.
async fn page(stage: &Stage, group: &str, members: usize) -> i64 {
    let names: Vec<String> = (0..members).map(|number| format!("m{number:04}")).collect();
    groups::create(stage, group, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let after = user(&names[members / 2]);
    STEPS.store(0, Ordering::SeqCst);
    let page = stage.store().audience(APP, &groups::to_group(group), Some(&after), 20).await.unwrap();
    assert_eq!(page.len(), 20);
    STEPS.swap(0, Ordering::SeqCst)
}

#[tokio::test]
async fn no_op_costs_more_in_a_larger_app() {
    let stage = Stage::open(Folder(tempfile::tempdir().unwrap())).await;
    // The first walk makes the connections and their statements.
    walk(&stage, "first").await;
    let small = walk(&stage, "small").await;
    for number in 0..150 {
        let name = format!("u{number}");
        let (phone, _) = stage.sleeping_phone(&name, &name).await;
        let queued = stage.queue_push(&name, phone).await;
        stage.claim(9).await;
        stage.update(queued.id, DeliveryState::Accepted).await;
    }
    let large = walk(&stage, "large").await;
    for ((what, small), (_, large)) in small.0.iter().zip(&large.0).skip(1) {
        assert!(*large <= small + small / 4 + 60, "{what}: {small} steps, {large} in a larger App");
    }
    // The readers' statements are made.
    for warm in 0..4 {
        page(&stage, &format!("warm {warm}"), 50).await;
    }
    let (small, large) = (page(&stage, "small group", 60).await, page(&stage, "large group", 1200).await);
    assert!(large <= small + small / 4, "a page: {small} steps, {large} in a larger group");
    assert!(small <= 20 * 250, "{small} steps for 20 members without a device");
}
