//! The cells of all rows, packed: one text, and where cells end in it.
//!
//! May not know what cells mean.

use crate::lead::csv::Cells;

/// Rows of cells. About the size of the file itself, with 4 bytes beside each cell.
#[derive(Default)]
pub(super) struct Rows {
    text: String,
    rows: Vec<Row>,
    ends: Vec<u32>,
}

/// Where a row's text starts, where its ends start and how many they are, its line.
struct Row {
    text: usize,
    ends: usize,
    cells: usize,
    line: u64,
}

impl Rows {
    pub(super) fn push(&mut self, line: u64, cells: Cells<'_>) {
        self.rows.push(Row { text: self.text.len(), ends: self.ends.len(), cells: cells.len(), line });
        let mut end = 0;
        for cell in cells.iter() {
            self.text.push_str(cell);
            end += cell.len();
            // A row has at most a megabyte, so its ends fit.
            self.ends.push(end as u32);
        }
    }

    /// Forgets a row and tells its line. Its text stays behind, unseen.
    pub(super) fn remove(&mut self, row: usize) -> u64 {
        self.rows.remove(row).line
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn line(&self, row: usize) -> u64 {
        self.rows[row].line
    }

    fn ends(&self, row: usize) -> &[u32] {
        let Row { ends, cells, .. } = self.rows[row];
        &self.ends[ends..ends + cells]
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
