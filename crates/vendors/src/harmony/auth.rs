//! Authentication: a token that a service account signs itself. Nothing is exchanged, though its audience is the
//! vendor's address for exchanges (documented).

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, errors::Error};
use model::{Secret, TargetVerdict, Timestamp, Verdict};
use serde::Deserialize;
use serde_json::json;

use super::{
    config::{Config, is_id},
    limits,
};
use crate::{
    answer::{self, Words},
    contract::{Auth, AuthPlan, WireReply},
};

/// A fixed text, whatever the project (documented).
const AUDIENCE: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/token";

const NO_KEY_FILE: Words = (
    "is not a service account's key file: JSON with project_id, key_id, sub_account and private_key",
    "不是服务账号密钥文件：应为含 project_id、key_id、sub_account 和 private_key 的 JSON",
);
const NO_KEY: Words = (
    "its private_key is not an RSA key that can sign: download the key file again",
    "其中的 private_key 不是可用于签名的 RSA 私钥：请重新下载密钥文件",
);

/// A service account of a project: who signs, and with what.
pub(super) struct ServiceAccount {
    key: EncodingKey,
    pub(super) project_id: String,
    pub(super) key_id: String,
    pub(super) sub_account: String,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccount({} of project {})", self.sub_account, self.project_id)
    }
}

/// What we need of the vendor's key file; its addresses are fixed texts.
#[derive(Deserialize)]
struct KeyFile {
    project_id: String,
    key_id: String,
    sub_account: String,
    private_key: String,
}

impl ServiceAccount {
    /// Reads the file's text, or the base64 of it; the error says what is wrong with it.
    pub(super) fn read(file: &str, now: Timestamp) -> Result<Self, Words> {
        let KeyFile { project_id, key_id, sub_account, private_key } = open(file).ok_or(NO_KEY_FILE)?;
        let private_key = Secret::new(private_key);
        // The project's id becomes part of a path.
        if ![&project_id, &key_id, &sub_account].into_iter().all(|id| is_id(id)) {
            return Err(NO_KEY_FILE);
        }
        let key = EncodingKey::from_rsa_pem(private_key.expose().as_bytes()).map_err(|_| NO_KEY)?;
        let read = Self { key, project_id, key_id, sub_account };
        // A key that is too short, or of another kind, shows itself only when it signs.
        read.sign(now).map_err(|_| NO_KEY)?;
        Ok(read)
    }

    fn sign(&self, now: Timestamp) -> Result<String, Error> {
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::PS256) };
        let (iat, exp) = (now.secs(), now.plus_ms(limits::TOKEN_LIFE_MS).secs());
        let claims = json!({ "iss": self.sub_account, "aud": AUDIENCE, "iat": iat, "exp": exp });
        jsonwebtoken::encode(&header, &claims, &self.key)
    }
}

fn open(file: &str) -> Option<KeyFile> {
    if file.len() > limits::KEY_FILE_MAX_BYTES {
        return None;
    }
    let is_text = file.trim_start().starts_with('{');
    let base64 = || STANDARD.decode(file.split_ascii_whitespace().collect::<String>());
    let json = Secret::new(if is_text { file.as_bytes().to_vec() } else { base64().ok()? });
    serde_json::from_slice(json.expose()).ok()
}

/// The vendor advises an hour of life and use until it ends (documented).
pub(super) fn plan(config: &Config, now: Timestamp) -> AuthPlan {
    // The key signed when the form was read; should it fail now, the vendor answers 80200001.
    let token = config.account.sign(now).ok();
    AuthPlan::Ready(Auth {
        header: token.map(|token| Arc::new(Secret::new(format!("Bearer {token}")))),
        renew_at: now.plus_ms(limits::TOKEN_RENEW_AFTER_MS),
        keep_until: now.plus_ms(limits::TOKEN_KEEP_MS),
    })
}

/// There is nothing to exchange, so an answer to an exchange cannot be read.
pub(super) fn refuse_exchange(reply: &WireReply) -> TargetVerdict {
    TargetVerdict::new(Verdict::Unrecognised, reply.status, answer::UNREADABLE)
}
