//! Splits a CSV record into cells.
//!
//! The grammar is RFC 4180; what that leaves open is as in csv-core: a quote counts only at the start of a cell, text
//! after a closing quote belongs to the cell, and a line ends with \n, \r or both.

use super::row::{CellEnd, Cells};
use super::{Dialect, count_newlines};
use memchr::{memchr, memchr3};

/// Resumable state machine over one record: called again with the same record and more bytes behind it, it continues
/// where it stopped.
pub(super) struct Splitter {
    dialect: Dialect,
    state: SplitState,
    /// Number of bytes of the record that were scanned.
    offset: usize,
    /// True when the current cell began with a quote.
    quoted: bool,
    /// Number of line breaks inside quotes.
    newlines: u64,
    /// True when a quoted cell is more than its text between two quotes.
    needs_unescape: bool,
    ends: Vec<CellEnd>,
    unescaped: Unescaped,
}

/// Position within a cell.
#[derive(Clone, Copy, PartialEq)]
enum SplitState {
    /// At the start.
    Start,
    /// In an unquoted cell.
    Bare,
    /// Inside quotes.
    Quoted,
    /// Behind a quote that closes the cell, unless another follows.
    Closed,
}

/// Copy of a record without quotes.
#[derive(Default)]
struct Unescaped {
    text: String,
    ends: Vec<CellEnd>,
}

impl Splitter {
    pub(super) fn new(dialect: Dialect) -> Self {
        Splitter {
            dialect,
            state: SplitState::Start,
            offset: 0,
            quoted: false,
            newlines: 0,
            needs_unescape: false,
            ends: Vec::new(),
            unescaped: Unescaped::default(),
        }
    }

    /// Resets to the start of a record.
    pub(super) fn restart(&mut self) {
        self.state = SplitState::Start;
        self.offset = 0;
        self.newlines = 0;
        self.needs_unescape = false;
        self.ends.clear();
    }

    /// Number of cells found so far.
    pub(super) fn columns(&self) -> usize {
        self.ends.len()
    }

    /// End offsets of the cells found so far.
    pub(super) fn ends(&self) -> &[CellEnd] {
        &self.ends
    }

    /// True inside an open quote.
    pub(super) fn is_open(&self) -> bool {
        self.state == SplitState::Quoted
    }

    /// Number of line breaks inside the record, in quoted cells.
    pub(super) fn newlines(&self) -> u64 {
        self.newlines
    }

    /// Scans more of a record; true when it ended, after [`Splitter::length`] bytes.
    pub(super) fn split(&mut self, record: &[u8]) -> bool {
        loop {
            let rest = record.get(self.offset..).unwrap_or_default();
            let Some(byte) = rest.first() else { return false };
            let ended = match self.state {
                SplitState::Start => self.start(*byte),
                SplitState::Bare => self.bare(rest),
                SplitState::Quoted => self.quoted(rest),
                SplitState::Closed => self.closed(*byte),
            };
            if ended {
                return true;
            }
        }
    }

    fn start(&mut self, byte: u8) -> bool {
        let Dialect { delimiter, quote } = self.dialect;
        self.quoted = byte == quote;
        // Many cells are empty.
        if byte == delimiter && !self.quoted {
            return self.end_cell(byte);
        }
        self.offset += usize::from(self.quoted);
        self.state = if self.quoted { SplitState::Quoted } else { SplitState::Bare };
        false
    }

    fn bare(&mut self, rest: &[u8]) -> bool {
        let end = memchr3(self.dialect.delimiter, b'\n', b'\r', rest);
        self.offset += end.unwrap_or(rest.len());
        end.is_some_and(|end| self.end_cell(rest[end]))
    }

    fn quoted(&mut self, rest: &[u8]) -> bool {
        let end = memchr(self.dialect.quote, rest);
        let inside = &rest[..end.unwrap_or(rest.len())];
        self.newlines += count_newlines(inside);
        self.offset += inside.len() + usize::from(end.is_some());
        self.state = if end.is_some() { SplitState::Closed } else { SplitState::Quoted };
        false
    }

    fn closed(&mut self, byte: u8) -> bool {
        let Dialect { delimiter, quote } = self.dialect;
        if byte == quote {
            self.needs_unescape = true;
            self.offset += 1;
            self.state = SplitState::Quoted;
            false
        } else if byte == delimiter || matches!(byte, b'\n' | b'\r') {
            self.end_cell(byte)
        } else {
            self.needs_unescape = true;
            self.state = SplitState::Bare;
            false
        }
    }

    /// Ends a cell at this byte; true when it ends the record as well.
    fn end_cell(&mut self, byte: u8) -> bool {
        self.ends.push(CellEnd::new(self.offset, self.quoted));
        self.offset += 1;
        self.state = SplitState::Start;
        byte != self.dialect.delimiter
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Length of the record in bytes, with the byte that ends its line.
    pub(super) fn length(&self) -> usize {
        self.offset
    }

    /// Cells of the record that ended; `text` is the record.
    pub(super) fn cells<'a>(&'a mut self, text: &'a str) -> Cells<'a> {
        let cells = Cells::new(text, &self.ends);
        if !self.needs_unescape {
            return cells;
        }
        self.unescaped.fill(cells, char::from(self.dialect.quote));
        Cells::new(&self.unescaped.text, &self.unescaped.ends)
    }
}

impl Unescaped {
    fn fill(&mut self, cells: Cells<'_>, quote: char) {
        self.text.clear();
        self.ends.clear();
        for (cell, quoted) in cells.raw() {
            match cell.strip_prefix(quote).filter(|_| quoted) {
                Some(cell) => push_unescaped(cell, quote, &mut self.text),
                None => self.text.push_str(cell),
            }
            self.ends.push(CellEnd::new(self.text.len(), false));
            // Cells are one byte apart.
            self.text.push(',');
        }
    }
}

/// Unescapes a cell behind its opening quote: doubled quotes are one, and text behind the closing quote is kept.
fn push_unescaped(cell: &str, quote: char, out: &mut String) {
    let mut rest = cell;
    while let Some((inside, behind)) = rest.split_once(quote) {
        out.push_str(inside);
        let Some(more) = behind.strip_prefix(quote) else {
            rest = behind;
            break;
        };
        out.push(quote);
        rest = more;
    }
    out.push_str(rest);
}
