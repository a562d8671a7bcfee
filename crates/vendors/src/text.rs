//! Texts inside JSON: how long they are there, and cutting them to the room that is left.

/// Cuts a text to so many bytes of JSON on whole characters, with `…` as the last where anything was cut; `None`
/// where not even that has room.
pub(crate) fn fit_json(text: &str, room_bytes: usize) -> Option<String> {
    if json_len(text) <= room_bytes {
        return Some(text.to_owned());
    }
    let room = room_bytes.checked_sub('…'.len_utf8())?;
    let mut used = 0;
    let kept = text.chars().take_while(|&char| {
        used += json_char_len(char);
        used <= room
    });
    Some(kept.chain(['…']).collect())
}

/// How many bytes a text takes inside a JSON string.
pub(crate) fn json_len(text: &str) -> usize {
    text.chars().map(json_char_len).sum()
}

const fn json_char_len(char: char) -> usize {
    match char {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => char.len_utf8(),
    }
}
