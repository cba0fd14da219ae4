//! Tries dialects on the beginning of a file that is no plain CSV.
//!
//! Quotes, escapes and spaces are tried where the text has signs of them, every punctuation character as a delimiter where it
//! gives a regular table. Known column names decide first, then regular rows, then the consistency of the table.

use super::candidate::Candidate;
use super::sample::{Record, SAMPLE_ROWS, first_records};
use super::{Dialect, count_newlines};
use crate::lead::schema::Schema;
use memchr::{memchr2, memmem};

/// Common delimiters, most common first.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Characters that texts hardly contain.
const TEXT_FREE_DELIMITERS: &[u8] = b"^~#!$%*=\\`{}[]<>:\x1F\x1E\x01";

/// Characters that may be delimiters where they give a regular table with known column names.
const RARE_DELIMITERS: &[u8] = b"^~#!$%*=\\`{}[]<>:\x1F\x1E\x01&+/?@_()-. ";

/// Share of rows as wide as the header from which rows with another delimiter belong to it, in percent.
const OTHER_ROWS_PERCENT: usize = 80;

/// Share of lines in quotes from which lines are unwrapped, in percent.
const WRAPPED_PERCENT: usize = 50;

/// Share of rows of the same width from which they may be a table, in percent.
const TABLE_PERCENT: usize = 60;

/// Factor by which another dialect must be more consistent than that of the first line when no column is known.
const CLEARLY_BETTER: f64 = 1.1;

/// Delimiter that the first line names (`sep=;`), with the length of that line and its line break. Excel writes and reads
/// such lines.
pub(super) fn sep_line(text: &[u8]) -> Option<(u8, usize)> {
    let end = memchr2(b'\n', b'\r', text)?;
    let line = text[..end].trim_ascii_end();
    // A tab may be the delimiter that is named.
    let line = if line.len() < 5 { &text[..end] } else { line };
    let line = line.strip_prefix(b"\"").map_or(line, |inside| inside.strip_suffix(b"\"").unwrap_or(inside));
    let is_sep = line.len() == 5 && line[..4].eq_ignore_ascii_case(b"sep=");
    let delimiter = *line.last().filter(|last| is_sep && last.is_ascii() && **last != b'"')?;
    let length = end + if text[end..].starts_with(b"\r\n") { 2 } else { 1 };
    Some((delimiter, length))
}

/// Search for the dialect of a text.
pub(super) struct DialectSearch<'a> {
    pub(super) text: &'a [u8],
    pub(super) schema: &'a Schema,
}

impl DialectSearch<'_> {
    /// The best candidate with known column names, of one delimiter or of all.
    pub(super) fn best(&self, delimiter: Option<u8>) -> Option<Candidate> {
        let candidates = |delimiters: &[u8], is_tried: fn(&[u8], Dialect) -> bool| {
            let dialects = delimiters.iter().flat_map(|delimiter| dialects(self.text, *delimiter));
            let tried = dialects.filter(|dialect| is_tried(self.text, *dialect));
            tried.filter_map(|dialect| Candidate::find(self.text, dialect, self.schema)).reduce(Candidate::cleaner)
        };
        if let Some(delimiter) = delimiter {
            return candidates(&[delimiter], |_, _| true);
        }
        let common = candidates(&DELIMITERS, |_, _| true);
        if common.as_ref().is_some_and(Candidate::is_regular) {
            return common;
        }
        let known = common.as_ref().map_or(0, |common| common.known);
        let is_better = |rare: &Candidate| rare.known > known && rare.width() > 1 && rare.is_regular();
        candidates(RARE_DELIMITERS, makes_table).filter(is_better).or(common)
    }

    /// Rows below the header in another delimiter, which gives them the header's width, when most are of another width in
    /// the header's own.
    pub(super) fn other_rows(&self, header: &Candidate) -> Option<(Dialect, Vec<Record>)> {
        let row = header.records.get(header.header)?;
        let width = header.width();
        if width < 2 || header.below().is_empty() || header.same_width * 2 >= header.below().len() {
            return None;
        }
        let rest = self.text.get(row.end..)?;
        let lines = row.line - 1 + count_newlines(&self.text[row.offset..row.end]);
        let others = DELIMITERS.iter().chain(TEXT_FREE_DELIMITERS).filter(|other| **other != header.dialect.delimiter);
        others.flat_map(|delimiter| dialects(rest, *delimiter)).find_map(|dialect| {
            let mut rows = first_records(rest, dialect, SAMPLE_ROWS);
            let same_width = rows.iter().filter(|row| row.cells.len() == width).count();
            if rows.is_empty() || same_width * 100 < rows.len() * OTHER_ROWS_PERCENT {
                return None;
            }
            rows.iter_mut().for_each(|moved| (moved.offset, moved.line) = (moved.offset + row.end, moved.line + lines));
            Some((dialect, rows))
        })
    }

    /// The first row as the header, in the dialect of the most consistent table, since no column is known.
    pub(super) fn first_row(&self, delimiter: Option<u8>) -> Candidate {
        let first_line = delimiter.map_or_else(|| Dialect::detect(self.text), Dialect::with_delimiter);
        let first = Candidate::first_row(self.text, first_line);
        let delimiters = delimiter.map_or([&DELIMITERS, TEXT_FREE_DELIMITERS].concat(), |delimiter| vec![delimiter]);
        let dialects = delimiters.iter().flat_map(|delimiter| dialects(self.text, *delimiter));
        let tables = dialects.filter(|dialect| makes_table(self.text, *dialect));
        let candidates = tables.map(|dialect| Candidate::first_row(self.text, dialect));
        let enough = first.consistency() * CLEARLY_BETTER;
        let scored =
            candidates.map(|candidate| (candidate.consistency(), candidate)).filter(|(score, _)| *score > enough);
        scored.reduce(|best, other| if other.0 > best.0 { other } else { best }).map_or(first, |(_, best)| best)
    }
}

