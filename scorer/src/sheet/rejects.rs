//! The rows of a file that hold no usable lead, as they stood there, each with its reason.
//!
//! Owns these rows and the file in which a user gets them back, to mend them there and have it read again. May not know
//! what a reason means.

use super::rows::Rows;
use super::write::{Form, free_name, write_row};
use crate::lead::csv::{Cells, Reject};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

/// The columns that stand before the user's own, so that a row with a cell too many stays as it was.
const ADDED: [&str; 3] = ["line", "column", "reason"];

/// About how many bytes of memory a reason takes.
const REASON: usize = 192;

/// Rows that hold no usable lead, in the file's order.
#[derive(Default)]
pub struct Rejects {
    columns: Vec<String>,
    list: Vec<Refused>,
    rows: Rows,
}

struct Refused {
    reject: Reject,
    row: usize,
}

impl Rejects {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Why each of them is none.
    pub fn iter(&self) -> impl Iterator<Item = &Reject> {
        self.list.iter().map(|refused| &refused.reject)
    }

    /// Writes them as CSV: line, column and reason, then the row's own cells; empty where they could not be told apart.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut lines = Vec::new();
        let names = ADDED.map(|name| Cow::Owned(free_name(name, &self.columns)));
        let own = self.columns.iter().map(|name| Cow::Borrowed(name.as_str()));
        write_row(names.into_iter().chain(own), Form::Data, &mut lines);
        for Refused { reject, row } in &self.list {
            let told = [
                reject.line.to_string().into(),
                reject.column.as_deref().unwrap_or_default().into(),
                reject.reason.to_string().into(),
            ];
            let cells = self.rows.cells(*row);
            let missing = self.columns.len().saturating_sub(cells.len());
            let cells = cells.iter().chain(std::iter::repeat_n("", missing)).map(Cow::Borrowed);
            write_row(told.into_iter().chain(cells), Form::Data, &mut lines);
        }
        out.write_all(&lines)
    }

    pub(super) fn push(&mut self, reject: Reject, cells: Cells<'_>) {
        let row = self.rows.len();
        self.rows.push(reject.line, cells);
        self.list.push(Refused { reject, row });
    }

    /// The file is read: its columns' names are known, and nothing comes any more.
    pub(super) fn finish(&mut self, columns: &[String]) {
        self.columns = columns.to_vec();
        self.list.sort_by_key(|refused| refused.reject.line);
    }

    pub(super) fn memory(&self) -> usize {
        self.rows.memory() + self.list.len() * REASON
    }
}

/// Without the rows: they are people's.
impl fmt::Debug for Rejects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rejects").field("len", &self.len()).finish_non_exhaustive()
    }
}
