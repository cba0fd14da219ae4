//! Writes a scored list as CSV: the user's columns, then the score columns.

use super::ScoredList;
use crate::insight::label::{confidence, label, probability_text, rounded};
use std::borrow::Cow;
use std::io::{self, Write};

/// Added columns, in order.
pub const SCORE_COLUMNS: [&str; 7] = ["rank", "probability", "score", "grade", "label", "confidence", "model_version"];

/// First characters of a formula in spreadsheet programs, with their full-width forms.
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Size from which buffered lines are written out, in bytes.
const FLUSH_BYTES: usize = 1 << 16;

/// Style of a written CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvStyle {
    /// For programs: UTF-8, commas, line feeds, cells unchanged.
    Data,
    /// For spreadsheets: with a byte order mark, with semicolons and decimal commas for some locales, and formulas escaped.
    Spreadsheet {
        /// True for locales that write 0,5.
        decimal_comma: bool,
    },
    /// For pasting into a spreadsheet: the same with tabs, without a byte order mark.
    Clipboard {
        /// True for locales that write 0,5.
        decimal_comma: bool,
    },
}

impl CsvStyle {
    fn delimiter(self) -> u8 {
        match self {
            CsvStyle::Spreadsheet { decimal_comma: true } => b';',
            CsvStyle::Data | CsvStyle::Spreadsheet { .. } => b',',
            CsvStyle::Clipboard { .. } => b'\t',
        }
    }

    fn cell(self, cell: &str) -> Cow<'_, str> {
        match self {
            CsvStyle::Spreadsheet { .. } | CsvStyle::Clipboard { .. } if is_formula(cell) => {
                Cow::Owned(format!("'{cell}"))
            }
            _ => Cow::Borrowed(cell),
        }
    }

    fn number(self, number: String) -> String {
        match self {
            CsvStyle::Spreadsheet { decimal_comma: true } | CsvStyle::Clipboard { decimal_comma: true } => {
                number.replace('.', ",")
            }
            _ => number,
        }
    }
}

/// Leads to export, in order.
pub struct Export<'a> {
    /// Leads of the list.
    pub leads: &'a [u32],
    /// Column of the user's marks.
    pub marks: Option<MarkColumn<'a>>,
}

/// Column of the user's marks.
#[derive(Clone, Copy)]
pub struct MarkColumn<'a> {
    /// Column name.
    pub name: &'a str,
    /// Labels of the marks.
    pub labels: &'a [String],
    /// Number of the label of each lead, from 1; 0 for no mark.
    pub by_lead: &'a [u8],
}

impl<'a> MarkColumn<'a> {
    pub(super) fn label(&self, lead: u32) -> &'a str {
        let index = self.by_lead.get(lead as usize).and_then(|number| number.checked_sub(1));
        index.and_then(|index| self.labels.get(usize::from(index))).map_or("", String::as_str)
    }
}

impl ScoredList {
    /// Writes all leads as data, best first.
    pub fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_csv_export(&Export { leads: self.order(), marks: None }, CsvStyle::Data, out)
    }

    /// Writes selected leads in a style.
    pub fn write_csv_export(&self, export: &Export<'_>, style: CsvStyle, out: &mut impl Write) -> io::Result<()> {
        let mut lines = Vec::new();
        if matches!(style, CsvStyle::Spreadsheet { .. }) {
            lines.extend_from_slice("\u{FEFF}".as_bytes());
        }
        let names: Vec<String> = self.columns().iter().cloned().chain(self.added_columns(export)).collect();
        write_row(names.iter().map(|name| style.cell(name)), style, &mut lines);
        for lead in export.leads {
            let own = (0..self.columns().len()).map(|column| style.cell(self.cell(*lead as usize, column)));
            let scores = self.score_cells(*lead, style).into_iter().map(Cow::Owned);
            let mark = export.marks.map(|marks| Cow::Borrowed(marks.label(*lead)));
            write_row(own.chain(scores).chain(mark), style, &mut lines);
            if lines.len() > FLUSH_BYTES {
                out.write_all(&lines)?;
                lines.clear();
            }
        }
        out.write_all(&lines)
    }

    pub(super) fn added_columns(&self, export: &Export<'_>) -> impl Iterator<Item = String> {
        let mark = export.marks.map(|marks| marks.name);
        let unique = |name| unique_column_name(name, self.columns());
        let names: Vec<String> = SCORE_COLUMNS.into_iter().chain(mark).map(unique).collect();
        names.into_iter()
    }

    fn score_cells(&self, lead: u32, style: CsvStyle) -> [String; SCORE_COLUMNS.len()] {
        let score = self.score(lead as usize);
        [
            self.rank(lead as usize).to_string(),
            style.number(probability_text(score.probability)),
            style.number(rounded(f64::from(score.probability)).to_string()),
            score.grade.map(String::from).unwrap_or_default(),
            label(score.probability).to_owned(),
            confidence(score.probability).to_owned(),
            self.scorer().models()[score.model].version().to_owned(),
        ]
    }
}

/// Prefixes a name until no column has it, so that a list that was scored before keeps its old columns.
pub fn unique_column_name(name: &str, columns: &[String]) -> String {
    let is_used = |name: &str| columns.iter().any(|column| column.trim().eq_ignore_ascii_case(name));
    let mut unique = name.to_owned();
    while is_used(&unique) {
        unique.insert_str(0, "leadlight_");
    }
    unique
}

/// True when a spreadsheet would evaluate the cell. A negative number is no formula; a leading plus may be a phone number.
fn is_formula(cell: &str) -> bool {
    let is_negative = cell.starts_with('-') && cell.parse::<f64>().is_ok_and(f64::is_finite);
    cell.starts_with(FORMULA_STARTS) && !is_negative
}

pub(super) fn write_row<'a>(cells: impl Iterator<Item = Cow<'a, str>>, style: CsvStyle, line: &mut Vec<u8>) {
    for (column, cell) in cells.enumerate() {
        if column > 0 {
            line.push(style.delimiter());
        }
        write_cell(&cell, style.delimiter(), line);
    }
    line.extend_from_slice(if style == CsvStyle::Data { b"\n" } else { b"\r\n" });
}

/// Quotes a cell as RFC 4180 requires, and when it has surrounding white space, which some readers would drop.
pub fn write_cell(cell: &str, delimiter: u8, line: &mut Vec<u8>) {
    let is_special = cell.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'));
    if !is_special && cell.trim().len() == cell.len() {
        return line.extend_from_slice(cell.as_bytes());
    }
    line.push(b'"');
    line.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}
