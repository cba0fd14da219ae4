//! Number formats, in English.

pub(super) use crate::insight::label::count;

use crate::insight::quality::Estimate;

/// Placeholder of a missing value.
pub(super) const NONE: &str = "–";

/// Formats a count with its noun: `1 row`, `2 rows`.
pub(super) fn counted(number: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", count(number), if number == 1 { singular } else { plural })
}

/// Formats a share: `31 %`, below a tenth `3.4 %`, below a thousandth `< 0.1 %`.
pub(super) fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.001 {
        return "< 0.1 %".to_owned();
    }
    if share > 0.0 && share < 0.0995 { format!("{:.1} %", share * 100.0) } else { format!("{:.0} %", share * 100.0) }
}

/// Formats a share on an axis without losing digits: `12.5 %`.
pub(super) fn percent_exactly(share: f64) -> String {
    format!("{} %", significant(share * 100.0))
}

/// Formats a share, or [`NONE`].
pub(super) fn percent_or_none(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), percent)
}

/// Formats a p-value: `p = 0.003`, `p < 0.001`.
pub(super) fn p_value(value: f64) -> String {
    if value < 0.001 { "p < 0.001".to_owned() } else { format!("p = {value:.3}") }
}

/// Formats milliseconds: `0.0084 ms`, `12.3 ms`, `340 ms`.
pub(super) fn ms(value: f64) -> String {
    format!("{} ms", significant(value))
}

/// Formats a number with at most three significant digits: `0.0123`, `1,250`, `0.5`, `1.2e-5`.
pub(super) fn significant(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e7).contains(&magnitude) {
        return format!("{value:.1e}");
    }
    if magnitude >= 1_000.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", count(magnitude.round() as u64));
    }
    let places = if magnitude >= 100.0 {
        0
    } else if magnitude >= 10.0 {
        1
    } else if magnitude >= 1.0 {
        2
    } else if magnitude >= 0.1 {
        3
    } else {
        4
    };
    let text = format!("{value:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.to_owned()
}

/// Formats a number with three decimal places, or [`NONE`].
pub(super) fn three_places(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{value:.3}"))
}

/// Formats a share with its interval: `65 % (43 to 82)`.
pub(super) fn percent_with_interval(estimate: Estimate) -> String {
    format!("{:.0} % ({:.0} to {:.0})", estimate.value * 100.0, estimate.low * 100.0, estimate.high * 100.0)
}

/// Formats a number with its interval: `0.642 (0.581 to 0.703)`.
pub(super) fn with_interval(estimate: Estimate) -> String {
    format!("{:.3} ({:.3} to {:.3})", estimate.value, estimate.low, estimate.high)
}

/// Shortens a text in the middle, since names of columns often begin alike.
pub(super) fn ellipsize(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let (first, last) = (most / 2, most.saturating_sub(most / 2 + 1));
    let begin = text.chars().take(first);
    let end = text.chars().skip(text.chars().count() - last);
    begin.chain(std::iter::once('…')).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_formatted_by_magnitude() {
        let shares = [0.0, 0.0004, 0.0342, 0.0999, 0.314, 1.0].map(percent);
        assert_eq!(shares, ["0 %", "< 0.1 %", "3.4 %", "10 %", "31 %", "100 %"]);
        assert_eq!([0.0, 0.0031, 0.42].map(p_value), ["p < 0.001", "p = 0.003", "p = 0.420"]);
        assert_eq!([0.0084, 0.423, 12.34, 340.2].map(ms), ["0.0084 ms", "0.423 ms", "12.3 ms", "340 ms"]);
        assert_eq!([0.125, 0.5, 1.0].map(percent_exactly), ["12.5 %", "50 %", "100 %"]);
        let numbers = [0.0, 0.5, 0.01234, 1.25, 12.5, 123.4, 1_250.0, -2_010.0, 1e12, -1.2e-5].map(significant);
        assert_eq!(numbers, ["0", "0.5", "0.0123", "1.25", "12.5", "123", "1,250", "-2,010", "1.0e12", "-1.2e-5"]);
        assert_eq!((ellipsize("abc", 3), ellipsize("abcdé", 4)), ("abc".to_owned(), "ab…é".to_owned()));
        assert_eq!((counted(1, "row", "rows"), counted(0, "row", "rows")), ("1 row".to_owned(), "0 rows".to_owned()));
    }
}
