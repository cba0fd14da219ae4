//! CSV bytes, pushed in pieces -> rows with their leads or the reason why not.
//!
//! Owns the reader: where records begin and end, limits that keep memory bounded, and how reading goes on behind a
//! broken row. Cells are split by csv-core. May not know files, encoding or models.

mod error;
mod header;
mod row;
#[cfg(test)]
mod tests;

pub use error::IntakeError;
pub use row::{Cells, Intake, Reject, Row};

use super::schema::Schema;
use csv_core::ReadRecordResult;
use header::Header;

/// The most bytes that one row may have.
pub const ROW_MAX: usize = 1 << 20;

/// The most columns that a file may have.
pub const COLUMNS_MAX: usize = 4096;

/// How many rows may be too broken to find their end before the file is given up.
const RECOVERIES_MAX: usize = 100;

/// How much is handed to csv-core at once, so that limits are noticed soon.
const PIECE: usize = 1 << 16;

/// How cells are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Stands between cells.
    pub delimiter: u8,
    /// Stands around cells that hold delimiters or line breaks; doubled inside them.
    pub quote: u8,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect { delimiter: b',', quote: b'"' }
    }
}

impl Dialect {
    /// The dialect of a file, told from its first bytes: whatever of comma, semicolon and tab stands most often on the
    /// first line outside of quotes; a comma where none does.
    pub fn detect(start: &[u8]) -> Self {
        let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
        let mut quoted = false;
        for byte in start.iter().take(ROW_MAX).skip_while(|byte| matches!(byte, b'\r' | b'\n')) {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => break,
                _ if quoted => {}
                other => {
                    counts.iter_mut().filter(|(delimiter, _)| delimiter == other).for_each(|(_, count)| *count += 1)
                }
            }
        }
        // Of equals the last wins, so the order is turned around: a comma before all others.
        let most = counts.iter().rev().max_by_key(|(_, count)| *count);
        Dialect { delimiter: most.map_or(b',', |(delimiter, _)| *delimiter), ..Dialect::default() }
    }
}

/// Reads a file that is pushed in pieces of any size. The same bytes give the same rows however they are cut.
pub struct Reader {
    schema: Schema,
    dialect: Dialect,
    core: csv_core::Reader,
    start: Option<Vec<u8>>,
    header: Option<Header>,
    record: Record,
    skipping: bool,
    line: u64,
    rows: u64,
    recoveries: usize,
}

/// The record that is being read.
#[derive(Default)]
struct Record {
    raw: Vec<u8>,
    text: Vec<u8>,
    length: usize,
    ends: Vec<usize>,
    columns: usize,
}

impl Record {
    fn clear(&mut self) {
        self.raw.clear();
        self.length = 0;
        self.columns = 0;
    }

    /// The bytes before the first cell: ends of lines that csv-core passes over.
    fn blank(&self) -> usize {
        self.raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
    }

    fn is_blank(&self) -> bool {
        self.blank() == self.raw.len()
    }
}

/// What the reader found at the end of a piece.
enum Found {
    NeedsMore,
    Record,
    TooLong,
}

impl Reader {
    /// A reader at the start of a file.
    pub fn new(schema: Schema, dialect: Dialect) -> Self {
        Reader {
            schema,
            dialect,
            core: core_reader(dialect),
            start: Some(Vec::new()),
            header: None,
            record: Record::default(),
            skipping: false,
            line: 1,
            rows: 0,
            recoveries: 0,
        }
    }

    /// The names of the columns, once the header was read.
    pub fn columns(&self) -> Option<&[String]> {
        self.header.as_ref().map(Header::names)
    }

