//! Detects the format of a CSV from its beginning: delimiter, header line, column mapping.
//!
//! A file whose first row holds the name of a schema field has no preamble.

use super::row_filter::is_survey_header;
use super::split::Splitter;
use super::{Cells, Dialect, count_newlines, without_bom};
use crate::lead::mapping::{Evidence, Mapping};
use crate::lead::schema::Schema;
use std::borrow::Cow;

/// Number of bytes from the start of a file that the format is detected from.
pub const SNIFF_BYTES: usize = 1 << 16;

/// Candidate delimiters, most common first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Number of first rows searched for the header.
const PREAMBLE_ROWS_MAX: usize = 20;

/// Number of rows below the header that are inspected for each delimiter.
const SAMPLE_ROWS: usize = 50;

/// Number of rows below the header that columns are recognized from.
const MAPPING_ROWS: usize = 500;

/// Number of rows below the header that may belong to it.
const HEADER_ROWS_MAX: usize = 3;

/// Number of distinct example cells per column.
const EXAMPLES_MAX: usize = 3;

/// Length limit of an example cell, in characters.
const EXAMPLE_CHARS: usize = 60;

/// Detects the format of a file.
#[derive(Debug, Clone, Copy)]
pub struct FormatSniffer<'a> {
    /// Delimiter, when it is known.
    pub delimiter: Option<u8>,
    /// Fields that columns are mapped to.
    pub schema: &'a Schema,
}

/// Detected format.
#[derive(Debug, Clone, PartialEq)]
pub struct SniffedFormat {
    /// Delimiter and quote.
    pub dialect: Dialect,
    /// Number of bytes before the header.
    pub skip: usize,
    /// Line of the header, from 1.
    pub line: u64,
    /// Suggested column mapping; without fields when no row names any.
    pub mapping: Mapping,
    /// Rows below the header.
    pub rows: Vec<Vec<String>>,
    /// Example cells of each column.
    pub examples: Vec<Vec<String>>,
    /// Number of rows below the header that belong to it, as survey tools write them.
    pub header_rows: usize,
}

/// A row at the beginning of a file.
struct Record {
    offset: usize,
    line: u64,
    cells: Vec<String>,
}

/// The best header row for one delimiter.
struct Candidate {
    dialect: Dialect,
    records: Vec<Record>,
    header: usize,
    /// Number of header cells that name a field.
    known: usize,
    /// Number of rows below with as many cells as the header.
    same_width: usize,
}

impl FormatSniffer<'_> {
    /// Detects the format from the start of a file in UTF-8, cut anywhere. When no row names a field, the first row is
    /// the header and no column is mapped.
    pub fn sniff(&self, start: &[u8]) -> SniffedFormat {
        let text = without_bom(start);
        let delimiters = self.delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
        let candidates = delimiters.iter().filter_map(|delimiter| Candidate::find(text, *delimiter, self.schema));
        // The first of equals wins: a comma before the others.
        let best = candidates.reduce(|best, other| {
            if (other.known, other.same_width) > (best.known, best.same_width) { other } else { best }
        });
        let best = best.unwrap_or_else(|| Candidate::first_row(text, self.first_line_dialect(text)));
        let header = best.records.get(best.header);
        let (names, offset, line) = header.map_or((&[][..], 0, 1), |row| (&row.cells[..], row.offset, row.line));
        let header_rows = header_rows(best.records.get(best.header + 1..).unwrap_or_default());
        let below = first_records(&text[offset..], best.dialect, MAPPING_ROWS + 1).into_iter().skip(1 + header_rows);
        let rows: Vec<Vec<String>> = below.map(|record| record.cells).collect();
        SniffedFormat {
            dialect: best.dialect,
            skip: if offset == 0 { 0 } else { start.len() - text.len() + offset },
            line,
            mapping: Mapping::suggest(names, &rows, self.schema),
            examples: (0..names.len()).map(|column| examples(&rows, column)).collect(),
            rows,
            header_rows,
        }
    }

    /// Dialect of a file whose first row, complete in `start`, names columns by the schema's names alone: no other cell
    /// of it is an alias of a field, so that there is nothing to guess.
    pub fn contract_dialect(&self, start: &[u8]) -> Option<Dialect> {
        let text = without_bom(start);
        let dialect = self.first_line_dialect(text);
        let header = first_records(text, dialect, 1).pop()?;
        let columns = Mapping::suggest(&header.cells, &[], self.schema).columns;
        let has = |evidence| columns.iter().any(|column| column.evidence == evidence);
        (has(Evidence::Exact) && !has(Evidence::Name)).then_some(dialect)
    }

    fn first_line_dialect(&self, text: &[u8]) -> Dialect {
        let known = |delimiter| Dialect { delimiter, ..Dialect::default() };
        self.delimiter.map_or_else(|| Dialect::detect(text), known)
    }
}

