//! Parses CSV bytes, pushed in pieces, into leads; a bad row is rejected with its reason.
//!
//! Rows are parsed in place in the pushed bytes; only a row that is cut in two is copied. Limits keep memory bounded, and
//! parsing resumes after a broken row. Must not depend on files, encoding or models.

mod candidate;
mod cell;
mod consistency;
mod dialect;
mod dialect_search;
mod error;
mod header;
mod reason;
mod records;
mod role;
mod row;
mod row_filter;
mod sample;
mod sniffer;
mod split;
#[cfg(test)]
mod tests;
mod unescape;

pub use dialect::Dialect;
pub use error::{ImportError, UnknownColumn};
pub use header::{Header, RowKind};
pub use reason::RejectReason;
pub use records::for_each_record;
pub use row::{CellCounts, CellEnd, Cells, CsvRow, ImportSummary, Reject};
pub use row_filter::SkippedRows;
pub use sniffer::{FormatSniffer, OtherHeader, SNIFF_BYTES, SniffedFormat};

use super::Lead;
use super::level::{LevelIndex, LevelMatching};
use super::mapping::Mapping;
use super::schema::Schema;
use super::text::utf8;
use file_format::FileFormat;
use memchr::{memchr_iter, memchr2};
use split::Splitter;
use std::sync::Arc;

/// Size limit of a row, in bytes.
pub const ROW_BYTES_MAX: usize = 1 << 20;

/// Limit of columns per file.
pub const COLUMNS_MAX: usize = 4096;

/// Number of rows without a detectable end after which a file is given up.
const RECOVERIES_MAX: usize = 100;

/// Number of bytes appended at once to a row that was cut.
const APPEND_BYTES: usize = 1 << 12;

/// Number of bytes that show the file type: two byte order marks.
const MAGIC_BYTES: usize = 6;

/// Byte order mark of UTF-8.
const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// Refuses files of other formats, known by their start. Page and command line convert some of them to CSV first.
pub fn check_text(start: &[u8]) -> Result<(), ImportError> {
    let hint = match FileFormat::detect(start) {
        FileFormat::Text => return Ok(()),
        FileFormat::Unsupported(format) => return Err(format.into()),
        FileFormat::Zip | FileFormat::Ole => ": it looks like an Excel workbook or a zip archive; save it as CSV first",
        FileFormat::Html => ": it is a web page; save its table as CSV first",
        FileFormat::Xml => ": it is XML; save it as CSV first",
        FileFormat::Json => ": it is JSON; send it as application/json, or save it as CSV first",
    };
    Err(ImportError::NotText { hint })
}

/// Push parser of a CSV with a known dialect. The same bytes give the same rows however they are cut.
pub struct CsvReader {
    schema: Schema,
    splitter: Splitter,
    /// First bytes of the file, until there are [`MAGIC_BYTES`].
    start: Option<Vec<u8>>,
    header: Option<Header>,
    /// Column mapping; without one, columns are known by their exact names.
    mapping: Option<Mapping>,
    /// Levels of the models: words that stay as they are.
    levels: Arc<LevelIndex>,
    /// Number of rows below the header that belong to it and are still to be passed over.
    header_rows: usize,
    /// Start of a record whose end was not pushed yet.
    partial: Vec<u8>,
    /// Lead of the last row; reused for each.
    lead: Lead,
    /// True within the rest of a row that is too long.
    skipping: bool,
    line: u64,
    rows: u64,
    recoveries: usize,
}

impl CsvReader {
    /// Creates a reader at the start of a file.
    pub fn new(schema: Schema, dialect: Dialect) -> Self {
        CsvReader {
            lead: Lead::empty(schema.len()),
            schema,
            splitter: Splitter::new(dialect),
            start: Some(Vec::new()),
            header: None,
            mapping: None,
            levels: Arc::default(),
            header_rows: 0,
            partial: Vec::new(),
            skipping: false,
            line: 1,
            rows: 0,
            recoveries: 0,
        }
    }

    /// Reads columns by a mapping made for this file. Rows may then have fewer cells than there are columns, as
    /// spreadsheets write them: the missing ones are empty. The caller skips a preamble; `line` is the header's.
    pub fn with_mapping(self, mapping: Mapping, line: u64) -> Self {
        CsvReader { mapping: Some(mapping), line, ..self }
    }

    /// Leaves words alone that are levels of the models. `header_rows` rows below the header belong to it.
    pub fn with_levels(self, levels: Arc<LevelIndex>, header_rows: usize) -> Self {
        CsvReader { levels, header_rows, ..self }
    }

