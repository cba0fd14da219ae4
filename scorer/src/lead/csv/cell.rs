//! Sets a field of a lead to a cell: by the letter of the contract, or converted.

use crate::lead::mapping::{CellFormat, Conversion, DecimalSign, convert};
use crate::lead::schema::Field;
use crate::lead::{Lead, RawValue, Value, ValueError};
use std::borrow::Cow;

/// Words for a missing number, as spreadsheets and data tools write them.
const MISSING_NUMBER: [&str; 5] = ["nan", "na", "n/a", "null", "none"];

/// Length limit of a quoted cell in a message, in characters.
const SHOWN_CHARS: usize = 40;

/// Outcome of a cell that is no reject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellStatus {
    Read,
    /// One of two readings of a number.
    Ambiguous,
    Unrecognized,
}

/// Sets the key.
pub(super) fn set_key(cell: &str, key: &Field, lead: &mut Lead) -> Result<(), ValueError> {
    if let Value::Text(key) = key.check(raw_value(cell, key))? {
        lead.set_key(Some(key));
    }
    Ok(())
}

/// Sets a field to a cell by the letter of the contract.
pub(super) fn set_exact(
    cell: &str,
    field: &Field,
    (index, lead): (usize, &mut Lead),
) -> Result<CellStatus, ValueError> {
    lead.set(index, field.check(raw_value(cell, field))?);
    Ok(CellStatus::Read)
}

/// Sets a number by the letter of the contract, unless it rejects the cell or the column has another notation: then the
/// cell is converted.
pub(super) fn set_number(
    cell: &str,
    field: &Field,
    format: CellFormat,
    (index, lead): (usize, &mut Lead),
) -> Result<CellStatus, ValueError> {
    let exact = field.check(raw_value(cell, field));
    let is_other = format.fractions || format.decimal == DecimalSign::Comma;
    if let (Ok(value), false) = (&exact, is_other) {
        lead.set(index, *value);
        // Three digits behind a point may be thousands in a column that shows no decimal sign.
        let has_thousands = || cell.trim().rfind('.').is_some_and(|at| cell.trim().len() == at + 4);
        let may_be_ambiguous = format.decimal == DecimalSign::Undecided && has_thousands();
        let is_ambiguous = may_be_ambiguous && matches!(convert(cell, field, format), Conversion::Ambiguous(_));
        return Ok(if is_ambiguous { CellStatus::Ambiguous } else { CellStatus::Read });
    }
    match (exact, set_converted(cell, field, format, (index, lead))?) {
        // The contract's own words: why the cell is no number, or what it is in a column of another notation.
        (exact, CellStatus::Unrecognized) => {
            lead.set(index, exact?);
            Ok(CellStatus::Read)
        }
        (_, status) => Ok(status),
    }
}

/// Converts a cell and sets its field. When the cell is not recognized, a number is missing, and a text stays as it is.
pub(super) fn set_converted(
    cell: &str,
    field: &Field,
    format: CellFormat,
    (index, lead): (usize, &mut Lead),
) -> Result<CellStatus, ValueError> {
    // A word for a missing value is recognized.
    if raw_value(cell, field) == RawValue::Null {
        return Ok(CellStatus::Read);
    }
    let (text, status) = match convert(cell, field, format) {
        Conversion::Recognized(text) => (text, CellStatus::Read),
        Conversion::Ambiguous(text) => (text, CellStatus::Ambiguous),
        Conversion::Unrecognized(_) if field.is_numeric() => return Ok(CellStatus::Unrecognized),
        Conversion::Unrecognized(text) => (Cow::Borrowed(text), CellStatus::Unrecognized),
    };
    lead.set(index, field.check(raw_value(&text, field))?);
    Ok(status)
}

/// An empty cell is a missing value: a CSV cannot distinguish it from an empty text.
fn raw_value<'a>(cell: &'a str, field: &Field) -> RawValue<'a> {
    let is_missing_number = || {
        let cell = cell.trim();
        cell.is_empty() || MISSING_NUMBER.iter().any(|word| cell.eq_ignore_ascii_case(word))
    };
    if cell.is_empty() || (field.is_numeric() && is_missing_number()) { RawValue::Null } else { RawValue::Text(cell) }
}

/// The start of a cell, in quotes.
pub(super) fn quote_start(cell: &str) -> String {
    let start: String = cell.chars().take(SHOWN_CHARS).collect();
    let more = if start.len() < cell.len() { "…" } else { "" };
    format!("\"{start}{more}\"")
}
