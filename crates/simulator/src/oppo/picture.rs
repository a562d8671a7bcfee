//! The media host: pictures that a broadcast may show.
//!
//! Sizes: documented. The field that holds the file is not, so any file is taken.

use model::Timestamp;
use serde_json::json;

use super::{
    asked::Asked,
    desk::{Desk, Sender},
    reply::{self, Code, Refusal},
    route::Call,
};
use crate::{
    counter::Answer,
    faults::Turn,
    lock::lock,
    shared::{hex, random},
};

/// How long a picture is kept, in seconds, and at most. Documented.
const KEPT_S: i64 = 86_400;
const KEPT_MAX_S: i64 = 2_592_000;

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Big,
    Small,
}

/// What the book wants of a kind.
struct Wanted {
    pixels: (u32, u32),
    max_bytes: usize,
    answer_field: &'static str,
}

impl Kind {
    const fn wanted(self) -> Wanted {
        match self {
            Self::Big => Wanted { pixels: (876, 324), max_bytes: 1_000_000, answer_field: "big_picture_id" },
            Self::Small => Wanted { pixels: (144, 144), max_bytes: 50_000, answer_field: "small_picture_id" },
        }
    }
}

/// An uploaded picture.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    app_key: String,
    kind: Kind,
    until: Timestamp,
}

impl Desk {
    pub(super) fn upload(
        &self,
        sender: &Sender,
        call: Call,
        asked: &Asked<'_>,
        turn: &Turn,
    ) -> Result<Answer, Refusal> {
        let kind = if call == Call::BigPicture { Kind::Big } else { Kind::Small };
        let wanted = kind.wanted();
        let kept_s = asked.fields.within("picture_ttl", 1..=KEPT_MAX_S)?.unwrap_or(KEPT_S);
        let file = asked.file.ok_or_else(|| Code::MISSING.because("the picture is missing"))?;
        if file.len() > wanted.max_bytes {
            return Err(Code::PICTURE.because(format!("the picture is over {} bytes", wanted.max_bytes)));
        }
        if png_pixels(file).or_else(|| jpeg_pixels(file)) != Some(wanted.pixels) {
            let (width, height) = wanted.pixels;
            return Err(Code::PICTURE.because(format!("the picture must be PNG or JPG of {width}x{height}")));
        }
        let key = format!("picture {}", sender.app.app_key);
        let taken = self.amounts.take(&key, 1, sender.rights.picture_quota, sender.now);
        if turn.quota_used_up || taken.is_err() {
            return Err(Code::PICTURE_AMOUNT.plain());
        }
        let id = hex(&random::<12>());
        let until = sender.now.plus_ms(kept_s.saturating_mul(1000));
        let picture = Picture { app_key: sender.app.app_key.clone(), kind, until };
        // The id is new, so nothing is there that could stay.
        let _ = lock(&self.pictures).put(id.clone(), picture);
        Ok(reply::success(&json!({ wanted.answer_field: id })).at("saved"))
    }

    /// Whether a sender has a picture of this kind and id that is still kept.
    pub(super) fn has_picture(&self, sender: &Sender, kind: Kind, id: &str) -> bool {
        let pictures = lock(&self.pictures);
        pictures.get(&id.to_owned()).is_some_and(|picture| {
            picture.kind == kind && picture.app_key == sender.app.app_key && sender.now < picture.until
        })
    }
}

fn png_pixels(file: &[u8]) -> Option<(u32, u32)> {
    let header = file.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let pixels = header.get(8..16).filter(|_| header.get(4..8) == Some(b"IHDR"))?;
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes);
    Some((number(&pixels[..4])?, number(&pixels[4..])?))
}

/// Width and height stand in the first frame header among the segments.
fn jpeg_pixels(file: &[u8]) -> Option<(u32, u32)> {
    let mut rest = file.strip_prefix(b"\xff\xd8")?;
    loop {
        let (&[0xff, marker, high, low], _) = rest.split_first_chunk::<4>()? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let is_frame = matches!(marker, 0xc0..=0xcf) && ![0xc4, 0xc8, 0xcc].contains(&marker);
        if is_frame {
            let &[height_high, height_low, width_high, width_low] = rest.get(5..9)? else { return None };
            let number = |high, low| u32::from(u16::from_be_bytes([high, low]));
            return Some((number(width_high, width_low), number(height_high, height_low)));
        }
        rest = rest.get(2 + length.max(2)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_png_and_jpeg() {
        let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], &876_u32.to_be_bytes(), &324_u32.to_be_bytes()]
            .concat();
        assert_eq!(png_pixels(&png), Some((876, 324)));
        let jpeg = [
            &b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08"[..],
            &324_u16.to_be_bytes(),
            &876_u16.to_be_bytes(),
            b"\x01\0\0\0",
        ]
        .concat();
        assert_eq!(jpeg_pixels(&jpeg), Some((876, 324)));
        for end in 0..jpeg.len() - 5 {
            assert_eq!(jpeg_pixels(&jpeg[..end.min(14)]), None, "{end}");
        }
        assert_eq!((png_pixels(b"GIF89a"), jpeg_pixels(b"GIF89a")), (None, None));
    }
}
