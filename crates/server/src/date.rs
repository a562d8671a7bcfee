//! The date of an answer (RFC 9110, 6.6.1), written once a second by each thread that answers.

use std::cell::RefCell;

use http::HeaderValue;
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};

thread_local! {
    static WRITTEN: RefCell<Option<(i64, HeaderValue)>> = const { RefCell::new(None) };
}

/// The value of `Date` for an answer that leaves now, by the system's clock.
pub(crate) fn date_now() -> Option<HeaderValue> {
    date_at(Timestamp::now().as_second())
}

/// The value of `Date` for an answer that leaves at this second; `None` where there is no such date.
fn date_at(unix_s: i64) -> Option<HeaderValue> {
    WRITTEN.with_borrow_mut(|written| {
        if let Some((_, value)) = written.as_ref().filter(|(second, _)| *second == unix_s) {
            return Some(value.clone());
        }
        let moment = Timestamp::from_second(unix_s).ok()?;
        let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).ok()?;
        let value = HeaderValue::try_from(text).ok()?;
        *written = Some((unix_s, value.clone()));
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_that_of_its_second() {
        let date = |unix_s| date_at(unix_s).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(date(784_111_777).as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(date(784_111_777).as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(date(784_111_778).as_deref(), Some("Sun, 06 Nov 1994 08:49:38 GMT"));
        assert_eq!(date(i64::MAX), None);
    }
}
