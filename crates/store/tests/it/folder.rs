//! What a folder promises: one process, the right key, no secret in the clear, a schema that does not drift.

use std::{fs, path::Path};

use model::{
    App, AppId, AppPolicy, CertificateName, ConversationId, Environment, Form, Secret, Timestamp, UserId,
    Vendor, Webhook, WebhookId,
};
use store::{Backlog, CertificateDraft, EmbeddedStore, Look, Op, SealKey, Store, StoreError};

use super::{Folder, seal_key};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn app(login_secret: &str) -> Op {
    let login_secret = Secret::new(login_secret.to_owned());
    let policy = AppPolicy::default();
    Op::PutApp(App { id: AppId(1), name: "app".to_owned(), login_secret, policy, created_at: NOW })
}

fn holds(folder: &Path, needle: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

#[tokio::test]
async fn a_folder_is_looked_at_beside_the_process_that_holds_it() {
    let folder = Folder::new();
    let place = folder.path();
    assert!(Look::open(&place, seal_key()).unwrap().is_none());
    assert!(!Look::is_held(&place));
    let store = EmbeddedStore::open(&place, seal_key()).unwrap();
    store.commit(vec![app("the login secret")]).await.unwrap();
    assert!(Look::is_held(&place));
    let look = Look::open(&place, seal_key()).unwrap().unwrap();
    let (found, known) = look.schema().unwrap();
    assert_eq!(found, known);
    assert_eq!(look.apps().unwrap().len(), 1);
    assert!(look.faults().unwrap().is_empty());
    assert_eq!(look.backlog().unwrap(), Backlog::default());
    drop(store);
    assert!(!Look::is_held(&place));
    assert_eq!(look.apps().unwrap().len(), 1);
}

#[test]
fn a_folder_is_for_one_store_at_a_time() {
    let folder = Folder::new();
    let first = folder.open();
    let Err(StoreError::Database(sentence)) = EmbeddedStore::open(&folder.path(), seal_key()) else {
        panic!("the folder is taken");
    };
    assert!(sentence.contains("another process has the folder"), "{sentence}");
    drop(first);
    folder.open();
}

#[test]
fn another_key_is_refused_with_a_sentence() {
    let folder = Folder::new();
    drop(folder.open());
    let Err(StoreError::Corrupt(sentence)) =
        EmbeddedStore::open(&folder.path(), SealKey::from_bytes([1; 32]))
    else {
        panic!("the key is another one");
    };
    assert!(sentence.contains("the seal key is not the one of this folder"), "{sentence}");
}

#[tokio::test]
async fn no_secret_is_in_any_file_of_the_folder() {
    let folder = Folder::new();
    let store = folder.open();
    let secrets = ["login-secret-0001", "app-secret-0002", "receipt-secret-0003", "webhook-secret-0004"];
    let draft = CertificateDraft {
        app: AppId(1),
        id: None,
        vendor: Vendor::Xiaomi,
        name: CertificateName::new("in-the-clear").unwrap(),
        disabled: false,
        form: Form {
            secret: [("app_secret".to_owned(), Secret::new(secrets[1].to_owned()))].into(),
            ..Form::default()
        },
        environment: None::<Environment>,
        expires_at: None,
        receipt_secret: Secret::new(secrets[2].to_owned()),
        at: NOW,
    };
    let webhook = Webhook {
        id: WebhookId(0),
        app: AppId(1),
        url: "https://example.com".to_owned(),
        secret: Secret::new(secrets[3].to_owned()),
        events: Vec::new(),
        disabled: false,
        created_at: NOW,
    };
    let ops = vec![app(secrets[0]), Op::PutCertificate(draft), Op::PutWebhook(webhook)];
    store.commit(ops).await.unwrap();
    assert!(holds(&folder.path(), "in-the-clear"), "the search finds what is there");
    for secret in secrets {
        assert!(!holds(&folder.path(), secret), "{secret} is in the log");
    }
    drop(store);
    for secret in secrets {
        assert!(!holds(&folder.path(), secret), "{secret} is in the database");
    }
}

#[test]
fn a_closed_store_leaves_one_database_file_without_a_log_for_its_owner_alone() {
    let folder = Folder::new();
    drop(folder.open());
    #[cfg(unix)]
    for entry in fs::read_dir(folder.path()).unwrap() {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["posthouse.db", "posthouse.lock"]);
}

#[test]
fn a_key_file_is_made_once_and_only_its_owner_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys").join("seal.key");
    let made = SealKey::load_or_create(&path).unwrap();
    assert_eq!(SealKey::load_or_create(&path).unwrap().id(), made.id());
    assert_eq!(fs::read(&path).unwrap().len(), 32);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::write(&path, b"short").unwrap();
    assert!(matches!(SealKey::load_or_create(&path), Err(StoreError::Corrupt(_))));
}

#[test]
fn a_folder_of_a_newer_version_is_refused() {
    let folder = Folder::new();
    drop(folder.open());
    let database = rusqlite::Connection::open(folder.path().join("posthouse.db")).unwrap();
    database.pragma_update(None, "user_version", 9999).unwrap();
    drop(database);
    assert!(matches!(EmbeddedStore::open(&folder.path(), seal_key()), Err(StoreError::Database(_))));
}

/// What the first version of the schema left behind: two messages, of which one counts on a badge.
const FIRST_VERSION: &str = r#"
    INSERT INTO users (app, id, tokens_valid_from, created_at) VALUES (1, 'bo', 0, 1);
    INSERT INTO conversations (row, app, name, seq) VALUES (1, 1, 'p:al:bo', 2);
    INSERT INTO inbox (app, user, conversation) VALUES (1, 'bo', 1);
    INSERT INTO messages (app, id, conversation, kind, sender, seq, body, push, sent_at, expires_at) VALUES
        (1, x'00000000000000000000000000000001', 1, 0, 'al', 1, '{"type":"text","text":"a"}', NULL, 1, 2),
        (1, x'00000000000000000000000000000002', 1, 0, 'al', 2, '{"type":"text","text":"b"}',
         '{"counts_badge":false}', 1, 2);
    PRAGMA user_version = 1;
"#;

#[tokio::test]
async fn a_folder_of_the_first_version_is_brought_to_this_one_with_what_it_holds() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path()).unwrap();
    let database = rusqlite::Connection::open(folder.path().join("posthouse.db")).unwrap();
    let first = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/V1__first.sql")).unwrap();
    database.execute_batch(&first).unwrap();
    database.execute_batch(FIRST_VERSION).unwrap();
    drop(database);

    let store = folder.open();
    let (app, bo, al) = (AppId(1), UserId::new("bo").unwrap(), UserId::new("al").unwrap());
    let listed = store.conversation_list(app, &bo, 9).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].head.conversation, ConversationId::peer(&al, &bo));
    assert_eq!((listed[0].unread, listed[0].head.seq.0), (1, 2));
    assert_eq!(store.user(app, &bo).await.unwrap().unwrap().name, None);
    drop(store);
    folder.open();
}
