//! The cells of all rows, packed: one text, and where cells end in it.
//!
//! May not know what cells mean.

use crate::lead::csv::Cells;

/// Rows of cells. About the size of the file itself, with 4 bytes beside each cell.
#[derive(Default)]
pub(super) struct Rows {
    text: String,
    /// For each row: where its text starts, where its ends start, its line.
    rows: Vec<Row>,
    ends: Vec<u32>,
}

struct Row {
    text: usize,
    ends: usize,
    line: u64,
}

impl Rows {
    pub(super) fn push(&mut self, line: u64, cells: Cells<'_>) {
        self.rows.push(Row { text: self.text.len(), ends: self.ends.len(), line });
        let mut end = 0;
        for cell in cells.iter() {
            self.text.push_str(cell);
            end += cell.len();
            // A row has at most a megabyte, so its ends fit.
            self.ends.push(end as u32);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn line(&self, row: usize) -> u64 {
        self.rows[row].line
    }

    fn ends(&self, row: usize) -> &[u32] {
        let next = self.rows.get(row + 1).map_or(self.ends.len(), |next| next.ends);
        &self.ends[self.rows[row].ends..next]
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> Option<&str> {
        let ends = self.ends(row);
        let start = column.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())? as usize;
        let end = *ends.get(column)? as usize;
        let from = self.rows[row].text;
        self.text.get(from + start..from + end)
    }

    pub(super) fn cells(&self, row: usize) -> impl Iterator<Item = &str> {
        (0..self.ends(row).len()).filter_map(move |column| self.cell(row, column))
    }
}
