//! The beginning of a file: how its cells are told apart, which row names the columns, and what they seem to be.
//!
//! Owns that guess. May not know how rows become leads. A file whose first row has a field's own name is taken as it
//! is.

use super::split::Splitter;
use super::{Cells, Dialect, MARK, breaks};
use crate::lead::mapping::{Evidence, Mapping};
use crate::lead::schema::Schema;

/// How much of a file it takes to tell.
pub const OPENING: usize = 1 << 16;

/// What may stand between cells, the most usual first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// In how many of the first rows the names are looked for.
const PREAMBLE_MAX: usize = 20;

/// How many rows below the names are looked at.
const ROWS: usize = 50;

/// How many different cells of a column are shown.
const EXAMPLES: usize = 3;

/// How many characters of such a cell.
const EXAMPLE_CHARS: usize = 60;

/// What was told from the beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// How cells are told apart.
    pub dialect: Dialect,
    /// How many bytes stand before the row that names the columns.
    pub skip: usize,
    /// The line on which that row starts, from 1.
    pub line: u64,
    /// What the columns seem to be; none where no row seems to name any.
    pub mapping: Mapping,
    /// Some cells of each column.
    pub examples: Vec<Vec<String>>,
}

/// A row of the beginning.
struct Record {
    at: usize,
    line: u64,
    cells: Vec<String>,
}

/// A row that may name the columns.
struct Candidate {
    dialect: Dialect,
    records: Vec<Record>,
    header: usize,
    /// How many of its cells are the name of a field.
    known: usize,
    /// How many rows below have as many cells.
    alike: usize,
}

impl Opening {
    /// Looks at the beginning of a file in UTF-8, cut anywhere; `delimiter` is what stands between cells, where that is
    /// known. Where no row names a field, the first one names the columns, and none of them is read.
    pub fn of(start: &[u8], delimiter: Option<u8>, schema: &Schema) -> Self {
        let plain = start.strip_prefix(MARK).unwrap_or(start);
        let delimiters = delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
        let candidates = delimiters.iter().filter_map(|delimiter| Candidate::find(plain, *delimiter, schema));
        // Of equals the first wins: a comma before all others.
        let best = candidates.reduce(
            |best, other| {
                if (other.known, other.alike) > (best.known, best.alike) { other } else { best }
            },
        );
        let best = best.unwrap_or_else(|| Candidate::first(plain, delimiter));
        let (above, below) = best.records.split_at(best.records.len().min(best.header + 1));
        let (names, at, line) = above.last().map_or((&[][..], 0, 1), |row| (&row.cells[..], row.at, row.line));
        let rows: Vec<Vec<String>> = below.iter().take(ROWS).map(|record| record.cells.clone()).collect();
        Opening {
            dialect: best.dialect,
            skip: if at == 0 { 0 } else { start.len() - plain.len() + at },
            line,
            mapping: Mapping::suggest(names, &rows, schema),
            examples: (0..names.len()).map(|column| examples(&rows, column)).collect(),
        }
    }
}

impl Candidate {
    fn find(start: &[u8], delimiter: u8, schema: &Schema) -> Option<Self> {
        let dialect = Dialect { delimiter, ..Dialect::default() };
        let records = records(start, dialect);
        let known = |record: &Record| {
            let mapping = Mapping::suggest(&record.cells, &[], schema);
            let is_exact = mapping.columns.iter().any(|column| column.evidence == Evidence::Exact);
            (is_exact, mapping.columns.iter().filter(|column| column.target.is_some()).count())
        };
        let all: Vec<(bool, usize)> = records.iter().take(PREAMBLE_MAX).map(known).collect();
        let most = all.iter().map(|(_, known)| *known).max().filter(|known| *known > 0)?;
        // The first row that names a field in its own letters, or at least half of what the best one names.
        let header = all.iter().position(|(exact, known)| *exact || *known * 2 >= most.max(2))?;
        let width = records[header].cells.len();
        let below = records.iter().skip(header + 1).take(ROWS);
        let alike = below.filter(|record| record.cells.len() == width).count();
        let known = all[header].1;
        Some(Candidate { dialect, records, header, known, alike })
    }

