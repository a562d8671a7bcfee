//! Apps, keys, users, certificates.

use model::{AppPolicy, CertificateName, Environment, Secret};

use super::{
    Stage,
    stage::{APP, FOREIGN, START, app_named, user},
};
use crate::{ApiKey, Op, Outcome, Scope};

/// [`Store::app`](crate::Store::app) gives back what was put last.
pub async fn an_app_reads_as_it_was_put_and_its_secret_comes_back(stage: Stage) {
    let policy = AppPolicy { default_title: "来信".to_owned(), ..AppPolicy::default() };
    stage.commit(Op::PutApp(model::App { policy: policy.clone(), ..app_named(APP, "renamed") })).await;
    let app = stage.store().app(APP).await.expect("reads").expect("is there");
    assert_eq!((app.name.as_str(), &app.policy, app.created_at), ("renamed", &policy, START));
    assert_eq!(app.login_secret.expose(), "the login secret");
    assert_eq!(stage.store().apps().await.expect("reads").len(), 2);
}

/// A key is stored as its hash and found by it.
pub async fn an_api_key_is_found_by_its_hash_alone(stage: Stage) {
    let key = ApiKey {
        hash: [7; 32],
        app: APP,
        scopes: vec![Scope::Send, Scope::Read],
        name: "backend".to_owned(),
        created_at: START,
        used_at: None,
    };
    assert_eq!(stage.commit(Op::PutApiKey(key.clone())).await, Outcome::Done);
    assert_eq!(stage.store().api_key(&[7; 32]).await.expect("reads"), Some(key.clone()));
    assert_eq!(stage.store().api_key(&[8; 32]).await.expect("reads"), None);
    let homeless = ApiKey { app: model::AppId(99), hash: [9; 32], ..key };
    assert_eq!(stage.commit(Op::PutApiKey(homeless)).await, Outcome::Missing);
}

/// A revoked key is gone at once, a foreign App cannot revoke it, and its hash is told.
pub async fn an_api_key_is_listed_used_and_revoked(stage: Stage) {
    let key = |byte: u8, name: &str| ApiKey {
        hash: [byte; 32],
        app: APP,
        scopes: vec![Scope::Read],
        name: name.to_owned(),
        created_at: START.plus_ms(i64::from(byte)),
        used_at: None,
    };
    for one in [key(2, "second"), key(1, "first")] {
        stage.commit(Op::PutApiKey(one)).await;
    }
    let late = START.plus_ms(120_000);
    for at in [late, START] {
        stage.commit(Op::NoteKeyUse(vec![([1; 32], at), ([99; 32], at)])).await;
    }
    let names = |keys: Vec<ApiKey>| keys.into_iter().map(|key| (key.name, key.used_at)).collect::<Vec<_>>();
    let listed = names(stage.store().api_keys(APP).await.expect("reads"));
    assert_eq!(listed, [("first".to_owned(), Some(late)), ("second".to_owned(), None)]);
    assert!(stage.store().api_keys(FOREIGN).await.expect("reads").is_empty());
    let mut feed = stage.store().feed().subscribe();
    let revoke = |app| Op::DeleteApiKey { app, hash: [1; 32] };
    assert_eq!(stage.commit(revoke(FOREIGN)).await, Outcome::Missing);
    assert_eq!(stage.commit(revoke(APP)).await, Outcome::Done);
    assert_eq!(feed.recv().await.expect("it is told"), crate::Change::ApiKey([1; 32]));
    assert_eq!(stage.commit(revoke(APP)).await, Outcome::Missing);
    assert_eq!(stage.store().api_key(&[1; 32]).await.expect("reads"), None);
}

/// Users are listed by id, page by page.
pub async fn a_user_is_made_once_and_listed_in_order(stage: Stage) {
    let first = stage.now();
    for (name, at) in [("bo", first), ("al", stage.now()), ("bo", stage.now())] {
        stage.commit(Op::PutUser { app: APP, user: user(name), at }).await;
    }
    let bo = stage.store().user(APP, &user("bo")).await.expect("reads").expect("is there");
    assert_eq!(bo.created_at, first);
    let names = |users: Vec<crate::User>| users.into_iter().map(|user| user.id).collect::<Vec<_>>();
    let store = stage.store();
    assert_eq!(names(store.users(APP, None, 9).await.expect("reads")), [user("al"), user("bo")]);
    assert_eq!(names(store.users(APP, Some(&user("al")), 9).await.expect("reads")), [user("bo")]);
    assert_eq!(names(store.users(APP, None, 1).await.expect("reads")), [user("al")]);
    assert!(store.users(FOREIGN, None, 9).await.expect("reads").is_empty());
    assert!(store.user(FOREIGN, &user("bo")).await.expect("reads").is_none());
}

