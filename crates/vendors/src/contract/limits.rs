//! A vendor's limits, and texts made to fit them.

use std::time::Duration;

/// A vendor's limits, each in the vendor's own unit.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most targets in one job.
    pub batch: usize,
    /// Title.
    pub title: Length,
    /// Text.
    pub body: Length,
    /// The whole notification as rendered.
    pub payload: Length,
    /// `ext` (and `payload`) as the vendor counts them.
    pub ext: Length,
    /// Longest storage for an offline phone.
    pub lifetime: Duration,
    /// How fast even the smallest app may send; the lane's token bucket, which holds one second of it.
    pub rate: Rate,
    /// Fewest milliseconds before the whole request is given up on.
    pub answer_timeout: Duration,
}

/// How fast an app may send. No vendor tells the classes apart here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So many a second.
    pub per_second: u32,
    /// Of what.
    pub counts: Counts,
}

impl Rate {
    /// Of a vendor that counts targets.
    #[must_use]
    pub const fn of_targets(per_second: u32) -> Self {
        Self { per_second, counts: Counts::Targets }
    }
}

/// What a rate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Every phone, also those that share a request.
    Targets,
    /// Requests, whatever they carry.
    Requests,
}

/// A largest length with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The largest that is accepted.
    pub max: usize,
    /// What is counted.
    pub unit: Unit,
}

/// What a vendor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values.
    Chars,
    /// Bytes of UTF-8.
    Bytes,
    /// Code units of UTF-16.
    Utf16,
    /// Columns: ASCII counts one, any other character two.
    Columns,
}

/// Cuts a text to a limit on whole characters, with `…` as the last where anything was cut.
#[must_use]
pub fn truncate(text: &str, limit: Length) -> String {
    if measure(text, limit.unit) <= limit.max {
        return text.to_owned();
    }
    let ellipsis = '…';
    let room = limit.max.saturating_sub(measure_char(ellipsis, limit.unit));
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|&char| {
            used += measure_char(char, limit.unit);
            used <= room
        })
        .collect();
    if limit.max < measure_char(ellipsis, limit.unit) { kept } else { kept + "…" }
}

/// A text's length in a vendor's unit.
#[must_use]
pub fn measure(text: &str, unit: Unit) -> usize {
    match unit {
        Unit::Chars => text.chars().count(),
        Unit::Bytes => text.len(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Columns => text.chars().map(columns).sum(),
    }
}

const fn measure_char(char: char, unit: Unit) -> usize {
    match unit {
        Unit::Chars => 1,
        Unit::Bytes => char.len_utf8(),
        Unit::Utf16 => char.len_utf16(),
        Unit::Columns => columns(char),
    }
}

const fn columns(char: char) -> usize {
    if char.is_ascii() { 1 } else { 2 }
}
