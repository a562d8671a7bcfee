//! What a folder promises: one process, the right key, no secret in the clear, a schema that does not drift.

use std::{fs, path::Path};

use model::{App, AppId, AppPolicy, CertificateName, Environment, Form, Secret, Timestamp, Vendor};
use store::{CertificateDraft, EmbeddedStore, Op, SealKey, Store, StoreError};

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
    let secrets = ["login-secret-0001", "app-secret-0002", "receipt-secret-0003"];
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
    store.commit(vec![app(secrets[0]), Op::PutCertificate(draft)]).await.unwrap();
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
