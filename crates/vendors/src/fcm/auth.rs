//! Authentication: a service account signs an assertion, and Google's OAuth host gives an access token for it.

use std::{borrow::Cow, fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use form_urlencoded::Serializer;
use jsonwebtoken::{Algorithm, EncodingKey, Header, errors::Error};
use model::{Secret, TargetVerdict, Timestamp};
use serde::{Deserialize, Serialize};

use super::{limits, reply};
use crate::{
    answer::Words,
    contract::{Auth, AuthPlan, Origin, Protocol, WireReply, WireRequest},
};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

const NOT_A_FILE: Words =
    ("is not the JSON file of a service account, at most 16 KiB", "不是服务账号的 JSON 文件，或超过 16 KiB");
const NOT_A_SERVICE_ACCOUNT: Words = (
    "is not a service account's key: make one in Firebase's console under project settings, service accounts; google-services.json belongs in the app",
    "不是服务账号密钥：请在 Firebase 控制台“项目设置 - 服务账号”中生成；google-services.json 是放在应用里的文件",
);
const INCOMPLETE: Words = (
    "lacks project_id or client_email, or they are malformed: download the file again and do not edit it",
    "缺少 project_id 或 client_email，或格式有误：请重新下载文件，不要编辑",
);
const NO_KEY: Words = (
    "holds no RSA key of 2048 bits or more in private_key: download the file again and do not edit it",
    "private_key 中没有 2048 位以上的 RSA 私钥：请重新下载文件，不要编辑",
);
const FOREIGN_TOKEN_URI: Words =
    ("names a token_uri that is not Google's", "其中的 token_uri 不是谷歌的地址");

/// What a service account's file holds, as far as sending needs it.
pub(super) struct ServiceAccount {
    key: EncodingKey,
    pub(super) key_id: Option<String>,
    pub(super) email: String,
    pub(super) project: String,
    /// The audience of every assertion, exactly as the file has it (documented).
    token_uri: String,
    token_path: String,
    token_origin: Arc<Origin>,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccount({})", self.email)
    }
}

/// The file as it is downloaded; what is missing is empty.
#[derive(Deserialize, Default)]
#[serde(default)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: String,
    project_id: String,
    private_key_id: String,
    private_key: String,
    client_email: String,
    token_uri: String,
}

/// Issuer, scope, audience and times in whole seconds (documented).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ServiceAccount {
    /// Reads the file's text, or the base64 of it.
    ///
    /// # Errors
    /// What is wrong with the file, in English and Chinese.
    pub(super) fn read(file: &str, now: Timestamp) -> Result<Self, Words> {
        let file = parse(file).ok_or(NOT_A_FILE)?;
        if file.kind != "service_account" {
            return Err(NOT_A_SERVICE_ACCOUNT);
        }
        if !is_project(&file.project_id) || !is_visible(&file.client_email, 255) {
            return Err(INCOMPLETE);
        }
        let token_uri = if file.token_uri.is_empty() { TOKEN_URI.to_owned() } else { file.token_uri };
        let (host, path) = google_address(&token_uri).ok_or(FOREIGN_TOKEN_URI)?;
        let origin = Origin { host: Cow::Owned(host.to_owned()), port: 443, protocol: Protocol::Http2 };
        // A file that went through a shell or an environment variable has its line breaks as two characters.
        let pem = file.private_key.replace("\\n", "\n");
        let account = Self {
            key: EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| NO_KEY)?,
            key_id: Some(file.private_key_id).filter(|id| !id.is_empty()),
            email: file.client_email,
            project: file.project_id,
            token_path: path.to_owned(),
            token_origin: Arc::new(origin),
            token_uri,
        };
        // A key that is too short shows itself only when it signs.
        account.assertion(now).map(|_| account).map_err(|_| NO_KEY)
    }

    fn assertion(&self, now: Timestamp) -> Result<String, Error> {
        let header = Header { kid: self.key_id.clone(), ..Header::new(Algorithm::RS256) };
        let claims = Claims {
            iss: &self.email,
            scope: SCOPE,
            aud: &self.token_uri,
            iat: now.secs(),
            exp: now.secs().saturating_add(limits::GOOD_FOR_SECS),
        };
        jsonwebtoken::encode(&header, &claims, &self.key)
    }
}

pub(super) fn plan(account: &ServiceAccount, now: Timestamp) -> AuthPlan {
    // The key signed when the file was read; should it fail now, Google answers invalid_grant.
    let assertion = account.assertion(now).unwrap_or_default();
    let body = Serializer::new(String::new())
        .append_pair("grant_type", GRANT)
        .append_pair("assertion", &assertion)
        .finish();
    AuthPlan::Exchange(WireRequest {
        stage: "exchange",
        to: Some(account.token_origin.clone()),
        method: "POST",
        path: account.token_path.clone(),
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        authorization: None,
        body: body.into_bytes(),
    })
}

/// The answer where the assertion was taken; further members are possible (documented).
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<i64>,
}

pub(super) fn read_answer(reply: &WireReply, now: Timestamp) -> Result<Auth, TargetVerdict> {
    let fits = |granted: &Granted| is_visible(&granted.access_token, limits::ACCESS_TOKEN_MAX_BYTES);
    let granted =
        serde_json::from_slice(&reply.body).ok().filter(|granted| reply.status == 200 && fits(granted));
    let granted = granted.ok_or_else(|| reply::judge_exchange(reply))?;
    let lifetime_secs = granted.expires_in.unwrap_or(limits::GOOD_FOR_SECS);
    let lifetime_ms = lifetime_secs.clamp(0, limits::ACCESS_TOKEN_MAX_SECS) * 1000;
    let renew_after_ms = (lifetime_ms - limits::RENEW_BEFORE_MS).max(lifetime_ms / 2).max(limits::KEEP_MS);
    Ok(Auth {
        header: Some(Arc::new(Secret::new(format!("Bearer {}", granted.access_token)))),
        renew_at: now.plus_ms(renew_after_ms),
        keep_until: now.plus_ms(limits::KEEP_MS),
    })
}

fn parse(file: &str) -> Option<KeyFile> {
    // Base64 is a third longer than what it stands for.
    if file.len() > limits::KEY_FILE_MAX_BYTES / 3 * 4 {
        return None;
    }
    if file.starts_with('{') {
        return serde_json::from_str(file).ok();
    }
    let base64: String = file.split_ascii_whitespace().collect();
    serde_json::from_slice(&STANDARD.decode(base64).ok()?).ok()
}

/// Host and path of an address of Google's: the assertion is worth an access token to whoever receives it.
fn google_address(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let ours = host == "accounts.google.com" || host.ends_with(".googleapis.com");
    let fits = ours && host.bytes().all(is_host) && path.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some((host, path))
}

/// A project id or number; old ones may be scoped by a domain, as in `example.com:im`.
fn is_project(text: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':');
    (1..=128).contains(&text.len()) && text.bytes().all(fits)
}

/// Fit to stand in a header or a claim.
fn is_visible(text: &str, max_bytes: usize) -> bool {
    (1..=max_bytes).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
