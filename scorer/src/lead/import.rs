//! Reads leads from a CSV of any origin: page, command line and API import files through this reader alone.
//!
//! Encoding, delimiter, header line and column mapping are detected from the first [`SNIFF_BYTES`] bytes; see
//! `docs/IMPORT.md`. Must not depend on models, scores or HTTP.

use super::csv::{
    CsvReader, CsvRow, Dialect, FormatSniffer, ImportError, ImportSummary, OtherHeader, SNIFF_BYTES, SniffedFormat,
    check_text,
};
use super::level::LevelIndex;
use super::mapping::{ColumnMapping, Mapping, Target, normalize_name};
use super::schema::Schema;
use super::text::{DetectedEncoding, TextEncoding, TextReader};
use memchr::memchr2;
use std::sync::Arc;

/// Overrides of what would be detected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportOptions {
    /// Character encoding; a byte order mark comes first.
    pub encoding: Option<TextEncoding>,
    /// Delimiter of the cells.
    pub delimiter: Option<u8>,
    /// Column mapping; ignored when it was made for columns of other names.
    pub mapping: Option<Mapping>,
    /// Targets chosen for columns of these names in earlier files; used when there is no mapping.
    pub remembered: Vec<(String, Option<Target>)>,
    /// Reads a file by the letter of the contract when its first line names columns by the contract's names alone: in
    /// UTF-8, with complete rows, and from that line on, without waiting for [`SNIFF_BYTES`] bytes.
    pub contract_first: bool,
    /// Levels of the models, which are neither converted nor taken for missing values.
    pub levels: Arc<LevelIndex>,
}

/// Detected format of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileFormat {
    /// Character encoding; until the end of the file, as known so far.
    pub encoding: DetectedEncoding,
    /// Dialect of the rows.
    pub dialect: Dialect,
    /// Delimiter of the header, when it is another than that of the rows.
    pub header_delimiter: Option<u8>,
    /// Line of the header, from 1; the preamble above it is skipped.
    pub line: u64,
    /// Sample cells of each column.
    pub examples: Vec<Vec<String>>,
}

/// Push parser of an imported file. The same bytes give the same rows however they are cut.
pub struct ImportReader {
    options: ImportOptions,
    /// First bytes of the file, until there are enough.
    start: Vec<u8>,
    /// `None` until the start is complete.
    text: Option<TextReader>,
    table: TableReader,
}

/// Push parser of the text of a file.
struct TableReader {
    schema: Schema,
    /// Text before the format is known.
    prefix: Vec<u8>,
    rows: Option<(CsvReader, FileFormat)>,
}

impl ImportReader {
    /// Creates a reader at the start of a file.
    pub fn new(schema: Schema, options: ImportOptions) -> Self {
        let table = TableReader { schema, prefix: Vec::new(), rows: None };
        ImportReader { options, start: Vec::new(), text: None, table }
    }

    /// Names of the columns, once the header was read.
    pub fn columns(&self) -> Option<&[String]> {
        self.table.rows.as_ref()?.0.columns()
    }

    /// Format of the file, once it is known.
    pub fn format(&self) -> Option<&FileFormat> {
        self.table.rows.as_ref().map(|(_, format)| format)
    }

    /// Parses the next bytes; every row that ends in them goes to the sink.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        if self.text.is_some() {
            return self.read(bytes, sink);
        }
        // A first piece that is long enough is parsed in place.
        if self.start.is_empty() && bytes.len() >= SNIFF_BYTES {
            return self.open(bytes, sink);
        }
        self.start.extend_from_slice(bytes);
        let may_be_contract = self.options.contract_first && memchr2(b'\n', b'\r', bytes).is_some();
        if self.start.len() < SNIFF_BYTES && !(may_be_contract && self.contract_dialect(&self.start).is_some()) {
            return Ok(());
        }
        let start = std::mem::take(&mut self.start);
        self.open(&start, sink)
    }

    /// Parses the rest and returns the summary and the format of the file.
    pub fn finish(mut self, sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(ImportSummary, FileFormat), ImportError> {
        if self.text.is_none() {
            let start = std::mem::take(&mut self.start);
            self.open(&start, sink)?;
        }
        let ImportReader { mut options, text: Some(mut text), mut table, .. } = self else {
            return Err(ImportError::Empty);
        };
        text.finish(&mut |piece| table.push(piece, &mut options, sink))?;
        if table.rows.is_none() {
            table.open(&mut options, sink)?;
        }
        let (reader, format) = table.rows.ok_or(ImportError::Empty)?;
        Ok((reader.finish(sink)?, FileFormat { encoding: text.detected(), ..format }))
    }

    /// Reads a file from its start, which is complete.
    fn open(&mut self, start: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        check_text(start)?;
        let first = &start[..start.len().min(SNIFF_BYTES)];
        let contract = self.contract_dialect(first).filter(|_| self.options.contract_first);
        if let Some(dialect) = contract {
            self.table.open_contract(dialect);
        }
        let text = contract.map_or_else(|| TextReader::new(first, self.options.encoding), |_| TextReader::utf8());
        self.text = Some(text);
        self.read(start, sink)
    }

    fn read(&mut self, bytes: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        let ImportReader { options, text: Some(text), table, .. } = self else { return Ok(()) };
        text.push(bytes, &mut |piece| table.push(piece, options, sink))
    }

    fn contract_dialect(&self, start: &[u8]) -> Option<Dialect> {
        FormatSniffer { delimiter: self.options.delimiter, schema: &self.table.schema }.contract_dialect(start)
    }
}

