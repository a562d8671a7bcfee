//! Whether anybody looks changes nothing: the same random history, once with a look at deliveries and users after every
//! step and once without any, leaves the same rows, claims and answers; and a store that was just opened sees the same.

use std::{collections::BTreeMap, sync::Arc};

use model::{
    Addressee, App, AppId, AppPolicy, Attempt, BindingKind, BindingState, Body, CertificateId,
    CertificateName, Delivery, DeliveryId, DeliveryState, DeviceId, DeviceReport, Form, LoginPolicy,
    Mentions, Message, MessageId, MessageKind, Purpose, PushId, PushSettings, ReasonCode, Receipt,
    ReceiptKind, Secret, Seq, SessionId, SessionState, TextVariant, Timestamp, UserId, Vendor,
};
use proptest::prelude::*;
use store::{
    AudienceRow, CertificateDraft, DeliveryFilter, DeliveryUpdate, FanoutNext, FollowUp, NewBinding,
    NewDelivery, NewSession, Op, Outcome, SessionEnd, Store,
};
use uuid::Uuid;

use super::Folder;

const APP: AppId = AppId(1);
const START: Timestamp = Timestamp(1_700_000_000_000);
const USERS: u8 = 2;

/// `at` counts among what there is.
#[derive(Debug, Clone)]
enum Step {
    Accept { user: u8 },
    AcceptBare { token: u8 },
    Decide { at: usize, ends: bool },
    Claim,
    Begin { at: usize },
    Release { at: usize },
    Update { at: usize, again: bool },
    Move { user: u8, to: SessionState, badge: bool },
    Logout { user: u8 },
    Login { user: u8 },
    Bind { user: u8, token: u8 },
    Recall { at: usize },
    Withdraw { at: usize },
    Receipt { at: usize },
}

fn any_step() -> impl Strategy<Value = Step> {
    let (user, token, at) = (0..USERS, 0..3_u8, 0..6_usize);
    let state = prop_oneof![
        Just(SessionState::OnlineForeground),
        Just(SessionState::OnlineBackground),
        Just(SessionState::Disconnected)
    ];
    prop_oneof![
        4 => user.clone().prop_map(|user| Step::Accept { user }),
        3 => token.clone().prop_map(|token| Step::AcceptBare { token }),
        8 => (at.clone(), any::<bool>()).prop_map(|(at, ends)| Step::Decide { at, ends }),
        5 => Just(Step::Claim),
        5 => at.clone().prop_map(|at| Step::Begin { at }),
        2 => at.clone().prop_map(|at| Step::Release { at }),
        6 => (at.clone(), prop::bool::weighted(0.3)).prop_map(|(at, again)| Step::Update { at, again }),
        3 => (user.clone(), state, any::<bool>()).prop_map(|(user, to, badge)| Step::Move { user, to, badge }),
        1 => user.clone().prop_map(|user| Step::Logout { user }),
        2 => user.clone().prop_map(|user| Step::Login { user }),
        2 => (user, token).prop_map(|(user, token)| Step::Bind { user, token }),
        1 => at.clone().prop_map(|at| Step::Recall { at }),
        1 => at.clone().prop_map(|at| Step::Withdraw { at }),
        1 => at.prop_map(|at| Step::Receipt { at }),
    ]
}

/// One of the two stores, and what its lane and its fan-out know.
struct World {
    store: Arc<dyn Store>,
    folder: Folder,
    certificate: CertificateId,
    looks: bool,
    now: Timestamp,
    messages: Vec<Message>,
    /// What the lane holds, and whether it began it.
    held: BTreeMap<DeliveryId, bool>,
    /// What was answered and claimed, to be compared.
    log: Vec<String>,
}

fn user(number: u8) -> UserId {
    UserId::new(&format!("u{number}")).unwrap()
}

fn device(number: u8) -> DeviceId {
    DeviceId(Uuid::from_u128(u128::from(number) + 1))
}

fn token(number: u8) -> Arc<str> {
    format!("t{number}").into()
}

