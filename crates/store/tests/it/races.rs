//! A fetch, a logout or a kick against a lane that claims and begins at the same moment.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use model::{
    Addressee, App, AppId, AppPolicy, Body, CertificateId, CertificateName, DeliveryId, DeliveryState,
    DeviceId, DeviceReport, Form, LoginPolicy, Mentions, Message, MessageId, MessageKind, Purpose, PushId,
    ReasonCode, Secret, Seq, SessionId, SessionState, TextVariant, Timestamp, UserId, Vendor,
};
use store::{
    CancelScope, CertificateDraft, Change, DeliveryFilter, DeliveryUpdate, FanoutNext, FollowUp, NewDelivery,
    NewSession, Op, Outcome, SessionEnd, Store, StoreError,
};
use uuid::Uuid;

use super::Folder;

const APP: AppId = AppId(1);
const NOW: Timestamp = Timestamp(1_700_000_000_000);
const LOGGED_OUT: ReasonCode = ReasonCode(2);
const PHONES: usize = 40;
const PUSHES_A_PHONE: usize = 5;

struct Phone {
    user: UserId,
    device: DeviceId,
    session: SessionId,
    /// Set once the logout was acknowledged.
    is_logged_out: AtomicBool,
}

async fn commit(store: &dyn Store, op: Op) -> Outcome {
    store.commit(vec![op]).await.unwrap().remove(0)
}

fn put_certificate(id: Option<CertificateId>) -> Op {
    Op::PutCertificate(CertificateDraft {
        app: APP,
        id,
        vendor: Vendor::Xiaomi,
        name: CertificateName::new("mi").unwrap(),
        disabled: false,
        form: Form::default(),
        environment: None,
        expires_at: None,
        receipt_secret: Secret::new("r".to_owned()),
        at: NOW,
    })
}

async fn set_up(store: &dyn Store) -> (CertificateId, Vec<Arc<Phone>>) {
    let login_secret = Secret::new("secret".to_owned());
    let policy = AppPolicy::default();
    commit(store, Op::PutApp(App { id: APP, name: "app".into(), login_secret, policy, created_at: NOW }))
        .await;
    let Outcome::Certificate(certificate, _) = commit(store, put_certificate(None)).await else { panic!() };
    let mut phones = Vec::new();
    for number in 0..PHONES {
        let (user, device) = (UserId::new(&format!("u{number}")).unwrap(), DeviceId(Uuid::new_v4()));
        let login = NewSession {
            app: APP,
            user: user.clone(),
            device,
            push_id: PushId(Uuid::new_v4()),
            report: DeviceReport::default(),
            state: SessionState::OnlineBackground,
            policy: LoginPolicy::Many,
            kicked_reason: LOGGED_OUT,
            at: NOW,
        };
        let Outcome::Session { id: session, .. } = commit(store, Op::OpenSession(login)).await else {
            panic!()
        };
        phones.push(Arc::new(Phone { user, device, session, is_logged_out: AtomicBool::new(false) }));
    }
    (certificate, phones)
}

fn message(user: &UserId) -> Message {
    Message {
        id: MessageId(Uuid::now_v7()),
        app: APP,
        addressee: Addressee::User(user.clone()),
        kind: MessageKind::Push,
        sender: None,
        sender_device: None,
        client_message_id: None,
        seq: Seq(0),
        body: Body::text("hello"),
        mentions: Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: None,
        sent_at: NOW,
        expires_at: NOW.plus_ms(60_000),
    }
}

fn decision(phone: &Phone, certificate: CertificateId) -> NewDelivery {
    NewDelivery {
        purpose: Purpose::Notify,
        user: Some(phone.user.clone()),
        device: Some(phone.device),
        push_id: None,
        certificate: Some(certificate),
        token: "token".into(),
        binding_generation: 0,
        state: DeliveryState::Queued,
        reason: ReasonCode(1),
        rules_version: 1,
        facts: Vec::new(),
        text: TextVariant::Full,
        counts_badge: false,
        decided_at: NOW,
        due_at: NOW,
        expires_at: NOW.plus_ms(60_000),
    }
}

