//! Console accounts and sign-ins.

use model::{ConsoleGrants, ConsoleRole, OperatorId, OperatorName, Secret, Timestamp};

use super::{
    Stage,
    stage::{APP, START},
};
use crate::{
    ConsoleHolder, ConsoleOp, ConsoleSession, ConsoleSessionKey, Invitation, NewOperator, Op, Operator,
    OperatorStart, Outcome, PasswordBy,
};

const HOUR_MS: i64 = 3_600_000;

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn new(name: &str, grants: ConsoleGrants, start: OperatorStart) -> Op {
    Op::Console(ConsoleOp::CreateOperator(NewOperator {
        name: OperatorName::new(name).expect("a short name"),
        display_name: format!("{name} of the night shift"),
        grants,
        start,
        at: START,
    }))
}

const fn invitation(byte: u8) -> Invitation {
    Invitation { hash: [byte; 32], until: Timestamp(START.0 + HOUR_MS) }
}

fn owner(name: &str, start: OperatorStart) -> Op {
    new(name, ConsoleGrants::everywhere(ConsoleRole::Owner), start)
}

fn viewer(name: &str, byte: u8) -> Op {
    new(name, ConsoleGrants::in_app(APP, ConsoleRole::Viewer), OperatorStart::Invited(invitation(byte)))
}

fn session(byte: u8, holder: ConsoleHolder, opened_at: Timestamp) -> ConsoleSession {
    ConsoleSession {
        key: ConsoleSessionKey([byte; 32]),
        holder,
        app: None,
        opened_at,
        expires_at: opened_at.plus_ms(HOUR_MS),
        address: "192.0.2.1".to_owned(),
        agent: "a browser".to_owned(),
    }
}

fn set_password(by: PasswordBy, at: Timestamp) -> Op {
    Op::Console(ConsoleOp::SetPassword { by, password: secret("another hash"), at })
}

fn switch(operator: &Operator, grants: ConsoleGrants, disabled: bool) -> Op {
    Op::Console(ConsoleOp::ChangeOperator { operator: operator.id, grants, disabled })
}

async fn made(stage: &Stage, op: Op) -> OperatorId {
    match stage.commit(op).await {
        Outcome::Operator(id) => id,
        other => panic!("a new operator, not {other:?}"),
    }
}

async fn read(stage: &Stage, id: OperatorId) -> Operator {
    stage.store().operator(id).await.expect("reads").expect("is there")
}

async fn open(stage: &Stage, session: &ConsoleSession) -> Outcome {
    stage.commit(Op::Console(ConsoleOp::OpenSession(session.clone()))).await
}

async fn stands(stage: &Stage, byte: u8) -> bool {
    stage.store().console_session(ConsoleSessionKey([byte; 32])).await.expect("reads").is_some()
}

/// Names are the same in capitals and small letters.
pub async fn an_operator_is_made_once_under_a_name(stage: Stage) {
    let id = made(&stage, viewer("Li.Na", 1)).await;
    let operator = read(&stage, id).await;
    assert_eq!(operator.grants.role_in(APP), Some(ConsoleRole::Viewer));
    assert_eq!((operator.password, operator.invited_until), (None, Some(invitation(1).until)));
    assert_eq!(stage.commit(viewer("li.na", 2)).await, Outcome::Conflict);
    let rename = ConsoleOp::RenameOperator { operator: id, display_name: "李娜".to_owned() };
    assert_eq!(stage.commit(Op::Console(rename)).await, Outcome::Done);
    assert_eq!(read(&stage, id).await.display_name, "李娜");
    let name = OperatorName::new("LI.NA").expect("a short name");
    assert_eq!(stage.store().operator_named(&name).await.expect("reads").map(|found| found.id), Some(id));
    assert_eq!(stage.store().operators().await.expect("reads").len(), 1);
}

/// Whoever comes second makes nothing.
pub async fn the_first_owner_is_made_once(stage: Stage) {
    let id = made(&stage, owner("first", OperatorStart::First(secret("hash")))).await;
    assert_eq!(read(&stage, id).await.password, Some(secret("hash")));
    let second = owner("second", OperatorStart::First(secret("hash")));
    assert_eq!(stage.commit(second).await, Outcome::Conflict);
}

/// A used, replaced or old invitation sets nothing.
pub async fn an_invitation_sets_a_password_once_and_in_time(stage: Stage) {
    let id = made(&stage, viewer("li", 1)).await;
    let by = PasswordBy::Invitation([1; 32]);
    assert_eq!(stage.commit(set_password(by, invitation(1).until)).await, Outcome::Stale);
    let again = Op::Console(ConsoleOp::InviteOperator { operator: id, invitation: invitation(2) });
    assert_eq!(stage.commit(again).await, Outcome::Done);
    assert_eq!(stage.commit(set_password(by, START)).await, Outcome::Stale);
    let by = PasswordBy::Invitation([2; 32]);
    let invited = stage.store().operator_invited(&[2; 32]).await.expect("reads");
    assert_eq!(invited.map(|operator| operator.id), Some(id));
    assert_eq!(stage.commit(set_password(by, START)).await, Outcome::Operator(id));
    assert_eq!(read(&stage, id).await.password, Some(secret("another hash")));
    assert_eq!(stage.commit(set_password(by, START)).await, Outcome::Stale);
    let nobody = ConsoleOp::InviteOperator { operator: OperatorId(99), invitation: invitation(3) };
    assert_eq!(stage.commit(Op::Console(nobody)).await, Outcome::Missing);
}

