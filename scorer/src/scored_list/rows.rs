//! Stores rows of cells compactly: texts, and the end offsets of cells in them.

use crate::lead::csv::{CellEnd, Cells};

/// Text size of a chunk, in bytes: a long list grows without being copied.
const CHUNK_BYTES: usize = 1 << 22;

/// Rows of cells: about the size of the file, and 4 bytes per cell.
#[derive(Default)]
pub(super) struct RowStore {
    chunks: Vec<Chunk>,
    rows: Vec<RowSpan>,
}

/// Consecutive texts of rows, with the end offsets of their cells.
#[derive(Default)]
struct Chunk {
    text: String,
    ends: Vec<CellEnd>,
}

/// Position of a row in its chunk: start of its text, first cell end, number of cells; and its line in the file.
#[derive(Clone, Copy)]
struct RowSpan {
    chunk: u32,
    start: u32,
    ends: u32,
    cells: u32,
    line: u64,
}

impl RowStore {
    pub(super) fn push(&mut self, line: u64, cells: Cells<'_>) {
        let has_room = |chunk: &Chunk| chunk.text.len() + cells.text().len() <= CHUNK_BYTES;
        if !self.chunks.last().is_some_and(has_room) {
            self.add_chunk();
        }
        let chunk = (self.chunks.len() - 1) as u32;
        let Some(Chunk { text, ends }) = self.chunks.last_mut() else { return };
        let (start, first) = (text.len() as u32, ends.len() as u32);
        text.push_str(cells.text());
        ends.extend_from_slice(cells.ends());
        self.rows.push(RowSpan { chunk, start, ends: first, cells: cells.len() as u32, line });
    }

    /// The first chunk grows as needed, since most lists are short; the others are allocated in full.
    fn add_chunk(&mut self) {
        let text = String::with_capacity(if self.chunks.is_empty() { 0 } else { CHUNK_BYTES });
        self.chunks.push(Chunk { text, ends: Vec::new() });
    }

    /// Memory in bytes, with full chunks.
    pub(super) fn memory(&self) -> usize {
        let ends: usize = self.chunks.iter().map(|chunk| chunk.ends.capacity() * size_of::<CellEnd>()).sum();
        self.chunks.len() * CHUNK_BYTES + ends + self.rows.capacity() * size_of::<RowSpan>()
    }

    /// Keeps the rows for which `keep` is true; the texts of the others stay in memory.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut row = 0..;
        self.rows.retain(|_| row.next().is_some_and(&mut keep));
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn line(&self, row: usize) -> u64 {
        self.rows[row].line
    }

    pub(super) fn cells(&self, row: usize) -> Cells<'_> {
        let RowSpan { chunk, start, ends, cells, .. } = self.rows[row];
        let (Chunk { text, ends: all }, ends) = (&self.chunks[chunk as usize], ends as usize);
        Cells::new(text.get(start as usize..).unwrap_or_default(), &all[ends..ends + cells as usize])
    }
}
