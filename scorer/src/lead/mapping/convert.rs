//! Converts exported cells to the contract's values: company sizes and types, years, numbers with separators, levels.
//!
//! A cell that is not recognized stays as it is.

use super::cell_format::CellFormat;
use super::company_size::{company_size, insee_size};
use super::company_type::company_type;
use super::name::normalize_name;
use super::number::{DecimalSign, Number};
use super::year::year;
use crate::lead::schema::{Field, FieldKind};
use std::borrow::Cow;

/// Result of a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversion<'a> {
    /// Value of the contract.
    Recognized(Cow<'a, str>),
    /// Value of the contract by one of two readings of a number.
    Ambiguous(Cow<'a, str>),
    /// The cell, unchanged.
    Unrecognized(&'a str),
}

/// Converts a cell for a field, in a column of this notation.
pub fn convert<'a>(cell: &'a str, field: &Field, format: CellFormat) -> Conversion<'a> {
    let trimmed = cell.trim();
    if trimmed.is_empty() {
        return Conversion::Recognized(Cow::Borrowed(""));
    }
    let recognized: Option<Cow<'a, str>> = match (&field.kind, field.name.as_str()) {
        (_, "companysize") if format.insee_codes => insee_size(trimmed).map(Cow::Borrowed),
        (_, "companysize") => company_size(trimmed).map(Cow::Borrowed),
        (_, "companytype") => company_type(trimmed).map(Cow::Borrowed),
        (_, "companyfoundedon") => year(trimmed).map(|year| Cow::Owned(year.to_string())),
        (FieldKind::Category { levels }, _) => levels
            .iter()
            .find(|level| normalize_name(level) == normalize_name(trimmed))
            .map(|level| Cow::Borrowed(*level)),
        (FieldKind::Integer { .. } | FieldKind::Number { .. }, _) => return number(cell, trimmed, field, format),
        (FieldKind::Text { .. }, _) => Some(Cow::Borrowed(trimmed)),
    };
    recognized.map_or(Conversion::Unrecognized(cell), Conversion::Recognized)
}

fn number<'a>(cell: &'a str, trimmed: &'a str, field: &Field, format: CellFormat) -> Conversion<'a> {
    if !format.fractions && is_plain(trimmed) {
        return Conversion::Recognized(Cow::Borrowed(trimmed));
    }
    let number = Number::parse(trimmed);
    let Some(digits) = number.digits(format.decimal) else { return Conversion::Unrecognized(cell) };
    let text = match scale(field, format, number.is_percent) {
        "" => Cow::Owned(digits.to_owned()),
        exponent => match format!("{digits}{exponent}").parse::<f64>() {
            Ok(scaled) => Cow::Owned(scaled.to_string()),
            Err(_) => return Conversion::Unrecognized(cell),
        },
    };
    let is_undecided = format.decimal == DecimalSign::Undecided && number.is_ambiguous();
    if is_undecided { Conversion::Ambiguous(text) } else { Conversion::Recognized(text) }
}

/// True for an integer without separators, which every notation writes alike.
fn is_plain(text: &str) -> bool {
    text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit()) && text != "-"
}

/// Exponent that a number is scaled by: percents are fractions of 1, but for a field whose values go to 100.
fn scale(field: &Field, format: CellFormat, is_percent: bool) -> &'static str {
    let max = match field.kind {
        FieldKind::Integer { max, .. } | FieldKind::Number { range: Some((_, max)) } => max,
        _ => 1.0,
    };
    match (is_percent, format.fractions) {
        (true, _) if max <= 1.0 => "e-2",
        (false, true) => "e2",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::schema::Schema;

    fn converted_in(field: &str, cell: &str, format: CellFormat) -> Option<String> {
        let schema = Schema::leads().with_numbers(["revenue"]);
        let field = &schema.fields()[schema.position(field).unwrap()];
        match convert(cell, field, format) {
            Conversion::Recognized(text) | Conversion::Ambiguous(text) => Some(text.into_owned()),
            Conversion::Unrecognized(text) => {
                assert_eq!(text, cell);
                None
            }
        }
    }

    fn converted(field: &str, cell: &str) -> Option<String> {
        converted_in(field, cell, CellFormat::default())
    }

    #[test]
    fn values_of_each_field_are_converted() {
        assert_eq!(converted("companysize", "de 201 à 500 salariés").as_deref(), Some("201-500"));
        assert_eq!(converted("companysize", "  ").as_deref(), Some(""));
        assert_eq!(converted("companysize", "large"), None);
        assert_eq!(converted("companysize", "53").as_deref(), Some("51-200"));
        let codes = CellFormat { insee_codes: true, ..CellFormat::default() };
        assert_eq!(converted_in("companysize", "53", codes).as_deref(), Some("10001+"));
        assert_eq!(converted_in("companysize", "54", codes), None);
        assert_eq!(converted("companytype", "privately held").as_deref(), Some("Privately Held"));
        assert_eq!(converted("companyfoundedon", "01/06/2015").as_deref(), Some("2015"));
        assert_eq!(converted("companyfoundedon", "2015 / 2016"), None);
        assert_eq!(converted("llm_seniority", "c-level").as_deref(), Some("C-Level"));
        assert_eq!(converted("jobtitle", "  CTO ").as_deref(), Some("CTO"));
    }

    #[test]
    fn numbers_are_converted_in_the_notation_of_their_column() {
        for (cell, number) in [
            ("75", "75"),
            ("-3", "-3"),
            ("0,5", "0.5"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("1 234", "1234"),
            ("75 %", "75"),
            ("1,234", "1234"),
        ] {
            assert_eq!(converted("llm_quality", cell).as_deref(), Some(number), "{cell}");
        }
        assert_eq!(converted("llm_quality", "1,2,3"), None);
        let comma = CellFormat { decimal: DecimalSign::Comma, ..CellFormat::default() };
        assert_eq!(converted_in("revenue", "1.250", comma).as_deref(), Some("1250"));
        assert_eq!(converted_in("revenue", "1.250", CellFormat::default()).as_deref(), Some("1.250"));
    }

    #[test]
    fn percents_and_fractions_have_the_scale_of_their_field() {
        assert_eq!(converted("llm_engagement", "75 %").as_deref(), Some("0.75"));
        assert_eq!(converted("llm_engagement", "29,3 %").as_deref(), Some("0.293"));
        assert_eq!(converted("revenue", "75%").as_deref(), Some("0.75"));
        let fractions = CellFormat { fractions: true, ..CellFormat::default() };
        for (cell, percent) in [("0.29", "29"), ("1", "100"), ("0", "0"), ("0,5", "50"), ("7 %", "7")] {
            assert_eq!(converted_in("llm_quality", cell, fractions).as_deref(), Some(percent), "{cell}");
        }
    }

    #[test]
    fn ambiguous_numbers_are_reported() {
        let schema = Schema::leads();
        let quality = &schema.fields()[schema.position("llm_quality").unwrap()];
        let is_ambiguous = |cell| matches!(convert(cell, quality, CellFormat::default()), Conversion::Ambiguous(_));
        assert!(is_ambiguous("1.250") && is_ambiguous("1,250"));
        assert!(!is_ambiguous("1250") && !is_ambiguous("1.250.000") && !is_ambiguous("0.250"));
    }
}
