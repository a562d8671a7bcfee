//! Backup and restore: a copy that is one moment, taken beside a writer, and a folder that begins where it ends.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use model::{
    Addressee, AppId, ConversationId, DeliveryId, DeliveryState, DeviceId, DeviceReport, LoginPolicy,
    Message, MessageId, Purpose, PushId, ReasonCode, Seq, SessionState, TextVariant, Timestamp, UserId,
};
use store::{
    DeliveryFilter, EmbeddedStore, FanoutNext, NewDelivery, NewSession, Op, Outcome, Pace, SealKey, Store,
    StoreError, back_up, restore,
};
use uuid::Uuid;

use super::{Folder, crash::message, seal_key};

const APP: AppId = AppId(1);
const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn conversation() -> ConversationId {
    ConversationId::peer(&user("al"), &user("bo"))
}

async fn accept(store: &dyn Store) -> (MessageId, Seq) {
    let message = message();
    let id = message.id;
    match store.commit(vec![Op::Accept(Box::new(message))]).await.unwrap()[..] {
        [Outcome::Accepted { seq }] => (id, seq),
        ref other => panic!("{other:?}"),
    }
}

/// Decides the message's one target; the number of its delivery.
async fn skip(store: &dyn Store, message: MessageId) -> DeliveryId {
    let skipped = NewDelivery {
        purpose: Purpose::Notify,
        user: Some(user("bo")),
        device: None,
        push_id: None,
        certificate: None,
        token: "".into(),
        binding_generation: 0,
        state: DeliveryState::Skipped,
        reason: ReasonCode(1),
        rules_version: 1,
        facts: Vec::new(),
        text: TextVariant::Full,
        counts_badge: false,
        decided_at: NOW,
        due_at: NOW,
        expires_at: NOW,
    };
    let (deliveries, next) = (vec![skipped], FanoutNext::Done);
    store.commit(vec![Op::Decide { app: APP, message, deliveries, next }]).await.unwrap();
    let filter = DeliveryFilter { message: Some(message), ..DeliveryFilter::default() };
    store.deliveries(APP, &filter, 9).await.unwrap()[0].id
}

