//! Opening a PKCS#12 file: the certificate and the private key that belong together.

use aws_lc_rs::{
    rsa,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::Secret;
use p12_keystore::{Pkcs12Archive, error::Error};
use x509_parser::{der_parser, x509::X509Version};

/// Largest file, in bytes (ours; real ones have 3 KiB).
const FILE_MAX_BYTES: usize = 1 << 20;

/// Most keys and most certificates that are looked at (ours).
const BAGS_MAX: usize = 16;

/// Why a p12 file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum P12Fault {
    NotP12,
    WrongPassword,
    Unsupported,
    NoKey,
    NoCertificate,
    KeyMismatch,
    OldVersion,
}

impl P12Fault {
    /// What to do, in English and Chinese.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotP12 => ("is not a p12 file of at most 1 MiB", "不是 p12 文件，或超过 1 MiB"),
            Self::WrongPassword => ("the password does not open the file", "密码不正确，无法打开证书"),
            Self::Unsupported => (
                "is encrypted in a way that is not supported: export it again from Keychain Access or with openssl pkcs12",
                "证书采用了不支持的加密方式：请用“钥匙串访问”或 openssl pkcs12 重新导出",
            ),
            Self::NoKey => (
                "holds a certificate without its private key: export both together",
                "证书中没有私钥：请将证书与私钥一起导出",
            ),
            Self::NoCertificate => ("holds no certificate", "文件中没有证书"),
            Self::KeyMismatch => ("the private key is not the certificate's", "私钥与证书不匹配"),
            Self::OldVersion => (
                "holds an X.509 certificate of version 1, which TLS refuses: vendors issue version 3",
                "证书为 X.509 v1 版本，TLS 不接受；厂商签发的证书均为 v3",
            ),
        }
    }
}

/// A certificate and its private key (PKCS#8), both DER.
pub(crate) struct P12Pair {
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: Secret<Vec<u8>>,
}

/// Opens a file given as base64: every pair of a certificate and its own key, at least one.
pub(crate) fn open(file: &str, password: &str) -> Result<Vec<P12Pair>, P12Fault> {
    if file.len() > FILE_MAX_BYTES / 3 * 4 + 1024 {
        return Err(P12Fault::NotP12);
    }
    let base64: String = file.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(base64).map_err(|_| P12Fault::NotP12)?;
    let archive =
        Pkcs12Archive::from_pkcs12(&bytes, password).map_err(|error| opening_fault(&error, &bytes))?;
    if archive.certs.is_empty() {
        return Err(P12Fault::NoCertificate);
    }
    let mut fault = if archive.keys.is_empty() { P12Fault::NoKey } else { P12Fault::KeyMismatch };
    let mut pairs = Vec::new();
    for key in archive.keys.iter().take(BAGS_MAX).map(|bag| bag.key.as_der()) {
        let public_key = public_key_of(key);
        for der in archive.certs.iter().take(BAGS_MAX).map(|bag| bag.cert.as_der()) {
            let Ok((_, certificate)) = x509_parser::parse_x509_certificate(der) else { continue };
            if public_key.as_deref() != Some(&*certificate.public_key().subject_public_key.data) {
                continue;
            }
            if certificate.version() == X509Version::V3 {
                pairs.push(P12Pair { certificate: der.to_vec(), key: Secret::new(key.to_vec()) });
            } else {
                fault = P12Fault::OldVersion;
            }
        }
    }
    if pairs.is_empty() { Err(fault) } else { Ok(pairs) }
}

/// A wrong password fails the file's MAC; in a file without one it shows only as bytes that do not decrypt.
fn opening_fault(error: &Error, bytes: &[u8]) -> P12Fault {
    let has_outer_shape = der_parser::parse_der(bytes).is_ok_and(|(_, der)| der.as_sequence().is_ok());
    match error {
        Error::MacError(_) | Error::UnpadError => P12Fault::WrongPassword,
        Error::Pkcs5Error(text) if text.contains("decrypt") => P12Fault::WrongPassword,
        _ if has_outer_shape => P12Fault::Unsupported,
        _ => P12Fault::NotP12,
    }
}

/// The public half of a PKCS#8 key, as it stands in a certificate.
fn public_key_of(pkcs8: &[u8]) -> Option<Vec<u8>> {
    let rsa = rsa::KeyPair::from_pkcs8(pkcs8).ok().map(|pair| pair.public_key().as_ref().to_vec());
    rsa.or_else(|| {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8).ok()?;
        Some(pair.public_key().as_ref().to_vec())
    })
}