impl World {
    async fn open(looks: bool) -> Self {
        let folder = Folder::new();
        let store: Arc<dyn Store> = folder.open();
        let secret = || Secret::new("secret".to_owned());
        let app = App {
            id: APP,
            name: "app".into(),
            login_secret: secret(),
            policy: AppPolicy::default(),
            created_at: START,
        };
        let draft = CertificateDraft {
            app: APP,
            id: None,
            vendor: Vendor::Xiaomi,
            name: CertificateName::new("mi").unwrap(),
            disabled: false,
            form: Form::default(),
            environment: None,
            expires_at: None,
            receipt_secret: secret(),
            at: START,
        };
        let outcomes = store.commit(vec![Op::PutApp(app), Op::PutCertificate(draft)]).await.unwrap();
        let Outcome::Certificate(certificate, _) = outcomes[1] else { panic!("{outcomes:?}") };
        let (messages, held, log) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut world = Self { store, folder, certificate, looks, now: START, messages, held, log };
        for number in 0..USERS {
            world.step(&Step::Login { user: number }).await;
            world.step(&Step::Bind { user: number, token: number }).await;
            world.step(&Step::Move { user: number, to: SessionState::Disconnected, badge: false }).await;
        }
        // A lane that found nothing takes what comes at once.
        world.step(&Step::Claim).await;
        world
    }

    async fn step(&mut self, step: &Step) {
        self.now = self.now.plus_ms(1);
        match *step {
            Step::Accept { user: to } => self.accept(Addressee::User(user(to))).await,
            Step::AcceptBare { token: to } => {
                let certificate = self.certificate;
                self.accept(Addressee::Token { certificate, token: token(to) }).await;
            }
            Step::Decide { at, ends } => self.decide(at, ends).await,
            Step::Claim => self.claim().await,
            Step::Begin { at } => {
                if let Some(id) = self.nth_held(at, false) {
                    let may = self.store.begin(&[id]).await.unwrap()[0];
                    self.log.push(format!("begin {id:?} {may}"));
                    if may {
                        self.held.insert(id, true)
                    } else {
                        self.held.remove(&id)
                    };
                }
            }
            Step::Release { at } => {
                if let Some(id) = self.nth_held(at, true).or_else(|| self.nth_held(at, false)) {
                    self.held.remove(&id);
                    self.store.release(&[id]).await.unwrap();
                }
            }
            Step::Update { at, again } => self.update(at, again).await,
            Step::Move { user: who, to, badge } => self.move_to(who, to, badge).await,
            Step::Logout { user: who } => {
                if let Some(session) = self.session(who).await {
                    let (to, reason, at) = (SessionState::LoggedOut, ReasonCode(2), self.now);
                    self.commit(Op::EndSession(SessionEnd { app: APP, session, to, reason, at })).await;
                }
            }
            Step::Login { user: who } => self.log_in(who).await,
            Step::Bind { user: who, token: to } => self.bind(who, to).await,
            Step::Recall { at } => {
                if let Some(message) = self.messages.get(at).map(|message| message.id) {
                    let (reason, at) = (ReasonCode(6), self.now);
                    self.commit(Op::Recall { app: APP, message, reason, at }).await;
                }
            }
            Step::Withdraw { at } => self.withdraw(at).await,
            Step::Receipt { at } => self.receipt(at).await,
        }
        if self.looks {
            self.rows().await;
            self.people().await;
        }
    }

    async fn commit(&mut self, op: Op) -> Outcome {
        let outcome = self.store.commit(vec![op]).await.unwrap().remove(0);
        self.log.push(format!("{outcome:?}"));
        outcome
    }

    async fn accept(&mut self, addressee: Addressee) {
        if self.messages.len() >= 6 {
            return;
        }
        let message = Message {
            id: MessageId(Uuid::from_u128(100 + self.messages.len() as u128)),
            app: APP,
            addressee,
            kind: MessageKind::Push,
            sender: None,
            sender_device: None,
            client_message_id: None,
            seq: Seq(0),
            body: Body::text("hello"),
            mentions: Mentions::default(),
            online_only: false,
            recalled_at: None,
            push: Some(PushSettings::default()),
            sent_at: self.now,
            expires_at: self.now.plus_ms(60_000),
        };
        self.commit(Op::Accept(Box::new(message.clone()))).await;
        self.messages.push(message);
    }

