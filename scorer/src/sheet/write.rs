//! The scored list as a file: the user's own columns, ours behind them.
//!
//! Owns the columns' names and the forms of the file, the same from the page and from the command line. May not know
//! files or which leads somebody wants.

use super::Sheet;
use crate::insight::label::{confidence, label, probability_text, rounded};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{self, Write};

/// The columns that are added, in order.
pub const ADDED: [&str; 7] = ["rank", "probability", "score", "grade", "label", "confidence", "model_version"];

/// What some programs take for the beginning of a formula, in letters of full width too.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A record is written out once this much is gathered.
const GATHERED: usize = 1 << 16;

/// For whom a list is written as CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Another program: UTF-8, commas, line feeds, the user's cells as they were.
    Data,
    /// A person's spreadsheet: with a mark of UTF-8, semicolons and decimal commas where people write these, and no cell
    /// that would be run as a formula.
    Spreadsheet {
        /// Whether people write 0,5 for a half.
        decimal_comma: bool,
    },
    /// The same to be pasted into a table: with tabs, and without the mark.
    Pasted {
        /// Whether people write 0,5 for a half.
        decimal_comma: bool,
    },
}

impl Form {
    fn delimiter(self) -> u8 {
        match self {
            Form::Spreadsheet { decimal_comma: true } => b';',
            Form::Data | Form::Spreadsheet { .. } => b',',
            Form::Pasted { .. } => b'\t',
        }
    }

    fn cell(self, cell: &str) -> Cow<'_, str> {
        match self {
            Form::Spreadsheet { .. } | Form::Pasted { .. } if is_formula(cell) => Cow::Owned(format!("'{cell}")),
            _ => Cow::Borrowed(cell),
        }
    }

    fn number(self, number: String) -> String {
        match self {
            Form::Spreadsheet { decimal_comma: true } | Form::Pasted { decimal_comma: true } => {
                number.replace('.', ",")
            }
            _ => number,
        }
    }
}

/// Which leads are written, in which order, and what stands beside them.
pub struct Extract<'a> {
    /// The leads.
    pub leads: &'a [u32],
    /// A column of the user's own remarks.
    pub remarks: Option<Remarks<'a>>,
}

/// What the user remarked on leads.
#[derive(Clone, Copy)]
pub struct Remarks<'a> {
    /// The column's name.
    pub name: &'a str,
    /// All remarks in words.
    pub words: &'a [String],
    /// For each lead of the list which of the words, from 1; 0 for none.
    pub of: &'a [u8],
}

impl<'a> Remarks<'a> {
    pub(super) fn word(&self, lead: u32) -> &'a str {
        let place = self.of.get(lead as usize).and_then(|remark| remark.checked_sub(1));
        place.and_then(|place| self.words.get(usize::from(place))).map_or("", String::as_str)
    }
}

impl Sheet {
    /// Writes all leads, best first, as other programs read them.
    pub fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_extract(&Extract { leads: self.order(), remarks: None }, Form::Data, out)
    }

    /// Writes leads as CSV.
    pub fn write_extract(&self, extract: &Extract<'_>, form: Form, out: &mut impl Write) -> io::Result<()> {
        let mut lines = Vec::new();
        if matches!(form, Form::Spreadsheet { .. }) {
            lines.extend_from_slice("\u{FEFF}".as_bytes());
        }
        let names: Vec<String> = self.columns().iter().cloned().chain(self.added_names(extract)).collect();
        write_row(names.iter().map(|name| form.cell(name)), form, &mut lines);
        for lead in extract.leads {
            let own = (0..self.columns().len()).map(|column| form.cell(self.cell(*lead as usize, column)));
            let added = self.added(*lead, form).into_iter().map(Cow::Owned);
            let remark = extract.remarks.map(|remarks| Cow::Borrowed(remarks.word(*lead)));
            write_row(own.chain(added).chain(remark), form, &mut lines);
            if lines.len() > GATHERED {
                out.write_all(&lines)?;
                lines.clear();
            }
        }
        out.write_all(&lines)
    }

    pub(super) fn added_names(&self, extract: &Extract<'_>) -> impl Iterator<Item = String> {
        let remark = extract.remarks.map(|remarks| remarks.name);
        let names: Vec<String> = ADDED.into_iter().chain(remark).map(|name| free_name(name, self.columns())).collect();
        names.into_iter()
    }

    fn added(&self, lead: u32, form: Form) -> [String; ADDED.len()] {
        let score = self.score(lead as usize);
        [
            self.rank(lead as usize).to_string(),
            form.number(probability_text(score.probability)),
            form.number(rounded(f64::from(score.probability)).to_string()),
            score.grade.map(String::from).unwrap_or_default(),
            label(score.probability).to_owned(),
            confidence(score.probability).to_owned(),
            self.scorer().models()[score.model].version().to_owned(),
        ]
    }
}

/// A name that the file does not have yet, so that a list that was scored before keeps its old columns.
pub fn free_name(name: &str, columns: &[String]) -> String {
    let taken = |name: &str| columns.iter().any(|column| column.trim().eq_ignore_ascii_case(name));
    let mut free = name.to_owned();
    while taken(&free) {
        free.insert_str(0, "leadlight_");
    }
    free
}

/// Whether a spreadsheet would run a cell. A negative number is none; what begins with a plus may be a number to dial.
fn is_formula(cell: &str) -> bool {
    let is_negative = cell.starts_with('-') && cell.parse::<f64>().is_ok_and(f64::is_finite);
    cell.starts_with(FORMULA) && !is_negative
}

pub(super) fn write_row<'a>(cells: impl Iterator<Item = Cow<'a, str>>, form: Form, line: &mut Vec<u8>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            line.push(form.delimiter());
        }
        write_cell(&cell, form.delimiter(), line);
    }
    line.extend_from_slice(if form == Form::Data { b"\n" } else { b"\r\n" });
}

/// Quotes where RFC 4180 asks for it, and around white space at the ends, which some readers would drop.
pub fn write_cell(cell: &str, delimiter: u8, line: &mut Vec<u8>) {
    let special = cell.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'));
    if !special && cell.trim().len() == cell.len() {
        return line.extend_from_slice(cell.as_bytes());
    }
    line.push(b'"');
    line.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}