    /// The first row, whatever it names. A blank line before it is left to be passed over.
    fn first(start: &[u8], delimiter: Option<u8>) -> Self {
        let dialect =
            delimiter.map_or_else(|| Dialect::detect(start), |delimiter| Dialect { delimiter, ..Dialect::default() });
        let mut records = records(start, dialect);
        records.iter_mut().take(1).for_each(|first| (first.at, first.line) = (0, 1));
        Candidate { dialect, records, header: 0, known: 0, alike: 0 }
    }
}

/// The first rows that end within the bytes.
fn records(start: &[u8], dialect: Dialect) -> Vec<Record> {
    let (mut records, mut at, mut line) = (Vec::new(), 0, 1);
    let mut splitter = Splitter::new(dialect);
    while records.len() < PREAMBLE_MAX + ROWS {
        let rest = &start[at..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += breaks(&rest[..blank]);
        at += blank;
        let rest = &rest[blank..];
        if rest.is_empty() || !splitter.split(rest) {
            break;
        }
        let length = splitter.length();
        let lines = splitter.breaks() + u64::from(rest[..length].ends_with(b"\n"));
        let text = String::from_utf8_lossy(&rest[..length]);
        // A replaced byte moves the ends of cells, so such a row is looked at as one cell.
        let cells = match &text {
            std::borrow::Cow::Borrowed(text) => owned(splitter.cells(text)),
            std::borrow::Cow::Owned(text) => vec![text.clone()],
        };
        records.push(Record { at, line, cells });
        splitter.restart();
        at += length;
        line += lines;
    }
    records
}

fn owned(cells: Cells<'_>) -> Vec<String> {
    cells.iter().map(str::to_owned).collect()
}

fn examples(rows: &[Vec<String>], column: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for cell in rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        let shown: String = cell.chars().take(EXAMPLE_CHARS).collect();
        if !found.contains(&shown) {
            found.push(shown);
        }
        if found.len() == EXAMPLES {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(text: &str) -> Opening {
        Opening::of(text.as_bytes(), None, &Schema::leads())
    }

    fn told(text: &str) -> (char, u64, usize) {
        let opening = opening(text);
        assert!(text.is_char_boundary(opening.skip));
        (char::from(opening.dialect.delimiter), opening.line, opening.mapping.fields())
    }

    #[test]
    fn delimiters_are_told_by_the_names_between_them() {
        for delimiter in [',', ';', '\t', '|'] {
            let text = "Name,Title,Company,# Employees\nAda,\"CTO\",Acme,37\n".replace(',', &delimiter.to_string());
            assert_eq!(told(&text), (delimiter, 1, 2), "{delimiter:?}");
        }
        assert_eq!(told("Name;Title;\"About, me\"\nAda, B;CTO;x\n").0, ';');
        assert_eq!(told("jobtitle\nCTO\n"), (',', 1, 1));
    }

    #[test]
    fn a_preamble_is_passed_over() {
        let text = "sep=;\r\nLeads of November\r\n\r\nName;Title;Industry\r\nAda;CTO;Software\r\n";
        let opening = opening(text);
        assert_eq!((opening.line, &text[opening.skip..opening.skip + 4]), (4, "Name"));
        assert_eq!(opening.dialect.delimiter, b';');
        assert_eq!(opening.examples, [vec!["Ada"], vec!["CTO"], vec!["Software"]]);
    }

    #[test]
    fn a_first_row_with_a_fields_own_name_is_the_header_whatever_follows() {
        assert_eq!(told("lead_key,jobtitle\nTitle,Industry\n"), (',', 1, 1));
        assert_eq!(told("\u{FEFF}summary\n\"title, industry\"\n"), (',', 1, 1));
    }

    #[test]
    fn what_names_nothing_is_left_to_be_told() {
        assert_eq!(told("a;b\n1;2\n"), (';', 1, 0));
        assert_eq!(told(""), (',', 1, 0));
        assert_eq!(told("\"never closed, Title"), (',', 1, 0));
    }

    #[test]
    fn a_delimiter_that_is_known_is_not_looked_for() {
        let opening = Opening::of(b"Title:Industry,x\nCTO:y\n", Some(b':'), &Schema::leads());
        assert_eq!((opening.dialect.delimiter, opening.mapping.fields()), (b':', 1));
        assert_eq!(opening.mapping.columns.len(), 2);
    }

    #[test]
    fn a_cut_anywhere_is_no_error() {
        let text = "Été;Title\n\"a\"\"b\nc\";CTO\n".as_bytes();
        for end in 0..=text.len() {
            Opening::of(&text[..end], None, &Schema::leads());
        }
    }
}
