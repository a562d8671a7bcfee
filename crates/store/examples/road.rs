//! The road of a push through the store alone: accepted, decided, claimed, begun, its verdict stored. Prints what each
//! costs in CPU time.
//!
//! `cargo run --release -p posthouse-store --example road -- bare 50000` or `-- users 50000`.

use std::{sync::Arc, time::Instant};

use model::{
    Addressee, App, AppId, AppPolicy, Attempt, BindingKind, BindingState, Body, CertificateId,
    CertificateName, DeliveryState, DeviceId, DeviceReport, Form, LoginPolicy, Mentions, Message, MessageId,
    MessageKind, Purpose, PushId, PushSettings, ReasonCode, Secret, Seq, SessionState, TextVariant,
    Timestamp, UserId, Vendor,
};
use store::{
    AudienceRow, CertificateDraft, DeliveryUpdate, EmbeddedStore, FanoutNext, NewBinding, NewDelivery,
    NewSession, Op, Outcome, SealKey, Store, StoreError,
};
use tokio::sync::broadcast;
use uuid::Uuid;

const APP: AppId = AppId(1);
const NOW: Timestamp = Timestamp(1_700_000_000_000);
const USERS: usize = 5_000;

type Result<T> = std::result::Result<T, StoreError>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let bare = arguments.next().is_none_or(|kind| kind == "bare");
    let count = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(50_000);
    let folder = std::env::temp_dir().join(format!("posthouse-road-{}", std::process::id()));
    let store: Arc<dyn Store> = EmbeddedStore::open(&folder, SealKey::from_bytes([1; 32]))?;
    let certificate = prepare(&*store, if bare { 0 } else { USERS }).await?;
    run(&store, certificate, bare, 2_000).await?;
    let (before, start) = (threads_us(), Instant::now());
    run(&store, certificate, bare, count).await?;
    let took = start.elapsed();
    let mut all = 0.0;
    for (name, us) in threads_us() {
        let us = us - before.iter().find(|(other, _)| *other == name).map_or(0.0, |(_, us)| *us);
        all += us;
        println!("{name:20} {:8.2} µs a push", us / count as f64);
    }
    println!(
        "{:20} {:8.2} µs a push; {:.0} pushes/s",
        "all",
        all / count as f64,
        count as f64 / took.as_secs_f64()
    );
    let written = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    println!(
        "{}",
        written
            .lines()
            .filter(|line| line.starts_with("write_bytes") || line.starts_with("wchar"))
            .collect::<Vec<_>>()
            .join(" ")
    );
    drop(store);
    let _ = std::fs::remove_dir_all(folder);
    Ok(())
}

/// CPU time so far, by the names of threads.
fn threads_us() -> Vec<(String, f64)> {
    let mut all: Vec<(String, f64)> = Vec::new();
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let name = read("comm").trim().to_owned();
        let ns: f64 = read("schedstat").split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0);
        match all.iter_mut().find(|(other, _)| *other == name) {
            Some((_, us)) => *us += ns / 1000.0,
            None => all.push((name, ns / 1000.0)),
        }
    }
    all
}

async fn prepare(store: &dyn Store, users: usize) -> Result<CertificateId> {
    let secret = || Secret::new("secret".to_owned());
    let app = App {
        id: APP,
        name: "app".to_owned(),
        login_secret: secret(),
        policy: AppPolicy::default(),
        created_at: NOW,
    };
    store.commit(vec![Op::PutApp(app)]).await?;
    let draft = CertificateDraft {
        app: APP,
        id: None,
        vendor: Vendor::Apns,
        name: CertificateName::new("ios").expect("a short name"),
        disabled: false,
        form: Form::default(),
        environment: None,
        expires_at: None,
        receipt_secret: secret(),
        at: NOW,
    };
    let Some(Outcome::Certificate(certificate, _)) =
        store.commit(vec![Op::PutCertificate(draft)]).await?.pop()
    else {
        panic!("a certificate")
    };
    let mut batch = Vec::new();
    for number in 0..users {
        let (user, device) = (user(number), DeviceId(Uuid::new_v4()));
        let login = NewSession {
            app: APP,
            user: user.clone(),
            device,
            push_id: PushId(Uuid::new_v4()),
            report: DeviceReport {
                language: "zh-CN".to_owned(),
                brand: "apple".to_owned(),
                ..DeviceReport::default()
            },
            state: SessionState::OnlineBackground,
            policy: LoginPolicy::Many,
            kicked_reason: ReasonCode(2),
            at: NOW,
        };
        let binding = NewBinding {
            app: APP,
            device,
            certificate,
            kind: BindingKind::Alert,
            token: format!("{number:064x}").into(),
            owner: Some(user),
            push_id: PushId(Uuid::new_v4()),
            taken_over_reason: ReasonCode(3),
            at: NOW,
        };
        batch.extend([Op::OpenSession(login), Op::Bind(binding)]);
        if batch.len() >= 500 {
            store.commit(std::mem::take(&mut batch)).await?;
        }
    }
    store.commit(batch).await?;
    store.commit(vec![Op::DisconnectAll { at: NOW }]).await?;
    Ok(certificate)
}