    /// Reads the next piece; every row that ends in it goes to the sink.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        let Some(mut start) = self.start.take() else { return self.read(bytes.to_vec(), sink) };
        start.extend_from_slice(bytes);
        if start.len() < 4 {
            self.start = Some(start);
            return Ok(());
        }
        self.begin(start, sink)
    }

    /// Reads what is left and tells what the file was.
    pub fn finish(mut self, sink: &mut impl FnMut(Row<'_>)) -> Result<Intake, IntakeError> {
        if let Some(start) = self.start.take() {
            self.begin(start, sink)?;
        }
        while !self.record.is_blank() {
            // Only inside quotes does an end of line not end a record.
            if let (Found::Record, _) = self.step(b"\n")? {
                self.end_record(sink)?;
            } else {
                self.record.raw.pop();
                let rest = self.give_up_line(sink)?;
                self.read(rest, sink)?;
            }
        }
        let header = self.header.ok_or(IntakeError::Empty)?;
        if self.rows == 0 {
            return Err(IntakeError::NoRows);
        }
        Ok(header.into_intake(&self.schema, self.rows))
    }

    /// Looks at the first bytes: a mark of UTF-8 is passed over, what is no text is told.
    fn begin(&mut self, start: Vec<u8>, sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        const KNOWN: [(&[u8], &str); 6] = [
            (b"PK\x03\x04", ": it looks like an Excel workbook or a zip archive; save it as CSV first"),
            (b"\xFF\xFE", ": it looks like UTF-16; save it as CSV in UTF-8"),
            (b"\xFE\xFF", ": it looks like UTF-16; save it as CSV in UTF-8"),
            (b"\xFF\xD8\xFF", ": it looks like a JPEG picture"),
            (b"\x89PNG", ": it looks like a PNG picture"),
            (b"%PDF", ": it looks like a PDF document"),
        ];
        if let Some((_, hint)) = KNOWN.iter().find(|(mark, _)| start.starts_with(mark)) {
            return Err(IntakeError::NotText { hint });
        }
        let text = start.strip_prefix(b"\xEF\xBB\xBF").map(<[u8]>::to_vec);
        self.read(text.unwrap_or(start), sink)
    }

    fn read(&mut self, bytes: Vec<u8>, sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        let mut waiting = vec![bytes];
        while let Some(bytes) = waiting.pop() {
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                if self.skipping {
                    rest = self.skip_line(rest);
                    continue;
                }
                let (found, used) = self.step(rest)?;
                rest = &rest[used..];
                match found {
                    Found::NeedsMore => {}
                    Found::Record => self.end_record(sink)?,
                    Found::TooLong => {
                        waiting.push(rest.to_vec());
                        let again = self.too_long(sink)?;
                        waiting.push(again);
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Hands some bytes to csv-core; returns what came of it and how many bytes were used.
    fn step(&mut self, bytes: &[u8]) -> Result<(Found, usize), IntakeError> {
        let record = &mut self.record;
        // Never beyond the limit by more than a byte, so that where the bytes were cut has no influence.
        let room = (ROW_MAX + 1).saturating_sub(record.raw.len()).min(PIECE);
        let piece = &bytes[..bytes.len().min(room)];
        if record.text.len() < record.length + piece.len() {
            record.text.resize(record.length + piece.len(), 0);
        }
        if record.ends.len() == record.columns {
            record.ends.resize(record.columns * 2 + 64, 0);
        }
        let (result, used, written, ended) =
            self.core.read_record(piece, &mut record.text[record.length..], &mut record.ends[record.columns..]);
        record.raw.extend_from_slice(&piece[..used]);
        record.length += written;
        record.columns += ended;
        if record.columns > COLUMNS_MAX && self.header.is_none() {
            return Err(IntakeError::TooManyColumns);
        }
        let found = match result {
            ReadRecordResult::Record => Found::Record,
            _ if record.raw.len() > ROW_MAX => Found::TooLong,
            _ => Found::NeedsMore,
        };
        Ok((found, used))
    }

    fn end_record(&mut self, sink: &mut impl FnMut(Row<'_>)) -> Result<(), IntakeError> {
        let line = self.line + breaks(&self.record.raw[..self.record.blank()]);
        self.line += breaks(&self.record.raw);
        let bytes = &self.record.text[..self.record.length];
        let ends = &self.record.ends[..self.record.columns];
        match (&self.header, std::str::from_utf8(bytes)) {
            (None, Ok(text)) if !text.contains('\0') => {
                self.header = Some(Header::new(Cells { text, ends }, &self.schema)?);
            }
            (None, _) => return Err(IntakeError::NotText { hint: "" }),
            (Some(header), Ok(text)) => {
                let cells = Cells { text, ends };
                let lead = header.lead(cells, &self.schema, line);
                self.rows += 1;
                sink(Row { line, cells, lead });
            }
            (Some(header), Err(error)) => {
                let column = ends.iter().position(|end| *end > error.valid_up_to());
                let column = column.and_then(|column| header.names().get(column)).cloned();
                let reason = "is not text in UTF-8; save the file as CSV in UTF-8".to_owned();
                self.rows += 1;
                sink(Row { line, cells: Cells { text: "", ends: &[] }, lead: Err(Reject { line, column, reason }) });
            }
        }
        self.record.clear();
        Ok(())
    }

    /// A record is longer than allowed: either a quote that never closes, or really that long.
    fn too_long(&mut self, sink: &mut impl FnMut(Row<'_>)) -> Result<Vec<u8>, IntakeError> {
        if self.header.is_none() {
            let text = std::str::from_utf8(&self.record.raw);
            let is_text = text.map_or_else(|error| error.error_len().is_none(), |text| !text.contains('\0'));
            return Err(if is_text { IntakeError::HeaderTooLong } else { IntakeError::NotText { hint: "" } });
        }
        // The record is given up either way, so csv-core's state may be used up to ask whether a quote is open.
        let (result, ..) = self.core.read_record(b"\n", &mut [0; 8], &mut [0; 8]);
        if result == ReadRecordResult::InputEmpty {
            return self.give_up_line(sink);
        }
        let line = self.line + breaks(&self.record.raw[..self.record.blank()]);
        self.line += breaks(&self.record.raw);
        self.reject(line, None, format!("the row is longer than {} KB", ROW_MAX >> 10), sink);
        self.restart();
        self.skipping = true;
        Ok(Vec::new())
    }

    /// Rejects the line on which a quote opened that is never closed; what stands behind that line is to be read
    /// again, so that one broken row does not swallow the rest of the file.
    fn give_up_line(&mut self, sink: &mut impl FnMut(Row<'_>)) -> Result<Vec<u8>, IntakeError> {
        let Some(header) = &self.header else { return Err(IntakeError::OpenHeader) };
        let column = header.names().get(self.record.columns).cloned();
        let blank = self.record.blank();
        self.line += breaks(&self.record.raw[..blank]);
        let line = self.line;
        self.recoveries += 1;
        if self.recoveries > RECOVERIES_MAX {
            return Err(IntakeError::TooBroken { line });
        }
        let end = line_end(&self.record.raw[blank..]).map(|end| blank + end);
        let rest = end.map_or_else(Vec::new, |end| self.record.raw[end..].to_vec());
        self.line += breaks(&self.record.raw[blank..end.unwrap_or(blank)]);
        self.reject(line, column, "a quote opens here that is never closed".to_owned(), sink);
        self.restart();
        Ok(rest)
    }

    fn reject(&mut self, line: u64, column: Option<String>, reason: String, sink: &mut impl FnMut(Row<'_>)) {
        self.rows += 1;
        sink(Row { line, cells: Cells { text: "", ends: &[] }, lead: Err(Reject { line, column, reason }) });
    }

    fn restart(&mut self) {
        self.core = core_reader(self.dialect);
        self.record.clear();
    }

    /// Passes over the rest of a row that is too long.
    fn skip_line<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        match bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            None => &[],
            Some(at) => {
                self.skipping = false;
                // The end of the line itself is left: csv-core passes over it, and it is counted there.
                &bytes[at..]
            }
        }
    }
}

fn core_reader(dialect: Dialect) -> csv_core::Reader {
    csv_core::ReaderBuilder::new().delimiter(dialect.delimiter).quote(dialect.quote).build()
}

/// Where the first line of some bytes ends, its line break included.
fn line_end(bytes: &[u8]) -> Option<usize> {
    let at = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
    Some(at + 1 + usize::from(bytes[at..].starts_with(b"\r\n")))
}

/// How many lines end in some bytes.
fn breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}