/// Answers the messages, a batch of them for each round.
async fn queue_everything(
    store: Arc<dyn Store>,
    phones: Vec<Arc<Phone>>,
    certificate: CertificateId,
) -> Vec<MessageId> {
    let mut messages = Vec::new();
    for _ in 0..PUSHES_A_PHONE {
        for phone in &phones {
            let message = message(&phone.user);
            let (id, next) = (message.id, FanoutNext::Done);
            let deliveries = vec![decision(phone, certificate)];
            let ops =
                vec![Op::Accept(Box::new(message)), Op::Decide { app: APP, message: id, deliveries, next }];
            store.commit(ops).await.unwrap();
            messages.push(id);
        }
    }
    messages
}

async fn log_out_one_by_one(store: Arc<dyn Store>, phones: Vec<Arc<Phone>>) {
    for phone in &phones {
        let end = SessionEnd {
            app: APP,
            session: phone.session,
            to: SessionState::LoggedOut,
            reason: LOGGED_OUT,
            at: NOW,
        };
        commit(store.as_ref(), Op::EndSession(end)).await;
        phone.is_logged_out.store(true, Ordering::SeqCst);
    }
}

/// What the lanes did.
#[derive(Default)]
struct Seen {
    is_everything_queued: AtomicBool,
    begun: AtomicUsize,
    /// Deliveries that were on the wire and taken by the vendor.
    sent: Mutex<Vec<DeliveryId>>,
}

/// Claims, begins and ends deliveries; every third goes back once.
async fn run_lane(
    store: Arc<dyn Store>,
    by_device: Arc<HashMap<DeviceId, Arc<Phone>>>,
    certificate: CertificateId,
    seen: Arc<Seen>,
) {
    loop {
        let was_all = seen.is_everything_queued.load(Ordering::SeqCst);
        let claimed = store.claim(certificate, Timestamp::NEVER, 7).await.unwrap();
        if claimed.is_empty() && was_all {
            return;
        }
        for one in claimed {
            let phone = &by_device[&one.delivery.device.unwrap()];
            let was_logged_out = phone.is_logged_out.load(Ordering::SeqCst);
            if !store.begin(&[one.delivery.id]).await.unwrap()[0] {
                continue;
            }
            assert!(!was_logged_out, "a send began after the logout was acknowledged");
            if seen.begun.fetch_add(1, Ordering::SeqCst).is_multiple_of(3) {
                store.release(&[one.delivery.id]).await.unwrap();
            } else {
                commit(store.as_ref(), accepted(one.delivery.id)).await;
                seen.sent.lock().unwrap().push(one.delivery.id);
            }
        }
        tokio::task::yield_now().await;
    }
}