impl Candidate {
    fn find(text: &[u8], delimiter: u8, schema: &Schema) -> Option<Self> {
        let dialect = Dialect { delimiter, ..Dialect::default() };
        let records = first_records(text, dialect, PREAMBLE_ROWS_MAX + SAMPLE_ROWS);
        let known = |record: &Record| {
            let mapping = Mapping::suggest(&record.cells, &[], schema);
            let is_exact = mapping.columns.iter().any(|column| column.evidence == Evidence::Exact);
            (is_exact, mapping.columns.iter().filter(|column| column.target.is_some()).count())
        };
        let all: Vec<(bool, usize)> = records.iter().take(PREAMBLE_ROWS_MAX).map(known).collect();
        let most = all.iter().map(|(_, known)| *known).max().filter(|known| *known > 0)?;
        // The first row with a field's exact name, or with at least half as many known names as the best row.
        let header = all.iter().position(|(exact, known)| *exact || *known * 2 >= most.max(2))?;
        let width = records[header].cells.len();
        let below = records.iter().skip(header + 1).take(SAMPLE_ROWS);
        let same_width = below.filter(|record| record.cells.len() == width).count();
        let known = all[header].1;
        Some(Candidate { dialect, records, header, known, same_width })
    }

    /// The first row, whatever it holds. Blank lines above it are left to the reader.
    fn first_row(text: &[u8], dialect: Dialect) -> Self {
        let mut records = first_records(text, dialect, PREAMBLE_ROWS_MAX + SAMPLE_ROWS);
        records.iter_mut().take(1).for_each(|first| (first.offset, first.line) = (0, 1));
        Candidate { dialect, records, header: 0, known: 0, same_width: 0 }
    }
}