impl TableReader {
    fn push(
        &mut self,
        text: &[u8],
        options: &mut ImportOptions,
        sink: &mut impl FnMut(CsvRow<'_>),
    ) -> Result<(), ImportError> {
        if let Some((reader, _)) = &mut self.rows {
            return reader.push(text, sink);
        }
        let missing = SNIFF_BYTES - self.prefix.len().min(SNIFF_BYTES);
        let (more, rest) = text.split_at(text.len().min(missing));
        self.prefix.extend_from_slice(more);
        if self.prefix.len() < SNIFF_BYTES {
            return Ok(());
        }
        self.open(options, sink)?;
        self.push(rest, options, sink)
    }

    /// Reads rows in a dialect from the first line on.
    fn open_contract(&mut self, dialect: Dialect) {
        let format = FileFormat {
            encoding: DetectedEncoding::UTF_8,
            dialect,
            header_delimiter: None,
            line: 1,
            examples: Vec::new(),
        };
        self.rows = Some((CsvReader::new(self.schema.clone(), dialect), format));
    }

    /// Detects the format from the start of the text, and parses that start.
    fn open(&mut self, options: &mut ImportOptions, sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        let start = std::mem::take(&mut self.prefix);
        let sniffed = self.sniff(&start, options);
        let SniffedFormat { dialect, skip, line, other_header, mapping, rows, examples, header_rows } = sniffed;
        let mapping = choose_mapping(mapping, &rows, &self.schema, options);
        let reader = CsvReader::new(self.schema.clone(), dialect);
        let rows_line = other_header.as_ref().map_or(line, |header| header.rows_line);
        // Without a mapped column, the reader reports the unknown header.
        let reader = if mapping.field_count() > 0 {
            reader.with_mapping(mapping, rows_line).with_levels(options.levels.clone(), header_rows)
        } else {
            reader
        };
        let header_delimiter = other_header.as_ref().map(|header| header.delimiter);
        let reader = match other_header {
            Some(OtherHeader { names, .. }) => reader.with_header(names),
            None => Ok(reader),
        };
        let pushed = reader.and_then(|mut reader| {
            reader.push(start.get(skip..).unwrap_or_default(), sink)?;
            Ok(reader)
        });
        let reader = pushed.map_err(|error| error.with_examples(&examples))?;
        let format = FileFormat { encoding: DetectedEncoding::UTF_8, dialect, header_delimiter, line, examples };
        self.rows = Some((reader, format));
        Ok(())
    }

    /// Detects the format; a last line without a line break is completed first.
    fn sniff(&self, start: &[u8], options: &ImportOptions) -> SniffedFormat {
        let sniffer = FormatSniffer { delimiter: options.delimiter, schema: &self.schema };
        if start.len() < SNIFF_BYTES && !start.ends_with(b"\n") {
            return sniffer.sniff(&[start, b"\n"].concat());
        }
        sniffer.sniff(start)
    }
}

/// The mapping from the options if it is for these columns; else the suggestion, with remembered targets applied.
fn choose_mapping(suggested: Mapping, rows: &[Vec<String>], schema: &Schema, options: &mut ImportOptions) -> Mapping {
    let names: Vec<String> = suggested.columns.iter().map(|column| column.name.clone()).collect();
    let chosen = options.mapping.take().filter(|mapping| mapping.matches_columns(&names));
    let is_suggested = chosen.is_none() && options.remembered.is_empty();
    let mut mapping = chosen.unwrap_or_else(|| apply_remembered(suggested, &options.remembered));
    if !is_suggested {
        mapping.detect_formats(rows, schema);
    }
    mapping
}

fn apply_remembered(mut mapping: Mapping, remembered: &[(String, Option<Target>)]) -> Mapping {
    for (name, target) in remembered {
        let differs =
            |column: &ColumnMapping| normalize_name(&column.name) == normalize_name(name) && column.target != *target;
        if let Some(index) = mapping.columns.iter().position(differs) {
            mapping.set(index, target.clone());
        }
    }
    mapping
}

#[cfg(test)]
mod tests;
