//! Parses newline-delimited JSON, pushed in pieces, into one lead per line; an invalid line does not affect the others.

use super::{BodyError, read_lead_into};
use crate::lead::Lead;
use crate::lead::schema::Schema;
use memchr::memchr;
use thiserror::Error;

/// Size limit of a line, in bytes: several times that of the longest texts.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// A line that is not blank.
#[derive(Debug)]
pub struct NdjsonLine<'a> {
    /// Line number, from 1; blank lines count.
    pub number: u64,
    /// Lead; after an error, what could be parsed.
    pub lead: &'a Lead,
    /// Error of an invalid line.
    pub error: Option<NdjsonError>,
}

/// Error of a line.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NdjsonError {
    /// No valid lead.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// Over the size limit.
    #[error("the line is longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
}

/// Push parser. The same bytes give the same leads however they are cut.
pub struct NdjsonReader {
    schema: Schema,
    /// Start of a line whose end was not pushed yet.
    partial: Vec<u8>,
    /// Lead of the last line; reused for each.
    lead: Lead,
    number: u64,
    skipping: bool,
}

impl NdjsonReader {
    /// Creates a reader at the start of the first line.
    pub fn new(schema: Schema) -> Self {
        let lead = Lead::empty(schema.len());
        NdjsonReader { schema, partial: Vec::new(), lead, number: 1, skipping: false }
    }

    /// Parses the next bytes; every line that ends in them goes to the sink.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(NdjsonLine<'_>)) {
        let mut rest = bytes;
        while let Some(end) = memchr(b'\n', rest) {
            self.end_line(&rest[..end], sink);
            rest = &rest[end + 1..];
        }
        self.append(rest, sink);
    }

    /// Parses a last line without a line break.
    pub fn finish(mut self, sink: &mut impl FnMut(NdjsonLine<'_>)) {
        self.end_line(&[], sink);
    }

    /// Keeps the start of a line; nothing of one that is too long.
    fn append(&mut self, bytes: &[u8], sink: &mut impl FnMut(NdjsonLine<'_>)) {
        if self.skipping {
            return;
        }
        if self.partial.len() + bytes.len() <= LINE_BYTES_MAX {
            return self.partial.extend_from_slice(bytes);
        }
        self.partial.clear();
        self.skipping = true;
        self.lead.clear();
        sink(NdjsonLine { number: self.number, lead: &self.lead, error: Some(NdjsonError::TooLong) });
    }

    fn end_line(&mut self, end: &[u8], sink: &mut impl FnMut(NdjsonLine<'_>)) {
        if self.partial.is_empty() && !self.skipping && end.len() <= LINE_BYTES_MAX {
            self.read(end, sink);
        } else {
            self.append(end, sink);
            let mut line = std::mem::take(&mut self.partial);
            if !self.skipping {
                self.read(&line, sink);
            }
            line.clear();
            self.partial = line;
        }
        self.skipping = false;
        self.number += 1;
    }

    /// Parses a line unless it is blank.
    fn read(&mut self, line: &[u8], sink: &mut impl FnMut(NdjsonLine<'_>)) {
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        let error = read_lead_into(line, &self.schema, &mut self.lead).err().map(NdjsonError::Body);
        sink(NdjsonLine { number: self.number, lead: &self.lead, error });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number, key and validity of each line.
    fn read(text: &[u8], piece: usize) -> Vec<(u64, Option<String>, bool)> {
        let mut found = Vec::new();
        let mut sink =
            |line: NdjsonLine<'_>| found.push((line.number, line.lead.key().map(str::to_owned), line.error.is_none()));
        let mut lines = NdjsonReader::new(Schema::leads());
        text.chunks(piece).for_each(|piece| lines.push(piece, &mut sink));
        lines.finish(&mut sink);
        found
    }

    #[test]
    fn leads_are_independent_of_cuts() {
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
    fn line_over_the_size_limit_is_reported_once() {
        let mut text = vec![b'x'; LINE_BYTES_MAX + 1];
        text.extend_from_slice(b"\n{}\n");
        for piece in [1 << 12, 1 << 22] {
            let found = read(&text, piece);
            assert_eq!(found, [(1, None, false), (2, None, true)]);
        }
    }

    #[test]
    fn blank_input_has_no_lines() {
        assert_eq!(read(b"", 1), []);
        assert_eq!(read(b"\n \r\n", 1), []);
    }
}