/// The first rows that are complete in the text, at most `max`.
fn first_records(text: &[u8], dialect: Dialect, max: usize) -> Vec<Record> {
    let (mut records, mut offset, mut line) = (Vec::new(), 0, 1);
    let mut splitter = Splitter::new(dialect);
    while records.len() < max {
        let rest = &text[offset..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += count_newlines(&rest[..blank]);
        offset += blank;
        let rest = &rest[blank..];
        if rest.is_empty() || !splitter.split(rest) {
            break;
        }
        let length = splitter.length();
        let lines = splitter.newlines() + u64::from(rest[..length].ends_with(b"\n"));
        // A replaced byte moves the ends of cells, so such a row counts as one cell.
        let cells = match String::from_utf8_lossy(&rest[..length]) {
            Cow::Borrowed(text) => to_owned(splitter.cells(text)),
            Cow::Owned(text) => vec![text],
        };
        records.push(Record { offset, line, cells });
        splitter.restart();
        offset += length;
        line += lines;
    }
    records
}

/// Number of rows below the header that belong to it: question texts above a row of ids (Qualtrics), or kinds of answers
/// (SurveyMonkey).
fn header_rows(below: &[Record]) -> usize {
    const ANSWERS: [&str; 6] =
        ["response", "open-ended response", "other (please specify)", "réponse", "réponse ouverte", "antwort"];
    let is_ids = |record: &Record| record.cells.iter().any(|cell| is_survey_header(cell.trim()));
    if let Some(row) = below.iter().take(HEADER_ROWS_MAX).position(is_ids) {
        return row + 1;
    }
    let is_kind = |cell: &&String| ANSWERS.contains(&cell.trim().to_lowercase().as_str());
    let is_kinds = |record: &Record| {
        let filled = || record.cells.iter().filter(|cell| !cell.trim().is_empty());
        filled().next().is_some() && filled().all(|cell| is_kind(&cell))
    };
    usize::from(below.first().is_some_and(is_kinds))
}

fn to_owned(cells: Cells<'_>) -> Vec<String> {
    cells.iter().map(str::to_owned).collect()
}

fn examples(rows: &[Vec<String>], column: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for cell in rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        let example: String = cell.chars().take(EXAMPLE_CHARS).collect();
        if !found.contains(&example) {
            found.push(example);
        }
        if found.len() == EXAMPLES_MAX {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff_with(delimiter: Option<u8>, start: &[u8]) -> SniffedFormat {
        FormatSniffer { delimiter, schema: &Schema::leads() }.sniff(start)
    }

    fn sniff(text: &str) -> SniffedFormat {
        sniff_with(None, text.as_bytes())
    }

    /// Delimiter, header line and number of mapped fields.
    fn summary(text: &str) -> (char, u64, usize) {
        let format = sniff(text);
        assert!(text.is_char_boundary(format.skip));
        (char::from(format.dialect.delimiter), format.line, format.mapping.field_count())
    }

    #[test]
    fn delimiter_is_detected_by_known_column_names() {
        for delimiter in [',', ';', '\t', '|'] {
            let text = "Name,Title,Company,# Employees\nAda,\"CTO\",Acme,37\n".replace(',', &delimiter.to_string());
            assert_eq!(summary(&text), (delimiter, 1, 2), "{delimiter:?}");
        }
        assert_eq!(summary("Name;Title;\"About, me\"\nAda, B;CTO;x\n").0, ';');
        assert_eq!(summary("jobtitle\nCTO\n"), (',', 1, 1));
    }

    #[test]
    fn preamble_is_skipped() {
        let text = "sep=;\r\nLeads of November\r\n\r\nName;Title;Industry\r\nAda;CTO;Software\r\n";
        let format = sniff(text);
        assert_eq!((format.line, &text[format.skip..format.skip + 4]), (4, "Name"));
        assert_eq!(format.dialect.delimiter, b';');
        assert_eq!(format.examples, [vec!["Ada"], vec!["CTO"], vec!["Software"]]);
    }

    #[test]
    fn first_row_with_an_exact_field_name_is_the_header() {
        assert_eq!(summary("lead_key,jobtitle\nTitle,Industry\n"), (',', 1, 1));
        assert_eq!(summary("\u{FEFF}summary\n\"title, industry\"\n"), (',', 1, 1));
    }

    #[test]
    fn unknown_headers_map_no_field() {
        assert_eq!(summary("a;b\n1;2\n"), (';', 1, 0));
        assert_eq!(summary(""), (',', 1, 0));
        assert_eq!(summary("\"never closed, Title"), (',', 1, 0));
    }

    #[test]
    fn known_delimiter_is_not_detected() {
        let format = sniff_with(Some(b':'), b"Title:Industry,x\nCTO:y\n");
        assert_eq!((format.dialect.delimiter, format.mapping.field_count()), (b':', 1));
        assert_eq!(format.mapping.columns.len(), 2);
    }

    #[test]
    fn input_may_be_cut_anywhere() {
        let text = "Été;Title\n\"a\"\"b\nc\";CTO\n".as_bytes();
        for end in 0..=text.len() {
            sniff_with(None, &text[..end]);
        }
    }

    #[test]
    fn contract_header_is_recognized_once_its_line_is_complete() {
        let schema = Schema::leads();
        let delimiter = |text: &str| {
            let sniffer = FormatSniffer { delimiter: None, schema: &schema };
            sniffer.contract_dialect(text.as_bytes()).map(|dialect| char::from(dialect.delimiter))
        };
        assert_eq!(delimiter("lead_key,JobTitle,note"), None);
        assert_eq!(delimiter("\u{FEFF}\r\nlead_key,JobTitle,note\r"), Some(','));
        assert_eq!(delimiter("\"jobtitle\";skills\n"), Some(';'));
        assert_eq!(delimiter("jobtitle,Title\n"), Some(','));
        for guessed in ["Title\n", "jobtitle,City\n", "name,email\n", "sep=,\njobtitle\n", "\"jobtitle\n"] {
            assert_eq!(delimiter(guessed), None, "{guessed:?}");
        }
    }
}
