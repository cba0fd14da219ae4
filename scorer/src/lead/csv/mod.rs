//! CSV bytes, pushed in pieces -> rows with their leads or the reason why not.
//!
//! Owns the reader: how pieces become records, limits that keep memory bounded, and how reading goes on behind a broken
//! row. Rows are read where they lie in what was pushed; only one that is cut in two is copied. May not know files,
//! encoding or models.

mod dialect;
mod error;
mod header;
mod opening;
mod reason;
mod row;
mod split;
mod table;
#[cfg(test)]
mod tests;

pub use dialect::Dialect;
pub use error::IntakeError;
pub use opening::{OPENING, Opening};
pub use reason::Reason;
pub use row::{Cells, End, Intake, Reject, Row};
pub use table::records;

use super::Lead;
use super::mapping::Mapping;
use super::schema::Schema;
use super::text::utf8;
use header::Header;
use memchr::{memchr_iter, memchr2};
use split::Splitter;

/// The most bytes that one row may have.
pub const ROW_MAX: usize = 1 << 20;

/// The most columns that a file may have.
pub const COLUMNS_MAX: usize = 4096;

/// How many rows may be too broken to find their end before the file is given up.
const RECOVERIES_MAX: usize = 100;

/// How much is copied at once behind the start of a row that was pushed before.
const STEP: usize = 1 << 12;

/// How many bytes tell what a file is: two marks of UTF-8.
const START: usize = 6;

/// The mark of UTF-8 at the start of a text.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The mark of a zip archive at the start of a file.
const ZIP: &[u8] = b"PK\x03\x04";

/// Whether a file that begins so is the container of a workbook: a zip archive or, before 2007 and for protected ones, an
/// OLE file. Both are no text in any case.
pub fn is_container(start: &[u8]) -> bool {
    start.starts_with(ZIP) || start.starts_with(b"\xD0\xCF\x11\xE0")
}

/// Refuses files of which the first bytes tell that they are no text.
pub fn check_text(start: &[u8]) -> Result<(), IntakeError> {
    const KNOWN: [(&[u8], &str); 4] = [
        (ZIP, ": it looks like an Excel workbook or a zip archive; save it as CSV first"),
        (b"\xFF\xD8\xFF", ": it looks like a JPEG picture"),
        (b"\x89PNG", ": it looks like a PNG picture"),
        (b"%PDF", ": it looks like a PDF document"),
    ];
    match KNOWN.iter().find(|(mark, _)| start.starts_with(mark)) {
        Some((_, hint)) => Err(IntakeError::NotText { hint }),
        None => Ok(()),
    }
}

/// Reads a file that is pushed in pieces of any size. The same bytes give the same rows however they are cut.
pub struct Reader {
    schema: Schema,
    splitter: Splitter,
    /// The first bytes of the file, until they are enough to tell what it is.
    start: Option<Vec<u8>>,
    header: Option<Header>,
    /// What the columns are read as, where it is not their names alone that say so.
    mapping: Option<Mapping>,
    /// The bytes so far of a record whose end was not pushed yet.
    begun: Vec<u8>,
    /// The lead of the last row: used again for each.
    lead: Lead,
    skipping: bool,
    line: u64,
    rows: u64,
    recoveries: usize,
}

impl Reader {
    /// A reader at the start of a file.
    pub fn new(schema: Schema, dialect: Dialect) -> Self {
        Reader {
            lead: Lead::empty(schema.len()),
            schema,
            splitter: Splitter::new(dialect),
            start: Some(Vec::new()),
            header: None,
            mapping: None,
            begun: Vec::new(),
            skipping: false,
            line: 1,
            rows: 0,
            recoveries: 0,
        }
    }

    /// Reads columns as a mapping says, which is about this file's columns. Rows may then have fewer cells than there are
    /// columns, as spreadsheets write them: the others are empty. What is found at the beginning of a file is passed over
    /// before it is pushed; `line` is where reading begins.
    pub fn mapped(self, mapping: Mapping, line: u64) -> Self {
        Reader { mapping: Some(mapping), line, ..self }
    }

