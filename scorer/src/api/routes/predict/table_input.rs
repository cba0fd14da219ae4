//! A file of leads that comes in pieces -> leads and rejects, a table's own cells beside them.
//!
//! Owns what of a file may be in memory, and what is told of its rejects. May not know where pieces come from, nor what
//! becomes of leads.

use super::scoring::Scoring;
use crate::api::http::error::ApiError;
use crate::api::http::response::RejectedLead;
use crate::api::http::validation_error::{line_errors, line_too_long, row_error, table_error};
use crate::lead::csv::{Cells, Dialect, IntakeError, ROW_MAX, Reader, Row};
use crate::lead::json::{LINE_MAX, Line, LineError};
use crate::lead::schema::Schema;
use crate::sheet::write_cell;
use std::borrow::Cow;

/// The most rows that one piece of a table may turn out to hold. Only a quote that is never closed makes so many of one
/// small piece: what stands behind it is read again.
const ROWS_MAX: usize = 1 << 16;

/// The cells that leads came with, written as they are to be answered.
#[derive(Debug, Default)]
pub(super) struct Own {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Own {
    /// The cells of a row.
    pub(super) fn row(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(place).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    fn push(&mut self, cells: Cells<'_>, columns: usize, delimiter: u8) {
        for column in 0..columns {
            if column > 0 {
                self.text.push(delimiter);
            }
            write_cell(cells.get(column).unwrap_or_default(), delimiter, &mut self.text);
        }
        self.ends.push(self.text.len());
    }
}

/// A table.
pub(super) struct Table {
    schema: Schema,
    /// What came before the first line ended.
    start: Vec<u8>,
    reader: Option<Reader>,
    pub(super) delimiter: u8,
    pub(super) columns: Vec<String>,
}

impl Table {
    pub(super) fn new(schema: Schema) -> Self {
        Table { schema, start: Vec::new(), reader: None, delimiter: b',', columns: Vec::new() }
    }

    /// Reads the next piece.
    pub(super) fn push(&mut self, piece: &[u8], scoring: &mut Scoring<'_>, own: &mut Own) -> Result<(), ApiError> {
        if self.reader.is_some() {
            return self.read(piece, scoring, own);
        }
        // What stands between cells is told from the first line.
        self.start.extend_from_slice(piece);
        let text = self.start.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(self.start.len());
        let ended = self.start[text..].iter().any(|byte| matches!(byte, b'\r' | b'\n'));
        if ended || self.start.len() > ROW_MAX { self.begin(scoring, own) } else { Ok(()) }
    }

    /// Reads what is left.
    pub(super) fn finish(&mut self, scoring: &mut Scoring<'_>, own: &mut Own) -> Result<(), ApiError> {
        if self.reader.is_none() {
            self.begin(scoring, own)?;
        }
        let Some(reader) = self.reader.take() else { return Ok(()) };
        let delimiter = self.delimiter;
        reader.finish(&mut |row| take(row, scoring, own, delimiter)).map_err(unreadable)?;
        check_rows(scoring)
    }

    fn begin(&mut self, scoring: &mut Scoring<'_>, own: &mut Own) -> Result<(), ApiError> {
        let start = std::mem::take(&mut self.start);
        let dialect = Dialect::detect(&start);
        self.delimiter = dialect.delimiter;
        self.reader = Some(Reader::new(self.schema.clone(), dialect));
        self.read(&start, scoring, own)
    }

    fn read(&mut self, piece: &[u8], scoring: &mut Scoring<'_>, own: &mut Own) -> Result<(), ApiError> {
        let delimiter = self.delimiter;
        let Some(reader) = &mut self.reader else { return Ok(()) };
        reader.push(piece, &mut |row| take(row, scoring, own, delimiter)).map_err(unreadable)?;
        if self.columns.is_empty() {
            self.columns = reader.columns().map(<[String]>::to_vec).unwrap_or_default();
        }
        check_rows(scoring)
    }
}

fn take(row: Row<'_>, scoring: &mut Scoring<'_>, own: &mut Own, delimiter: u8) {
    // What is beyond is refused as soon as the piece is read.
    if scoring.len() > ROWS_MAX {
        return;
    }
    own.push(row.cells, row.columns, delimiter);
    match row.lead {
        Ok(lead) => scoring.take(lead, Some(row.line)),
        Err(reject) => {
            let errors = vec![row_error(reject)];
            scoring.reject(RejectedLead { line: Some(row.line), lead_key: None, errors });
        }
    }
}

fn unreadable(error: IntakeError) -> ApiError {
    ApiError::Invalid(vec![table_error(&error)])
}

fn check_rows(scoring: &Scoring<'_>) -> Result<(), ApiError> {
    if scoring.len() <= ROWS_MAX { Ok(()) } else { Err(unreadable(IntakeError::TooBroken { line: 1 })) }
}

/// Takes a line of JSON.
pub(super) fn take_line(line: Line<'_>, schema: &Schema, scoring: &mut Scoring<'_>) {
    let errors = match line.fault {
        None => return scoring.take(line.lead, Some(line.number)),
        Some(LineError::Body(error)) => line_errors(error, line.number, schema),
        Some(LineError::TooLong) => vec![line_too_long(line.number, LINE_MAX)],
    };
    let lead_key = line.lead.key().map(|key| Cow::Owned(key.to_owned()));
    scoring.reject(RejectedLead { line: Some(line.number), lead_key, errors });
}