fn user(number: usize) -> UserId {
    UserId::new(&format!("user-{number}")).expect("a short name")
}

fn message(certificate: CertificateId, bare: bool, number: usize) -> Message {
    let addressee = if bare {
        Addressee::Token { certificate, token: format!("{number:064x}").into() }
    } else {
        Addressee::User(user(number * 7919 % USERS))
    };
    Message {
        id: MessageId(Uuid::now_v7()),
        app: APP,
        addressee,
        kind: MessageKind::Push,
        sender: None,
        sender_device: None,
        client_message_id: None,
        seq: Seq(0),
        body: Body::text("晚饭吃什么?🍜 Seven at the noodle shop behind the station, as always"),
        mentions: Mentions::default(),
        online_only: false,
        recalled_at: None,
        push: Some(PushSettings {
            title: Some("a new message".to_owned()),
            body: Some("晚饭吃什么?🍜 Seven at the noodle shop behind the station, as always".to_owned()),
            ..PushSettings::default()
        }),
        sent_at: NOW,
        expires_at: NOW.plus_ms(60_000),
    }
}

fn decision(message: &Message, row: AudienceRow) -> NewDelivery {
    let BindingState::Bound(binding) = row.binding else { panic!("bound") };
    NewDelivery {
        purpose: Purpose::Notify,
        user: row.user,
        device: row.device.map(|device| device.id),
        push_id: None,
        certificate: Some(binding.certificate),
        token: binding.token,
        binding_generation: binding.generation,
        state: DeliveryState::Queued,
        reason: ReasonCode(1),
        rules_version: 1,
        facts: vec![7; 40],
        text: TextVariant::Full,
        counts_badge: message.push.as_ref().is_some_and(|push| push.counts_badge),
        decided_at: NOW.plus_ms(1),
        due_at: NOW,
        expires_at: message.expires_at,
    }
}

async fn run(store: &Arc<dyn Store>, certificate: CertificateId, bare: bool, count: usize) -> Result<()> {
    let fan_out = tokio::spawn(fan_out(Arc::clone(store), count));
    let lane = tokio::spawn(lane(Arc::clone(store), certificate, count));
    let senders: Vec<_> = (0..512)
        .map(|first| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for number in (first..count).step_by(512) {
                    store.commit(vec![Op::Accept(Box::new(message(certificate, bare, number)))]).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .collect();
    for sender in senders {
        sender.await.expect("ends")?;
    }
    fan_out.await.expect("ends")?;
    lane.await.expect("ends")
}

async fn fan_out(store: Arc<dyn Store>, count: usize) -> Result<()> {
    let (mut feed, mut done) = (store.feed().subscribe(), 0);
    while done < count {
        let due = store.due_fanouts(NOW, 256).await?;
        if due.is_empty() {
            while !matches!(
                feed.recv().await,
                Ok(store::Change::Accepted(..)) | Err(broadcast::error::RecvError::Lagged(_))
            ) {}
            continue;
        }
        let mut batch = Vec::new();
        for cursor in due {
            let message = &cursor.message;
            let rows = store.audience(APP, &message.addressee, None, 512).await?;
            let deliveries = rows.into_iter().map(|row| decision(message, row)).collect();
            batch.push(Op::Decide { app: APP, message: message.id, deliveries, next: FanoutNext::Done });
        }
        done += batch.len();
        let outcomes = store.commit(batch).await?;
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done));
    }
    Ok(())
}

async fn lane(store: Arc<dyn Store>, certificate: CertificateId, count: usize) -> Result<()> {
    let (mut feed, mut done) = (store.feed().subscribe(), 0);
    while done < count {
        let claimed = store.claim(certificate, NOW, 512).await?;
        if claimed.is_empty() {
            while !matches!(
                feed.recv().await,
                Ok(store::Change::Queued(_)) | Err(broadcast::error::RecvError::Lagged(_))
            ) {}
            continue;
        }
        let ids: Vec<_> = claimed.iter().map(|one| one.delivery.id).collect();
        assert!(store.begin(&ids).await?.into_iter().all(|may| may));
        done += ids.len();
        let accepted = ids.into_iter().map(|id| {
            Op::Update(DeliveryUpdate {
                id,
                state: DeliveryState::Accepted,
                reason: ReasonCode(5),
                due_at: NOW,
                attempt: Some(Attempt {
                    at: NOW,
                    took_ms: 3,
                    verdict: "accepted".to_owned(),
                    http_status: 200,
                    code: "200".to_owned(),
                    text: String::new(),
                }),
                vendor_message_id: Some(Uuid::new_v4().to_string()),
                at: NOW,
            })
        });
        store.commit(accepted.collect()).await?;
    }
    Ok(())
}
