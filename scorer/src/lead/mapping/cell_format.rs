//! Notation of a column's cells, decided from all sample cells of the column.

use super::company_size::are_insee_codes;
use super::name::words;
use super::number::{DecimalSign, Number};
use super::wrapper::unwrapped;
use crate::lead::schema::{Field, FieldKind};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Words for an empty cell, without accents and punctuation.
const BLANK: [&str; 7] = ["", "na", "n a", "null", "none", "nan", "n"];

/// Number of filled cells that show what a column holds; its notation is decided from more.
const FIRST_CELLS: usize = 50;

/// Length of the longest blank cell, in bytes.
const BLANK_BYTES_MAX: usize = 16;

/// Notation of a column's cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CellFormat {
    /// Decimal sign of numbers.
    #[serde(skip_serializing_if = "is_default")]
    pub decimal: DecimalSign,
    /// True when numbers of a field up to 100 are written as fractions of 1: spreadsheets store 75 % as 0.75.
    #[serde(skip_serializing_if = "is_default")]
    pub fractions: bool,
    /// True when company sizes are written as INSEE's codes.
    #[serde(skip_serializing_if = "is_default")]
    pub insee_codes: bool,
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Sample cells of a column, without wrappers.
pub(super) struct Sample<'c> {
    /// Cells with a value, without wrappers.
    pub(super) filled: Vec<Cow<'c, str>>,
    /// Share of cells with a value; 1 without cells.
    pub(super) fill: f32,
}

/// True for an empty cell, signs alone, or a word for no value.
fn is_blank(cell: &str) -> bool {
    cell.len() <= BLANK_BYTES_MAX && BLANK.contains(&words(cell).as_str())
}

impl<'c> Sample<'c> {
    pub(super) fn new(cells: impl Iterator<Item = &'c str>) -> Self {
        let (mut filled, mut count) = (Vec::new(), 0_u32);
        for cell in cells {
            count += 1;
            let cell = unwrapped(cell);
            if !is_blank(&cell) {
                filled.push(cell);
            }
        }
        let fill = if count == 0 { 1.0 } else { filled.len() as f32 / count as f32 };
        Sample { filled, fill }
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.filled.iter().map(Cow::as_ref)
    }

    /// First cells with a value, which show what a column holds.
    pub(super) fn first_cells(&self) -> impl ExactSizeIterator<Item = &str> {
        self.filled.iter().take(FIRST_CELLS).map(Cow::as_ref)
    }

    fn numbers(&self) -> Vec<Number> {
        self.cells().map(Number::parse).collect()
    }

    /// Decimal sign of a column that holds numbers alone; undecided for any other.
    pub(super) fn decimal_sign(&self) -> DecimalSign {
        let looks_numeric = |cell: &str| cell.contains([',', '.']) || cell.bytes().any(|byte| byte.is_ascii_digit());
        if !self.cells().all(looks_numeric) {
            return DecimalSign::Undecided;
        }
        let numbers = self.numbers();
        if numbers.iter().all(Number::is_number) { DecimalSign::detect(&numbers) } else { DecimalSign::Undecided }
    }
}

impl CellFormat {
    /// Notation of a column of this name that is read as a field. `elsewhere` is the decimal sign of the file's other
    /// columns, which decides a column with ambiguous numbers alone.
    pub(super) fn detect(name: &str, sample: &Sample<'_>, field: &Field, elsewhere: DecimalSign) -> Self {
        if field.name == "companysize" {
            let insee_codes = are_insee_codes(name, sample.cells());
            return CellFormat { insee_codes, ..CellFormat::default() };
        }
        if !field.is_numeric() || field.name == "companyfoundedon" {
            return CellFormat::default();
        }
        let numbers = sample.numbers();
        let own = DecimalSign::detect(&numbers);
        let takes_other = own == DecimalSign::Undecided && elsewhere != DecimalSign::Mixed;
        let decimal = if takes_other { elsewhere } else { own };
        CellFormat { decimal, fractions: are_fractions(&numbers, decimal, field), ..CellFormat::default() }
    }

    /// This notation, with what another one names in addition.
    pub(super) fn or(self, named: CellFormat) -> Self {
        let decimal = if self.decimal == DecimalSign::Undecided { named.decimal } else { self.decimal };
        CellFormat { decimal, insee_codes: self.insee_codes || named.insee_codes, ..self }
    }
}

/// True when all numbers for a field up to 100 are from 0 to 1, some between them, and none has a percent sign.
fn are_fractions(numbers: &[Number], decimal: DecimalSign, field: &Field) -> bool {
    let FieldKind::Integer { max: 100.0, .. } = field.kind else { return false };
    let value = |number: &Number| number.digits(decimal).and_then(|digits| digits.parse::<f64>().ok());
    let in_range =
        |number: &Number| !number.is_percent && value(number).is_some_and(|value| (0.0..=1.0).contains(&value));
    numbers.iter().all(in_range) && numbers.iter().filter_map(value).any(|value| value.fract() != 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::schema::Schema;

    fn format(field: &str, cells: &[&str]) -> CellFormat {
        let schema = Schema::leads().with_numbers(["revenue"]);
        let sample = Sample::new(cells.iter().copied());
        CellFormat::detect("x", &sample, &schema.fields()[schema.position(field).unwrap()], DecimalSign::Undecided)
    }

    #[test]
    fn notation_is_decided_by_all_cells() {
        assert_eq!(format("revenue", &["1.250", "12,5"]).decimal, DecimalSign::Comma);
        assert_eq!(format("revenue", &["=\"1.250,5\"", "N/A"]).decimal, DecimalSign::Comma);
        assert_eq!(format("revenue", &["1.250"]), CellFormat::default());
        assert!(format("llm_quality", &["0.75", "1", "0,2"]).fractions);
        assert!(!format("llm_quality", &["0", "1"]).fractions && !format("llm_quality", &["0.75", "75"]).fractions);
        assert!(!format("llm_engagement", &["0.75"]).fractions);
        assert!(format("companysize", &["NN", "53"]).insee_codes);
    }

    #[test]
    fn samples_count_filled_cells() {
        let sample = Sample::new(["", "N/A", "\"\"", "x"].into_iter());
        assert_eq!((sample.fill, sample.filled.len()), (0.25, 1));
        assert_eq!(Sample::new(["1.250,5", "3"].into_iter()).decimal_sign(), DecimalSign::Comma);
        assert_eq!(Sample::new(["1.250,5", "x"].into_iter()).decimal_sign(), DecimalSign::Undecided);
    }
}
