//! Tasks: content that is fixed first and sent to lists, to all users of an app, or to those with tags.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use model::Timestamp;
use serde_json::{Value, json};

use super::{
    desk::{Call, Desk},
    message::{self, Message},
    reply::{self, Code, Refusal},
    statistics::Counts,
};
use crate::{
    counter::Answer,
    lock::lock,
    shared::{hex, random},
};

/// Tasks that are remembered; the oldest is forgotten.
const TASKS_MAX: usize = 1000;
/// The id of the first task.
const FIRST_ID: u64 = 20_457;
/// Kinds of images that can be uploaded. One source.
const IMAGE_KINDS: [u8; 6] = [0, 1, 3, 4, 5, 6];

/// The newest tasks, by id.
#[derive(Debug, Default)]
pub(super) struct Tasks(Mutex<BTreeMap<u64, Task>>);

#[derive(Debug)]
struct Task {
    package: String,
    message: Arc<Message>,
    /// What a task for many was sent as, and when it begins; `None`: a task for lists.
    sent: Option<(String, Timestamp)>,
    is_cancelled: bool,
    counts: Counts,
}

impl Tasks {
    fn add(&self, package: &str, message: Message) -> (u64, Arc<Message>) {
        let message = Arc::new(message);
        let task = Task {
            package: package.to_owned(),
            message: Arc::clone(&message),
            sent: None,
            is_cancelled: false,
            counts: Counts::default(),
        };
        let mut tasks = lock(&self.0);
        let id = tasks.last_key_value().map_or(FIRST_ID, |(last, _)| last + 1);
        tasks.insert(id, task);
        if tasks.len() > TASKS_MAX {
            tasks.pop_first();
        }
        (id, message)
    }

    /// The content of the task that a request names. Tasks for many take no lists.
    pub(super) fn content(&self, call: &Call<'_>) -> Result<(u64, Arc<Message>), Refusal> {
        self.with(call, |id, task| match task.sent {
            None => Ok((id, Arc::clone(&task.message))),
            Some(_) => Err(Code::TASK.plain()),
        })
    }

    /// Counts towards a task's statistics.
    pub(super) fn count(&self, id: u64, counts: Counts) {
        if let Some(task) = lock(&self.0).get_mut(&id) {
            task.counts.add(counts);
        }
    }

    fn set_sent(&self, id: u64, message_id: &str, starts_at: Timestamp) {
        if let Some(task) = lock(&self.0).get_mut(&id) {
            task.sent = Some((message_id.to_owned(), starts_at));
        }
    }

    /// Does something with the task that a request names; another app's task is none.
    fn with<T>(
        &self,
        call: &Call<'_>,
        act: impl FnOnce(u64, &mut Task) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let id = call.form.need("taskId")?.trim().parse().map_err(|_| Code::TASK.plain())?;
        let mut tasks = lock(&self.0);
        match tasks.get_mut(&id) {
            Some(task) if task.package == call.app.package => act(id, task),
            _ => Err(Code::TASK.plain()),
        }
    }
}

impl Desk {
    /// `push/pushTask/getTaskId`: content for lists to come.
    pub(super) fn make_task(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let (id, _) = self.add_task(call)?;
        Ok(reply::done(&shown(call, id)))
    }

    /// `push/pushTask/pushToApp`: to everyone that has the app.
    pub(super) fn push_to_app(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let served = self.tokens.served_for(&call.app.package);
        let push_ids: Vec<String> = served.into_iter().map(|(push_id, _)| push_id).collect();
        self.push_to_many(call, &push_ids)
    }

    /// `push/pushTask/pushToTag`: to those with any of some tags, or with all of them.
    pub(super) fn push_to_tag(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        call.form.need("tagNames")?;
        let needs_all = call.form.need_number("scope", 0..=1)? == 1;
        let tags = call.form.list("tagNames");
        self.push_to_many(call, &self.subscriptions.of_tags(&call.app.package, &tags, needs_all))
    }

    /// A task for many. Who belongs to them is decided when it is ordered, also where it begins later (assumed).
    fn push_to_many(&self, call: &Call<'_>, push_ids: &[String]) -> Result<Answer, Refusal> {
        let (id, message) = self.add_task(call)?;
        let shipment = self.ship(call, &message, Some(id));
        self.spend(call, &shipment, push_ids.len() as u64)?;
        self.tasks.set_sent(id, shipment.message_id(), message.starts_at.unwrap_or(call.now));
        for push_id in push_ids {
            // Nobody is told which of them could not be reached; the counts are.
            let _ = self.hand_over(&shipment, push_id, push_id);
        }
        Ok(reply::done(&shown(call, id)).to(push_ids.len(), "").at("accepted"))
    }

    fn add_task(&self, call: &Call<'_>) -> Result<(u64, Arc<Message>), Refusal> {
        check_push_type(call)?;
        let message = message::read(call.form.need("messageJson")?)?;
        Ok(self.tasks.add(&call.app.package, message))
    }

    /// `push/pushTask/cancel`: only of a task for many that has not begun; here a begun one is done at once.
    pub(super) fn cancel_task(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        check_push_type(call)?;
        let message_id = self.tasks.with(call, |_, task| match &task.sent {
            _ if task.is_cancelled => Err(Code::OTHER.because("任务已取消，无法取消")),
            Some((message_id, starts_at)) if *starts_at > call.now => {
                task.is_cancelled = true;
                Ok(message_id.clone())
            }
            _ => Err(Code::OTHER.because("任务已完成，无法取消")),
        })?;
        for phone in self.tokens.phones() {
            phone.withdraw_message(&message_id);
        }
        Ok(reply::done(&json!({ "result": true })).at("cancelled"))
    }

    /// `push/statistics/getTaskStatistics`.
    pub(super) fn task_statistics(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        self.tasks.with(call, |id, task| {
            let mut value = task.counts.value();
            value["taskId"] = id.into();
            Ok(reply::done(&value))
        })
    }

    /// `push/uploadImg`: an address of the vendor's own for an image. Nothing is fetched; the shape of `value` is
    /// assumed.
    pub(super) fn take_image(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let url = call.form.need("imgUrl")?;
        let kind = call.form.need_number("imgType", 0..=u8::MAX)?;
        if !IMAGE_KINDS.contains(&kind) || !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(Code::PARAMETER.plain());
        }
        let url = format!("https://server-api-push.meizu.com/img/{}", hex(&random::<16>()));
        Ok(reply::done(&json!({ "imgUrl": url })))
    }
}

/// A task as the answer that makes it shows it: numbers, all three (documented).
fn shown(call: &Call<'_>, id: u64) -> Value {
    let app_id: u64 = call.app.app_id.parse().unwrap_or_default();
    json!({ "taskId": id, "pushType": 0, "appId": app_id })
}

/// Data messages are closed, in tasks too.
fn check_push_type(call: &Call<'_>) -> Result<(), Refusal> {
    match call.form.need_number("pushType", 0..=1)? {
        0 => Ok(()),
        _ => Err(Code::PASS_THROUGH.plain()),
    }
}