/// The moment never goes back, and a user that is not known yet is remembered.
pub async fn revoked_tokens_stay_revoked(stage: Stage) {
    let (early, late) = (stage.now(), stage.now());
    for valid_from in [late, early] {
        stage.commit(Op::RevokeTokens { app: APP, user: user("bo"), valid_from }).await;
    }
    stage.commit(Op::PutUser { app: APP, user: user("bo"), at: stage.now() }).await;
    let bo = stage.store().user(APP, &user("bo")).await.expect("reads").expect("is there");
    assert_eq!(bo.tokens_valid_from, late);
}

/// Row C1: ids count up over the instance, whoever's the certificates are.
pub async fn c1_each_certificate_gets_an_id_of_its_own_that_is_never_used_again(stage: Stage) {
    let stored = stage.store().certificate(stage.certificate).await.expect("reads").expect("is there");
    assert_eq!((stored.app, stored.version, stored.disabled), (APP, 1, false));
    assert_eq!(stored.form.get("p8"), Some("the signing key"));
    assert_eq!(stored.form.get("topic"), Some("com.example.chat"));
    assert_eq!(stored.environment, Some(Environment::Production));
    assert_eq!(stored.receipt_secret.expose(), "the receipt secret");
    let foreign = crate::CertificateDraft { app: FOREIGN, ..stage.draft(None) };
    let Outcome::Certificate(foreign, 1) = stage.commit(Op::PutCertificate(foreign)).await else {
        panic!("a new certificate");
    };
    let second = stage.certificate_for(None).await;
    assert!(stage.certificate < foreign && foreign < second);
    let listed = stage.store().certificates(APP).await.expect("reads");
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [stage.certificate, second]);
    let others = stage.store().certificates(FOREIGN).await.expect("reads");
    assert_eq!(others.iter().map(|one| one.id).collect::<Vec<_>>(), [foreign]);
}

/// Row C5: a secret that is absent from an edit keeps its stored value, as the receipt secret always does.
pub async fn c5_an_edit_raises_the_version_and_keeps_an_absent_secret(stage: Stage) {
    let mut edit = stage.draft(Some(Environment::Production));
    edit.id = Some(stage.certificate);
    edit.name = CertificateName::new("renamed").expect("a short name");
    edit.disabled = true;
    edit.form.secret.clear();
    edit.form.secret.insert("password".to_owned(), Secret::new("new".to_owned()));
    edit.receipt_secret = Secret::new("not taken".to_owned());
    assert_eq!(stage.commit(Op::PutCertificate(edit)).await, Outcome::Certificate(stage.certificate, 2));
    let stored = stage.store().certificate(stage.certificate).await.expect("reads").expect("is there");
    assert_eq!((stored.name.as_str(), stored.disabled, stored.version), ("renamed", true, 2));
    assert_eq!((stored.form.get("p8"), stored.form.get("password")), (Some("the signing key"), Some("new")));
    assert_eq!(stored.receipt_secret.expose(), "the receipt secret");
}

/// A foreign id is not there.
pub async fn a_foreign_certificate_cannot_be_edited(stage: Stage) {
    let mut edit = stage.draft(None);
    edit.id = Some(stage.certificate);
    edit.app = FOREIGN;
    assert_eq!(stage.commit(Op::PutCertificate(edit)).await, Outcome::Missing);
    let stored = stage.store().certificate(stage.certificate).await.expect("reads").expect("is there");
    assert_eq!((stored.app, stored.version), (APP, 1));
}

/// What was acknowledged is there after the store was closed and opened.
pub async fn everything_outlives_a_reopen(stage: Stage) {
    stage.commit(Op::PutUser { app: APP, user: user("bo"), at: stage.now() }).await;
    let stage = stage.reopen().await;
    assert!(stage.store().user(APP, &user("bo")).await.expect("reads").is_some());
    let stored = stage.store().certificate(stage.certificate).await.expect("reads").expect("is there");
    assert_eq!(stored.form.get("p8"), Some("the signing key"));
    assert!(stage.certificate_for(None).await > stage.certificate);
}