    async fn decide(&mut self, at: usize, ends: bool) {
        let Some(message) = self.messages.get(at).cloned() else { return };
        if self.store.fanout(APP, message.id).await.unwrap().is_none() {
            return;
        }
        let rows = self.store.audience(APP, &message.addressee, None, 9).await.unwrap();
        let deliveries = rows.into_iter().map(|row| decision(row, self.now)).collect();
        let next = if ends {
            FanoutNext::Done
        } else {
            FanoutNext::Again { after: None, due_at: self.now.plus_ms(5) }
        };
        self.commit(Op::Decide { app: APP, message: message.id, deliveries, next }).await;
    }

    async fn claim(&mut self) {
        let claimed = self.store.claim(self.certificate, self.now, 99).await.unwrap();
        let mut told: Vec<String> = claimed.iter().map(|one| format!("{one:?}")).collect();
        told.sort();
        self.log.extend(told);
        self.held.extend(claimed.into_iter().map(|one| (one.delivery.id, false)));
    }

    fn nth_held(&self, at: usize, begun: bool) -> Option<DeliveryId> {
        let held = self.held.iter().filter(|(_, is_begun)| **is_begun == begun);
        let ids: Vec<DeliveryId> = held.map(|(id, _)| *id).collect();
        ids.get(at % ids.len().max(1)).copied()
    }

    async fn update(&mut self, at: usize, again: bool) {
        let Some(id) = self.nth_held(at, true) else { return };
        self.held.remove(&id);
        let attempt = Attempt {
            at: self.now,
            took_ms: 1,
            verdict: "as it was".to_owned(),
            http_status: 200,
            code: "0".to_owned(),
            text: "ok".to_owned(),
        };
        let state = if again { DeliveryState::Queued } else { DeliveryState::Accepted };
        let update = DeliveryUpdate {
            id,
            state,
            reason: ReasonCode(5),
            due_at: self.now.plus_ms(2),
            attempt: Some(attempt),
            vendor_message_id: (!again).then(|| format!("v{}", id.0)),
            at: self.now,
        };
        self.commit(Op::Update(update)).await;
    }

    async fn session(&self, who: u8) -> Option<SessionId> {
        Some(self.store.sessions(APP, &user(who)).await.unwrap().first()?.id)
    }

    async fn move_to(&mut self, who: u8, to: SessionState, badge: bool) {
        let Some(session) = self.session(who).await else { return };
        let (badge, at) = (badge.then_some(7), self.now);
        self.commit(Op::MoveSession { app: APP, session, to, badge, at, cancel_reason: ReasonCode(4) }).await;
    }

    async fn log_in(&mut self, who: u8) {
        let login = NewSession {
            app: APP,
            user: user(who),
            device: device(who),
            push_id: PushId(Uuid::from_u128(50 + u128::from(who))),
            report: DeviceReport { language: "zh-CN".to_owned(), ..DeviceReport::default() },
            state: SessionState::OnlineBackground,
            policy: LoginPolicy::Many,
            kicked_reason: ReasonCode(3),
            at: self.now,
        };
        self.commit(Op::OpenSession(login)).await;
    }

    async fn bind(&mut self, who: u8, to: u8) {
        let binding = NewBinding {
            app: APP,
            device: device(who),
            certificate: self.certificate,
            kind: BindingKind::Alert,
            token: token(to),
            owner: Some(user(who)),
            push_id: PushId(Uuid::from_u128(60)),
            taken_over_reason: ReasonCode(8),
            at: self.now,
        };
        self.commit(Op::Bind(binding)).await;
    }

