//! Rows with their cells and leads, rejects, and the summary of a file.

use super::{RejectReason, SkippedRows};
use crate::lead::Lead;
use crate::lead::level::LevelMatching;
use crate::lead::mapping::Mapping;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A row that holds no usable lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    /// Line of the file on which the row starts, from 1.
    pub line: u64,
    /// Column with the error, if it is in one.
    pub column: Option<String>,
    /// Error, with the allowed values.
    pub reason: RejectReason,
}

/// Column and reason, without the line.
impl fmt::Display for Reject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(formatter, "{column} {}", self.reason),
            None => write!(formatter, "{}", self.reason),
        }
    }
}

/// End offset of a cell in the text of its row, with a flag for quoted cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellEnd(u32);

impl CellEnd {
    const QUOTED: u32 = 1 << 31;

    /// A row has at most [`ROW_BYTES_MAX`](super::ROW_BYTES_MAX) bytes, so the highest bit of an offset is free.
    pub(super) fn new(offset: usize, quoted: bool) -> Self {
        CellEnd(offset as u32 | if quoted { Self::QUOTED } else { 0 })
    }

    pub(super) fn offset(self) -> usize {
        (self.0 & !Self::QUOTED) as usize
    }

    fn is_quoted(self) -> bool {
        self.0 & Self::QUOTED != 0
    }
}

/// Cells of a row: consecutive in its text, one byte apart, some of them in quotes.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    text: &'a str,
    ends: &'a [CellEnd],
}

impl<'a> Cells<'a> {
    /// No cells.
    pub(super) const NONE: Self = Cells { text: "", ends: &[] };

    /// Cells that end at these offsets of a text, which may continue behind them.
    pub fn new(text: &'a str, ends: &'a [CellEnd]) -> Self {
        Cells { text, ends }
    }

    /// Text from the first cell to the last.
    pub fn text(&self) -> &'a str {
        self.ends.last().and_then(|end| self.text.get(..end.offset())).unwrap_or_default()
    }

    /// End offsets of the cells.
    pub fn ends(&self) -> &'a [CellEnd] {
        self.ends
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when there are no cells.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Cell of a column.
    pub fn get(&self, column: usize) -> Option<&'a str> {
        let end = *self.ends.get(column)?;
        let start = column.checked_sub(1).map_or(0, |previous| self.ends[previous].offset() + 1);
        Some(self.between(start, end))
    }

    /// All cells, in the order of the file.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        self.bounds().map(move |(start, end)| self.between(start, end))
    }

    /// All cells with their quotes, and whether they are quoted.
    pub(super) fn raw(self) -> impl Iterator<Item = (&'a str, bool)> {
        self.bounds().map(move |(start, end)| (self.text.get(start..end.offset()).unwrap_or_default(), end.is_quoted()))
    }

    fn bounds(self) -> impl Iterator<Item = (usize, CellEnd)> {
        let mut next = 0;
        self.ends.iter().map(move |end| (std::mem::replace(&mut next, end.offset() + 1), *end))
    }

    fn between(&self, start: usize, end: CellEnd) -> &'a str {
        let quote = usize::from(end.is_quoted());
        self.text.get(start + quote..end.offset() - quote).unwrap_or_default()
    }
}

/// A parsed row.
#[derive(Debug)]
pub struct CsvRow<'a> {
    /// Line on which the row starts, from 1.
    pub line: u64,
    /// Cells of the row; empty when they could not be split.
    pub cells: Cells<'a>,
    /// Number of columns of the file.
    pub columns: usize,
    /// Delimiter of the file.
    pub delimiter: u8,
    /// Matching mode of the lead's levels: by their folded form, except under the contract's header.
    pub matching: LevelMatching,
    /// Lead, or why there is none.
    pub lead: Result<&'a Lead, Reject>,
}

/// Counts of cells of a column that were not read as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellCounts {
    /// Cells without their `="..."`, quotes or apostrophe.
    pub unwrapped: u64,
    /// Numbers with two readings, such as 1.250, in a column without any that shows the decimal sign.
    pub ambiguous: u64,
    /// Cells that were read where the columns before were empty.
    pub completed: u64,
    /// Cells that hold a word for a missing value.
    pub missing_words: u64,
}

/// Summary of a file after it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportSummary {
    /// Column names of the file.
    pub columns: Vec<String>,
    /// Fields without a column, in the order of the schema.
    pub missing_fields: Vec<String>,
    /// Columns that are no field of a lead.
    pub unknown_columns: Vec<String>,
    /// Number of rows, rejects included, without those that hold no lead.
    pub rows: u64,
    /// Column mapping; empty when columns were known by exact names alone.
    pub mapping: Mapping,
    /// Cells per column that could not be converted.
    pub unrecognized_cells: Vec<u64>,
    /// Other counts per column.
    pub cell_counts: Vec<CellCounts>,
    /// Number of rows with fewer cells than columns.
    pub short_rows: u64,
    /// Number of cells with HTML entities, which were decoded.
    pub html_cells: u64,
    /// Rows that hold no lead.
    pub skipped: SkippedRows,
}
