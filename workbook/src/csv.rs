//! CSV writer (RFC 4180, comma-separated) for cells that keep their rows and columns.

use crate::{Error, UNPACKED_MAX, cell};
use calamine::DataRef;

/// Limits of the `.xlsx` format.
const ROWS_MAX: u32 = 1_048_576;
const COLUMNS_MAX: u32 = 16_384;
/// Maximum width that rows are padded to: a stray cell beyond it must not widen every row.
const PADDED_MAX: usize = 4096;
/// Chunk size in bytes.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// Checks that a position is within the limits of a sheet.
pub(crate) fn check_position((row, column): (u32, u32)) -> Result<(u32, u32), Error> {
    if row < ROWS_MAX && column < COLUMNS_MAX { Ok((row, column)) } else { Err(Error::Damaged) }
}

/// Returns the row width that includes this column; 0 for a stray column.
pub(crate) fn padded_width(column: u32) -> usize {
    let width = column as usize + 1;
    if width > PADDED_MAX { 0 } else { width }
}

/// True for a cell without a value, for example one that is only formatted.
pub(crate) fn is_empty(value: &DataRef) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(text) => text.is_empty(),
        DataRef::SharedString(text) => text.is_empty(),
        _ => false,
    }
}

/// Writes cells given in row order, left to right.
pub(crate) struct CsvWriter {
    chunk: Vec<u8>,
    /// Bytes of all completed chunks.
    written: u64,
    width: usize,
    is_1904: bool,
    row: u32,
    /// Cells written in the current row.
    cells: usize,
}

impl CsvWriter {
    pub(crate) fn new(width: usize, is_1904: bool) -> Self {
        CsvWriter { chunk: Vec::new(), written: 0, width, is_1904, row: 0, cells: 0 }
    }

    /// Writes a cell; returns a chunk when it is full.
    pub(crate) fn put(&mut self, (row, column): (u32, u32), value: &DataRef) -> Result<Option<Vec<u8>>, Error> {
        if is_empty(value) {
            return Ok(None);
        }
        if row < self.row || (row == self.row && (column as usize) < self.cells) {
            return Err(Error::Damaged);
        }
        while self.row < row {
            self.end_row();
            self.row += 1;
        }
        self.pad(column as usize);
        self.cell(&cell::text(value, self.is_1904));
        self.cells = column as usize + 1;
        if self.chunk.len() < CHUNK_BYTES {
            return Ok(None);
        }
        self.written += self.chunk.len() as u64;
        if self.written > UNPACKED_MAX {
            return Err(Error::TooLarge);
        }
        Ok(Some(std::mem::take(&mut self.chunk)))
    }

    /// Returns the last chunk.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.end_row();
        self.chunk
    }

    /// Ends the row; one without cells becomes a blank line.
    fn end_row(&mut self) {
        if self.cells > 0 {
            // A row of n cells has n - 1 commas.
            self.pad(self.width.saturating_sub(1));
        }
        self.chunk.extend(b"\r\n");
        self.cells = 0;
    }

    /// Writes the commas before a column.
    fn pad(&mut self, column: usize) {
        let commas = self.cells.saturating_sub(1);
        self.chunk.extend(std::iter::repeat_n(b',', column.saturating_sub(commas)));
    }

    fn cell(&mut self, text: &str) {
        // NUL bytes would make the import reject the CSV as binary.
        let text = text.replace('\0', "");
        // Every common delimiter is quoted, so that none misleads the delimiter detection of the import.
        let is_quoted = text.contains(['"', ',', ';', '\t', '|', '\r', '\n']);
        if is_quoted {
            self.chunk.push(b'"');
            self.chunk.extend(text.replace('"', "\"\"").bytes());
            self.chunk.push(b'"');
        } else {
            self.chunk.extend(text.bytes());
        }
    }
}
