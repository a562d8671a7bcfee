//! What a request says, wherever it says it: query, form, JSON, parts, and the header of older senders.

use serde_json::{Map, Value};

use super::{
    fields::Fields,
    multipart::{boundary, parts},
    reply::{Code, Refusal},
};
use crate::counter::Ask;

/// A request's content.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) fields: Fields<'static>,
    /// The first file of a body in parts.
    pub(super) file: Option<&'a [u8]>,
}

impl<'a> Asked<'a> {
    /// Reads a request. A body of any media type that begins like an object is taken for JSON.
    pub(super) fn read(ask: &Ask<'a>) -> Result<Self, Refusal> {
        let media_type = ask.header("content-type").unwrap_or_default();
        if media_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
            return Ok(Self::of_parts(ask, boundary(media_type).unwrap_or_default()));
        }
        let is_json = ask.body.trim_ascii_start().starts_with(b"{");
        let is_text = if is_json { std::str::from_utf8(ask.body).is_ok() } else { is_utf8(ask.body) };
        if !is_text || !is_utf8(ask.query.as_bytes()) {
            return Err(Code::ENCODING.because("text must be UTF-8"));
        }
        let form = if is_json { &[] } else { ask.body };
        let pairs = form_urlencoded::parse(ask.query.as_bytes()).chain(form_urlencoded::parse(form));
        let members: Map<String, Value> = if is_json {
            serde_json::from_slice(ask.body).map_err(|_| Code::INVALID.because("the body must be JSON"))?
        } else {
            Map::new()
        };
        Ok(Self { fields: Fields::of_pairs(pairs).or(members), file: None })
    }

    fn of_parts(ask: &Ask<'a>, boundary: &str) -> Self {
        let parts = if boundary.is_empty() { Vec::new() } else { parts(ask.body, boundary) };
        let texts: Vec<(String, String)> = parts
            .iter()
            .filter(|part| !part.is_file)
            .map(|part| (part.name.clone(), String::from_utf8_lossy(part.content).into_owned()))
            .collect();
        let query = form_urlencoded::parse(ask.query.as_bytes()).into_owned();
        let file = parts.iter().find(|part| part.is_file).map(|part| part.content);
        Self { fields: Fields::of_pairs(query.chain(texts)), file }
    }

    /// The access token: a field, or the header of reference 1.9.3.
    pub(super) fn auth_token(&self, ask: &Ask<'a>) -> Option<String> {
        let header = || ask.header("auth_token").map(|token| token.trim().to_owned());
        let named = self.fields.text("auth_token").map(std::borrow::Cow::into_owned);
        named.or_else(header).filter(|token| !token.is_empty())
    }
}

/// Whether form-encoded bytes hold UTF-8 once their escapes are undone.
fn is_utf8(encoded: &[u8]) -> bool {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    let mut plain = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(&byte) = encoded.get(at) {
        match (byte, digit(encoded.get(at + 1)), digit(encoded.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                plain.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    std::str::from_utf8(&plain).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_another_encoding_is_told_apart() {
        assert!(is_utf8("title=阿明&x=%E9%98%BF%zz%4".as_bytes()));
        assert!(!is_utf8(b"title=%B0%A2"));
        assert!(!is_utf8(b"title=\xb0\xa2"));
    }
}
