//! The rows of a file as they stand there, packed: texts, and where cells end in them.
//!
//! May not know what cells mean.

use crate::lead::csv::{Cells, End};

/// How much text lies in one piece, so that a long list grows without being copied.
const PIECE: usize = 1 << 22;

/// Rows of cells. About the size of the file itself, with 4 bytes beside each cell.
#[derive(Default)]
pub(super) struct Rows {
    texts: Vec<String>,
    ends: Vec<End>,
    rows: Vec<Row>,
}

/// Where a row's text starts, where its ends start and how many they are, its line.
#[derive(Clone, Copy)]
struct Row {
    piece: usize,
    start: usize,
    ends: usize,
    cells: usize,
    line: u64,
}

impl Rows {
    pub(super) fn push(&mut self, line: u64, cells: Cells<'_>) {
        let room = |text: &&mut String| text.len() + cells.text().len() <= PIECE;
        let start = match self.texts.last_mut().filter(room) {
            Some(text) => {
                let start = text.len();
                text.push_str(cells.text());
                start
            }
            // The first piece grows with the list: most lists are short.
            None => {
                let mut text = String::with_capacity(if self.texts.is_empty() { 0 } else { PIECE });
                text.push_str(cells.text());
                self.texts.push(text);
                0
            }
        };
        let row = Row { piece: self.texts.len() - 1, start, ends: self.ends.len(), cells: cells.len(), line };
        self.rows.push(row);
        self.ends.extend_from_slice(cells.ends());
    }

    /// Keeps only the rows that are told to stay; the text of the others stays behind, unseen.
    pub(super) fn retain(&mut self, mut stays: impl FnMut(usize) -> bool) {
        let mut row = 0..;
        self.rows.retain(|_| row.next().is_some_and(&mut stays));
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn line(&self, row: usize) -> u64 {
        self.rows[row].line
    }

    pub(super) fn cells(&self, row: usize) -> Cells<'_> {
        let Row { piece, start, ends, cells, .. } = self.rows[row];
        Cells::new(self.texts[piece].get(start..).unwrap_or_default(), &self.ends[ends..ends + cells])
    }
}
