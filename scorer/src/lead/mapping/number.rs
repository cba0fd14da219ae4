//! Numbers as people and programs of different countries write them. The decimal sign is decided for a column as a whole.

use serde::{Deserialize, Serialize};

/// Currency signs and codes around a number; compared in upper case.
const CURRENCIES: [&str; 22] = [
    "€", "$", "£", "¥", "₹", "EUROS", "EURO", "EUR", "USD", "GBP", "CHF", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN",
    "JPY", "BRL", "R$", "US$", "KR",
];

/// Decimal sign of the numbers of a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DecimalSign {
    /// No number of the column shows it. A point is then decimal, and a comma between groups of three digits is not.
    #[default]
    Undecided,
    /// As in 1,250.5.
    Point,
    /// As in 1.250,5.
    Comma,
    /// Both, so that each number is read by itself, and those with two readings are not read.
    Mixed,
}

/// Readings of a number with each decimal sign.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Number {
    /// Normalized digits when a point is the decimal sign.
    point: Option<String>,
    /// Normalized digits when a comma is the decimal sign.
    comma: Option<String>,
    /// True when a percent sign follows.
    pub(super) is_percent: bool,
}

impl Number {
    /// Reads a cell: sign, digits with separators, and a currency or percent sign.
    pub(super) fn parse(cell: &str) -> Self {
        let Some((negative, body, is_percent)) = bare(cell) else { return Number::default() };
        let sign = if negative { "-" } else { "" };
        let read = |decimal| Some(format!("{sign}{}", digits(body, decimal)?));
        Number { point: read('.'), comma: read(','), is_percent }
    }

    /// Decimal sign that the cell proves; `None` when it fits both or is no number.
    fn evidence(&self) -> Option<DecimalSign> {
        match (&self.point, &self.comma) {
            (Some(_), None) => Some(DecimalSign::Point),
            (None, Some(_)) => Some(DecimalSign::Comma),
            _ => None,
        }
    }

    /// True when both decimal signs give a number, and not the same one.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.point.is_some() && self.comma.is_some() && self.point != self.comma
    }

    /// True when a decimal sign gives a number.
    pub(super) fn is_number(&self) -> bool {
        self.point.is_some() || self.comma.is_some()
    }

    /// Digits with a decimal point, as read in a column with this decimal sign.
    pub(super) fn digits(&self, decimal: DecimalSign) -> Option<&str> {
        match decimal {
            DecimalSign::Point => self.point.as_deref(),
            DecimalSign::Comma => self.comma.as_deref(),
            DecimalSign::Mixed if self.is_ambiguous() => None,
            DecimalSign::Undecided | DecimalSign::Mixed => self.point.as_deref().or(self.comma.as_deref()),
        }
    }
}

impl DecimalSign {
    /// Sign of a column with these cells.
    pub(super) fn detect<'n>(numbers: impl IntoIterator<Item = &'n Number>) -> Self {
        numbers.into_iter().filter_map(Number::evidence).fold(DecimalSign::Undecided, DecimalSign::and)
    }

    /// Sign of two groups of cells together.
    pub(super) fn and(self, other: DecimalSign) -> DecimalSign {
        match (self, other) {
            (DecimalSign::Undecided, sign) | (sign, DecimalSign::Undecided) => sign,
            (one, other) if one == other => one,
            _ => DecimalSign::Mixed,
        }
    }
}

/// Sign, digits with separators, and percent flag; `None` when there is anything else.
fn bare(cell: &str) -> Option<(bool, &str, bool)> {
    let mut text = cell.trim();
    let in_brackets = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let mut negative = in_brackets.is_some();
    text = in_brackets.unwrap_or(text);
    let (mut is_percent, mut has_sign) = (false, negative);
    // Each mark stands once at most: the sign, a currency and a percent sign, in any order and on either side.
    for _ in 0..3 {
        text = text.trim();
        if let Some(rest) = text.strip_suffix('%').or_else(|| text.strip_prefix('%')).filter(|_| !is_percent) {
            (text, is_percent) = (rest, true);
        } else if let Some((rest, minus)) = without_sign(text).filter(|_| !has_sign) {
            (text, negative, has_sign) = (rest, minus, true);
        } else if let Some(rest) = without_currency(text) {
            text = rest;
        }
    }
    let text = text.trim();
    text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '.' | ','))
        .then_some((negative, text, is_percent))
}

