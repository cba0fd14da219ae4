//! Lines of JSON, pushed in pieces -> a lead for each line, or what is wrong with it.
//!
//! Owns how lines are found, and the longest one. A line that is not valid costs the others nothing. May not know HTTP,
//! encoding or models.

use super::{BodyError, read_into};
use crate::lead::Lead;
use crate::lead::schema::Schema;
use memchr::memchr;
use thiserror::Error;

/// The most bytes that one line may have: several times what the longest texts take.
pub const LINE_MAX: usize = 1 << 20;

/// One line that is not blank.
#[derive(Debug)]
pub struct Line<'a> {
    /// Its number, from 1; blank lines count.
    pub number: u64,
    /// Its lead; of one that is not valid, what could be read.
    pub lead: &'a Lead,
    /// What is wrong with it.
    pub fault: Option<LineError>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LineError {
    /// It holds no usable lead.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// It is longer than allowed.
    #[error("the line is longer than {LINE_MAX} bytes")]
    TooLong,
}

/// Reads lines that are pushed in pieces of any size. The same bytes give the same leads however they are cut.
pub struct Lines {
    schema: Schema,
    /// The bytes so far of a line whose end was not pushed yet.
    begun: Vec<u8>,
    /// The lead of the last line: used again for each.
    lead: Lead,
    number: u64,
    skipping: bool,
}

impl Lines {
    /// A reader at the start of the first line.
    pub fn new(schema: Schema) -> Self {
        let lead = Lead::empty(schema.len());
        Lines { schema, begun: Vec::new(), lead, number: 1, skipping: false }
    }

    /// Reads the next piece; every line that ends in it goes to the sink.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        let mut rest = bytes;
        while let Some(end) = memchr(b'\n', rest) {
            self.end_line(&rest[..end], sink);
            rest = &rest[end + 1..];
        }
        self.go_on(rest, sink);
    }

    /// Reads a last line that does not end.
    pub fn finish(mut self, sink: &mut impl FnMut(Line<'_>)) {
        self.end_line(&[], sink);
    }

    /// Keeps the start of a line; of one that is too long, nothing.
    fn go_on(&mut self, bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        if self.skipping {
            return;
        }
        if self.begun.len() + bytes.len() <= LINE_MAX {
            return self.begun.extend_from_slice(bytes);
        }
        self.begun.clear();
        self.skipping = true;
        self.lead.clear();
        sink(Line { number: self.number, lead: &self.lead, fault: Some(LineError::TooLong) });
    }

    fn end_line(&mut self, end: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        if self.begun.is_empty() && !self.skipping && end.len() <= LINE_MAX {
            self.read(end, sink);
        } else {
            self.go_on(end, sink);
            let mut line = std::mem::take(&mut self.begun);
            if !self.skipping {
                self.read(&line, sink);
            }
            line.clear();
            self.begun = line;
        }
        self.skipping = false;
        self.number += 1;
    }

    /// Passes over blank lines.
    fn read(&mut self, line: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        let fault = read_into(line, &self.schema, &mut self.lead).err().map(LineError::Body);
        sink(Line { number: self.number, lead: &self.lead, fault });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number, key and whether it is good, of each line.
    fn read(text: &[u8], piece: usize) -> Vec<(u64, Option<String>, bool)> {
        let mut found = Vec::new();
        let mut sink =
            |line: Line<'_>| found.push((line.number, line.lead.key().map(str::to_owned), line.fault.is_none()));
        let mut lines = Lines::new(Schema::leads());
        text.chunks(piece).for_each(|piece| lines.push(piece, &mut sink));
        lines.finish(&mut sink);
        found
    }

    #[test]
    fn the_same_bytes_give_the_same_leads_however_they_are_cut() {
        let text =
            b"\xEF\xBB\xBF{\"lead_key\": 1}\r\n\n{\"lead_key\": 2, \"llm_quality\": 101}\n{\n\xFF\n{\"lead_key\": 5}";
        let key = |key: &str| Some(key.to_owned());
        let expected =
            vec![(1, key("1"), true), (3, key("2"), false), (4, None, false), (5, None, false), (6, key("5"), true)];
        for piece in [1, 2, 7, 1_000] {
            assert_eq!(read(text, piece), expected, "{piece}");
        }
    }

    #[test]
    fn a_line_too_long_is_told_once_and_passed_over() {
        let mut text = vec![b'x'; LINE_MAX + 1];
        text.extend_from_slice(b"\n{}\n");
        for piece in [1 << 12, 1 << 22] {
            let found = read(&text, piece);
            assert_eq!(found, [(1, None, false), (2, None, true)]);
        }
    }

    #[test]
    fn nothing_is_no_line() {
        assert_eq!(read(b"", 1), []);
        assert_eq!(read(b"\n \r\n", 1), []);
    }
}
