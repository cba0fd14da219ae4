//! Reads leads from a CSV of any origin: page, command line and API import files through this reader alone.
//!
//! Encoding, delimiter, header line and column mapping are detected from the first [`SNIFF_BYTES`] bytes; see
//! `docs/IMPORT.md`. Must not depend on models, scores or HTTP.

use super::csv::{
    CsvReader, CsvRow, Dialect, FormatSniffer, ImportError, ImportSummary, SNIFF_BYTES, SniffedFormat, check_text,
};
use super::level::LevelIndex;
use super::mapping::{ColumnMapping, Mapping, Target, normalize_name};
use super::schema::Schema;
use super::text::{Decoder, TextEncoding};
use memchr::memchr2;
use std::sync::Arc;

/// Overrides of what would be detected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportOptions {
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
    /// Character encoding.
    pub encoding: TextEncoding,
    /// Delimiter and quote.
    pub dialect: Dialect,
    /// Line of the header, from 1; the preamble above it is skipped.
    pub line: u64,
    /// Sample cells of each column.
    pub examples: Vec<Vec<String>>,
}

/// Push parser of an imported file. The same bytes give the same rows however they are cut.
pub struct ImportReader {
    schema: Schema,
    options: ImportOptions,
    /// Bytes received before the format is known.
    prefix: Vec<u8>,
    rows: Option<RowReader>,
}

/// Reader of a file whose format is known.
struct RowReader {
    /// `None` for UTF-8, which is passed through.
    decoder: Option<Decoder>,
    /// Decoded text of the last push.
    text: Vec<u8>,
    reader: CsvReader,
    format: FileFormat,
}

impl ImportReader {
    /// Creates a reader at the start of a file.
    pub fn new(schema: Schema, options: ImportOptions) -> Self {
        ImportReader { schema, options, prefix: Vec::new(), rows: None }
    }

    /// Names of the columns, once the header was read.
    pub fn columns(&self) -> Option<&[String]> {
        self.rows.as_ref()?.reader.columns()
    }

    /// Format of the file, once it is known.
    pub fn format(&self) -> Option<&FileFormat> {
        self.rows.as_ref().map(|rows| &rows.format)
    }

    /// Parses the next bytes; every row that ends in them goes to the sink.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        if let Some(rows) = &mut self.rows {
            return rows.push(bytes, sink);
        }
        // A first piece that is long enough is parsed in place.
        if self.prefix.is_empty() && bytes.len() >= SNIFF_BYTES {
            return self.open(bytes, sink);
        }
        self.prefix.extend_from_slice(bytes);
        let may_be_contract = self.options.contract_first && memchr2(b'\n', b'\r', bytes).is_some();
        if self.prefix.len() < SNIFF_BYTES && !(may_be_contract && self.contract_dialect(&self.prefix).is_some()) {
            return Ok(());
        }
        let start = std::mem::take(&mut self.prefix);
        self.open(&start, sink)
    }

    /// Parses the rest and returns the summary and the format of the file.
    pub fn finish(mut self, sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(ImportSummary, FileFormat), ImportError> {
        if self.rows.is_none() {
            let start = std::mem::take(&mut self.prefix);
            self.open(&start, sink)?;
        }
        let Some(RowReader { decoder, mut text, mut reader, format }) = self.rows else {
            return Err(ImportError::Empty);
        };
        if let Some(decoder) = decoder {
            text.clear();
            decoder.finish(&mut text);
            reader.push(&text, sink)?;
        }
        Ok((reader.finish(sink)?, format))
    }

    /// Detects the format from the start of the file, and parses that start.
    fn open(&mut self, start: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        check_text(start)?;
        if self.options.contract_first
            && let Some(dialect) = self.contract_dialect(start)
        {
            let format = FileFormat { encoding: TextEncoding::Utf8, dialect, line: 1, examples: Vec::new() };
            let mut reader = CsvReader::new(self.schema.clone(), dialect);
            reader.push(start, sink)?;
            self.rows = Some(RowReader { decoder: None, text: Vec::new(), reader, format });
            return Ok(());
        }
        let encoding = TextEncoding::detect(start);
        let mut decoder = (encoding != TextEncoding::Utf8).then(|| Decoder::new(encoding));
        let mut text = Vec::new();
        if let Some(decoder) = &mut decoder {
            decoder.push(start, &mut text);
        }
        let decoded = if decoder.is_some() { text.as_slice() } else { start };
        let SniffedFormat { dialect, skip, line, mapping, rows, examples, header_rows } = self.sniff(decoded);
        let mapping = self.choose_mapping(mapping, &rows);
        let reader = CsvReader::new(self.schema.clone(), dialect);
        // Without a mapped column, the reader reports the unknown header.
        let mut reader = if mapping.field_count() > 0 {
            reader.with_mapping(mapping, line).with_levels(self.options.levels.clone(), header_rows)
        } else {
            reader
        };
        let pushed = reader.push(decoded.get(skip..).unwrap_or_default(), sink);
        pushed.map_err(|error| error.with_examples(&examples))?;
        self.rows = Some(RowReader { decoder, text, reader, format: FileFormat { encoding, dialect, line, examples } });
        Ok(())
    }

    /// Detects the format; a last line without a line break is completed first.
    fn sniff(&self, start: &[u8]) -> SniffedFormat {
        let start = &start[..start.len().min(SNIFF_BYTES)];
        if start.len() < SNIFF_BYTES && !start.ends_with(b"\n") {
            return self.sniffer().sniff(&[start, b"\n"].concat());
        }
        self.sniffer().sniff(start)
    }

    fn contract_dialect(&self, start: &[u8]) -> Option<Dialect> {
        self.sniffer().contract_dialect(start)
    }

    fn sniffer(&self) -> FormatSniffer<'_> {
        FormatSniffer { delimiter: self.options.delimiter, schema: &self.schema }
    }

    /// The mapping from the options if it is for these columns; else the suggestion, with remembered targets applied.
    fn choose_mapping(&mut self, suggested: Mapping, rows: &[Vec<String>]) -> Mapping {
        let names: Vec<String> = suggested.columns.iter().map(|column| column.name.clone()).collect();
        let chosen = self.options.mapping.take().filter(|mapping| mapping.matches_columns(&names));
        let is_suggested = chosen.is_none() && self.options.remembered.is_empty();
        let mut mapping = chosen.unwrap_or_else(|| apply_remembered(suggested, &self.options.remembered));
        if !is_suggested {
            mapping.detect_formats(rows, &self.schema);
        }
        mapping
    }
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

