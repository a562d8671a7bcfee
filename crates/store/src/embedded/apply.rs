//! Which table an op changes.

use super::{
    tables::{
        acks, api_keys, apps, bindings, cancels, certificates, deliveries, devices, fanouts, messages,
        receipts, sessions, users,
    },
    writer::Work,
    writing::Writing,
};
use crate::{CancelScope, Op, Outcome, StoreError};

/// Applies it in the open transaction.
pub(super) fn work(writing: &mut Writing<'_>, work: &Work) -> Result<Vec<Outcome>, StoreError> {
    match work {
        Work::Batch(ops) => batch(writing, ops),
        Work::EndRaced(ids) => {
            deliveries::end_raced(writing, ids)?;
            Ok(Vec::new())
        }
    }
}

/// Op by op, up to one that the others rest on and that changed nothing.
fn batch(writing: &mut Writing<'_>, ops: &[Op]) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = Vec::with_capacity(ops.len());
    for op in ops {
        let outcome = apply(writing, op)?;
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
        Op::PutApiKey(key) => api_keys::put(writing, key),
        Op::PutUser { app, user, at } => users::put(writing, *app, user, *at),
        Op::RevokeTokens { app, user, valid_from } => users::revoke_tokens(writing, *app, user, *valid_from),
        Op::PutCertificate(draft) => certificates::put(writing, draft),
        Op::Accept(message) => messages::accept(writing, message),
        Op::OpenSession(new) => sessions::open(writing, new),
        Op::MoveSession { app, session, to, badge: _, at, cancel_reason } => {
            sessions::move_to(writing, *app, *session, *to, *at, *cancel_reason)
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
                CancelScope::UserDevice(user, device) => cancels::Which::UserDevice(user, *device),
                CancelScope::Message(message) => cancels::Which::Message(*message),
            };
            cancels::cancel(writing, *app, which, *reason, *at)
        }
        Op::Decide { app, message, deliveries, next } => {
            fanouts::decide(writing, *app, *message, deliveries, next)
        }
        Op::Update(update) => deliveries::update(writing, update),
        Op::NameUser { .. }
        | Op::PutUserSettings { .. }
        | Op::SetMute { .. }
        | Op::PutResource(_)
        | Op::DeleteResource { .. }
        | Op::PutWebhook(_)
        | Op::DeleteWebhook { .. }
        | Op::Announce { .. }
        | Op::Told { .. }
        | Op::CreateGroup { .. }
        | Op::ChangeGroup(_)
        | Op::ChangeMembers { .. }
        | Op::ChangeMember { .. }
        | Op::DismissGroup { .. }
        | Op::Read { .. }
        | Op::Recall { .. }
        | Op::FollowUp(_)
        | Op::PutCall { .. }
        | Op::SwitchPush { .. }
        | Op::PutReport { .. } => Err(StoreError::Database("not stored yet".to_owned())),
        Op::Mark { app, certificate, receipt } => receipts::mark(writing, *app, *certificate, receipt),
    }
}