    /// The names of the columns, once the header was read.
    pub fn columns(&self) -> Option<&[String]> {
        self.header.as_ref().map(Header::names)
    }

    /// Reads the next piece; every row that ends in it goes to the sink.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        let Some(mut start) = self.start.take() else { return self.read(bytes, sink) };
        let (first, rest) = bytes.split_at(bytes.len().min(START - start.len()));
        start.extend_from_slice(first);
        if start.len() < START {
            self.start = Some(start);
            return Ok(());
        }
        self.begin(&start, sink)?;
        self.read(rest, sink)
    }

    /// Reads what is left and tells what the file was.
    pub fn finish(mut self, sink: &mut impl FnMut(Row<'_>)) -> Result<Intake, IntakeError> {
        if let Some(start) = self.start.take() {
            self.begin(&start, sink)?;
        }
        while !self.begun.is_empty() {
            let mut record = std::mem::take(&mut self.begun);
            record.push(b'\n');
            // Only inside quotes does an end of line not end a record.
            if self.splitter.split(&record) {
                self.end_record(&record, sink)?;
            } else {
                record.pop();
                let used = self.give_up_line(&record, sink)?;
                self.read(&record[used..], sink)?;
            }
        }
        let header = self.header.ok_or(IntakeError::Empty)?;
        if self.rows == 0 {
            return Err(IntakeError::NoRows);
        }
        Ok(header.into_intake(&self.schema, self.rows))
    }

    /// Looks at the first bytes: a mark of UTF-8 is passed over, what is no text is told.
    fn begin(&mut self, start: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        check_text(start)?;
        if [b"\xFF\xFE", b"\xFE\xFF"].iter().any(|mark| start.starts_with(*mark)) {
            return Err(IntakeError::NotText { hint: ": it looks like UTF-16; save it as CSV in UTF-8" });
        }
        // Some programs put a second mark before a text that has one.
        let text = start.strip_prefix(MARK).unwrap_or(start);
        self.read(text.strip_prefix(MARK).unwrap_or(text), sink)
    }

    fn read(&mut self, bytes: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = if self.skipping {
                self.skip_line(rest)
            } else if self.begun.is_empty() {
                self.read_record(rest, sink)?
            } else {
                self.go_on(rest, sink)?
            };
        }
        Ok(())
    }

    /// Reads the record that starts here, where it lies; returns what stands behind it.
    fn read_record<'b>(&mut self, bytes: &'b [u8], sink: &mut impl FnMut(Row<'_>)) -> Result<&'b [u8], IntakeError> {
        let bytes = self.skip_blank(bytes);
        let piece = &bytes[..bytes.len().min(ROW_MAX + 1)];
        if self.split(piece)? {
            let length = self.splitter.length();
            self.end_record(&piece[..length], sink)?;
            return Ok(&bytes[length..]);
        }
        if piece.len() > ROW_MAX {
            let used = self.too_long(piece, sink)?;
            return Ok(&bytes[used..]);
        }
        self.begun.extend_from_slice(piece);
        Ok(&[])
    }

    /// Reads on in a record whose start was pushed before; returns what stands behind the bytes that were used.
    fn go_on<'b>(&mut self, bytes: &'b [u8], sink: &mut impl FnMut(Row<'_>)) -> Result<&'b [u8], IntakeError> {
        let mut begun = std::mem::take(&mut self.begun);
        let before = begun.len();
        let (more, rest) = bytes.split_at(bytes.len().min(STEP).min(ROW_MAX + 1 - before));
        begun.extend_from_slice(more);
        if self.split(&begun)? {
            let length = self.splitter.length();
            self.end_record(&begun[..length], sink)?;
            begun.clear();
            self.begun = begun;
            return Ok(&bytes[length - before..]);
        }
        if begun.len() > ROW_MAX {
            let used = self.too_long(&begun, sink)?;
            // Too few bytes to be too long once more, so this goes no deeper.
            self.read(&begun[used..], sink)?;
        } else {
            self.begun = begun;
        }
        Ok(rest)
    }

    fn split(&mut self, record: &[u8]) -> Result<bool, IntakeError> {
        let ended = self.splitter.split(record);
        if self.header.is_none() && self.splitter.columns() > COLUMNS_MAX {
            return Err(IntakeError::TooManyColumns);
        }
        Ok(ended)
    }

    fn end_record(&mut self, record: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        let line = self.line;
        self.line += self.splitter.breaks() + u64::from(record.ends_with(b"\n"));
        match (&mut self.header, utf8(record)) {
            (None, Ok(text)) if !text.contains('\0') => {
                self.header = Some(Header::new(self.splitter.cells(text), &self.schema, self.mapping.take())?);
            }
            (None, _) => return Err(IntakeError::NotText { hint: "" }),
            (Some(header), Ok(text)) => {
                let cells = self.splitter.cells(text);
                let read = header.read(cells, &self.schema, line, &mut self.lead);
                self.rows += 1;
                sink(Row { line, cells, columns: header.names().len(), lead: read.map(|()| &self.lead) });
            }
            (Some(header), Err(error)) => {
                let column = self.splitter.ends().iter().position(|end| end.at() > error.valid_up_to());
                let column = column.and_then(|column| header.names().get(column)).cloned();
                self.reject(line, column, Reason::NotUtf8, sink);
            }
        }
        self.splitter.restart();
        Ok(())
    }

    /// A record is longer than allowed: either a quote that never closes, or really that long. Returns how many of
    /// its bytes are done with.
    fn too_long(&mut self, record: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<usize, IntakeError> {
        if self.header.is_none() {
            let text = std::str::from_utf8(record);
            let is_text = text.map_or_else(|error| error.error_len().is_none(), |text| !text.contains('\0'));
            return Err(if is_text { IntakeError::HeaderTooLong } else { IntakeError::NotText { hint: "" } });
        }
        if self.splitter.is_open() {
            return self.give_up_line(record, sink);
        }
        let line = self.line;
        self.line += breaks(record);
        self.reject(line, None, Reason::TooLong { kilobytes_max: ROW_MAX >> 10 }, sink);
        self.splitter.restart();
        self.skipping = true;
        Ok(record.len())
    }

    /// Rejects the line on which a quote opened that is never closed, and returns how many bytes it has: what stands
    /// behind it is to be read again, so that one broken row does not swallow the rest of the file.
    fn give_up_line(&mut self, record: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<usize, IntakeError> {
        let Some(header) = &self.header else { return Err(IntakeError::OpenHeader) };
        let column = header.names().get(self.splitter.columns()).cloned();
        let line = self.line;
        self.recoveries += 1;
        if self.recoveries > RECOVERIES_MAX {
            return Err(IntakeError::TooBroken { line });
        }
        let end = line_end(record);
        self.line += breaks(&record[..end.unwrap_or(0)]);
        self.reject(line, column, Reason::OpenQuote, sink);
        self.splitter.restart();
        Ok(end.unwrap_or(record.len()))
    }

    fn reject(&mut self, line: u64, column: Option<String>, reason: Reason, sink: &mut impl FnMut(Row<'_>)) {
        self.rows += 1;
        let columns = self.columns().map_or(0, <[String]>::len);
        sink(Row { line, cells: Cells::NONE, columns, lead: Err(Reject { line, column, reason }) });
    }

    /// Passes over the rest of a row that is too long. The end of its line is left to be counted as a blank one's.
    fn skip_line<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let end = memchr2(b'\n', b'\r', bytes);
        self.skipping = end.is_none();
        &bytes[end.unwrap_or(bytes.len())..]
    }

    /// Passes over lines without a byte, and over the second half of an end of line.
    fn skip_blank<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let (blank, rest) = bytes.split_at(blank);
        self.line += breaks(blank);
        rest
    }
}

/// Where the first line of some bytes ends, its line break included.
fn line_end(bytes: &[u8]) -> Option<usize> {
    let at = memchr2(b'\n', b'\r', bytes)?;
    Some(at + 1 + usize::from(bytes[at..].starts_with(b"\r\n")))
}

/// How many lines end in some bytes.
fn breaks(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
