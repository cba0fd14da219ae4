//! Splits a CSV record into cells.
//!
//! The grammar is RFC 4180; what that leaves open is as in csv-core: a quote counts only at the start of a cell, text
//! after a closing quote belongs to the cell, and a line ends with \n, \r or both. Other dialects start their cells in
//! states of their own, so that they cost this one nothing.

use super::row::{CellEnd, Cells};
use super::unescape::Unescaped;
use super::{Dialect, count_newlines};
use memchr::{memchr, memchr2, memchr3};

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
    /// True when a cell is more or less than its text, or its text between two quotes.
    needs_unescape: bool,
    ends: Vec<CellEnd>,
    unescaped: Unescaped,
    /// Rows within the cells of lines in quotes.
    unwrapped: Option<Box<Unwrapped>>,
}

/// Position within a cell.
#[derive(Clone, Copy, PartialEq)]
enum SplitState {
    /// At the start.
    Start,
    /// At the start, where spaces are skipped.
    SpacedStart,
    /// In an unquoted cell.
    Bare,
    /// Inside quotes.
    Quoted,
    /// Inside quotes, where characters may be escaped.
    EscapedQuoted,
    /// Behind an escape.
    Escaped,
    /// Behind a quote that closes the cell, unless another follows.
    Closed,
}

impl Splitter {
    pub(super) fn new(dialect: Dialect) -> Self {
        Splitter {
            dialect,
            state: Self::first_state(dialect),
            offset: 0,
            quoted: false,
            newlines: 0,
            needs_unescape: false,
            ends: Vec::new(),
            unescaped: Unescaped::default(),
            unwrapped: dialect.wraps_lines.then(|| Box::new(Unwrapped::new(dialect))),
        }
    }

    /// State at the start of a cell.
    fn first_state(dialect: Dialect) -> SplitState {
        if dialect.skips_spaces { SplitState::SpacedStart } else { SplitState::Start }
    }

    /// State behind an opening quote.
    fn quoted_state(&self) -> SplitState {
        if self.dialect.escape.is_some() { SplitState::EscapedQuoted } else { SplitState::Quoted }
    }

    /// Resets to the start of a record.
    pub(super) fn restart(&mut self) {
        self.state = Self::first_state(self.dialect);
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
        matches!(self.state, SplitState::Quoted | SplitState::EscapedQuoted | SplitState::Escaped)
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
                SplitState::SpacedStart => self.spaced_start(*byte),
                SplitState::Bare => self.bare(rest),
                SplitState::Quoted => self.quoted(rest),
                SplitState::EscapedQuoted => self.escaped_quoted(rest),
                SplitState::Escaped => self.escaped(*byte),
                SplitState::Closed => self.closed(*byte),
            };
            if ended {
                return true;
            }
        }
    }

    fn start(&mut self, byte: u8) -> bool {
        let Dialect { delimiter, quote, .. } = self.dialect;
        self.quoted = byte == quote;
        // Many cells are empty.
        if byte == delimiter && !self.quoted {
            return self.end_cell(byte);
        }
        self.offset += usize::from(self.quoted);
        self.state = if self.quoted { self.quoted_state() } else { SplitState::Bare };
        false
    }

    fn spaced_start(&mut self, byte: u8) -> bool {
        if byte != b' ' {
            return self.start(byte);
        }
        self.needs_unescape = true;
        self.offset += 1;
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

    fn escaped_quoted(&mut self, rest: &[u8]) -> bool {
        let Dialect { quote, escape, .. } = self.dialect;
        let end = memchr2(quote, escape.unwrap_or(quote), rest);
        let inside = &rest[..end.unwrap_or(rest.len())];
        self.newlines += count_newlines(inside);
        self.offset += inside.len() + usize::from(end.is_some());
        match end {
            Some(end) if rest[end] == quote => self.state = SplitState::Closed,
            Some(_) => (self.state, self.needs_unescape) = (SplitState::Escaped, true),
            None => {}
        }
        false
    }

    fn escaped(&mut self, byte: u8) -> bool {
        self.newlines += u64::from(byte == b'\n');
        self.offset += 1;
        self.state = SplitState::EscapedQuoted;
        false
    }

    fn closed(&mut self, byte: u8) -> bool {
        let Dialect { delimiter, quote, .. } = self.dialect;
        if byte == quote {
            self.needs_unescape = true;
            self.offset += 1;
            self.state = self.quoted_state();
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
        self.state = Self::first_state(self.dialect);
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
        let cells = if self.needs_unescape { self.unescaped.fill(cells, self.dialect) } else { cells };
        match &mut self.unwrapped {
            Some(unwrapped) => unwrapped.row(cells),
            None => cells,
        }
    }
}

/// Row within the one quoted cell of a line.
struct Unwrapped {
    text: String,
    splitter: Splitter,
}

impl Unwrapped {
    fn new(dialect: Dialect) -> Self {
        let inner = Dialect { wraps_lines: false, ..dialect };
        Unwrapped { text: String::new(), splitter: Splitter::new(inner) }
    }

    /// Cells of the row that a line's first cell holds, when all others are empty; else, or when the cell holds more than
    /// a row, the cells of the line.
    fn row<'a>(&'a mut self, line: Cells<'a>) -> Cells<'a> {
        let is_wrapped = line.iter().skip(1).all(str::is_empty);
        let Some(row) = line.get(0).filter(|_| is_wrapped) else { return line };
        self.text.clear();
        self.text.push_str(row);
        self.text.push('\n');
        self.splitter.restart();
        let is_row = self.splitter.split(self.text.as_bytes()) && self.splitter.length() == self.text.len();
        if is_row { self.splitter.cells(&self.text) } else { line }
    }
}
