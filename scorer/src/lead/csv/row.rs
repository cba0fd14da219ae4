//! What a file turns out to hold: rows with their cells and leads, rejects, and the sum of it.
//!
//! Owns these values. May not know how they are read.

use super::Reason;
use crate::lead::Lead;
use crate::lead::mapping::Mapping;
use std::fmt;

/// A row that holds no usable lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    /// The line of the file on which the row starts, from 1.
    pub line: u64,
    /// The column at fault, where there is one.
    pub column: Option<String>,
    /// What is wrong and what is allowed.
    pub reason: Reason,
}

/// The column and what is wrong with it, without the line.
impl fmt::Display for Reject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(formatter, "{column} {}", self.reason),
            None => write!(formatter, "{}", self.reason),
        }
    }
}

/// Where a cell ends in the text of its row, and whether it stands in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End(u32);

impl End {
    const QUOTED: u32 = 1 << 31;

    /// A row has at most [`ROW_MAX`](super::ROW_MAX) bytes, so its ends leave a bit free.
    pub(super) fn new(at: usize, quoted: bool) -> Self {
        End(at as u32 | if quoted { Self::QUOTED } else { 0 })
    }

    pub(super) fn at(self) -> usize {
        (self.0 & !Self::QUOTED) as usize
    }

    fn is_quoted(self) -> bool {
        self.0 & Self::QUOTED != 0
    }
}

/// The cells of one row: they stand in its text one behind the other, a byte apart, some of them in quotes.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    text: &'a str,
    ends: &'a [End],
}

impl<'a> Cells<'a> {
    /// No cells at all.
    pub(super) const NONE: Self = Cells { text: "", ends: &[] };

    /// Cells that end there in this text, which may go on behind them.
    pub fn new(text: &'a str, ends: &'a [End]) -> Self {
        Cells { text, ends }
    }

    /// The text from the first cell to the last.
    pub fn text(&self) -> &'a str {
        self.ends.last().and_then(|end| self.text.get(..end.at())).unwrap_or_default()
    }

    /// Where the cells end.
    pub fn ends(&self) -> &'a [End] {
        self.ends
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell of a column.
    pub fn get(&self, column: usize) -> Option<&'a str> {
        let end = *self.ends.get(column)?;
        let start = column.checked_sub(1).map_or(0, |before| self.ends[before].at() + 1);
        Some(self.between(start, end))
    }

    /// All cells, in the file's order.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        self.starts().map(move |(start, end)| self.between(start, end))
    }

    /// All cells as they stand in the text, and whether in quotes.
    pub(super) fn raw(self) -> impl Iterator<Item = (&'a str, bool)> {
        self.starts().map(move |(start, end)| (self.text.get(start..end.at()).unwrap_or_default(), end.is_quoted()))
    }

    fn starts(self) -> impl Iterator<Item = (usize, End)> {
        let mut next = 0;
        self.ends.iter().map(move |end| (std::mem::replace(&mut next, end.at() + 1), *end))
    }

    fn between(&self, start: usize, end: End) -> &'a str {
        let quote = usize::from(end.is_quoted());
        self.text.get(start + quote..end.at() - quote).unwrap_or_default()
    }
}

/// One row of the file.
#[derive(Debug)]
pub struct Row<'a> {
    /// The line on which it starts, from 1.
    pub line: u64,
    /// Its cells as they stand in the file; empty where they could not be told apart.
    pub cells: Cells<'a>,
    /// How many columns the file has.
    pub columns: usize,
    /// Its lead, or why there is none.
    pub lead: Result<&'a Lead, Reject>,
}

/// What a whole file turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Intake {
    /// The names of all columns, as they stand in the file.
    pub columns: Vec<String>,
    /// Fields of a lead that the file has no column for, in the schema's order.
    pub missing_fields: Vec<String>,
    /// Columns that are no field of a lead.
    pub unknown_columns: Vec<String>,
    /// How many rows there were, rejected ones included.
    pub rows: u64,
    /// What the columns were read as; none where their names alone said it.
    pub mapping: Mapping,
    /// For each column that was put into the contract's words, how many of its cells were not understood.
    pub unread: Vec<u64>,
    /// How many rows had fewer cells than there are columns.
    pub short_rows: u64,
}
