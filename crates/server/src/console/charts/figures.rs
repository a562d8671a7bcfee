//! Numbers as people read them.

use crate::console::words::Lang;

/// Groups of three: `12,345`.
pub(in crate::console) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::from(if number < 0 { "−" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Short, for an axis: `45k`, `1.5M`, `4.5 万`.
pub(in crate::console) fn compact(lang: Lang, number: i64) -> String {
    let steps = match lang {
        Lang::En => [(1_000_000_000, "B"), (1_000_000, "M"), (1000, "k")].as_slice(),
        Lang::Zh => &[(100_000_000, " 亿"), (10_000, " 万")],
    };
    let found = steps.iter().find(|(unit, _)| number >= *unit);
    let Some((unit, word)) = found else { return grouped(number) };
    let tenths = number / (unit / 10);
    match tenths % 10 {
        0 => format!("{}{word}", grouped(tenths / 10)),
        tenth => format!("{}.{tenth}{word}", grouped(tenths / 10)),
    }
}

/// How many of a thousand, rounded; `None` of nothing.
pub(in crate::console) fn per_mille(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| part.saturating_mul(1000).saturating_add(whole / 2) / whole)
}

/// A part of a whole in percent: never 100 where something is missing, never 0 where something is there. `None` of
/// nothing.
pub(in crate::console) fn rate(part: i64, whole: i64) -> Option<String> {
    let tenths = per_mille(part, whole)?;
    Some(match tenths {
        0 if part > 0 => "<0.1%".to_owned(),
        1000 if part < whole => ">99.9%".to_owned(),
        _ if tenths % 10 == 0 => format!("{}%", tenths / 10),
        _ => format!("{}.{}%", tenths / 10, tenths % 10),
    })
}

#[cfg(test)]
mod tests {
    use super::{compact, grouped, rate};
    use crate::console::words::Lang;

    #[test]
    fn numbers_are_grouped_and_shortened_as_the_language_does() {
        let read: Vec<String> = [0, 999, 1000, 1_234_567, -12_345].map(grouped).into();
        assert_eq!(read, ["0", "999", "1,000", "1,234,567", "−12,345"]);
        let en: Vec<String> = [500, 1500, 20_000, 2_500_000].map(|number| compact(Lang::En, number)).into();
        assert_eq!(en, ["500", "1.5k", "20k", "2.5M"]);
        let zh: Vec<String> = [5000, 15_000, 2_500_000].map(|number| compact(Lang::Zh, number)).into();
        assert_eq!(zh, ["5,000", "1.5 万", "250 万"]);
    }

    #[test]
    fn a_rate_is_whole_only_where_nothing_is_missing() {
        let read = |part, whole| rate(part, whole).unwrap_or_default();
        assert_eq!([read(1, 3), read(1, 2), read(9, 9)], ["33.3%", "50%", "100%"]);
        assert_eq!([read(1, 100_000), read(99_999, 100_000), read(0, 7)], ["<0.1%", ">99.9%", "0%"]);
        assert_eq!(rate(0, 0), None);
    }
}
