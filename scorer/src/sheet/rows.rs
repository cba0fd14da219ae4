//! The rows of a file as they stand there, packed: texts, and where cells end in them.
//!
//! Owns how much memory a list takes. May not know what cells mean.

use crate::lead::csv::{Cells, End};

/// How much text lies in one piece, so that a long list grows without being copied.
const PIECE: usize = 1 << 22;

/// Rows of cells. About the size of the file itself, with 4 bytes beside each cell.
#[derive(Default)]
pub(super) struct Rows {
    pieces: Vec<Piece>,
    rows: Vec<Row>,
}

/// Some rows' texts one behind the other, and the ends of their cells.
#[derive(Default)]
struct Piece {
    text: String,
    ends: Vec<End>,
}

/// Where a row's text starts, where its ends start and how many they are, its line.
#[derive(Clone, Copy)]
struct Row {
    piece: u32,
    start: u32,
    ends: u32,
    cells: u32,
    line: u64,
}

impl Rows {
    pub(super) fn push(&mut self, line: u64, cells: Cells<'_>) {
        let has_room = |piece: &Piece| piece.text.len() + cells.text().len() <= PIECE;
        if !self.pieces.last().is_some_and(has_room) {
            self.add_piece();
        }
        let piece = (self.pieces.len() - 1) as u32;
        let Some(Piece { text, ends }) = self.pieces.last_mut() else { return };
        let (start, first) = (text.len() as u32, ends.len() as u32);
        text.push_str(cells.text());
        ends.extend_from_slice(cells.ends());
        self.rows.push(Row { piece, start, ends: first, cells: cells.len() as u32, line });
    }

    /// The first piece grows with the list, since most lists are short; those behind it take their room at once.
    fn add_piece(&mut self) {
        let text = String::with_capacity(if self.pieces.is_empty() { 0 } else { PIECE });
        self.pieces.push(Piece { text, ends: Vec::new() });
    }

    /// Bytes of memory that are held, or soon will be.
    pub(super) fn memory(&self) -> usize {
        let ends: usize = self.pieces.iter().map(|piece| piece.ends.capacity() * size_of::<End>()).sum();
        self.pieces.len() * PIECE + ends + self.rows.capacity() * size_of::<Row>()
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
        let (Piece { text, ends: all }, ends) = (&self.pieces[piece as usize], ends as usize);
        Cells::new(text.get(start as usize..).unwrap_or_default(), &all[ends..ends + cells as usize])
    }
}
