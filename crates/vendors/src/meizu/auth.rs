//! Authentication: each form is signed by itself with the AppSecret. There is no token, so nothing ages and nothing is
//! exchanged (documented).

use std::collections::BTreeMap;

use form_urlencoded::Serializer;
use md5::{Digest, Md5};
use model::{Secret, TargetVerdict, Timestamp, Verdict};

use super::config::Config;
use crate::{
    answer,
    contract::{Auth, AuthPlan, WireReply},
};

/// The signature is part of the form, so no header carries anything.
pub(super) const fn plan() -> AuthPlan {
    AuthPlan::Ready(Auth { header: None, renew_at: Timestamp::NEVER, keep_until: Timestamp::NEVER })
}

/// Meizu has nothing to exchange, so an answer to an exchange cannot be read.
pub(super) fn refuse_exchange(reply: &WireReply) -> TargetVerdict {
    TargetVerdict::new(Verdict::Unrecognised, reply.status, answer::UNREADABLE)
}

/// The fields as a form, with the app's id and the signature over all of them.
pub(super) fn signed_form(config: &Config, fields: &[(&str, &str)]) -> String {
    let mut fields: BTreeMap<_, _> = fields.iter().copied().collect();
    fields.insert("appId", &config.app_id);
    let signature = sign(&fields, &config.app_secret);
    Serializer::new(String::new()).extend_pairs(&fields).append_pair("sign", &signature).finish()
}

/// MD5 over `name=value` of every field by name, with nothing between them, and the secret after them; the values are
/// as they were before percent-encoding (documented).
fn sign(fields: &BTreeMap<&str, &str>, secret: &Secret<String>) -> String {
    let mut md5 = Md5::new();
    for (name, value) in fields {
        md5.update(name);
        md5.update("=");
        md5.update(value);
    }
    md5.update(secret.expose());
    format!("{:032x}", u128::from_be_bytes(md5.finalize().0))
}
