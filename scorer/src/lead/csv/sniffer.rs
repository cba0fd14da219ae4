//! Detects the format of a CSV from its beginning: dialect, header line, column mapping.
//!
//! A plain file, in RFC 4180 with a common delimiter and known column names, is recognized first. For all others, the
//! dialects of [`DialectSearch`] are tried. A file whose first row holds the name of a schema field
//! has no preamble.

use super::candidate::Candidate;
use super::dialect_search::{DELIMITERS, DialectSearch, sep_line};
use super::sample::{MAPPING_ROWS, Record, first_records, header_rows};
use super::{Dialect, without_bom};
use crate::lead::mapping::{ColumnMapping, Evidence, Mapping, exact_target};
use crate::lead::schema::Schema;

/// Number of bytes from the start of a file that the format is detected from.
pub const SNIFF_BYTES: usize = 1 << 16;

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
    /// Dialect of the rows.
    pub dialect: Dialect,
    /// Number of bytes before the header, or before the rows when the header is given.
    pub skip: usize,
    /// Line of the header, from 1.
    pub line: u64,
    /// Header in another dialect than the rows.
    pub other_header: Option<OtherHeader>,
    /// Suggested column mapping; without fields when no row names any.
    pub mapping: Mapping,
    /// Rows below the header.
    pub rows: Vec<Vec<String>>,
    /// Example cells of each column.
    pub examples: Vec<Vec<String>>,
    /// Number of rows below the header that belong to it, as survey tools write them.
    pub header_rows: usize,
}

/// Header in another dialect than the rows below it.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherHeader {
    /// Delimiter of the header.
    pub delimiter: u8,
    /// Column names.
    pub names: Vec<String>,
    /// Line of the first row, from 1.
    pub rows_line: u64,
}

