//! Where the cells and the end of one record are.
//!
//! Owns the CSV grammar: RFC 4180, and what it leaves open as csv-core reads it (a quote counts only at a cell's start;
//! what follows a closing quote belongs to the cell; a line ends with \n, \r or both). May not know leads or limits.

use super::row::{Cells, End};
use super::{Dialect, breaks};
use memchr::{memchr, memchr3};

/// Finds the cells of a record, and can stop wherever its bytes do: handed the same record with more bytes behind, it
/// goes on where it stopped.
pub(super) struct Splitter {
    dialect: Dialect,
    state: State,
    /// How many bytes of the record were looked at.
    at: usize,
    /// Whether the cell that is being read began with a quote.
    quoted: bool,
    /// How many lines end inside of quotes.
    breaks: u64,
    /// Whether a quoted cell is more than its text between two quotes.
    odd: bool,
    ends: Vec<End>,
    plain: Plain,
}

/// Where in a cell the next byte is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// At its start.
    Start,
    /// Behind bytes that no quote stands around.
    Bare,
    /// Behind an opening quote.
    Quoted,
    /// Behind a quote that closes, unless another follows.
    Closed,
}

/// A record whose quotes were resolved: a text of its own.
#[derive(Default)]
struct Plain {
    text: String,
    ends: Vec<End>,
}

impl Splitter {
    pub(super) fn new(dialect: Dialect) -> Self {
        Splitter {
            dialect,
            state: State::Start,
            at: 0,
            quoted: false,
            breaks: 0,
            odd: false,
            ends: Vec::new(),
            plain: Plain::default(),
        }
    }

    /// Forgets the record.
    pub(super) fn restart(&mut self) {
        self.state = State::Start;
        self.at = 0;
        self.breaks = 0;
        self.odd = false;
        self.ends.clear();
    }

    /// How many cells were found so far.
    pub(super) fn columns(&self) -> usize {
        self.ends.len()
    }

    /// Where the cells of the record end that were found so far, in their order.
    pub(super) fn ends(&self) -> &[End] {
        &self.ends
    }

    /// Whether a quote opened that has not been closed yet.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Quoted
    }

    /// How many lines end inside of the record: in its quoted cells.
    pub(super) fn breaks(&self) -> u64 {
        self.breaks
    }

    /// Looks at more of a record; true where it ended, which is then its first [`Splitter::length`] bytes.
    pub(super) fn split(&mut self, record: &[u8]) -> bool {
        loop {
            let rest = record.get(self.at..).unwrap_or_default();
            let Some(byte) = rest.first() else { return false };
            let ended = match self.state {
                State::Start => self.start(*byte),
                State::Bare => self.bare(rest),
                State::Quoted => self.quoted(rest),
                State::Closed => self.closed(*byte),
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
        self.at += usize::from(self.quoted);
        self.state = if self.quoted { State::Quoted } else { State::Bare };
        false
    }

    fn bare(&mut self, rest: &[u8]) -> bool {
        let end = memchr3(self.dialect.delimiter, b'\n', b'\r', rest);
        self.at += end.unwrap_or(rest.len());
        end.is_some_and(|end| self.end_cell(rest[end]))
    }

    fn quoted(&mut self, rest: &[u8]) -> bool {
        let end = memchr(self.dialect.quote, rest);
        let inside = &rest[..end.unwrap_or(rest.len())];
        self.breaks += breaks(inside);
        self.at += inside.len() + usize::from(end.is_some());
        self.state = if end.is_some() { State::Closed } else { State::Quoted };
        false
    }

    fn closed(&mut self, byte: u8) -> bool {
        let Dialect { delimiter, quote } = self.dialect;
        if byte == quote {
            self.odd = true;
            self.at += 1;
            self.state = State::Quoted;
            false
        } else if byte == delimiter || matches!(byte, b'\n' | b'\r') {
            self.end_cell(byte)
        } else {
            self.odd = true;
            self.state = State::Bare;
            false
        }
    }

    /// Ends a cell before this byte; true where the record ends as well.
    fn end_cell(&mut self, byte: u8) -> bool {
        self.ends.push(End::new(self.at, self.quoted));
        self.at += 1;
        self.state = State::Start;
        byte != self.dialect.delimiter
    }

    /// How many bytes the record has, with the byte that ends its line.
    pub(super) fn length(&self) -> usize {
        self.at
    }

    /// The cells of the record that ended, whose text this is.
    pub(super) fn cells<'a>(&'a mut self, text: &'a str) -> Cells<'a> {
        let cells = Cells::new(text, &self.ends);
        if !self.odd {
            return cells;
        }
        self.plain.resolve(cells, char::from(self.dialect.quote));
        Cells::new(&self.plain.text, &self.plain.ends)
    }
}

impl Plain {
    /// Writes the cells anew, without quotes around them.
    fn resolve(&mut self, cells: Cells<'_>, quote: char) {
        self.text.clear();
        self.ends.clear();
        for (cell, quoted) in cells.raw() {
            match cell.strip_prefix(quote).filter(|_| quoted) {
                Some(cell) => push_resolved(cell, quote, &mut self.text),
                None => self.text.push_str(cell),
            }
            self.ends.push(End::new(self.text.len(), false));
            // Cells lie a byte apart.
            self.text.push(',');
        }
    }
}

/// The text of a cell behind its opening quote: doubled quotes are one, and behind the closing one nothing is special.
fn push_resolved(cell: &str, quote: char, out: &mut String) {
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
