//! The device host: aliases and tags, set by a server.

use serde::Serialize;
use serde_json::json;

use super::{
    desk::{Desk, Sender},
    fields::{Fields, SEPARATOR},
    reply::{self, Code, Refusal},
    route::Call,
    tags::tag_list,
    target::is_well_formed,
};
use crate::{counter::Answer, lock::lock};

/// Longest alias, in characters. Documented.
const ALIAS_MAX_CHARS: usize = 64;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AliasOf<'a> {
    registration_id: &'a str,
    alias: &'a str,
}

#[derive(Serialize)]
struct TagsOf<'a> {
    tags: Vec<Tag<'a>>,
}

#[derive(Serialize)]
struct Tag<'a> {
    tag: &'a str,
}

impl Desk {
    /// Answers a call of the device host.
    pub(super) fn serve_device(
        &self,
        sender: &Sender,
        call: Call,
        fields: &Fields<'_>,
    ) -> Result<Answer, Refusal> {
        let id = || self.device(sender, fields);
        let mut roster = lock(&sender.app.roster);
        match call {
            Call::SetAlias => {
                let id = id()?;
                roster.set_alias(
                    &id,
                    &alias(fields)?.ok_or_else(|| Code::MISSING.because("alias is missing"))?,
                )?;
            }
            Call::DeleteAlias => {
                let (id, alias) = (fields.text("registration_id"), alias(fields)?);
                if id.is_none() && alias.is_none() {
                    return Err(Code::MISSING.because("registration_id or alias is missing"));
                }
                roster.delete_alias(id.as_deref(), alias.as_deref());
            }
            Call::GetAlias => {
                let id = id()?;
                let alias = roster.alias_of(&id).ok_or_else(|| Code::NO_DATA.because("no alias"))?;
                return Ok(reply::success(&AliasOf { registration_id: &id, alias }).to(1, &id));
            }
            Call::SubscribeTags => roster.subscribe(&id()?, tag_list(fields)?)?,
            Call::UnsubscribeTags => roster.unsubscribe(&id()?, &tag_list(fields)?),
            Call::GetAllTags => {
                let id = id()?;
                let tags = roster.tags_of(&id).map(|tag| Tag { tag }).collect();
                return Ok(reply::success(&TagsOf { tags }).to(1, &id));
            }
            Call::AddTags => roster.add_tag(fields)?,
            Call::AddTagGroup => roster.add_group(fields)?,
            _ => return Err(Code::PATH.plain()),
        }
        Ok(reply::success(&json!({})))
    }

    /// The device that a call names; it must be one that messages could go to.
    fn device(&self, sender: &Sender, fields: &Fields<'_>) -> Result<String, Refusal> {
        let id = fields.required("registration_id")?.trim().to_owned();
        let is_own = is_well_formed(&id) && self.way(sender, &id).is_ok();
        if is_own { Ok(id) } else { Err(Code::REGISTRATION_ID.plain()) }
    }
}

fn alias(fields: &Fields<'_>) -> Result<Option<String>, Refusal> {
    let alias = fields.short("alias", ALIAS_MAX_CHARS)?;
    match alias {
        Some(alias) if alias.contains(SEPARATOR) => {
            Err(Code::INVALID.because(format!("alias must not hold {SEPARATOR}")))
        }
        alias => Ok(alias),
    }
}
