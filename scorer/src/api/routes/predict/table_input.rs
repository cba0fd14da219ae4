//! Reads a file of leads, pushed in pieces: a table by [`ImportReader`], as page and command line do, or lines of JSON.
//!
//! Tables keep the client's cells for the response.

use super::scoring::Scoring;
use crate::api::http::error::ApiError;
use crate::api::http::response::RejectedLead;
use crate::api::http::validation_error::{line_errors, line_too_long, row_error, table_error};
use crate::lead::csv::{Cells, CsvRow, ImportError, SkippedRows};
use crate::lead::import::{ImportOptions, ImportReader};
use crate::lead::json::{LINE_BYTES_MAX, NdjsonError, NdjsonLine};
use crate::lead::level::LevelMatching;
use crate::lead::schema::Schema;
use crate::pipeline::Scorer;
use crate::scored_list::write_cell;
use std::borrow::Cow;

/// Limit of rows per push. Only an open quote gives so many: the rest of the file is parsed again line by line.
const ROWS_MAX: usize = 1 << 16;

/// Cells of the client's rows, as CSV in the delimiter of the table.
#[derive(Debug, Default)]
pub(super) struct ClientCells {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl ClientCells {
    /// Cells of a row.
    pub(super) fn row(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).and_then(|previous| self.ends.get(previous)).copied().unwrap_or(0);
        self.ends.get(row).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
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

/// A table in any format that the import detects. Rows under the contract's own header are read from its first line on.
pub(super) struct TableInput {
    /// `None` after the end.
    reader: Option<ImportReader>,
    /// Delimiter of the table; a comma until it is known.
    pub(super) delimiter: u8,
    /// Column names; empty until the header was read.
    pub(super) columns: Vec<String>,
    /// Rows that hold no lead; known at the end.
    pub(super) skipped: SkippedRows,
}

impl TableInput {
    pub(super) fn new(scorer: &Scorer) -> Self {
        let options =
            ImportOptions { contract_first: true, levels: scorer.levels().clone(), ..ImportOptions::default() };
        let reader = Some(ImportReader::new(scorer.schema().clone(), options));
        TableInput { reader, delimiter: b',', columns: Vec::new(), skipped: SkippedRows::default() }
    }

    /// Reads the next bytes.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        scoring: &mut Scoring<'_>,
        cells: &mut ClientCells,
    ) -> Result<(), ApiError> {
        let Some(reader) = &mut self.reader else { return Ok(()) };
        reader.push(bytes, &mut |row| take_row(row, scoring, cells)).map_err(unreadable)?;
        if let (true, Some(columns), Some(format)) = (self.columns.is_empty(), reader.columns(), reader.format()) {
            (self.columns, self.delimiter) = (columns.to_vec(), format.dialect.delimiter);
        }
        check_rows(scoring)
    }

    /// Reads the rest.
    pub(super) fn finish(&mut self, scoring: &mut Scoring<'_>, cells: &mut ClientCells) -> Result<(), ApiError> {
        let Some(reader) = self.reader.take() else { return Ok(()) };
        let (summary, format) = reader.finish(&mut |row| take_row(row, scoring, cells)).map_err(unreadable)?;
        (self.columns, self.delimiter, self.skipped) = (summary.columns, format.dialect.delimiter, summary.skipped);
        check_rows(scoring)
    }
}

fn take_row(row: CsvRow<'_>, scoring: &mut Scoring<'_>, cells: &mut ClientCells) {
    // More rows are refused after the push.
    if scoring.len() > ROWS_MAX {
        return;
    }
    cells.push(row.cells, row.columns, row.delimiter);
    match row.lead {
        Ok(lead) => scoring.push(lead, row.matching, Some(row.line)),
        Err(reject) => {
            let errors = vec![row_error(reject)];
            scoring.reject(RejectedLead { line: Some(row.line), lead_key: None, errors });
        }
    }
}

fn unreadable(error: ImportError) -> ApiError {
    ApiError::Invalid(vec![table_error(&error)])
}

fn check_rows(scoring: &Scoring<'_>) -> Result<(), ApiError> {
    if scoring.len() <= ROWS_MAX { Ok(()) } else { Err(unreadable(ImportError::TooBroken { line: 1 })) }
}

/// Scores the lead of a line of JSON, or rejects it.
pub(super) fn take_line(line: NdjsonLine<'_>, schema: &Schema, scoring: &mut Scoring<'_>) {
    let errors = match line.error {
        None => return scoring.push(line.lead, LevelMatching::Exact, Some(line.number)),
        Some(NdjsonError::Body(error)) => line_errors(error, line.number, schema),
        Some(NdjsonError::TooLong) => vec![line_too_long(line.number, LINE_BYTES_MAX)],
    };
    let lead_key = line.lead.key().map(|key| Cow::Owned(key.to_owned()));
    scoring.reject(RejectedLead { line: Some(line.number), lead_key, errors });
}
