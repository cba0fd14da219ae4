//! The first rows of a file, split in a dialect.

use super::row_filter::is_survey_header;
use super::split::Splitter;
use super::{Cells, Dialect, count_newlines};
use std::borrow::Cow;

/// Number of first rows searched for the header.
pub(super) const PREAMBLE_ROWS_MAX: usize = 20;

/// Number of rows below the header that are inspected.
pub(super) const SAMPLE_ROWS: usize = 50;

/// Number of rows below the header that columns are recognized from.
pub(super) const MAPPING_ROWS: usize = 500;

/// Number of rows below the header that may belong to it.
const HEADER_ROWS_MAX: usize = 3;

/// A row at the beginning of a file.
pub(super) struct Record {
    /// Offset of its first byte.
    pub(super) offset: usize,
    /// Offset of the first byte behind it.
    pub(super) end: usize,
    /// Line on which it starts, from 1.
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

/// The first rows that are complete in the text, at most `max`.
pub(super) fn first_records(text: &[u8], dialect: Dialect, max: usize) -> Vec<Record> {
    let (mut records, mut offset, mut line) = (Vec::new(), 0, 1);
    let mut splitter = Splitter::new(dialect);
    while records.len() < max {
        let rest = &text[offset..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += count_newlines(&rest[..blank]);
        offset += blank;
        let rest = &rest[blank..];
        if rest.is_empty() || !splitter.split(rest) {
            break;
        }
        let length = splitter.length();
        let lines = splitter.newlines() + u64::from(rest[..length].ends_with(b"\n"));
        // A replaced byte moves the ends of cells, so such a row counts as one cell.
        let cells = match String::from_utf8_lossy(&rest[..length]) {
            Cow::Borrowed(text) => to_owned(splitter.cells(text)),
            Cow::Owned(text) => vec![text],
        };
        records.push(Record { offset, end: offset + length, line, cells });
        splitter.restart();
        offset += length;
        line += lines;
    }
    records
}

/// Number of rows below the header that belong to it: question texts above a row of ids (Qualtrics), or kinds of answers
/// (SurveyMonkey).
pub(super) fn header_rows(below: &[Record]) -> usize {
    const ANSWERS: [&str; 6] =
        ["response", "open-ended response", "other (please specify)", "réponse", "réponse ouverte", "antwort"];
    let is_ids = |record: &Record| record.cells.iter().any(|cell| is_survey_header(cell.trim()));
    if let Some(row) = below.iter().take(HEADER_ROWS_MAX).position(is_ids) {
        return row + 1;
    }
    let is_kind = |cell: &&String| ANSWERS.contains(&cell.trim().to_lowercase().as_str());
    let is_kinds = |record: &Record| {
        let filled = || record.cells.iter().filter(|cell| !cell.trim().is_empty());
        filled().next().is_some() && filled().all(|cell| is_kind(&cell))
    };
    usize::from(below.first().is_some_and(is_kinds))
}

fn to_owned(cells: Cells<'_>) -> Vec<String> {
    cells.iter().map(str::to_owned).collect()
}
