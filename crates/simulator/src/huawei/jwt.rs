//! Service accounts: JSON Web Tokens signed with PS256, used directly in the place of an access token.

use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Timestamp;
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::reply::Code;

/// Whom a token must be meant for. Documented as a fixed text.
const AUDIENCE: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/token";
/// Longest life of a token, in seconds. Documented.
const LIFE_MAX_SECS: i64 = 86_400;
/// How far in the future a token may be issued. The book is silent (assumed).
const CLOCK_SKEW_MAX_SECS: i64 = 300;

/// The public half of a service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceAccount {
    key_id: String,
    sub_account: String,
    /// Subject public key info, in DER.
    public_key: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
}

impl ServiceAccount {
    /// Reads an account as `set_rights` takes it.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        let text = |name: &str| {
            let text = value[name].as_str().filter(|text| !text.is_empty());
            text.ok_or_else(|| format!("service_account.{name} must be a text"))
        };
        let public_key = SubjectPublicKeyInfoDer::from_pem_slice(text("public_key")?.as_bytes())
            .map_err(|_| "service_account.public_key must be a public key in PEM".to_owned())?;
        Ok(Self {
            key_id: text("key_id")?.to_owned(),
            sub_account: text("sub_account")?.to_owned(),
            public_key: public_key.as_ref().to_vec(),
        })
    }

    /// Whether a token is signed by this account and valid now. Returns its end.
    ///
    /// # Errors
    /// The code it is refused with.
    pub(super) fn check(&self, token: &str, now: Timestamp) -> Result<Timestamp, Code> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Code::UNAUTHORIZED)?;
        let (header, claims) = signed.split_once('.').ok_or(Code::UNAUTHORIZED)?;
        let header: Header = part(header)?;
        if header.alg != "PS256" || header.kid != self.key_id {
            return Err(Code::UNAUTHORIZED);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Code::UNAUTHORIZED)?;
        UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, &self.public_key)
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| Code::UNAUTHORIZED)?;
        let claims: Claims = part(claims)?;
        if claims.iss != self.sub_account || claims.aud != AUDIENCE {
            return Err(Code::UNAUTHORIZED);
        }
        if claims.exp.saturating_sub(claims.iat) > LIFE_MAX_SECS {
            return Err(Code::JWT_LIFE);
        }
        if now.secs() >= claims.exp {
            return Err(Code::JWT_EXPIRED);
        }
        if claims.iat.saturating_sub(now.secs()) > CLOCK_SKEW_MAX_SECS {
            return Err(Code::UNAUTHORIZED);
        }
        Ok(Timestamp::from_secs(claims.exp))
    }
}

/// Whether a bearer token is a JSON Web Token at all.
pub(super) fn is_jwt(token: &str) -> bool {
    token.bytes().filter(|&byte| byte == b'.').count() == 2
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Code> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Code::UNAUTHORIZED)?;
    serde_json::from_slice(&bytes).map_err(|_| Code::UNAUTHORIZED)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "eyJraWQiOiIwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZiIsInR5cCI6IkpXVCIsImFsZyI6IlBTMjU2In0.eyJpc3MiOiIxMDAwMDAwMDEiLCJhdWQiOiJodHRwczovL29hdXRoLWxvZ2luLmNsb3VkLmh1YXdlaS5jb20vb2F1dGgyL3YzL3Rva2VuIiwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3NjcyMjkyMDB9.SUcIs5LUBqOIgkiNNcWHwQWkefCdBLwr_JoRpFR8vQ0uX0SvUmJdaml_NhyqPtYDwVSC8D9G-zOOkM_R-M8XeIo9z3XfG_v1WMSKiC_zXVwzBJLGfLrmQrgt4230632nnHLDmrSJVClYzvMpbPPVtiRClH0mZyU-AL1jDaETtuiDykbUHvLUaF6tComKeanvpxcrDwWSi_unm01Ps7WO7gSmhnrJoEDfoIp_EjZZ8ynMM3qkZx8UPnoPa_fh1kn45iRqMc2IbaQk0x2uzqM_uRXSoollGzdQ8xTvfd08UUcDDScJPNNv4xqiProYwjIxan79l125lDcd3IsujeAOqw";
    const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnduhuoVe2lKc/l0tXj8B
3lA9NJbZiuOD02UE2/nEqzZlXLpVSKgKkhqZKAOYaj1rNW1wrgP0VQpLssYHfMes
ym2S2k9Y2fqkOahc6YdXXhwH6xwlxooZd3zYHQFy8+lVs5oT3lH6JfInfA2pYMcA
VJFeqaIKb2Elr8XsqRqIn1qZopIdwKJRKWVGZ+lSuPiD/RwZ396pK3EPHEfPm+d6
1Zx/0JCUOnZtIT3vyxZrv78ifPCy7FCJFqCDn2f5AmJZvYC5ol2iUZ/SvKdqxU7O
ZBiQ0Q8QOnEeo5vYP4+PKz2ezCOhy99eOAcxeUo5KO7P3wusLLzAQjVXGsXepU8p
VQIDAQAB
-----END PUBLIC KEY-----
";
    const ISSUED_SECS: i64 = 1_767_225_600;

    fn account(key_id: &str, sub_account: &str) -> ServiceAccount {
        let account = json!({"key_id": key_id, "sub_account": sub_account, "public_key": KEY});
        ServiceAccount::read(&account).unwrap()
    }

    #[test]
    fn a_token_is_taken_within_its_time_and_from_its_account_alone() {
        let right = account("0123456789abcdef0123456789abcdef", "100000001");
        let at = |secs: i64| Timestamp::from_secs(ISSUED_SECS + secs);
        assert_eq!(right.check(TOKEN, at(0)), Ok(at(3600)));
        assert!(right.check(TOKEN, at(3599)).is_ok());
        assert_eq!(right.check(TOKEN, at(3600)), Err(Code::JWT_EXPIRED));
        assert_eq!(right.check(TOKEN, at(-300)), Ok(at(3600)));
        assert_eq!(right.check(TOKEN, at(-301)), Err(Code::UNAUTHORIZED));
        assert_eq!(account("other", "100000001").check(TOKEN, at(0)), Err(Code::UNAUTHORIZED));
        let other = account("0123456789abcdef0123456789abcdef", "100000002");
        assert_eq!(other.check(TOKEN, at(0)), Err(Code::UNAUTHORIZED));
    }

    #[test]
    fn a_changed_claim_another_algorithm_and_garbage_are_refused() {
        let right = account("0123456789abcdef0123456789abcdef", "100000001");
        let now = Timestamp::from_secs(ISSUED_SECS);
        let rs256 =
            URL_SAFE_NO_PAD.encode(r#"{"kid":"0123456789abcdef0123456789abcdef","typ":"JWT","alg":"RS256"}"#);
        let (_, rest) = TOKEN.split_once('.').unwrap();
        for token in [
            TOKEN.replace("jcyMjkyMDB9", "jcyMjkyMDF9"),
            format!("{rs256}.{rest}"),
            "a.b.c".to_owned(),
            "..".to_owned(),
            "abc".to_owned(),
        ] {
            assert_eq!(right.check(&token, now), Err(Code::UNAUTHORIZED), "{token}");
        }
    }

    #[test]
    fn an_account_needs_a_key_in_pem() {
        let wrong = json!({"key_id": "k", "sub_account": "s", "public_key": "no key"});
        assert!(ServiceAccount::read(&wrong).is_err());
        assert!(ServiceAccount::read(&json!({"key_id": "k"})).is_err());
        assert!(ServiceAccount::read(&json!(true)).is_err());
    }
}
