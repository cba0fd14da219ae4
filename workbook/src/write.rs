//! Cells into CSV: RFC 4180, with commas, in parts.
//!
//! Owns where a cell stands in the CSV: on the row that it has in the sheet, behind as many commas. May not know
//! workbooks.

use crate::{Refusal, UNPACKED_MAX, cell};
use calamine::DataRef;

/// As many rows and columns as a sheet can have.
const ROWS_MAX: u32 = 1_048_576;
const COLUMNS_MAX: u32 = 16_384;
/// No list of leads has more columns: a cell beyond them, that somebody has lost there, does not make all rows as long.
const PADDED_MAX: usize = 4096;
/// Bytes of a part.
const PART: usize = 4 * 1024 * 1024;

/// The place of a cell, if a sheet can have it.
pub(crate) fn place((row, column): (u32, u32)) -> Result<(u32, u32), Refusal> {
    if row < ROWS_MAX && column < COLUMNS_MAX { Ok((row, column)) } else { Err(Refusal::Broken) }
}

/// The columns that every row is to have so that this one is among them.
pub(crate) fn padded_width(column: u32) -> usize {
    let width = column as usize + 1;
    if width > PADDED_MAX { 0 } else { width }
}

/// Whether a cell only has a look.
pub(crate) fn is_empty(value: &DataRef) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(text) => text.is_empty(),
        DataRef::SharedString(text) => text.is_empty(),
        _ => false,
    }
}

/// Writes cells that come row by row, each from left to right.
pub(crate) struct Writer {
    part: Vec<u8>,
    given: u64,
    width: usize,
    is_1904: bool,
    row: u32,
    /// Cells written of the row.
    cells: usize,
}

impl Writer {
    pub(crate) fn new(width: usize, is_1904: bool) -> Self {
        Writer { part: Vec::new(), given: 0, width, is_1904, row: 0, cells: 0 }
    }

    /// Writes a cell. Gives a part when it is full.
    pub(crate) fn put(&mut self, (row, column): (u32, u32), value: &DataRef) -> Result<Option<Vec<u8>>, Refusal> {
        if is_empty(value) {
            return Ok(None);
        }
        if row < self.row || (row == self.row && (column as usize) < self.cells) {
            return Err(Refusal::Broken);
        }
        while self.row < row {
            self.end_row();
            self.row += 1;
        }
        self.pad(column as usize);
        self.cell(&cell::text(value, self.is_1904));
        self.cells = column as usize + 1;
        if self.part.len() < PART {
            return Ok(None);
        }
        self.given += self.part.len() as u64;
        if self.given > UNPACKED_MAX {
            return Err(Refusal::TooLarge);
        }
        Ok(Some(std::mem::take(&mut self.part)))
    }

    /// The last part.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.end_row();
        self.part
    }

    /// A row without any cell stays a blank line.
    fn end_row(&mut self) {
        if self.cells > 0 {
            // Between cells stands one comma less than there are cells.
            self.pad(self.width.saturating_sub(1));
        }
        self.part.extend(b"\r\n");
        self.cells = 0;
    }

    /// Commas until the cell of this column can be written.
    fn pad(&mut self, column: usize) {
        // Before the first cell none is needed, before any other one each.
        let written = self.cells.saturating_sub(1);
        self.part.extend(std::iter::repeat_n(b',', column.saturating_sub(written)));
    }

    fn cell(&mut self, text: &str) {
        // No text has them, and a file that does would be taken for none.
        let text = text.replace('\0', "");
        // Whoever guesses the delimiter shall not be misled by the text.
        let is_quoted = text.contains(['"', ',', ';', '\t', '|', '\r', '\n']);
        if is_quoted {
            self.part.push(b'"');
            self.part.extend(text.replace('"', "\"\"").bytes());
            self.part.push(b'"');
        } else {
            self.part.extend(text.bytes());
        }
    }
}
