//! The service account's JWT: its parts, and its signature. PS256 alone; RS256 is refused (assumed from the vendor's
//! text, which names PS256).

use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// Longest JWT that is read, in bytes: a 4096-bit signature fits several times.
const JWT_MAX_BYTES: usize = 8192;

/// A JWT that can be read; nothing of it is checked yet.
#[derive(Debug)]
pub(super) struct Jwt<'a> {
    pub(super) algorithm: String,
    pub(super) key_id: String,
    pub(super) issuer: String,
    pub(super) audience: Value,
    /// Seconds since 1970.
    pub(super) issued_at: i64,
    /// Seconds since 1970.
    pub(super) expires_at: i64,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// Takes a JWT apart; `None`: it is none.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        if text.len() > JWT_MAX_BYTES {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let (head, claims) = (object(head)?, object(claims)?);
        Some(Self {
            algorithm: text_of(&head["alg"])?,
            key_id: text_of(&head["kid"])?,
            issuer: text_of(&claims["iss"])?,
            audience: claims["aud"].clone(),
            issued_at: seconds(&claims["iat"])?,
            expires_at: seconds(&claims["exp"])?,
            signed,
            signature: decode(signature)?,
        })
    }

    /// Whether the owner of a public key (DER) signed it.
    pub(super) fn is_signed_by(&self, public_key: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, public_key);
        key.verify(self.signed.as_bytes(), &self.signature).is_ok()
    }

    /// Whether it is meant for this audience, alone or among others.
    pub(super) fn is_for(&self, audience: &str) -> bool {
        match &self.audience {
            Value::Array(all) => all.iter().any(|one| one.as_str() == Some(audience)),
            one => one.as_str() == Some(audience),
        }
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

fn object(text: &str) -> Option<Value> {
    serde_json::from_slice(&decode(text)?).ok().filter(Value::is_object)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Some libraries write times as fractions.
fn seconds(value: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a fraction of a second is cut off; the cast saturates"
    )]
    let whole = |number: f64| number as i64;
    value.as_i64().or_else(|| value.as_f64().map(whole))
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};

    use super::*;

    /// Signed by a throw-away key whose private half is gone.
    const SIGNED: &str = "eyJraWQiOiIwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZiIsInR5cCI6IkpXVCIsImFsZyI6IlBTMjU2In0.eyJpc3MiOiIxMDAwMDAwMDEiLCJhdWQiOiJodHRwczovL29hdXRoLWxvZ2luLmNsb3VkLmh1YXdlaS5jb20vb2F1dGgyL3YzL3Rva2VuIiwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3NjcyMjkyMDB9.SUcIs5LUBqOIgkiNNcWHwQWkefCdBLwr_JoRpFR8vQ0uX0SvUmJdaml_NhyqPtYDwVSC8D9G-zOOkM_R-M8XeIo9z3XfG_v1WMSKiC_zXVwzBJLGfLrmQrgt4230632nnHLDmrSJVClYzvMpbPPVtiRClH0mZyU-AL1jDaETtuiDykbUHvLUaF6tComKeanvpxcrDwWSi_unm01Ps7WO7gSmhnrJoEDfoIp_EjZZ8ynMM3qkZx8UPnoPa_fh1kn45iRqMc2IbaQk0x2uzqM_uRXSoollGzdQ8xTvfd08UUcDDScJPNNv4xqiProYwjIxan79l125lDcd3IsujeAOqw";
    const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnduhuoVe2lKc/l0tXj8B
3lA9NJbZiuOD02UE2/nEqzZlXLpVSKgKkhqZKAOYaj1rNW1wrgP0VQpLssYHfMes
ym2S2k9Y2fqkOahc6YdXXhwH6xwlxooZd3zYHQFy8+lVs5oT3lH6JfInfA2pYMcA
VJFeqaIKb2Elr8XsqRqIn1qZopIdwKJRKWVGZ+lSuPiD/RwZ396pK3EPHEfPm+d6
1Zx/0JCUOnZtIT3vyxZrv78ifPCy7FCJFqCDn2f5AmJZvYC5ol2iUZ/SvKdqxU7O
ZBiQ0Q8QOnEeo5vYP4+PKz2ezCOhy99eOAcxeUo5KO7P3wusLLzAQjVXGsXepU8p
VQIDAQAB
-----END PUBLIC KEY-----";

    #[test]
    fn a_ps256_signature_is_verified_and_a_changed_claim_is_noticed() {
        let key = SubjectPublicKeyInfoDer::from_pem_slice(KEY.as_bytes()).unwrap();
        let jwt = Jwt::read(SIGNED).unwrap();
        assert_eq!((jwt.algorithm.as_str(), jwt.issuer.as_str()), ("PS256", "100000001"));
        assert_eq!(jwt.key_id, "0123456789abcdef0123456789abcdef");
        assert_eq!((jwt.issued_at, jwt.expires_at), (1_767_225_600, 1_767_229_200));
        assert!(jwt.is_for("https://oauth-login.cloud.huawei.com/oauth2/v3/token"));
        assert!(jwt.is_signed_by(&key));
        let changed = SIGNED.replace("eyJpc3MiOiIxMDAwMDAwMDEi", "eyJpc3MiOiIyMDAwMDAwMDEi");
        assert!(!Jwt::read(&changed).unwrap().is_signed_by(&key));
    }

    #[test]
    fn what_is_no_jwt_is_not_read() {
        for text in ["", "a", "a.b", "a.b.c", "..", "e30.e30.", "CF-invented/abc+def=="] {
            assert!(Jwt::read(text).is_none(), "{text}");
        }
        assert!(Jwt::read(&"a.b.".repeat(5000)).is_none());
    }
}
