//! CSV writer (RFC 4180, comma-separated) for cells that keep their rows and columns.

use crate::{CsvSink, Error, UNPACKED_MAX};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Limits of the `.xlsx` format.
pub(crate) const ROWS_MAX: u32 = 1_048_576;
pub(crate) const COLUMNS_MAX: u32 = 16_384;
/// Maximum width that rows are padded to: a stray cell beyond it must not widen every row.
const PADDED_MAX: usize = 4096;
/// Maximum text that merged cells add, in bytes.
const FILLED_MAX: u64 = 128_000_000;
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

/// Merged cell: its text and its last row.
struct Merged {
    last_row: u32,
    text: String,
}

/// Writes cells given in row order, left to right. The text of a cell merged over several rows is repeated in each of
/// them that has a cell of its own.
pub(crate) struct CsvWriter<'s, S> {
    sink: &'s mut S,
    /// Completed share, from 0 to 1.
    share: &'s dyn Fn() -> f64,
    chunk: Vec<u8>,
    /// Bytes of all completed chunks.
    written: u64,
    width: usize,
    row: u32,
    /// Cells written in the current row.
    cells: usize,
    /// Merged cells that reach below their row, by column.
    merged: BTreeMap<u32, Merged>,
    /// Cells filled from merged ones.
    filled: u64,
    filled_bytes: u64,
}

impl<'s, S: CsvSink> CsvWriter<'s, S> {
    pub(crate) fn new(width: usize, sink: &'s mut S, share: &'s dyn Fn() -> f64) -> Self {
        let (chunk, merged) = (Vec::new(), BTreeMap::new());
        CsvWriter { sink, share, chunk, written: 0, width, row: 0, cells: 0, merged, filled: 0, filled_bytes: 0 }
    }

    /// Writes a cell. Cells without text are not written.
    pub(crate) fn put(&mut self, position: (u32, u32), text: &str) -> Result<(), Error> {
        if text.is_empty() { Ok(()) } else { self.put_value(position, text) }
    }

    /// Writes a cell that has a value, whose text may be empty.
    pub(crate) fn put_value(&mut self, (row, column): (u32, u32), text: &str) -> Result<(), Error> {
        if row < self.row || (row == self.row && (column as usize) < self.cells) {
            return Err(Error::Damaged);
        }
        while self.row < row {
            self.end_row()?;
            self.row += 1;
        }
        self.fill(column)?;
        self.write(column, text)
    }

    /// Writes a cell that is merged with those below it, down to the last row.
    pub(crate) fn put_merged(&mut self, (row, column): (u32, u32), text: &str, last_row: u32) -> Result<(), Error> {
        self.put_value((row, column), text)?;
        if last_row > row && !text.is_empty() {
            self.merged.insert(column, Merged { last_row, text: text.to_owned() });
        }
        Ok(())
    }

    /// Writes the last chunk; returns the number of cells filled from merged ones.
    pub(crate) fn finish(mut self) -> Result<u64, Error> {
        self.end_row()?;
        self.sink.chunk(self.chunk);
        Ok(self.filled)
    }

    /// Repeats the merged cells of the columns from the current one up to `end`, exclusive.
    fn fill(&mut self, end: u32) -> Result<(), Error> {
        if self.merged.is_empty() {
            return Ok(());
        }
        let start = (self.cells as u32).min(end);
        let columns: Vec<u32> = self.merged.range(start..end).map(|(column, _)| *column).collect();
        for column in columns {
            let Some(cell) = self.merged.remove(&column).filter(|cell| cell.last_row >= self.row) else { continue };
            self.write(column, &cell.text)?;
            self.filled += 1;
            self.filled_bytes += cell.text.len() as u64 + 1;
            if self.filled_bytes > FILLED_MAX {
                return Err(Error::TooLarge);
            }
            if cell.last_row > self.row {
                self.merged.insert(column, cell);
            }
        }
        Ok(())
    }

    fn write(&mut self, column: u32, text: &str) -> Result<(), Error> {
        self.pad(column as usize);
        self.cell(text);
        self.cells = column as usize + 1;
        if self.chunk.len() < CHUNK_BYTES {
            return Ok(());
        }
        self.written += self.chunk.len() as u64;
        if self.written > UNPACKED_MAX {
            return Err(Error::TooLarge);
        }
        self.sink.chunk(std::mem::take(&mut self.chunk));
        self.sink.progress((self.share)());
        Ok(())
    }

    /// Ends the row; one without cells becomes a blank line.
    fn end_row(&mut self) -> Result<(), Error> {
        if self.cells > 0 {
            self.fill(COLUMNS_MAX)?;
            // A row of n cells has n - 1 commas.
            self.pad(self.width.saturating_sub(1));
        }
        self.chunk.extend(b"\r\n");
        self.cells = 0;
        Ok(())
    }

    /// Writes the commas before a column.
    fn pad(&mut self, column: usize) {
        let commas = self.cells.saturating_sub(1);
        self.chunk.extend(std::iter::repeat_n(b',', column.saturating_sub(commas)));
    }

    fn cell(&mut self, text: &str) {
        // NUL bytes would make the import reject the CSV as binary.
        let text = if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) };
        // Every common delimiter is quoted, so that none misleads the delimiter detection of the import; also what a web
        // page or JSON could begin with, so that the CSV is not taken for one again.
        let is_quoted = text.starts_with(['<', '{', '['])
            || text.bytes().any(|byte| matches!(byte, b'"' | b',' | b';' | b'\t' | b'|' | b'\r' | b'\n'));
        if is_quoted {
            self.chunk.push(b'"');
            self.chunk.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.chunk.push(b'"');
        } else {
            self.chunk.extend_from_slice(text.as_bytes());
        }
    }
}
