//! A bar: how much of the whole.

use super::{FULL, figures::per_mille};

/// A bar of [`FULL`] units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) struct Bar {
    pub(in crate::console) length: i64,
}

impl Bar {
    /// What is there at all is seen, however little it is.
    pub(in crate::console) fn of(part: i64, whole: i64) -> Self {
        let length = per_mille(part, whole).unwrap_or(0).clamp(0, FULL);
        Self { length: if part > 0 { length.max(4) } else { 0 } }
    }
}

#[cfg(test)]
mod tests {
    use super::Bar;

    #[test]
    fn a_bar_shows_what_is_there_and_never_more_than_the_whole() {
        let length = |part, whole| Bar::of(part, whole).length;
        assert_eq!((length(1, 2), length(3, 2), length(0, 9), length(5, 0)), (500, 1000, 0, 4));
        assert_eq!(length(1, 1_000_000), 4);
    }
}
