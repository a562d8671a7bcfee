//! What a push of a message says, and what its vendor does with it otherwise than asked. Pure.

use std::collections::HashMap;

use model::{CertificateId, PushSettings, TextVariant, Timestamp};
use rules::{Wording, settings_for, wording};
use store::Deletion;
use vendors::{Content, Finding};

use super::{
    answer::{Shown, Warning, Words},
    compose::Case,
};

/// What a push says on a device of this language.
pub(super) fn shown(case: &Case<'_>, language: &str, text: TextVariant) -> Option<Shown> {
    if !case.show_text || case.message.recalled_at.is_some() {
        return None;
    }
    let Wording { title, body } = worded(case, language, text);
    Some(Shown { text, title, body })
}

fn worded(case: &Case<'_>, language: &str, text: TextVariant) -> Wording {
    wording(&rules::Words {
        message: case.message,
        push: case.message.push.as_ref(),
        policy: &case.view.app.policy,
        language,
        text,
        sender_name: case.sender_name,
        group_name: case.group_name,
    })
}

/// What stands in the way of the whole answer.
pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    unknown_resource(case).into_iter().chain(case.deleted.iter().map(user_deleted)).collect()
}

/// What was decided for a deleted user is gone with the user.
fn user_deleted(deletion: &Deletion) -> Warning {
    let (user, at) = (&deletion.user, deletion.at);
    Warning {
        code: "user_deleted".to_owned(),
        severity: "changed".to_owned(),
        words: Words::new(
            format!(
                "The user {user} was deleted at {at}; what was decided for the user before is gone with the user."
            ),
            format!("用户 {user} 已于 {at} 被删除，此前针对该用户的投递记录一并删除。"),
        ),
    }
}

/// What the sender asked for that the App does not have.
fn unknown_resource(case: &Case<'_>) -> Option<Warning> {
    let resource = case.message.push.as_ref().and_then(|push| push.resource.as_ref());
    let unknown = resource.filter(|id| case.view.resource(id).is_none());
    let warning = |id| Warning {
        code: "unknown_resource".to_owned(),
        severity: "changed".to_owned(),
        words: Words::new(
            format!(
                "The App has no push resource {id}; it is pushed as a plain alert. Make the resource or name another."
            ),
            format!("本应用没有推送资源 {id}，将按普通通知推送。请创建该资源，或改用已有的资源。"),
        ),
    };
    unknown.map(warning)
}

/// What vendors do with a message otherwise than asked. Targets in one language share certificates, so each finding is
/// made once.
#[derive(Default)]
pub(super) struct Findings(HashMap<(CertificateId, String, TextVariant), Vec<Warning>>);

impl Findings {
    /// Those of one certificate.
    pub(super) fn of(
        &mut self,
        case: &Case<'_>,
        certificate: CertificateId,
        language: &str,
        text: TextVariant,
        at: Timestamp,
    ) -> Vec<Warning> {
        let key = (certificate, language.to_owned(), text);
        self.0.entry(key).or_insert_with(|| found(case, certificate, language, text, at)).clone()
    }
}

fn found(
    case: &Case<'_>,
    certificate: CertificateId,
    language: &str,
    text: TextVariant,
    at: Timestamp,
) -> Vec<Warning> {
    let Some(certificate) = case.view.certificate(certificate) else { return Vec::new() };
    let vendor = certificate.vendor;
    let Ok(channel) = vendors::adapter(vendor).open(&certificate.form, at) else { return Vec::new() };
    let Wording { title, body } = worded(case, language, text);
    let usual = PushSettings::default();
    let push = case.message.push.as_ref().unwrap_or(&usual);
    let resource = push.resource.as_ref().and_then(|id| case.view.resource(id));
    let at_vendor = settings_for(push, resource, vendor);
    let content = Content::of(case.message.id, (title, body), push, at_vendor, case.message.expires_at);
    vendors::lint(vendor, &*channel, &content, at).into_iter().map(Warning::from).collect()
}

impl From<Finding> for Warning {
    fn from(finding: Finding) -> Self {
        let Finding { code, severity, en, zh } = finding;
        Self { code: code.to_owned(), severity: severity.as_str().to_owned(), words: Words::new(en, zh) }
    }
}