impl FormatSniffer<'_> {
    /// Detects the format from the start of a file in UTF-8, cut anywhere. When no row names a field, the first row is
    /// the header and no column is mapped.
    pub fn sniff(&self, start: &[u8]) -> SniffedFormat {
        let text = without_bom(start);
        let named = sep_line(text);
        let (before, text) = text.split_at(named.map_or(0, |(_, length)| length));
        let (skipped, lines) = (start.len() - text.len(), u64::from(!before.is_empty()));
        let format = self.sniff_rows(text, named.map(|(delimiter, _)| delimiter));
        // Without anything to skip, a byte order mark is left to the reader.
        let skip = if format.skip == 0 && before.is_empty() { 0 } else { skipped + format.skip };
        let moved = |header: OtherHeader| OtherHeader { rows_line: header.rows_line + lines, ..header };
        SniffedFormat { skip, line: format.line + lines, other_header: format.other_header.map(moved), ..format }
    }

    fn sniff_rows(&self, text: &[u8], named: Option<u8>) -> SniffedFormat {
        let search = DialectSearch { text, schema: self.schema };
        let find = |delimiter| self.plain(text, delimiter).or_else(|| search.best(delimiter));
        let wanted = self.delimiter.or(named);
        let found = find(wanted).or_else(|| if wanted == self.delimiter { None } else { find(None) });
        let Some(best) = found else { return self.format(text, &search.first_row(wanted)) };
        match search.other_rows(&best).filter(|_| self.delimiter.is_none()) {
            Some((dialect, rows)) => self.format_with_other_header(text, &best, dialect, &rows),
            None => self.format(text, &best),
        }
    }

    /// The best of the common dialects, if nothing speaks for another.
    fn plain(&self, text: &[u8], delimiter: Option<u8>) -> Option<Candidate> {
        let delimiters = delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
        let dialects = delimiters.into_iter().map(Dialect::with_delimiter);
        let candidates = dialects.filter_map(|dialect| Candidate::find(text, dialect, self.schema));
        candidates.reduce(Candidate::better).filter(Candidate::is_plain)
    }

    fn format(&self, text: &[u8], best: &Candidate) -> SniffedFormat {
        let header = best.records.get(best.header);
        let (names, offset, line) = header.map_or((&[][..], 0, 1), |row| (&row.cells[..], row.offset, row.line));
        let below = first_records(&text[offset..], best.dialect, MAPPING_ROWS + 1);
        let below = below.get(1..).unwrap_or_default();
        SniffedFormat { skip: offset, line, ..self.mapped(names, below, best.dialect) }
    }

    fn format_with_other_header(
        &self,
        text: &[u8],
        header: &Candidate,
        dialect: Dialect,
        below: &[Record],
    ) -> SniffedFormat {
        let (Some(row), Some(first)) = (header.records.get(header.header), below.first()) else {
            return self.format(text, header);
        };
        let other =
            OtherHeader { delimiter: header.dialect.delimiter, names: row.cells.clone(), rows_line: first.line };
        let mapped = self.mapped(&row.cells, below, dialect);
        SniffedFormat { skip: first.offset, line: row.line, other_header: Some(other), ..mapped }
    }

    /// Format of a file with these column names and first rows.
    fn mapped(&self, names: &[String], below: &[Record], dialect: Dialect) -> SniffedFormat {
        let header_rows = header_rows(below);
        let below = below.get(header_rows..).unwrap_or_default();
        let rows: Vec<Vec<String>> = below.iter().take(MAPPING_ROWS).map(|record| record.cells.clone()).collect();
        SniffedFormat {
            dialect,
            skip: 0,
            line: 1,
            other_header: None,
            mapping: Mapping::suggest(names, &rows, self.schema),
            examples: (0..names.len()).map(|column| examples(&rows, column)).collect(),
            rows,
            header_rows,
        }
    }

    /// Dialect of a file whose first row, complete in `start`, names columns by the contract's names alone: no other cell
    /// of it is an alias of a field or a model's own column, so that there is nothing to guess.
    pub fn contract_dialect(&self, start: &[u8]) -> Option<Dialect> {
        let text = without_bom(start);
        let dialect = self.delimiter.map_or_else(|| Dialect::detect(text), Dialect::with_delimiter);
        let header = first_records(text, dialect, 1).pop()?;
        let columns = Mapping::suggest(&header.cells, &[], self.schema).columns;
        let contract = Schema::leads();
        let is_contract = |column: &ColumnMapping| {
            column.evidence == Evidence::Exact && exact_target(&column.name, &contract).is_some()
        };
        let is_guess = |column: &ColumnMapping| column.target.is_some() && !is_contract(column);
        (columns.iter().any(is_contract) && !columns.iter().any(is_guess)).then_some(dialect)
    }
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

    /// Dialect and mapped fields of a file.
    fn dialect(text: &str) -> (Dialect, usize) {
        let format = sniff(text);
        (format.dialect, format.mapping.field_count())
    }

    #[test]
    fn named_delimiter_is_believed() {
        let text = "sep=^\r\nName^Title^Industry\r\nAda^CTO, \"Lab\"^Software;x\r\n";
        let format = sniff(text);
        assert_eq!((format.dialect, format.line), (Dialect::with_delimiter(b'^'), 2));
        assert_eq!((&text[format.skip..format.skip + 4], format.mapping.field_count()), ("Name", 2));
        assert_eq!(dialect("\"SEP=|\"\nTitle|Industry;x\nCTO|a;b\n").0.delimiter, b'|');
        assert_eq!(dialect("sep=\t\nTitle\tIndustry\nCTO\ta,b\n").0.delimiter, b'\t');
        assert_eq!(summary("sep=;\na;b\n1,2;3,4\n"), (';', 2, 0));
        // A wrong one is not.
        assert_eq!(summary("sep=;\nTitle,Industry\nCTO,Software\n"), (',', 2, 2));
    }

    #[test]
    fn any_punctuation_may_be_the_delimiter_of_a_table() {
        for delimiter in ["^", "~", "#", ":", "!", "$", "%", "&", "*", "=", "}", "\\", "\u{1F}"] {
            let rows = "Ref@Title@Industry\nr1@CTO@Software, Internet\nr2@VP; Sales@Retail\n".replace('@', delimiter);
            assert_eq!(dialect(&rows), (Dialect::with_delimiter(delimiter.as_bytes()[0]), 2), "{delimiter:?}");
        }
    }

    #[test]
    fn apostrophes_escapes_and_spaces_around_quotes_are_detected() {
        let rfc = Dialect::default();
        let single = "'Ref','Job Title','Industry'\n'r1','VP, Sales','Software'\n'r2','It''s, me','Retail'\n";
        assert_eq!(dialect(single), (Dialect { quote: b'\'', ..rfc }, 2));
        let spaced = "Ref, \"Title\", \"Industry\"\nr1, \"VP, Sales\", \"Software\"\n";
        assert_eq!(dialect(spaced), (Dialect { skips_spaces: true, ..rfc }, 2));
        let escaped = "Ref,Title,Industry\nr1,\"VP \\\"Sales\\\", EMEA\",Software\nr2,CTO,Retail\n";
        assert_eq!(dialect(escaped), (Dialect { escape: Some(b'\\'), ..rfc }, 2));
        let both = "'Ref';'Title';'Industry'\n'r1';'It\\'s; me';'Software'\n";
        assert_eq!(dialect(both), (Dialect { delimiter: b';', quote: b'\'', escape: Some(b'\\'), ..rfc }, 2));
    }

    #[test]
    fn apostrophes_and_backslashes_in_texts_stay_text() {
        for text in [
            "Title,City\nCTO,'s-Hertogenbosch\nCEO,'t Gooi\nVP,O'Neill\n",
            "Title,Note\nCTO,\"C:\\\"\nCEO,\"a,b\"\nVP,x\n",
            "Title,Note\nCTO,'quoted'\nCEO,plain\n",
        ] {
            let (found, fields) = dialect(text);
            assert_eq!((found.delimiter, found.escape, fields > 0), (b',', None, true), "{text}");
        }
        assert_eq!(dialect("Title,City\nCTO,'s-Hertogenbosch\nCEO,'t Gooi\n").0, Dialect::default());
    }

    #[test]
    fn lines_in_quotes_are_unwrapped() {
        let text = "\"Ref,Title,Industry\"\n\"r1,CTO,\"\"Software, Internet\"\"\"\nr2,CEO,Retail\n";
        assert_eq!(dialect(text), (Dialect { wraps_lines: true, ..Dialect::default() }, 2));
    }

    #[test]
    fn rows_with_another_delimiter_than_the_header_are_found() {
        let text = "\u{FEFF}Ref,Title,Industry\r\nr1;VP, Sales;Software\r\nr2;CTO;Retail, Food\r\n";
        let format = sniff(text);
        let other = OtherHeader {
            delimiter: b',',
            names: ["Ref", "Title", "Industry"].map(str::to_owned).to_vec(),
            rows_line: 2,
        };
        assert_eq!((format.dialect.delimiter, format.other_header), (b';', Some(other)));
        assert_eq!((format.line, &text[format.skip..format.skip + 2], format.mapping.field_count()), (1, "r1", 2));
        // Rows whose last cells were dropped are not.
        assert_eq!(sniff("Title,Industry,City,Note\nCTO\nCEO\nVP;x\n").other_header, None);
    }

    #[test]
    fn without_known_names_the_most_consistent_dialect_wins() {
        let text = "alpha#beta#gamma\nx, y#1#2\nz, w#3#4\nq#5#6\n";
        assert_eq!(summary(text), ('#', 1, 0));
        assert_eq!(summary("alpha\none two\nthree four\n"), (',', 1, 0));
    }
}