impl RowReader {
    fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(CsvRow<'_>)) -> Result<(), ImportError> {
        let Some(decoder) = &mut self.decoder else { return self.reader.push(bytes, sink) };
        self.text.clear();
        decoder.push(bytes, &mut self.text);
        self.reader.push(&self.text, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::Value;

    /// Rows as (line, valid), and the encoding and delimiter.
    fn import(pieces: &[&[u8]], contract_first: bool) -> (Vec<(u64, bool)>, TextEncoding, char) {
        let options = ImportOptions { contract_first, ..ImportOptions::default() };
        let mut reader = ImportReader::new(Schema::leads(), options);
        let mut rows = Vec::new();
        let mut sink = |row: CsvRow<'_>| rows.push((row.line, row.lead.is_ok()));
        pieces.iter().for_each(|piece| reader.push(piece, &mut sink).unwrap());
        let (_, format) = reader.finish(&mut sink).unwrap();
        (rows, format.encoding, char::from(format.dialect.delimiter))
    }

    #[test]
    fn contract_header_is_strict_only_on_request() {
        let text = b"jobtitle;industry\nCTO\nCEO;caf\xE9\n";
        let lenient = (vec![(2, true), (3, true)], TextEncoding::Windows1252, ';');
        let strict = (vec![(2, false), (3, false)], TextEncoding::Utf8, ';');
        for step in [1, 5, 100] {
            let pieces: Vec<&[u8]> = text.chunks(step).collect();
            assert_eq!(import(&pieces, false), lenient);
            assert_eq!(import(&pieces, true), strict);
        }
        let (rows, encoding, _) = import(&[b"Title;Industry\nCTO\nCEO;caf\xE9\n"], true);
        assert_eq!((rows, encoding), (vec![(2, true), (3, true)], TextEncoding::Windows1252));
    }

    #[test]
    fn rows_under_the_contract_header_are_read_at_once() {
        let options = ImportOptions { contract_first: true, ..ImportOptions::default() };
        let mut reader = ImportReader::new(Schema::leads(), options);
        let mut lines = Vec::new();
        let mut sink = |row: CsvRow<'_>| lines.push(row.line);
        reader.push(b"lead_key,jobtitle,note\na,CTO", &mut sink).unwrap();
        assert_eq!(reader.columns().map(<[String]>::len), Some(3));
        reader.push(b",x\nb", &mut sink).unwrap();
        assert_eq!(lines, [2]);
    }

    /// Numbers of a model's own column `ca_annuel`, `None` for rejects and missing ones, and its ambiguous cells.
    fn own_numbers(text: &str, contract_first: bool) -> (Vec<Option<f64>>, u64) {
        let schema = Schema::leads().with_numbers(["ca_annuel"]);
        let field = schema.position("ca_annuel").unwrap();
        let options = ImportOptions { contract_first, ..ImportOptions::default() };
        let mut reader = ImportReader::new(schema, options);
        let mut numbers = Vec::new();
        let mut sink = |row: CsvRow<'_>| {
            let number = row.lead.ok().map(|lead| lead.value(field));
            numbers.push(match number {
                Some(Value::Number(number)) => Some(number),
                _ => None,
            });
        };
        reader.push(text.as_bytes(), &mut sink).unwrap();
        let (summary, _) = reader.finish(&mut sink).unwrap();
        (numbers, summary.cell_counts.iter().map(|counts| counts.ambiguous).sum())
    }

    #[test]
    fn numbers_of_a_column_are_read_in_its_notation() {
        let plain = vec![Some(1250.5), Some(1250.5), Some(1250.5), Some(0.75)];
        for name in ["ca_annuel", "CA annuel"] {
            let list = |cells: [&str; 4]| format!("Ref;{name}\na;{}\n", cells.join("\nb;"));
            for cells in [
                ["1250,5", "1 250,5", "1.250,5", "0,75"],
                ["1250.5", "1 250.5", "1,250.5", "0.75"],
                ["1250,50 €", "€ 1\u{202f}250,5", "=\"1250,5\"", "75 %"],
            ] {
                assert_eq!(own_numbers(&list(cells), false), (plain.clone(), 0), "{name} {cells:?}");
            }
            let thousands = vec![Some(1250.0), Some(12500.0), Some(125.0), Some(1_250_000.0)];
            assert_eq!(own_numbers(&list(["1.250", "12.500", "125", "1.250.000"]), false), (thousands, 0));
            let ambiguous = vec![Some(1.25), Some(3.0), Some(2.0), None];
            assert_eq!(own_numbers(&list(["1.250", "3", "2", ""]), false), (ambiguous, 1));
        }
        let strict = own_numbers("ca_annuel;jobtitle\n1250,5;a\n12;b\n", true);
        assert_eq!(strict, (vec![None, Some(12.0)], 0));
    }
}