    async fn withdraw(&mut self, at: usize) {
        let Some(message) = self.messages.get(at).map(|message| message.id) else { return };
        let follow_up = FollowUp {
            app: APP,
            message,
            user: None,
            except: None,
            purpose: Purpose::Withdraw,
            replacement: None,
            cancel_reason: ReasonCode(6),
            reason: ReasonCode(7),
            expires_at: self.now.plus_ms(60_000),
            at: self.now,
        };
        self.commit(Op::FollowUp(follow_up)).await;
    }

    async fn receipt(&mut self, at: usize) {
        let Some(message) = self.messages.get(at).map(|message| message.id) else { return };
        let receipt = Receipt {
            message: Some(message),
            vendor_message_id: String::new(),
            token: "t0".to_owned(),
            kind: ReceiptKind::Arrived,
            at: self.now,
            code: String::new(),
        };
        self.commit(Op::Mark { app: APP, certificate: self.certificate, receipt }).await;
    }

    async fn rows(&self) -> Vec<Delivery> {
        self.store.deliveries(APP, &DeliveryFilter::default(), 99).await.unwrap()
    }

    async fn people(&self) -> Vec<AudienceRow> {
        let mut rows = Vec::new();
        for who in 0..USERS {
            rows.extend(self.store.audience(APP, &Addressee::User(user(who)), None, 9).await.unwrap());
        }
        rows
    }

    /// Everything that can be seen of it in the end.
    async fn end(mut self) -> (Vec<String>, Vec<Delivery>) {
        let next = self.store.next_due(self.certificate).await.unwrap();
        self.log.push(format!("next due {next:?}"));
        for message in &self.messages {
            let open = self.store.fanout(APP, message.id).await.unwrap();
            self.log.push(format!("{open:?}"));
        }
        for who in 0..USERS {
            let record = self.store.device(APP, device(who)).await.unwrap();
            self.log.push(format!("badge {:?}", record.map(|record| record.device.badge)));
        }
        let held: Vec<DeliveryId> = self.held.keys().copied().collect();
        self.store.release(&held).await.unwrap();
        self.held.clear();
        self.now = Timestamp::NEVER;
        self.claim().await;
        let (rows, people) = (self.rows().await, self.people().await);
        let Self { store, folder, .. } = self;
        drop(store);
        let again: Arc<dyn Store> = folder.open();
        assert_eq!(again.deliveries(APP, &DeliveryFilter::default(), 99).await.unwrap(), rows);
        let mut read = Vec::new();
        for who in 0..USERS {
            read.extend(again.audience(APP, &Addressee::User(user(who)), None, 9).await.unwrap());
        }
        assert_eq!(read, people);
        (self.log, rows)
    }
}

/// A push, as far as there is a token.
fn decision(row: AudienceRow, now: Timestamp) -> NewDelivery {
    let (certificate, token, binding_generation) = match row.binding {
        BindingState::Bound(binding) => (Some(binding.certificate), binding.token, binding.generation),
        BindingState::Lost(_) => (None, "".into(), 0),
    };
    let pushes = certificate.is_some() && row.session.is_none_or(|session| session.state.is_logged_in());
    NewDelivery {
        purpose: Purpose::Notify,
        user: row.user,
        device: row.device.map(|device| device.id),
        push_id: None,
        certificate,
        token,
        binding_generation,
        state: if pushes { DeliveryState::Queued } else { DeliveryState::Skipped },
        reason: ReasonCode(1),
        rules_version: 1,
        facts: vec![1],
        text: TextVariant::Full,
        counts_badge: pushes,
        decided_at: now,
        due_at: now,
        expires_at: now.plus_ms(60_000),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn looking_changes_nothing(steps in prop::collection::vec(any_step(), 0..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (mut looked_at, mut alone) = (World::open(true).await, World::open(false).await);
            for step in &steps {
                looked_at.step(step).await;
                alone.step(step).await;
                assert_eq!(looked_at.log.last(), alone.log.last(), "after {step:?}");
            }
            assert_eq!(looked_at.end().await, alone.end().await);
        });
    }
}