/// Where a test's files are, beside the folder of its store.
struct Desk {
    folder: Folder,
    beside: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: Folder::new(), beside: tempfile::tempdir().unwrap() }
    }

    fn backup(&self) -> PathBuf {
        self.beside.path().join("backup.db")
    }

    fn restored(&self) -> PathBuf {
        self.beside.path().join("restored")
    }

    fn back_up(&self) -> Result<store::BackupReport, StoreError> {
        back_up(&self.folder.path(), &self.backup(), Pace::Unlimited, NOW, |_| {})
    }

    fn restore(&self) -> Result<store::Restored, StoreError> {
        restore(&self.backup(), &self.restored(), &seal_key(), NOW)
    }

    fn open_restored(&self) -> Arc<EmbeddedStore> {
        EmbeddedStore::open(&self.restored(), seal_key()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_beside_a_writer_holds_everything_that_was_acknowledged_before_it_and_nothing_torn() {
    let desk = Desk::new();
    let store = desk.folder.open();
    let mut before = Vec::new();
    for _ in 0..150 {
        let messages: Vec<Message> = (0..100).map(|_| message()).collect();
        before.extend(messages.iter().map(|message| message.id));
        let accepts = messages.into_iter().map(|message| Op::Accept(Box::new(message))).collect();
        store.commit(accepts).await.unwrap();
    }
    let goes_on = Arc::new(AtomicBool::new(true));
    let (writer, going) = (Arc::clone(&store), Arc::clone(&goes_on));
    let writing = tokio::spawn(async move {
        let mut written = 0;
        while going.load(Ordering::SeqCst) {
            accept(&*writer).await;
            written += 1;
        }
        written
    });
    let (folder, to) = (desk.folder.path(), desk.backup());
    let copied = tokio::task::spawn_blocking(move || {
        let mut steps = 0;
        let report = back_up(&folder, &to, Pace::MebibytesPerSecond(8), NOW, |_| steps += 1);
        (report, steps)
    });
    let (report, steps) = copied.await.unwrap();
    goes_on.store(false, Ordering::SeqCst);
    assert!(writing.await.unwrap() > 0, "nothing was written beside the copy");
    let report = report.unwrap();
    assert!(steps > 2 && report.rows["messages"] >= 15_000, "{report:?}");
    assert_eq!(report.rows["messages"], report.rows["fanouts"], "one moment: each message with its cursor");
    drop(store);

    let restored = desk.restore().unwrap();
    assert_eq!((restored.messages, restored.backed_up_at), (report.rows["messages"], Some(NOW)));
    let store = desk.open_restored();
    for id in before {
        assert!(store.message(APP, id).await.unwrap().is_some(), "{id} was acknowledged before the backup");
        assert!(store.fanout(APP, id).await.unwrap().is_some(), "{id} has targets to decide");
    }
}

#[tokio::test]
async fn a_restored_folder_gives_no_number_twice_and_loses_no_count() {
    let desk = Desk::new();
    let store = desk.folder.open();
    let (first, seq) = accept(&*store).await;
    skip(&*store, first).await;
    desk.back_up().unwrap();
    let (second, lost) = accept(&*store).await;
    let lost_delivery = skip(&*store, second).await;
    drop(store);
    desk.restore().unwrap();
    let store = desk.open_restored();
    let list = async || store.conversation_list(APP, &user("bo"), 9).await.unwrap().remove(0);
    assert_eq!((list().await.unread, list().await.last.map(|last| last.seq)), (1, Some(seq)));
    let (third, next) = accept(&*store).await;
    assert!(skip(&*store, third).await > lost_delivery, "a receipt must not find another's delivery");
    assert!(next > lost, "a client that has {lost} must not take {next} for it");
    assert_eq!((list().await.unread, list().await.last.map(|last| last.seq)), (2, Some(next)));
    let after: Vec<Message> = store.messages_after(APP, &conversation(), lost, 9).await.unwrap();
    assert_eq!(after.iter().map(|message| message.seq).collect::<Vec<_>>(), [next]);
}

#[tokio::test]
async fn in_a_restored_folder_nobody_is_online() {
    let desk = Desk::new();
    let store = desk.folder.open();
    let login = NewSession {
        app: APP,
        user: user("bo"),
        device: DeviceId(Uuid::from_u128(1)),
        push_id: PushId(Uuid::from_u128(2)),
        report: DeviceReport::default(),
        state: SessionState::OnlineForeground,
        policy: LoginPolicy::Many,
        kicked_reason: ReasonCode(1),
        at: NOW,
    };
    let opened = store.commit(vec![Op::OpenSession(login.clone())]).await.unwrap();
    let [Outcome::Session { id: earlier, .. }] = opened[..] else { panic!("{opened:?}") };
    desk.back_up().unwrap();
    drop(store);
    desk.restore().unwrap();
    let store = desk.open_restored();
    assert_eq!(store.sessions(APP, &user("bo")).await.unwrap()[0].state, SessionState::Disconnected);
    let opened = store.commit(vec![Op::OpenSession(login)]).await.unwrap();
    let [Outcome::Session { id, .. }] = opened[..] else { panic!("{opened:?}") };
    assert!(id.0 > earlier.0 + 1, "no login of after the backup has this number");
    let audience = store.audience(APP, &Addressee::User(user("bo")), None, 9).await.unwrap();
    assert_eq!(audience.len(), 1);
}

#[tokio::test]
async fn a_backup_is_not_written_over_anything_and_leaves_nothing_half() {
    let desk = Desk::new();
    let beside = || fs::read_dir(desk.beside.path()).unwrap().count();
    assert!(matches!(desk.back_up(), Err(StoreError::Disk(_))), "there is no folder yet");
    assert_eq!(beside(), 0);
    let store = desk.folder.open();
    accept(&*store).await;
    fs::write(desk.backup(), "somebody's").unwrap();
    assert!(matches!(desk.back_up(), Err(StoreError::Disk(_))));
    assert_eq!(fs::read_to_string(desk.backup()).unwrap(), "somebody's");
    fs::remove_file(desk.backup()).unwrap();
    desk.back_up().unwrap();
    assert_eq!(beside(), 1, "one file, without a log beside it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(desk.backup()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_restore_refuses_a_used_folder_another_key_and_what_is_no_backup() {
    let desk = Desk::new();
    let store = desk.folder.open();
    accept(&*store).await;
    desk.back_up().unwrap();
    let foreign = restore(&desk.backup(), &desk.restored(), &SealKey::from_bytes([1; 32]), NOW);
    assert!(matches!(foreign, Err(StoreError::Corrupt(_))), "{foreign:?}");
    assert!(!desk.restored().exists(), "a refusal leaves nothing");
    fs::create_dir(desk.restored()).unwrap();
    fs::write(desk.restored().join("posthouse.db"), "").unwrap();
    let Err(StoreError::Disk(sentence)) = desk.restore() else { panic!("the folder is used") };
    assert!(sentence.contains("an empty folder"), "{sentence}");
    fs::remove_file(desk.restored().join("posthouse.db")).unwrap();
    fs::write(desk.restored().join("seal.key"), [42; 32]).unwrap();
    desk.restore().unwrap();

    let text = desk.beside.path().join("text");
    fs::write(
        &text,
        "no database at all, but longer than a database's head has to be, which is 100 bytes or so",
    )
    .unwrap();
    let refused = restore(&text, &desk.beside.path().join("other"), &seal_key(), NOW);
    assert!(refused.is_err());
    let mut bytes = fs::read(desk.backup()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xff);
    fs::write(&text, bytes).unwrap();
    let torn = restore(&text, &desk.beside.path().join("other"), &seal_key(), NOW);
    assert!(torn.is_err(), "a damaged backup is not restored");
}
