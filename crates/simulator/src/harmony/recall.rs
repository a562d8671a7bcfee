//! Recall: a shown notification is taken back by its notify id. The path is the older protocol's; the `push-type`
//! header tells the two apart.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    apps::App,
    desk::Desk,
    message::PushType,
    notification::NOTIFY_ID_MAX,
    part::Part,
    push::replace_key,
    reply::{Code, IllegalTokens, Refusal},
    request::{TARGETS_MAX, tokens_of},
    target::{Fate, asked_refusal},
};
use crate::counter::{Answer, Ask};

impl Desk {
    /// Answers a recall of an app whose credential is good.
    pub(super) fn recall(
        &self,
        sender: &App,
        client_id: &str,
        ask: &Ask<'_>,
        request_id: &str,
    ) -> Result<Answer, Refusal> {
        let owner = self
            .apps
            .of_client(client_id)
            .filter(|app| app.account.project_id == sender.account.project_id)
            .ok_or_else(|| Code::AUTH.because("the client id is not of this project"))?;
        let push_type = ask.header("push-type").and_then(PushType::of);
        if !push_type.is_some_and(PushType::is_notification) {
            return Err(Code::PARAMETER.because("Illegal push-type"));
        }
        let body = ask.json().map(|body| serde_json::json!({ "body": body })).unwrap_or_default();
        let part = Part::of(&body, "body")?
            .ok_or_else(|| Code::STRUCTURE.because("The request body is not a JSON object"))?;
        let (notify_id, tokens) = read(&part)?;
        if let Some(refusal) = asked_refusal(&tokens) {
            return Err(refusal);
        }
        let directory = self.directory(sender);
        let mut illegal = IllegalTokens::default();
        let mut reached = Vec::new();
        for token in &tokens {
            match directory.find(token) {
                Fate::Illegal(reason) => illegal.add(reason, token),
                Fate::Nowhere | Fate::Told(_) => (),
                Fate::Reaches(phone, app) => reached.push((phone, app)),
            }
        }
        let packages: BTreeSet<&str> = reached.iter().map(|(_, app)| app.package.as_str()).collect();
        if packages.len() > 1 {
            return Err(Code::RECALL_SEVERAL_APPS.because("The tokens belong to several apps"));
        }
        if packages.first().is_some_and(|package| *package != owner.package) {
            return Err(Code::RECALL_OTHER_APP.because("The token does not belong to the app"));
        }
        for (phone, _) in reached {
            phone.withdraw(&replace_key(notify_id));
        }
        Ok(illegal.answer(tokens.len(), Code::RECALL_PARTIAL, request_id))
    }
}

/// Both members are needed: without one of them there is no right to recall. Documented.
fn read<'a>(part: &Part<'a>) -> Result<(i64, Vec<&'a str>), Refusal> {
    let incomplete = || Code::RECALL_INCOMPLETE.because("notifyId and token are both needed");
    let notify_id = part.any_number("notifyId")?.ok_or_else(incomplete)?;
    if !(0..=NOTIFY_ID_MAX).contains(&notify_id) {
        return Err(Code::PARAMETER.because("Illegal notifyId"));
    }
    let tokens: &'a Value = part.get("token").ok_or_else(incomplete)?;
    let tokens = tokens_of(tokens).ok_or_else(|| part.illegal("token must be a list"))?;
    if tokens.is_empty() || tokens.len() > TARGETS_MAX {
        return Err(Code::COUNT.because("The number of tokens must be 1 to 1000"));
    }
    Ok((notify_id, tokens))
}
