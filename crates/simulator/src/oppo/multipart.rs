//! The parts of a `multipart/form-data` body.

/// Parts that are looked at.
const PARTS_MAX: usize = 32;

/// One part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Its field name.
    pub(super) name: String,
    /// Whether it is a file.
    pub(super) is_file: bool,
    pub(super) content: &'a [u8],
}

/// The boundary that a media type names.
pub(super) fn boundary(media_type: &str) -> Option<&str> {
    let (_, rest) = media_type.split_once("boundary=")?;
    let boundary = rest.split(';').next().unwrap_or_default().trim().trim_matches('"');
    (!boundary.is_empty()).then_some(boundary)
}

/// The parts of a body. What does not follow the form is left out.
pub(super) fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<Part<'a>> {
    let delimiter = format!("--{boundary}");
    let mut pieces = Pieces { rest: Some(body), delimiter: delimiter.as_bytes() };
    // What stands before the first delimiter is no part.
    pieces.next();
    pieces.filter_map(part).take(PARTS_MAX).collect()
}

struct Pieces<'a, 'd> {
    rest: Option<&'a [u8]>,
    delimiter: &'d [u8],
}

impl<'a> Iterator for Pieces<'a, '_> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        match find(rest, self.delimiter) {
            Some(at) => {
                self.rest = Some(&rest[at + self.delimiter.len()..]);
                Some(&rest[..at])
            }
            None => Some(rest),
        }
    }
}

fn part(piece: &[u8]) -> Option<Part<'_>> {
    let piece = piece.strip_prefix(b"\r\n")?;
    let at = find(piece, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&piece[..at]).ok()?;
    let content = piece[at + 4..].strip_suffix(b"\r\n")?;
    let disposition = head
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find_map(|(name, value)| name.eq_ignore_ascii_case("content-disposition").then_some(value))?;
    let of = |wanted: &str| {
        disposition.split(';').filter_map(|member| member.split_once('=')).find_map(|(name, value)| {
            (name.trim() == wanted).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    Some(Part { name: of("name")?, is_file: of("filename").is_some(), content })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_are_told_apart() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"picture_ttl\"\r\n\r\n60\r\n--b\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\
            \x00\r\n\x01\r\n--b--\r\n";
        let parts = parts(body, boundary("multipart/form-data; boundary=\"b\"").unwrap());
        let field = Part { name: "picture_ttl".to_owned(), is_file: false, content: &b"60"[..] };
        let file = Part { name: "file".to_owned(), is_file: true, content: &b"\x00\r\n\x01"[..] };
        assert_eq!(parts, [field, file]);
    }
}