/// Text without its sign, and whether that is a minus; accountants write it at the end.
fn without_sign(text: &str) -> Option<(&str, bool)> {
    let minus = ['-', '−', '–'];
    let leading = text.strip_prefix(minus).map(|rest| (rest, true));
    let leading = leading.or_else(|| text.strip_prefix('+').map(|rest| (rest, false)));
    leading.or_else(|| text.strip_suffix(minus).map(|rest| (rest, true)))
}

fn without_currency(text: &str) -> Option<&str> {
    let find = |currency: &&str| {
        let length = currency.len();
        let same = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case(currency));
        if same(text.get(..length)) {
            return text.get(length..);
        }
        let split = text.len().checked_sub(length)?;
        same(text.get(split..)).then(|| text.get(..split)).flatten()
    };
    CURRENCIES.iter().find_map(find)
}

/// Digits with a decimal point and without groups of thousands; `None` when the text is no number with this decimal sign.
fn digits(text: &str, decimal: char) -> Option<String> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], &text[at..]),
        None => (text, ""),
    };
    let (whole, fraction) = mantissa.split_once(decimal).unwrap_or((mantissa, ""));
    let whole = ungrouped(whole, if decimal == '.' { ',' } else { '.' })?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { &whole };
    let point = if fraction.is_empty() { "" } else { "." };
    let number = format!("{whole}{point}{fraction}{exponent}");
    number.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| number)
}

