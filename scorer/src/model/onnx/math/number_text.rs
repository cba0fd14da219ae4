//! Number formatting and parsing, as C's `%.8g`, `strtod` and `strtoll`.

use tract_onnx::prelude::TractResult;
use tract_onnx::tract_core::internal::*;

/// Formats with at most eight significant digits.
pub(super) fn format_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "INF" } else { "-INF" }.to_owned();
    }
    let scientific = format!("{value:.7e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..8).contains(&exponent) {
        let decimals = usize::try_from(7 - exponent).unwrap_or(0);
        return trim_zeros(&format!("{value:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trim_zeros(digits), exponent.abs())
}

fn trim_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// Parses the number that a string starts with.
pub(super) fn parse_float(text: &str) -> TractResult<f64> {
    let text = text.trim_ascii_start();
    let (sign, rest) = split_sign(text);
    let lower: String = rest.chars().take(3).map(|letter| letter.to_ascii_lowercase()).collect();
    match lower.as_str() {
        "inf" => return Ok(sign * f64::INFINITY),
        "nan" => return Ok(f64::NAN),
        _ => {}
    }
    ensure!(!rest.starts_with("0x") && !rest.starts_with("0X"), "{text:?} is a number of base 16");
    let number = &rest[..number_length(rest)];
    let value: f64 = number.parse().with_context(|| format!("{text:?} is no number"))?;
    ensure!(value.is_finite() && (value == 0.0 || value.is_normal()), "{text:?} is out of range");
    ensure!(value != 0.0 || !has_nonzero_digit(number), "{text:?} is out of range");
    Ok(sign * value)
}

fn split_sign(text: &str) -> (f64, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// True when the digits before the exponent are not all 0.
fn has_nonzero_digit(number: &str) -> bool {
    number.split(['e', 'E']).next().is_some_and(|digits| digits.contains(|letter: char| ('1'..='9').contains(&letter)))
}

/// Length in bytes of the unsigned decimal number that a string starts with.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let integer_digits = digits(text);
    let mut length = integer_digits;
    if text[length..].starts_with('.') {
        let fraction_digits = digits(&text[length + 1..]);
        if integer_digits + fraction_digits > 0 {
            length += 1 + fraction_digits;
        }
    }
    if length > 0 && text[length..].starts_with(['e', 'E']) {
        let exponent = &text[length + 1..];
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let count = digits(&exponent[sign..]);
        if count > 0 {
            length += 1 + sign + count;
        }
    }
    length
}

/// Parses the integer that a string starts with.
pub(super) fn parse_integer(text: &str) -> TractResult<i64> {
    let text = text.trim_ascii_start();
    let sign = usize::from(text.starts_with(['+', '-']));
    let count = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    text[..sign + count].parse().with_context(|| format!("{text:?} is no whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_formatted_as_in_c() {
        let inputs =
            [0.1, f64::from(1.0_f32 / 3.0), 123_456_789.0, 1e20, 100_000.0, 1e7, 1e8, -0.0, 1e-5, 0.000_123_45, 0.0];
        let expected = [
            "0.1",
            "0.33333334",
            "1.2345679e+08",
            "1e+20",
            "100000",
            "10000000",
            "1e+08",
            "-0",
            "1e-05",
            "0.00012345",
            "0",
        ];
        assert_eq!(inputs.map(format_float), expected);
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(format_float), ["NaN", "INF", "-INF"]);
    }

    #[test]
    fn numeric_prefixes_are_parsed() {
        let inputs = ["1.5", " 1.5 ", "1e3", "1.5abc", "-.5", "5.", "+3", "1e", "1,5", "-INF", "1e-50"];
        let expected = [1.5, 1.5, 1000.0, 1.5, -0.5, 5.0, 3.0, 1.0, 1.0, f64::NEG_INFINITY, 1e-50];
        assert_eq!(inputs.map(|text| parse_float(text).unwrap()), expected);
        assert!(parse_float("nan").unwrap().is_nan());
        for wrong in ["", "  ", "abc", ".", "0x10", "1e400", "1e-400", "\u{661}"] {
            assert!(parse_float(wrong).is_err(), "{wrong}");
        }
        assert_eq!(["12", " -7x", "+3.9"].map(|text| parse_integer(text).unwrap()), [12, -7, 3]);
        assert!(
            parse_integer("").is_err() && parse_integer("x").is_err() && parse_integer("99999999999999999999").is_err()
        );
    }
}
