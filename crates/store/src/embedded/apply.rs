//! Which table an op changes.

use super::{
    tables::{
        acks, api_keys, apps, audit, bindings, calls, cancels, certificates, console_sessions, counts,
        dead_letters, deletions, deliveries, devices, erasure, expiry, fanouts, follow_ups, groups, ledger,
        members, messages, mutes, operators, outbox, reads, recalls, receipts, resources, sessions, users,
        webhooks,
    },
    writer::Work,
    writing::Writing,
    young::Scope,
};
use crate::{CancelScope, ConsoleOp, Op, Outcome, StoreError};

/// Applies it in the open transaction.
pub(super) fn work(writing: &mut Writing<'_>, work: &Work) -> Result<Vec<Outcome>, StoreError> {
    match work {
        Work::Batch(ops) => batch(writing, ops),
        Work::EndRaced(ids) => {
            deliveries::end_raced(writing, ids)?;
            Ok(Vec::new())
        }
        Work::WriteYoung => {
            writing.write_young(Scope::All)?;
            Ok(Vec::new())
        }
    }
}

/// Op by op, up to one that the others rest on and that changed nothing.
fn batch(writing: &mut Writing<'_>, ops: &[Op]) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = Vec::with_capacity(ops.len());
    for op in ops {
        let outcome = match op {
            Op::Audit(draft) => audit::record(writing, draft, outcomes.last())?,
            op => apply(writing, op)?,
        };
        if op.stops_its_batch() && outcome.is_refusal() {
            outcomes.resize(ops.len(), outcome);
            break;
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn apply(writing: &mut Writing<'_>, op: &Op) -> Result<Outcome, StoreError> {
    match op {
        Op::PutApp(app) => apps::put(writing, app),
        // A change that is recorded without any other rests on none.
        Op::Audit(draft) => audit::record(writing, draft, None),
        Op::Console(op) => console(writing, op),
        Op::PutApiKey(key) => api_keys::put(writing, key),
        Op::DeleteApiKey { app, hash } => api_keys::delete(writing, *app, hash),
        Op::NoteKeyUse(uses) => api_keys::note_use(writing, uses),
        Op::PutUser { app, user, at } => users::put(writing, *app, user, *at),
        Op::NameUser { app, user, name, at } => users::name(writing, *app, user, name.as_ref(), *at),
        Op::PutUserSettings { app, user, settings, at } => users::set(writing, *app, user, settings, *at),
        Op::SetMute { app, user, conversation, mute } => mutes::set(writing, *app, user, conversation, *mute),
        Op::PutResource(resource) => resources::put(writing, resource),
        Op::DeleteResource { app, id } => resources::delete(writing, *app, id),
        Op::PutWebhook(webhook) => webhooks::put(writing, webhook),
        Op::DeleteWebhook { app, id } => webhooks::delete(writing, *app, *id),
        Op::Announce { app, event, at } => outbox::announce(writing, *app, event, *at),
        Op::Told { row, again_at } => outbox::told(writing, *row, *again_at),
        Op::CreateGroup { group, members } => groups::create(writing, group, members),
        Op::ChangeGroup(group) => groups::change(writing, group),
        Op::ChangeMembers { app, group, add, remove, reason, at } => {
            members::change(writing, *app, group, (add, remove), *reason, *at)
        }
        Op::ChangeMember { app, group, user, role, muted_until } => {
            members::change_one(writing, *app, group, user, *role, *muted_until)
        }
        Op::DismissGroup { app, group, reason, at } => groups::dismiss(writing, *app, group, *reason, *at),
        Op::Read { app, user, device, conversation, seq, reason, at } => {
            let reading = reads::Reading { app: *app, user, device: *device, conversation, seq: *seq };
            reads::advance(writing, &reading, *reason, *at)
        }
        Op::Recall { app, message, reason, at } => recalls::recall(writing, *app, *message, *reason, *at),
        Op::FollowUp(follow_up) => follow_ups::begin(writing, follow_up),
        Op::PutCall { app, call, expected } => calls::put(writing, *app, call, *expected),
        Op::SwitchPush { app, device, on, reason, at } => {
            devices::switch_push(writing, *app, *device, *on, *reason, *at)
        }
        Op::PutReport { app, device, report, at } => devices::put_report(writing, *app, *device, report, *at),
        Op::RevokeTokens { app, user, valid_from } => users::revoke_tokens(writing, *app, user, *valid_from),
        Op::PutCertificate(draft) => certificates::put(writing, draft),
        Op::Accept(message) => messages::accept(writing, message),
        Op::OpenSession(new) => sessions::open(writing, new),
        Op::MoveSession { app, session, to, badge, at, cancel_reason } => {
            sessions::move_to(writing, *app, *session, (*to, *badge), *at, *cancel_reason)
        }
        Op::EndSession(end) => sessions::end(writing, end),
        Op::DisconnectAll { at } => sessions::disconnect_all(writing, *at),
        Op::RegisterDevice { app, device, push_id, report, at } => {
            devices::register(writing, *app, *device, *push_id, report, *at).map(Outcome::Device)
        }
        Op::UnregisterDevice { app, push_id, reason, at } => {
            devices::unregister(writing, *app, *push_id, *reason, *at)
        }
        Op::Bind(binding) => bindings::bind(writing, binding),
        Op::Unbind { app, device, certificate, kind, loss, at: _ } => {
            bindings::unbind(writing, *app, *device, *certificate, *kind, *loss)
        }
        Op::ClearBinding(clear) => bindings::clear(writing, clear),
        Op::DoubtBinding { app, certificate, token, doubts } => {
            bindings::doubt(writing, *app, *certificate, token, *doubts)
        }
        Op::Ack { app, user, device, cursors } => acks::advance(writing, *app, user, *device, cursors),
        Op::Cancel { app, scope, reason, at } => {
            let which = match scope {
                CancelScope::UserDevice(user, device) => {
                    sessions::note_fetch(writing, *app, user, *device, *at)?;
                    cancels::Which::UserDevice(user, *device)
                }
                CancelScope::Message(message) => cancels::Which::Message(*message),
            };
            cancels::cancel(writing, *app, which, *reason, *at)
        }
        Op::Decide { app, message, deliveries, next } => {
            fanouts::decide(writing, *app, *message, deliveries, next)
        }
        Op::Update(update) => deliveries::update(writing, update),
        Op::Ledger(op) => ledger::apply(writing, op),
        Op::Requeue(requeue) => dead_letters::requeue(writing, requeue),
        Op::Mark { app, certificate, receipt } => receipts::mark(writing, *app, *certificate, receipt),
        Op::DeleteUser { app, user, reason, at } => deletions::begin(writing, *app, user, *reason, *at),
        Op::Erase(erasure) => erasure::step(writing, erasure),
        Op::Expire(expiry) => expiry::step(writing, expiry),
        Op::ForgetCounts { app, before, limit } => {
            Ok(Outcome::Forgotten(counts::forget(writing.conn, *app, *before, *limit)?))
        }
    }
}

fn console(writing: &Writing<'_>, op: &ConsoleOp) -> Result<Outcome, StoreError> {
    match op {
        ConsoleOp::CreateOperator(new) => operators::create(writing, new),
        ConsoleOp::RenameOperator { operator, display_name } => {
            operators::rename(writing, *operator, display_name)
        }
        ConsoleOp::ChangeOperator { operator, grants, disabled } => {
            operators::change(writing, *operator, grants, *disabled)
        }
        ConsoleOp::InviteOperator { operator, invitation } => {
            operators::invite(writing, *operator, *invitation)
        }
        ConsoleOp::SetPassword { by, password, at } => operators::set_password(writing, by, password, *at),
        ConsoleOp::OpenSession(session) => console_sessions::open(writing, session),
        ConsoleOp::ShowApp { key, app } => console_sessions::show_app(writing, *key, *app),
        ConsoleOp::EndSession(key) => console_sessions::end(writing, *key),
        ConsoleOp::EndOtherSessions { operator, but } => {
            console_sessions::end_of(writing.conn, *operator, Some(*but))
        }
    }
}