    /// Reads rows alone, below a header that was read before; the mapping's line is that of the first row.
    pub fn with_header(mut self, names: Vec<String>) -> Result<Self, ImportError> {
        self.header = Some(Header::new(names, &self.schema, self.mapping.take())?.with_levels(self.levels.clone()));
        self.start = None;
        Ok(self)
    }

    /// Names of the columns, once the header was read.
    pub fn columns(&self) -> Option<&[String]> {
        self.header.as_ref().map(Header::names)
    }

    /// Parses the next bytes; every row that ends in them goes to the sink.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        let Some(mut start) = self.start.take() else { return self.read(bytes, sink) };
        let (first, rest) = bytes.split_at(bytes.len().min(MAGIC_BYTES - start.len()));
        start.extend_from_slice(first);
        if start.len() < MAGIC_BYTES {
            self.start = Some(start);
            return Ok(());
        }
        self.begin(&start, sink)?;
        self.read(rest, sink)
    }

    /// Parses the rest and returns the summary of the file.
    pub fn finish(mut self, sink: &mut impl FnMut(CsvRow<'_>)) -> Result<ImportSummary, ImportError> {
        if let Some(start) = self.start.take() {
            self.begin(&start, sink)?;
        }
        while !self.partial.is_empty() {
            let mut record = std::mem::take(&mut self.partial);
            record.push(b'\n');
            // Only inside quotes does a line break not end a record.
            if self.splitter.split(&record) {
                self.end_record(&record, sink)?;
            } else {
                record.pop();
                let used = self.reject_open_quote(&record, sink)?;
                self.read(&record[used..], sink)?;
            }
        }
        let header = self.header.ok_or(ImportError::Empty)?;
        if self.rows == 0 {
            return Err(ImportError::NoRows);
        }
        Ok(header.into_summary(&self.schema, self.rows))
    }

    /// Checks the file type by the first bytes and skips a byte order mark.
    fn begin(&mut self, start: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        check_text(start)?;
        if [b"\xFF\xFE", b"\xFE\xFF"].iter().any(|bom| start.starts_with(*bom)) {
            return Err(ImportError::NotText { hint: ": it looks like UTF-16; save it as CSV in UTF-8" });
        }
        self.read(without_bom(start), sink)
    }

    fn read(&mut self, bytes: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = if self.skipping {
                self.skip_line(rest)
            } else if self.partial.is_empty() {
                self.read_record(rest, sink)?
            } else {
                self.continue_record(rest, sink)?
            };
        }
        Ok(())
    }

    /// Parses the record that starts here, in place; returns the bytes after it.
    fn read_record<'b>(&mut self, bytes: &'b [u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<&'b [u8], ImportError> {
        let bytes = self.skip_blank(bytes);
        let piece = &bytes[..bytes.len().min(ROW_BYTES_MAX + 1)];
        if self.split(piece)? {
            let length = self.splitter.length();
            self.end_record(&piece[..length], sink)?;
            return Ok(&bytes[length..]);
        }
        if piece.len() > ROW_BYTES_MAX {
            let used = self.reject_too_long(piece, sink)?;
            return Ok(&bytes[used..]);
        }
        self.partial.extend_from_slice(piece);
        Ok(&[])
    }

    /// Continues a record whose start was pushed before; returns the bytes after those that were used.
    fn continue_record<'b>(
        &mut self,
        bytes: &'b [u8],
        sink: &mut impl FnMut(CsvRow<'_>),
    ) -> Result<&'b [u8], ImportError> {
        let mut record = std::mem::take(&mut self.partial);
        let old_length = record.len();
        let (more, rest) = bytes.split_at(bytes.len().min(APPEND_BYTES).min(ROW_BYTES_MAX + 1 - old_length));
        record.extend_from_slice(more);
        if self.split(&record)? {
            let length = self.splitter.length();
            self.end_record(&record[..length], sink)?;
            record.clear();
            self.partial = record;
            return Ok(&bytes[length - old_length..]);
        }
        if record.len() > ROW_BYTES_MAX {
            let used = self.reject_too_long(&record, sink)?;
            // The rest is too short to be too long once more, so the recursion ends here.
            self.read(&record[used..], sink)?;
        } else {
            self.partial = record;
        }
        Ok(rest)
    }

    fn split(&mut self, record: &[u8]) -> Result<bool, ImportError> {
        let ended = self.splitter.split(record);
        if self.header.is_none() && self.splitter.columns() > COLUMNS_MAX {
            return Err(ImportError::TooManyColumns);
        }
        Ok(ended)
    }

    fn end_record(&mut self, record: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        let line = self.line;
        self.line += self.splitter.newlines() + u64::from(record.ends_with(b"\n"));
        let delimiter = self.splitter.dialect().delimiter;
        match (&mut self.header, utf8(record)) {
            (None, Ok(text)) if !text.contains('\0') => {
                let names = self.splitter.cells(text).iter().map(str::to_owned).collect();
                let header = Header::new(names, &self.schema, self.mapping.take())?;
                self.header = Some(header.with_levels(self.levels.clone()));
            }
            (None, _) => return Err(ImportError::NotText { hint: "" }),
            (Some(header), Ok(_)) if self.header_rows > 0 => {
                self.header_rows -= 1;
                header.skip(line);
            }
            (Some(header), Ok(text)) => {
                let cells = self.splitter.cells(text);
                let lead = match header.read(cells, &self.schema, line, &mut self.lead) {
                    Ok(RowKind::NoLead) => None,
                    Ok(RowKind::Lead) => Some(Ok(&self.lead)),
                    Err(reject) => Some(Err(reject)),
                };
                if let Some(lead) = lead {
                    self.rows += 1;
                    let (columns, matching) = (header.names().len(), header.matching());
                    sink(CsvRow { line, cells, columns, delimiter, matching, lead });
                }
            }
            (Some(header), Err(error)) => {
                let column = self.splitter.ends().iter().position(|end| end.offset() > error.valid_up_to());
                let column = column.and_then(|column| header.names().get(column)).cloned();
                self.reject(line, column, RejectReason::NotUtf8, sink);
            }
        }
        self.splitter.restart();
        Ok(())
    }

    /// Rejects a record over the size limit: either a quote that is never closed, or a row of that length. Returns how
    /// many of its bytes are consumed.
    fn reject_too_long(&mut self, record: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<usize, ImportError> {
        if self.header.is_none() {
            let text = std::str::from_utf8(record);
            let is_text = text.map_or_else(|error| error.error_len().is_none(), |text| !text.contains('\0'));
            return Err(if is_text { ImportError::HeaderTooLong } else { ImportError::NotText { hint: "" } });
        }
        if self.splitter.is_open() {
            return self.reject_open_quote(record, sink);
        }
        let line = self.line;
        self.line += count_newlines(record);
        self.reject(line, None, RejectReason::TooLong { kilobytes_max: ROW_BYTES_MAX >> 10 }, sink);
        self.splitter.restart();
        self.skipping = true;
        Ok(record.len())
    }

    /// Rejects the line on which a quote opens that is never closed, and returns its length: parsing resumes on the next
    /// line, so that one broken row does not swallow the rest of the file.
    fn reject_open_quote(&mut self, record: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<usize, ImportError> {
        let Some(header) = &self.header else { return Err(ImportError::OpenHeader) };
        let column = header.names().get(self.splitter.columns()).cloned();
        let line = self.line;
        self.recoveries += 1;
        if self.recoveries > RECOVERIES_MAX {
            return Err(ImportError::TooBroken { line });
        }
        let end = line_end(record);
        self.line += count_newlines(&record[..end.unwrap_or(0)]);
        self.reject(line, column, RejectReason::OpenQuote, sink);
        self.splitter.restart();
        Ok(end.unwrap_or(record.len()))
    }

    fn reject(&mut self, line: u64, column: Option<String>, reason: RejectReason, sink: &mut impl FnMut(CsvRow<'_>)) {
        self.rows += 1;
        let columns = self.columns().map_or(0, <[String]>::len);
        let delimiter = self.splitter.dialect().delimiter;
        let (cells, matching, lead) = (Cells::NONE, LevelMatching::Exact, Err(Reject { line, column, reason }));
        sink(CsvRow { line, cells, columns, delimiter, matching, lead });
    }

    /// Skips the rest of a row that is too long; its line break is counted as that of a blank line.
    fn skip_line<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let end = memchr2(b'\n', b'\r', bytes);
        self.skipping = end.is_none();
        &bytes[end.unwrap_or(bytes.len())..]
    }

    /// Skips blank lines, and the second half of a line break that was cut.
    fn skip_blank<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let (blank, rest) = bytes.split_at(blank);
        self.line += count_newlines(blank);
        rest
    }
}

/// Strips the byte order mark; some programs write two.
fn without_bom(start: &[u8]) -> &[u8] {
    let text = start.strip_prefix(UTF8_BOM).unwrap_or(start);
    text.strip_prefix(UTF8_BOM).unwrap_or(text)
}

/// Offset behind the first line, its line break included.
fn line_end(bytes: &[u8]) -> Option<usize> {
    let end = memchr2(b'\n', b'\r', bytes)?;
    Some(end + 1 + usize::from(bytes[end..].starts_with(b"\r\n")))
}

fn count_newlines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}
