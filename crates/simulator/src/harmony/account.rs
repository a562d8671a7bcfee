//! A service account: the key file that the vendor's API console gives an operator.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::Secret;
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};

use crate::shared::{hex, random};

/// The fixed `aud` of every JWT; the key file names it as its `token_uri`. Documented.
pub(super) const AUDIENCE: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/token";
/// The other addresses in the key file; a V3 sender uses none of them.
const AUTH_URI: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/authorize";
const PROVIDER_CERT_URI: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/certs";
const CLIENT_CERT_URI: &str = "https://oauth-login.cloud.huawei.com/oauth2/v3/x509?client_id=";
const PEM_LINE_CHARS: usize = 64;

/// A service account as the vendor knows it.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) project_id: String,
    pub(super) key_id: String,
    pub(super) sub_account: String,
    /// In DER.
    pub(super) public_key: Vec<u8>,
    /// The key file's text, as the operator has it.
    pub(super) file: Secret<String>,
}

impl Account {
    /// A new account. The vendor's sample has a 4096-bit key; 2048 bits are as good here and sooner made.
    ///
    /// # Errors
    /// In words, where no key could be made.
    pub(super) fn generate() -> Result<Self, String> {
        let no_key = |_| "no RSA key could be made".to_owned();
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(no_key)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(no_key)?;
        let sub_account = digits(9);
        let project_id = digits(18);
        let key_id = hex(&random::<16>());
        let file = json!({
            "project_id": project_id,
            "key_id": key_id,
            "private_key": pem(pkcs8.as_ref()),
            "sub_account": sub_account,
            "auth_uri": AUTH_URI,
            "token_uri": AUDIENCE,
            "auth_provider_cert_uri": PROVIDER_CERT_URI,
            "client_cert_uri": format!("{CLIENT_CERT_URI}{sub_account}"),
        });
        let public_key = pair.public_key().as_ref().to_vec();
        let file = Secret::new(format!("{file:#}"));
        Ok(Self { project_id, key_id, sub_account, public_key, file })
    }

    /// The account of a key file that was given out before.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn of_file(file: &str) -> Result<Self, String> {
        let fields: Value = serde_json::from_str(file).map_err(|_| "service_account is not JSON")?;
        let field = |name: &str| match &fields[name] {
            Value::String(text) if !text.is_empty() => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err(format!("service_account has no {name}")),
        };
        let pem = field("private_key")?;
        let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| "private_key of service_account is not PEM")?;
        let pair = KeyPair::from_pkcs8(pkcs8.secret_pkcs8_der())
            .map_err(|_| "private_key of service_account is not an RSA key")?;
        Ok(Self {
            project_id: field("project_id")?,
            key_id: field("key_id")?,
            sub_account: field("sub_account")?,
            public_key: pair.public_key().as_ref().to_vec(),
            file: Secret::new(file.to_owned()),
        })
    }
}

/// A random number of so many digits that does not begin with 0.
pub(super) fn digits(count: usize) -> String {
    let random = random::<32>();
    let digit = |(place, byte): (usize, &u8)| match place {
        0 => char::from(b'1' + byte % 9),
        _ => char::from(b'0' + byte % 10),
    };
    random.iter().enumerate().take(count).map(digit).collect()
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for line in text.as_bytes().chunks(PEM_LINE_CHARS) {
        pem.extend(line.iter().map(|&byte| char::from(byte)));
        pem.push('\n');
    }
    pem + "-----END PRIVATE KEY-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_makes_the_same_account_again() {
        let account = Account::generate().unwrap();
        let again = Account::of_file(account.file.expose()).unwrap();
        assert_eq!(again.public_key, account.public_key);
        assert_eq!(again.project_id, account.project_id);
        assert_eq!(again.key_id, account.key_id);
        assert_eq!(again.sub_account, account.sub_account);
    }

    #[test]
    fn a_key_file_that_is_none_is_refused_in_words() {
        assert_eq!(Account::of_file("").unwrap_err(), "service_account is not JSON");
        assert_eq!(Account::of_file("{}").unwrap_err(), "service_account has no private_key");
        let wrong = json!({"private_key": "x"}).to_string();
        assert_eq!(Account::of_file(&wrong).unwrap_err(), "private_key of service_account is not PEM");
    }
}
