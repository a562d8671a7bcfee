//! Looking at targets and tasks, and taking a message back.

use super::{
    code::Code,
    desk::{Call, Desk},
    fields::unfit,
    reply::{Outcome, Reply, Stop},
    target::{self, Kind, Target},
};

/// Most tasks of one statistics query. Documented.
const TASKS_MAX: usize = 100;

/// `/invalidUser/check`: which of the ids cannot be sent to, in the member `invalidUsers` (observed at one client).
pub(super) fn check(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let kind = user_type(call)?;
    let ids = call.fields.list("userIds");
    let first = ids.first().cloned().ok_or(Code::LIST_EMPTY)?;
    if let Some(stop) = target::special_stop(ids.iter().map(String::as_str)) {
        return Err(stop);
    }
    let targets = ids.into_iter().map(|id| Target { kind, id }).collect();
    let fates = target::fates(desk, &call.app, targets, true);
    let reply = Reply { invalid_users: Some(target::invalid_users(&fates)), ..Reply::ok() };
    Ok(Outcome { targets: fates.len(), first, ..reply.into() })
}

/// `/message/recycle`: takes a task's message back from the named devices, or from all where none is named
/// (observed at one client). A task that the app does not have is refused (assumed).
pub(super) fn recycle(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let task = call.fields.text("taskId").ok_or(Code::TASK_EMPTY)?;
    let kind = user_type(call)?;
    let ids = call.fields.list("userIds");
    desk.tasks().message(&task, &call.app.app_id).ok_or(Code::TASK_EMPTY)?;
    let named = |regid: &String| {
        ids.is_empty()
            || ids.iter().any(|id| match kind {
                Kind::RegId => id == regid,
                Kind::Alias => call.app.rights.aliases.get(id) == Some(regid),
            })
    };
    for (regid, phone) in desk.tokens.served_for(&call.app.package) {
        if named(&regid) {
            phone.withdraw_message(&task);
        }
    }
    let first = ids.first().cloned().unwrap_or_default();
    Ok(Outcome { targets: ids.len(), first, stage: "revoked", ..Reply::ok().into() })
}

/// `/report/getStatistics`: tasks that the app does not have are left out (assumed).
pub(super) fn statistics(desk: &Desk, call: &Call<'_>) -> Result<Outcome, Stop> {
    let fields = call.ask.fields();
    let ids: Vec<&str> = fields
        .iter()
        .filter(|(name, _)| name == "taskIds")
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect();
    if ids.is_empty() {
        return Err(Code::TASKS_EMPTY.into());
    }
    if ids.len() > TASKS_MAX {
        return Err(Code::TASKS_MANY.into());
    }
    let tasks = desk.tasks();
    let statistics = ids.into_iter().filter_map(|id| tasks.statistics(id, &call.app.app_id)).collect();
    Ok(Reply { statistics: Some(statistics), ..Reply::ok() }.into())
}

/// Reads `userType`: 1 for regIds (documented), 2 for aliases as tags have it (assumed).
fn user_type(call: &Call<'_>) -> Result<Kind, Stop> {
    match call.fields.int("userType")? {
        None | Some(1) => Ok(Kind::RegId),
        Some(2) => Ok(Kind::Alias),
        Some(_) => Err(unfit("userType").into()),
    }
}