/// Dialects of a delimiter that the text has signs of, the plain one first; none if the text does not hold the delimiter,
/// unless it is a common one.
fn dialects(text: &[u8], delimiter: u8) -> Vec<Dialect> {
    let contains = |needle: &[u8]| memmem::find(text, needle).is_some();
    if !DELIMITERS.contains(&delimiter) && !contains(&[delimiter]) {
        return Vec::new();
    }
    let plain = Dialect::with_delimiter(delimiter);
    let mut dialects = vec![plain];
    let has_spaced = |quote: u8| contains(&[delimiter, b' ', quote]);
    if text.starts_with(b"'") || contains(&[delimiter, b'\'']) || has_spaced(b'\'') {
        dialects.push(Dialect { quote: b'\'', ..plain });
    }
    if has_spaced(b'"') || has_spaced(b'\'') {
        double(&mut dialects, |dialect| Dialect { skips_spaces: true, ..dialect });
    }
    if contains(b"\\\"") || contains(b"\\'") {
        double(&mut dialects, |dialect| Dialect { escape: Some(b'\\'), ..dialect });
    }
    if is_wrapped(text, plain) {
        double(&mut dialects, |dialect| Dialect { wraps_lines: true, ..dialect });
    }
    dialects
}

/// Adds a variant of each dialect.
fn double(dialects: &mut Vec<Dialect>, variant: impl Fn(Dialect) -> Dialect) {
    let variants: Vec<Dialect> = dialects.iter().map(|dialect| variant(*dialect)).collect();
    dialects.extend(variants);
}

/// True when many lines are one quoted cell with delimiters.
fn is_wrapped(text: &[u8], dialect: Dialect) -> bool {
    let delimiter = char::from(dialect.delimiter);
    let records = first_records(text, dialect, SAMPLE_ROWS);
    let is_wrapped = |record: &&Record| {
        let (first, others) = record.cells.split_first().unzip();
        text[record.offset] == dialect.quote
            && first.is_some_and(|first: &String| first.contains(delimiter))
            && others.is_some_and(|others| others.iter().all(String::is_empty))
    };
    let wrapped = records.iter().filter(is_wrapped).count();
    wrapped > 0 && wrapped * 100 >= records.len() * WRAPPED_PERCENT
}

/// True when most rows have the same number of cells, and more than one.
fn makes_table(text: &[u8], dialect: Dialect) -> bool {
    let records = first_records(text, dialect, SAMPLE_ROWS);
    let mut widths: Vec<usize> = records.iter().map(|record| record.cells.len()).collect();
    widths.sort_unstable();
    let most = widths.chunk_by(|one, other| one == other).max_by_key(|same| same.len());
    most.is_some_and(|most| most[0] > 1 && most.len() * 100 >= records.len() * TABLE_PERCENT)
}