fn accepted(id: DeliveryId) -> Op {
    Op::Update(DeliveryUpdate {
        id,
        state: DeliveryState::Accepted,
        reason: ReasonCode(5),
        due_at: NOW,
        attempt: None,
        vendor_message_id: None,
        at: NOW,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_send_begins_after_a_logout_is_acknowledged_and_every_delivery_ends() {
    let folder = Folder::new();
    let store: Arc<dyn Store> = folder.open();
    let (certificate, phones) = set_up(store.as_ref()).await;
    let by_device = Arc::new(phones.iter().map(|phone| (phone.device, Arc::clone(phone))).collect());
    queue_everything(Arc::clone(&store), phones.clone(), certificate).await;
    let seen = Arc::new(Seen::default());
    let lanes: Vec<_> = (0..2)
        .map(|_| {
            let (store, by_device) = (Arc::clone(&store), Arc::clone(&by_device));
            tokio::spawn(run_lane(store, by_device, certificate, Arc::clone(&seen)))
        })
        .collect();
    let late_decisions = tokio::spawn(queue_everything(Arc::clone(&store), phones.clone(), certificate));
    log_out_one_by_one(Arc::clone(&store), phones).await;
    late_decisions.await.unwrap();
    seen.is_everything_queued.store(true, Ordering::SeqCst);
    for lane in lanes {
        lane.await.unwrap();
    }
    let ended = store.deliveries(APP, &DeliveryFilter::default(), u32::MAX).await.unwrap();
    assert!(ended.len() >= PHONES * PUSHES_A_PHONE);
    assert!(ended.iter().all(|one| one.state.is_terminal()), "every delivery ended");
    for id in seen.sent.lock().unwrap().iter() {
        let delivery = ended.iter().find(|one| one.id == *id).unwrap();
        assert_eq!(delivery.state, DeliveryState::Accepted, "what was sent is not called skipped");
    }
}

fn withdrawal(message: MessageId) -> Op {
    Op::FollowUp(FollowUp {
        app: APP,
        message,
        user: None,
        except: None,
        purpose: Purpose::Withdraw,
        replacement: None,
        cancel_reason: ReasonCode(6),
        reason: ReasonCode(7),
        expires_at: NOW.plus_ms(60_000),
        at: NOW,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t13_every_notification_that_lands_is_withdrawn_whenever_the_withdrawal_came() {
    let folder = Folder::new();
    let store: Arc<dyn Store> = folder.open();
    let (certificate, phones) = set_up(store.as_ref()).await;
    let by_device = Arc::new(phones.iter().map(|phone| (phone.device, Arc::clone(phone))).collect());
    let messages = queue_everything(Arc::clone(&store), phones, certificate).await;
    let seen = Arc::new(Seen::default());
    let lanes: Vec<_> = (0..2)
        .map(|_| {
            let (store, by_device) = (Arc::clone(&store), Arc::clone(&by_device));
            tokio::spawn(run_lane(store, by_device, certificate, Arc::clone(&seen)))
        })
        .collect();
    // From the end, so that lanes and withdrawals meet in the middle.
    for message in messages.iter().rev() {
        commit(store.as_ref(), withdrawal(*message)).await;
    }
    seen.is_everything_queued.store(true, Ordering::SeqCst);
    for lane in lanes {
        lane.await.unwrap();
    }
    for message in messages {
        let filter = DeliveryFilter { message: Some(message), ..DeliveryFilter::default() };
        let rows = store.deliveries(APP, &filter, 9).await.unwrap();
        let state = |purpose| rows.iter().find(|row| row.purpose == purpose).map(|row| row.state);
        let withdrawn = match state(Purpose::Notify) {
            Some(DeliveryState::Accepted) => Some(DeliveryState::Accepted),
            Some(DeliveryState::Skipped) => None,
            other => panic!("the notification ended as {other:?}"),
        };
        assert_eq!(state(Purpose::Withdraw), withdrawn);
    }
}

#[tokio::test]
async fn a_lane_is_told_again_of_what_an_undone_cancel_had_barred() {
    let folder = Folder::new();
    let store = folder.open();
    let (certificate, phones) = set_up(store.as_ref()).await;
    let phone = &phones[0];
    let message = message(&phone.user);
    let decide = Op::Decide {
        app: APP,
        message: message.id,
        deliveries: vec![decision(phone, certificate)],
        next: FanoutNext::Done,
    };
    store.commit(vec![Op::Accept(Box::new(message)), decide]).await.unwrap();
    let database = rusqlite::Connection::open(folder.path().join("posthouse.db")).unwrap();
    database.execute("UPDATE certificates SET secret_fields = x'00'", []).unwrap();

    let mut feed = store.feed().subscribe();
    let scope = CancelScope::UserDevice(phone.user.clone(), phone.device);
    let cancel = Op::Cancel { app: APP, scope, reason: LOGGED_OUT, at: NOW };
    let undone = store.commit(vec![cancel, put_certificate(Some(certificate))]).await;
    assert!(matches!(undone, Err(StoreError::Corrupt(_))), "{undone:?}");
    let mut told = std::iter::from_fn(|| feed.try_recv().ok());
    assert!(told.any(|change| change == Change::Queued(certificate)));
    assert_eq!(store.claim(certificate, NOW, 10).await.unwrap().len(), 1);
}
