//! The audit log.

use model::{AppId, ConsoleGrants, ConsoleRole, OperatorId, OperatorName};

use super::{
    Stage,
    stage::{APP, FOREIGN, START},
};
use crate::{
    AuditChannel, AuditDraft, AuditEntry, AuditFilter, AuditObject, ConsoleOp, Invitation, NewOperator, Op,
    OperatorStart, Outcome,
};

fn draft(stage: &Stage, app: Option<AppId>, actor: &str, action: &str) -> AuditDraft {
    AuditDraft {
        app,
        at: stage.now(),
        channel: AuditChannel::Console,
        actor: actor.to_owned(),
        action: action.to_owned(),
        object: AuditObject::Named("certificate 3".to_owned()),
        detail: "name".to_owned(),
        address: "192.0.2.1".to_owned(),
    }
}

async fn listed(stage: &Stage, app: Option<AppId>, filter: AuditFilter) -> Vec<AuditEntry> {
    stage.store().audit(app, &filter, 100).await.expect("reads")
}

fn actions(entries: &[AuditEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.action.as_str()).collect()
}

fn invite(name: &str) -> Op {
    Op::Console(ConsoleOp::CreateOperator(NewOperator {
        name: OperatorName::new(name).expect("a short name"),
        display_name: name.to_owned(),
        grants: ConsoleGrants::in_app(APP, ConsoleRole::Viewer),
        start: OperatorStart::Invited(Invitation { hash: [name.len() as u8; 32], until: START }),
        at: START,
    }))
}

/// In one commit with the change, under the number that the change gave it.
pub async fn a_change_is_recorded_with_what_it_made(stage: Stage) {
    let draft = AuditDraft { object: AuditObject::Made("operator"), ..draft(&stage, None, "li", "invite") };
    let outcomes = stage.store().commit(vec![invite("bo"), Op::Audit(draft.clone())]).await.expect("commits");
    let Outcome::Operator(OperatorId(id)) = outcomes[0] else { panic!("no operator but {outcomes:?}") };
    let entries = listed(&stage, None, AuditFilter::default()).await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(entry.object, format!("operator {id}"));
    assert_eq!((entry.at, entry.channel, entry.actor.as_str()), (draft.at, draft.channel, "li"));
    assert_eq!((entry.detail.as_str(), entry.address.as_str()), ("name", "192.0.2.1"));
}

/// What did not happen is not in the log; what else is in the batch goes its way.
pub async fn a_refused_change_is_not_recorded(stage: Stage) {
    stage.commit(invite("bo")).await;
    let refused = Op::Audit(draft(&stage, None, "li", "invite"));
    let outcomes = stage.store().commit(vec![invite("BO"), refused]).await.expect("commits");
    assert_eq!(outcomes, [Outcome::Conflict, Outcome::Conflict]);
    let delete = Op::DeleteWebhook { app: APP, id: model::WebhookId(99) };
    let refused = Op::Audit(draft(&stage, Some(APP), "li", "delete_webhook"));
    let outcomes = stage.store().commit(vec![delete, refused]).await.expect("commits");
    assert_eq!(outcomes, [Outcome::Missing, Outcome::Missing]);
    assert!(listed(&stage, None, AuditFilter::default()).await.is_empty());
    assert!(listed(&stage, Some(APP), AuditFilter::default()).await.is_empty());
}

/// By who, what, through what and when.
pub async fn entries_are_filtered_and_paged_newest_first(stage: Stage) {
    let by_key =
        AuditDraft { channel: AuditChannel::Api, ..draft(&stage, Some(APP), "backend", "kick_user") };
    let elsewhere = AuditObject::Named("certificate 33".to_owned());
    let one = AuditDraft { object: elsewhere, ..draft(&stage, Some(APP), "Li", "change_app") };
    let three = draft(&stage, Some(APP), "bo", "sign_in");
    for draft in [one.clone(), by_key, three.clone()] {
        assert_eq!(stage.commit(Op::Audit(draft)).await, Outcome::Done);
    }
    let all = listed(&stage, Some(APP), AuditFilter::default()).await;
    assert_eq!(actions(&all), ["sign_in", "kick_user", "change_app"]);
    let page = stage.store().audit(Some(APP), &AuditFilter::default(), 2).await.expect("reads");
    assert_eq!(actions(&page), ["sign_in", "kick_user"]);
    let before = AuditFilter { before: Some(page[1].id), ..AuditFilter::default() };
    assert_eq!(actions(&listed(&stage, Some(APP), before).await), ["change_app"]);
    let narrowed = [
        (AuditFilter { actor: Some("li".to_owned()), ..AuditFilter::default() }, "change_app"),
        (AuditFilter { action: Some("sign_in".to_owned()), ..AuditFilter::default() }, "sign_in"),
        (AuditFilter { channel: Some(AuditChannel::Api), ..AuditFilter::default() }, "kick_user"),
        (AuditFilter { from: Some(three.at), ..AuditFilter::default() }, "sign_in"),
        (
            AuditFilter { until: Some(one.at.plus_ms(1)), from: Some(one.at), ..AuditFilter::default() },
            "change_app",
        ),
    ];
    let of_three = AuditFilter { object: Some("certificate 3".to_owned()), ..AuditFilter::default() };
    assert_eq!(actions(&listed(&stage, Some(APP), of_three).await), ["sign_in", "kick_user"]);
    for (filter, action) in narrowed {
        assert_eq!(actions(&listed(&stage, Some(APP), filter.clone()).await), [action], "{filter:?}");
    }
}

/// And what belongs to none is the instance's.
pub async fn an_app_sees_its_own_entries_alone(stage: Stage) {
    for (app, action) in [(Some(APP), "one"), (Some(FOREIGN), "two"), (None, "three")] {
        stage.commit(Op::Audit(draft(&stage, app, "li", action))).await;
    }
    for (app, action) in [(Some(APP), "one"), (Some(FOREIGN), "two"), (None, "three")] {
        let entries = listed(&stage, app, AuditFilter::default()).await;
        assert_eq!(actions(&entries), [action]);
        assert_eq!(entries[0].app, app);
    }
}
