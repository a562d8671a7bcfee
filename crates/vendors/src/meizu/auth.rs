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

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"{"noticeBarInfo":{"noticeMsgType":1,"title":"Alice","content":"hello"},"pushTimeInfo":{"offLine":1,"validTime":1}}"#;
    const WIDE: &str = r#"{"noticeBarInfo":{"noticeMsgType":1,"title":"王小明","content":"晚上一起吃饭吗？😀"},"clickTypeInfo":{"clickType":0,"parameters":{"conv":"c-1001"}},"pushTimeInfo":{"offLine":1,"validTime":24},"extra":{"callback":"https://push.example.com/cb/meizu","callback.param":"m-42","callback.type":3}}"#;
    const ONE: &str = "RA5000000000000000000000000000000000000000001";
    const TWO: &str =
        "RA5000000000000000000000000000000000000000001,RA5000000000000000000000000000000000000000002";

    /// Digests made with another MD5 by the documented rule.
    #[test]
    fn signatures_are_those_of_the_documented_rule() {
        let secret = Secret::new("0f1e2d3c4b5a69788796a5b4c3d2e1f0".to_owned());
        let vectors: [(&[(&str, &str)], &str); 5] = [
            (&[("messageJson", PLAIN), ("pushIds", ONE)], "682084757c775ad7a23b3db15d56dd68"),
            (&[("alias", "u_1001,u_1002"), ("messageJson", PLAIN)], "661453a5b5d7bab0b3107893daf59596"),
            (&[("pushType", "0"), ("messageJson", PLAIN)], "c31e522a3ab083831e2f46a65f7f3207"),
            (&[("taskId", "20457"), ("pushIds", ONE)], "df44975d5cf349166f464c8758e8366f"),
            (&[("messageJson", WIDE), ("pushIds", TWO)], "4bd9acde8ee2cd084a65d64ad6edf880"),
        ];
        for (fields, signature) in vectors {
            let mut fields: BTreeMap<_, _> = fields.iter().copied().collect();
            fields.insert("appId", "199001");
            assert_eq!(sign(&fields, &secret), signature);
        }
    }
}