/// The one in which it was changed stays.
pub async fn a_new_password_ends_the_other_sign_ins(stage: Stage) {
    let id = made(&stage, owner("li", OperatorStart::First(secret("hash")))).await;
    for byte in [1, 2] {
        open(&stage, &session(byte, ConsoleHolder::Operator(id), stage.now())).await;
    }
    let by = PasswordBy::Operator(id, ConsoleSessionKey([1; 32]));
    assert_eq!(stage.commit(set_password(by, stage.now())).await, Outcome::Operator(id));
    assert!(stands(&stage, 1).await && !stands(&stage, 2).await);
}

/// Nobody locks everybody out; somebody who was only invited does not count.
pub async fn the_last_acting_owner_stays(stage: Stage) {
    let first = made(&stage, owner("first", OperatorStart::First(secret("hash")))).await;
    let second = made(&stage, owner("second", OperatorStart::Invited(invitation(1)))).await;
    let (grants, first) = (ConsoleGrants::everywhere(ConsoleRole::Viewer), read(&stage, first).await);
    assert_eq!(stage.commit(switch(&first, grants.clone(), false)).await, Outcome::Conflict);
    assert_eq!(stage.commit(switch(&first, first.grants.clone(), true)).await, Outcome::Conflict);
    stage.commit(set_password(PasswordBy::Invitation([1; 32]), START)).await;
    assert_eq!(stage.commit(switch(&first, grants, false)).await, Outcome::Done);
    let second = read(&stage, second).await;
    assert_eq!(stage.commit(switch(&second, second.grants.clone(), true)).await, Outcome::Conflict);
    let nobody = Operator { id: OperatorId(99), ..second };
    assert_eq!(stage.commit(switch(&nobody, nobody.grants.clone(), true)).await, Outcome::Missing);
}

/// Sign-ins survive a restart.
pub async fn a_sign_in_is_found_with_its_operator_and_outlives_a_reopen(stage: Stage) {
    let id = made(&stage, owner("li", OperatorStart::First(secret("hash")))).await;
    let own = session(1, ConsoleHolder::Operator(id), stage.now());
    let link = session(2, ConsoleHolder::Link(ConsoleGrants::in_app(APP, ConsoleRole::Owner)), stage.now());
    for opened in [&own, &link] {
        assert_eq!(open(&stage, opened).await, Outcome::Done);
    }
    stage.commit(Op::Console(ConsoleOp::ShowApp { key: own.key, app: APP })).await;
    let stage = stage.reopen().await;
    let (found, operator) =
        stage.store().console_session(own.key).await.expect("reads").expect("is still there");
    assert_eq!(found, ConsoleSession { app: Some(APP), ..own.clone() });
    assert_eq!(operator.and_then(|operator| operator.signed_in_at), Some(own.opened_at));
    assert_eq!(stage.store().console_session(link.key).await.expect("reads"), Some((link, None)));
    assert_eq!(stage.store().console_sessions(id).await.expect("reads"), [found]);
    assert_eq!(stage.commit(Op::Console(ConsoleOp::EndSession(own.key))).await, Outcome::Done);
    assert_eq!(stage.commit(Op::Console(ConsoleOp::EndSession(own.key))).await, Outcome::Missing);
    assert!(!stands(&stage, 1).await);
}

/// And none can be opened until the operator is switched on again.
pub async fn switching_an_operator_off_ends_the_sign_ins(stage: Stage) {
    let id = made(&stage, viewer("li", 1)).await;
    open(&stage, &session(1, ConsoleHolder::Operator(id), stage.now())).await;
    let operator = read(&stage, id).await;
    assert_eq!(stage.commit(switch(&operator, operator.grants.clone(), true)).await, Outcome::Done);
    assert!(!stands(&stage, 1).await);
    let again = session(2, ConsoleHolder::Operator(id), stage.now());
    assert_eq!(open(&stage, &again).await, Outcome::Missing);
    assert_eq!(stage.commit(set_password(PasswordBy::Invitation([1; 32]), START)).await, Outcome::Stale);
    stage.commit(switch(&operator, operator.grants.clone(), false)).await;
    assert_eq!(open(&stage, &again).await, Outcome::Done);
}

/// What is over is forgotten first, and links count by themselves.
pub async fn one_sign_in_too_many_ends_the_oldest(stage: Stage) {
    let id = made(&stage, viewer("li", 1)).await;
    let link = ConsoleHolder::Link(ConsoleGrants::everywhere(ConsoleRole::Owner));
    open(&stage, &session(200, link, stage.now())).await;
    for byte in 1..=33 {
        open(&stage, &session(byte, ConsoleHolder::Operator(id), stage.now())).await;
    }
    assert!(!stands(&stage, 1).await && stands(&stage, 2).await && stands(&stage, 33).await);
    assert!(stands(&stage, 200).await);
    let later = stage.now().plus_ms(HOUR_MS);
    open(&stage, &session(100, ConsoleHolder::Operator(id), later)).await;
    let left = stage.store().console_sessions(id).await.expect("reads");
    assert_eq!(left.iter().map(|session| session.key.0[0]).collect::<Vec<_>>(), [100]);
}
