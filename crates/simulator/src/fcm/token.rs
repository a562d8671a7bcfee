//! Registration tokens and Firebase installation ids: their shapes, and the special tokens.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::shared::random;

/// Characters of an installation id. Observed.
const FID_CHARS: usize = 22;
/// Characters behind the colon of a minted token: 163 in all, as real ones have about 140 to 165.
const TAIL_CHARS: usize = 140;
/// What stands behind the colon of every real token. Observed.
const MARK: &str = "APA91b";
/// Longest token that is taken for one. The book knows no maximum (assumed).
const TOKEN_MAX_BYTES: usize = 4096;

/// What a special token asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special<'a> {
    /// An answer of this name.
    Code(&'a str),
    Silent,
    Cut,
    Sink,
}

/// Reads a special token.
pub(super) fn special(token: &str) -> Option<Special<'_>> {
    let (code, _) = token.strip_prefix("FAULT:")?.split_once(':')?;
    Some(match code {
        "silent" => Special::Silent,
        "cut" => Special::Cut,
        "sink" => Special::Sink,
        _ => Special::Code(code),
    })
}

/// A new token: a fresh installation id with what follows from it.
pub(super) fn mint() -> String {
    let mut bytes = random::<17>();
    // The first four bits of an installation id are 0111.
    bytes[0] = 0x70 | (bytes[0] & 0x0f);
    let mut fid = URL_SAFE_NO_PAD.encode(bytes);
    fid.truncate(FID_CHARS);
    of_fid(&fid)
}

/// The token of an installation id: the simulator derives the one from the other, so that either finds the phone.
pub(super) fn of_fid(fid: &str) -> String {
    let mut tail = MARK.to_owned();
    for round in 0_u8.. {
        if tail.len() >= TAIL_CHARS {
            break;
        }
        let block = digest(&SHA256, format!("{fid}:{round}").as_bytes());
        tail.push_str(&URL_SAFE_NO_PAD.encode(block));
    }
    tail.truncate(TAIL_CHARS);
    format!("{fid}:{tail}")
}

/// Whether it has the shape of an installation id. Observed.
pub(super) fn is_fid(text: &str) -> bool {
    text.len() == FID_CHARS && text.bytes().all(is_base64url)
}

/// Whether it has the shape of a registration token. The characters are documented, the two parts observed.
pub(super) fn is_token(text: &str) -> bool {
    let parts = text.split_once(':');
    text.len() <= TOKEN_MAX_BYTES
        && parts.is_some_and(|(fid, tail)| {
            !fid.is_empty() && tail.starts_with(MARK) && (fid.bytes().chain(tail.bytes())).all(is_base64url)
        })
}

/// Whether it has the shape of a device group's key: a token's second part alone. Observed.
pub(super) fn is_group_key(text: &str) -> bool {
    text.len() <= TOKEN_MAX_BYTES && text.starts_with(MARK) && text.bytes().all(is_base64url)
}

/// A new device group's key.
pub(super) fn mint_group_key() -> String {
    format!("{MARK}{}", URL_SAFE_NO_PAD.encode(random::<80>()))
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_token_has_the_shape_and_follows_from_its_installation_id() {
        let token = mint();
        let (fid, _) = token.split_once(':').unwrap();
        assert!(is_token(&token) && is_fid(fid) && token.len() == 163);
        assert!("cdef".contains(&fid[..1]));
        assert_eq!(of_fid(fid), token);
        assert!(is_group_key(&mint_group_key()));
    }

    #[test]
    fn what_has_foreign_characters_or_no_second_part_is_no_token() {
        for wrong in ["", "abc", "abc:xyz", ":APA91b", "a b:APA91bx", "a/b:APA91bx", "a:APA91b:x"] {
            assert!(!is_token(wrong), "{wrong}");
        }
        assert!(is_token("fTEST_0123456789abcdefgh:APA91bTESTTOKEN"));
    }

    #[test]
    fn a_special_token_names_its_fault() {
        assert_eq!(special("FAULT:sink:1"), Some(Special::Sink));
        assert_eq!(special("FAULT:UNAVAILABLE-30:x:y"), Some(Special::Code("UNAVAILABLE-30")));
        assert_eq!(special("FAULT:x"), None);
    }
}
