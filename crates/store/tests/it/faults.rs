//! A locked database, a writer that is behind, a damaged row: nothing half done, nobody else harmed.

use std::sync::Arc;

use model::{AppId, CertificateId, CertificateName, Form, Secret, Timestamp, UserId, Vendor};
use store::{CertificateDraft, Op, Outcome, Store, StoreError};

use tokio::task::JoinSet;

use super::Folder;

const APP: AppId = AppId(1);
/// More than the writer lets wait.
const WAITING: usize = 9000;
const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn put_user(name: &str) -> Op {
    Op::PutUser { app: APP, user: user(name), at: NOW }
}

fn draft(id: Option<CertificateId>) -> Op {
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

#[tokio::test]
async fn a_faulty_op_undoes_its_own_batch_and_no_other_of_its_group() {
    let folder = Folder::new();
    let store = folder.open();
    let made = store.commit(vec![draft(None)]).await.unwrap();
    let [Outcome::Certificate(certificate, _)] = made[..] else { panic!("a certificate") };
    let database = rusqlite::Connection::open(folder.path().join("posthouse.db")).unwrap();
    database.execute("UPDATE certificates SET secret_fields = x'00'", []).unwrap();

    let faulty = store.commit(vec![put_user("al"), draft(Some(certificate))]);
    let (before, faulty, after) =
        tokio::join!(store.commit(vec![put_user("bo")]), faulty, store.commit(vec![put_user("cy")]));
    assert!(matches!(faulty, Err(StoreError::Corrupt(_))), "{faulty:?}");
    assert!(before.is_ok() && after.is_ok());
    assert!(store.user(APP, &user("al")).await.unwrap().is_none());
    assert!(store.user(APP, &user("bo")).await.unwrap().is_some());
    assert!(store.user(APP, &user("cy")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_locked_database_is_busy_and_leaves_nothing() {
    let folder = Folder::new();
    let store = folder.open();
    let other = rusqlite::Connection::open(folder.path().join("posthouse.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.commit(vec![put_user("al")]).await, Err(StoreError::Busy)));
    other.execute_batch("ROLLBACK").unwrap();
    assert!(store.user(APP, &user("al")).await.unwrap().is_none());
    store.commit(vec![put_user("al")]).await.unwrap();
}

#[tokio::test]
async fn a_writer_that_is_far_behind_is_busy_and_answers_again_later() {
    let folder = Folder::new();
    let store = folder.open();
    let other = rusqlite::Connection::open(folder.path().join("posthouse.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut waiting = JoinSet::new();
    for number in 0..WAITING {
        let store = Arc::clone(&store);
        waiting.spawn(async move { store.commit(vec![put_user(&format!("u{number}"))]).await });
    }
    let (mut refused, mut is_locked) = (0, true);
    while let Some(answer) = waiting.join_next().await {
        match answer.unwrap() {
            Err(StoreError::Busy) => refused += 1,
            answer => assert!(answer.is_ok(), "{answer:?}"),
        }
        if refused > 0 && is_locked {
            other.execute_batch("ROLLBACK").unwrap();
            is_locked = false;
        }
    }
    assert!(refused > 0, "more waited than there is room for");
    store.commit(vec![put_user("al")]).await.unwrap();
    let stored = store.users(APP, None, 10_000).await.unwrap().len();
    assert_eq!(stored, WAITING - refused + 1, "what was refused was not stored");
}