/// Digits without separators of thousands: all the same sign, and groups of three digits behind the first.
fn ungrouped(whole: &str, thousands: char) -> Option<String> {
    let is_space = |sign: char| matches!(sign, ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}');
    let is_separator = |sign: char| sign == thousands || matches!(sign, '\'' | '’') || is_space(sign);
    let Some(first_separator) = whole.chars().find(|sign| is_separator(*sign)) else {
        return whole.bytes().all(|byte| byte.is_ascii_digit()).then(|| whole.to_owned());
    };
    let same = |sign: char| sign == first_separator || (is_space(sign) && is_space(first_separator));
    let mut groups = whole.split(same);
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()) && is_digits(first))?;
    let rest_fits = groups.all(|group| group.len() == 3 && is_digits(group));
    // A number does not begin with zero and goes on with thousands.
    (rest_fits && !first.starts_with('0')).then(|| whole.chars().filter(|sign| !same(*sign)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(cell: &str, decimal: DecimalSign) -> Option<f64> {
        Number::parse(cell).digits(decimal).map(|digits| digits.parse().unwrap())
    }

    fn detect(cells: &[&str]) -> DecimalSign {
        let numbers: Vec<Number> = cells.iter().map(|cell| Number::parse(cell)).collect();
        DecimalSign::detect(&numbers)
    }

    #[test]
    fn numbers_of_all_countries_are_read() {
        use DecimalSign::{Comma, Point, Undecided};
        for (cell, sign, expected) in [
            ("75", Undecided, 75.0),
            ("0,5", Undecided, 0.5),
            ("1.234,5", Undecided, 1234.5),
            ("1,234.5", Undecided, 1234.5),
            ("1 234", Undecided, 1234.0),
            ("1\u{202f}250,5", Comma, 1250.5),
            ("1'250.50", Point, 1250.5),
            ("1’250", Point, 1250.0),
            ("1,234", Undecided, 1234.0),
            ("1.250", Undecided, 1.25),
            ("1.250", Comma, 1250.0),
            ("1.250", Point, 1.25),
            ("1.250.000", Undecided, 1_250_000.0),
            ("733480,00", Comma, 733_480.0),
            ("-733480,00", Comma, -733_480.0),
            ("1 250,50 €", Comma, 1250.5),
            ("$1,250.50", Point, 1250.5),
            ("-$5", Point, -5.0),
            ("EUR 1.250,50", Comma, 1250.5),
            ("(1,250.50)", Point, -1250.5),
            ("12-", Undecided, -12.0),
            ("−3", Undecided, -3.0),
            ("1.5e3", Undecided, 1500.0),
            (".5", Undecided, 0.5),
            ("5.", Undecided, 5.0),
        ] {
            assert_eq!(number(cell, sign), Some(expected), "{cell}");
        }
        assert!(Number::parse("75 %").is_percent && Number::parse("%75").is_percent);
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for cell in
            ["", "-", "abc", "1,2,3", "12 34", "1-2", "5 apples", "1e", "e5", "1.2.3", "€", "%", "--5", "1,,000", "inf"]
        {
            assert!(!Number::parse(cell).is_number(), "{cell}");
        }
        assert_eq!(number("0.750", DecimalSign::Comma), None);
    }

    #[test]
    fn decimal_sign_is_decided_by_the_column() {
        assert_eq!(detect(&["1.250", "12.500", "125", "1.250.000"]), DecimalSign::Comma);
        assert_eq!(detect(&["1.250", "0.5"]), DecimalSign::Point);
        assert_eq!(detect(&["1250,5", "1 250,5", "1.250,5", "0,75"]), DecimalSign::Comma);
        assert_eq!(detect(&["1,250", "12"]), DecimalSign::Undecided);
        assert_eq!(detect(&["0,5", "0.5"]), DecimalSign::Mixed);
        assert!(Number::parse("1.250").is_ambiguous() && !Number::parse("125").is_ambiguous());
        assert_eq!(number("1.250", DecimalSign::Mixed), None);
        assert_eq!(number("0,5", DecimalSign::Mixed), Some(0.5));
    }

    /// A number written with this decimal sign and separator of thousands.
    fn written(value: i64, decimals: u32, decimal: char, thousands: &str) -> String {
        let scale = 10_i64.pow(decimals);
        let (whole, fraction) = ((value / scale).abs().to_string(), (value % scale).abs());
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                grouped.push_str(thousands);
            }
            grouped.push(digit);
        }
        let sign = if value < 0 { "-" } else { "" };
        let fraction = if decimals > 0 {
            format!("{decimal}{fraction:0width$}", width = decimals as usize)
        } else {
            String::new()
        };
        format!("{sign}{grouped}{fraction}")
    }

    proptest! {
        #[test]
        fn a_column_in_any_notation_has_the_same_numbers(
            values in prop::collection::vec(-99_999_999_i64..99_999_999, 1..20),
            notation in prop::sample::select(vec![('.', ","), ('.', " "), ('.', "'"), ('.', ""), (',', "."), (',', "\u{202f}"), (',', "")]),
            suffix in prop::sample::select(vec!["", " €", " $", "EUR"]),
        ) {
            let (decimal, thousands) = notation;
            let cells: Vec<String> =
                values.iter().map(|value| written(*value, 2, decimal, thousands) + suffix).collect();
            let numbers: Vec<Number> = cells.iter().map(|cell| Number::parse(cell)).collect();
            let sign = DecimalSign::detect(&numbers);
            prop_assert_eq!(sign, if decimal == '.' { DecimalSign::Point } else { DecimalSign::Comma });
            for (value, number) in values.iter().zip(&numbers) {
                let plain: f64 = written(*value, 2, '.', "").parse().unwrap();
                prop_assert_eq!(number.digits(sign).map(|digits| digits.parse::<f64>().unwrap()), Some(plain));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
            let number = Number::parse(&text);
            for sign in [DecimalSign::Undecided, DecimalSign::Point, DecimalSign::Comma, DecimalSign::Mixed] {
                prop_assert!(number.digits(sign).is_none_or(|digits| digits.parse::<f64>().is_ok_and(f64::is_finite)));
            }
        }
    }
}
