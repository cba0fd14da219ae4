//! Rejected rows with their reasons, and the CSV in which users get them back to correct them.

use super::rows::RowStore;
use super::write::{CsvStyle, unique_column_name, write_row};
use crate::lead::csv::{Cells, Reject};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

/// Columns before the user's own, so that a row with an extra cell keeps its cells.
const REASON_COLUMNS: [&str; 3] = ["line", "column", "reason"];

/// Approximate memory of a reason, in bytes.
const REASON_BYTES: usize = 192;

/// Rows that hold no usable lead, in the order of the file.
#[derive(Default)]
pub struct Rejects {
    columns: Vec<String>,
    list: Vec<RejectedRow>,
    rows: RowStore,
}

struct RejectedRow {
    reject: Reject,
    row: usize,
}

impl Rejects {
    /// Number of rejects.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True when there are no rejects.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Line, column and reason of each.
    pub fn iter(&self) -> impl Iterator<Item = &Reject> {
        self.list.iter().map(|rejected| &rejected.reject)
    }

    /// Writes a CSV of line, column and reason, then the row's cells; these are empty when they could not be split.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut lines = Vec::new();
        let names = REASON_COLUMNS.map(|name| Cow::Owned(unique_column_name(name, &self.columns)));
        let own = self.columns.iter().map(|name| Cow::Borrowed(name.as_str()));
        write_row(names.into_iter().chain(own), CsvStyle::Data, &mut lines);
        for RejectedRow { reject, row } in &self.list {
            let reason = [
                reject.line.to_string().into(),
                reject.column.as_deref().unwrap_or_default().into(),
                reject.reason.to_string().into(),
            ];
            let cells = self.rows.cells(*row);
            let missing = self.columns.len().saturating_sub(cells.len());
            let cells = cells.iter().chain(std::iter::repeat_n("", missing)).map(Cow::Borrowed);
            write_row(reason.into_iter().chain(cells), CsvStyle::Data, &mut lines);
        }
        out.write_all(&lines)
    }

    pub(super) fn push(&mut self, reject: Reject, cells: Cells<'_>) {
        let row = self.rows.len();
        self.rows.push(reject.line, cells);
        self.list.push(RejectedRow { reject, row });
    }

    /// Sets the column names and sorts by line, after the last row.
    pub(super) fn finish(&mut self, columns: &[String]) {
        self.columns = columns.to_vec();
        self.list.sort_by_key(|rejected| rejected.reject.line);
    }

    pub(super) fn memory(&self) -> usize {
        self.rows.memory() + self.list.len() * REASON_BYTES
    }
}

/// Omits the rows: they are personal data.
impl fmt::Debug for Rejects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rejects").field("len", &self.len()).finish_non_exhaustive()
    }
}
