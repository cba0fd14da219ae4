//! Tests of the import: the contract's header, and one table written in random dialects and encodings.

use super::*;
use proptest::prelude::*;

fn windows_1252() -> TextEncoding {
    TextEncoding::for_label("windows-1252").unwrap()
}

/// Rows as (line, valid), and the encoding and delimiter.
fn import(pieces: &[&[u8]], contract_first: bool) -> (Vec<(u64, bool)>, TextEncoding, char) {
    let options = ImportOptions { contract_first, ..ImportOptions::default() };
    let mut reader = ImportReader::new(Schema::leads(), options);
    let mut rows = Vec::new();
    let mut sink = |row: CsvRow<'_>| rows.push((row.line, row.lead.is_ok()));
    pieces.iter().for_each(|piece| reader.push(piece, &mut sink).unwrap());
    let (_, format) = reader.finish(&mut sink).unwrap();
    (rows, format.encoding.encoding, char::from(format.dialect.delimiter))
}

#[test]
fn contract_header_is_strict_only_on_request() {
    let text = b"jobtitle;industry\nCTO\nCEO;caf\xE9\n";
    let lenient = (vec![(2, true), (3, true)], windows_1252(), ';');
    let strict = (vec![(2, false), (3, false)], TextEncoding::UTF_8, ';');
    for step in [1, 5, 100] {
        let pieces: Vec<&[u8]> = text.chunks(step).collect();
        assert_eq!(import(&pieces, false), lenient);
        assert_eq!(import(&pieces, true), strict);
    }
    let (rows, encoding, _) = import(&[b"Title;Industry\nCTO\nCEO;caf\xE9\n"], true);
    assert_eq!((rows, encoding), (vec![(2, true), (3, true)], windows_1252()));
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

const NAMES: [&str; 6] = ["Réf", "Job Title", "Company Size", "Secteur d'activité", "Location", "Langues"];

/// Cells of a list, some of which must be quoted in every dialect.
const CELLS: [&str; 12] = [
    "Directrice générale",
    "VP, Sales; EMEA",
    "Founder & CEO",
    "51-200",
    "Île-de-France, France",
    "Chargée d'études",
    "Head of \"Growth\"",
    "l'Oréal, 'Paris' | Lyon",
    "Computer Software",
    "10:30 #1 100 % ~ {a} 2^3",
    "",
    "Anglais, Français",
];

/// Way of writing a table.
#[derive(Debug, Clone)]
struct Style {
    dialect: Dialect,
    /// Quotes every cell that is not empty.
    quotes_all: bool,
    encoding: usize,
    line_break: &'static str,
}

fn styles() -> impl Strategy<Value = Style> {
    let delimiter = prop::sample::select(b",;\t|^~#}$:".to_vec());
    let quote = prop::sample::select(vec![b'"', b'\'']);
    let escape = prop::sample::select(vec![None, Some(b'\\')]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let line_break = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    let parts = (delimiter, quote, escape, flags, 0..ENCODINGS.len(), line_break);
    parts.prop_map(|(delimiter, quote, escape, (skips_spaces, wraps_lines, quotes_all), encoding, line_break)| {
        let dialect = if wraps_lines {
            Dialect { wraps_lines, ..Dialect::with_delimiter(delimiter) }
        } else {
            Dialect { delimiter, quote, escape, skips_spaces, wraps_lines }
        };
        // Apostrophes around few cells are text.
        Style { quotes_all: quotes_all || dialect.quote == b'\'', dialect, encoding, line_break }
    })
}

/// Labels of encodings; the first is UTF-8 without, the second with a byte order mark.
const ENCODINGS: [&str; 7] = ["utf-8", "bom", "utf-16le", "utf-16be", "windows-1252", "macintosh", "iso-8859-15"];

impl Style {
    fn bytes(&self, rows: &[Vec<&str>]) -> Vec<u8> {
        let lines = rows.iter().map(|row| self.line(row) + self.line_break);
        let text: String = lines.collect();
        match ENCODINGS[self.encoding] {
            "utf-8" => text.into_bytes(),
            "bom" => format!("\u{FEFF}{text}").into_bytes(),
            "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            label => encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(&text).0.into_owned(),
        }
    }

    fn line(&self, row: &[&str]) -> String {
        let Dialect { delimiter, skips_spaces, wraps_lines, .. } = self.dialect;
        let cells: Vec<String> = row.iter().map(|cell| self.cell(cell)).collect();
        let separator = format!("{}{}", char::from(delimiter), if skips_spaces { " " } else { "" });
        let line = cells.join(&separator);
        if wraps_lines { format!("\"{}\"", line.replace('"', "\"\"")) } else { line }
    }

    fn cell(&self, cell: &str) -> String {
        let (quote, delimiter) = (char::from(self.dialect.quote), char::from(self.dialect.delimiter));
        let is_special = cell.contains([quote, delimiter]) || cell.starts_with(['"', '\'']);
        if cell.is_empty() || !(self.quotes_all || is_special) {
            return cell.to_owned();
        }
        let before = self.dialect.escape.map_or(quote, char::from);
        format!("{quote}{}{quote}", cell.replace(quote, &format!("{before}{quote}")))
    }
}

/// Names and cells, cut into pieces of this length.
fn table(bytes: &[u8], step: usize) -> Option<Vec<Vec<String>>> {
    let mut reader = ImportReader::new(Schema::leads(), ImportOptions::default());
    let mut rows = Vec::new();
    let mut sink = |row: CsvRow<'_>| rows.push(row.cells.iter().map(str::to_owned).collect::<Vec<_>>());
    bytes.chunks(step).try_for_each(|piece| reader.push(piece, &mut sink)).ok()?;
    let (summary, _) = reader.finish(&mut sink).ok()?;
    rows.insert(0, summary.columns);
    Some(rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn table_is_read_the_same_in_any_dialect_and_encoding(
        style in styles(),
        cells in prop::collection::vec(prop::sample::select(CELLS.to_vec()), 18..60),
        step in 1_usize..200,
    ) {
        // The first cell identifies the row; every table has some accents.
        let rows = cells.chunks_exact(5).map(|row| [&["Éva"], row].concat());
        let rows: Vec<Vec<&str>> = [NAMES.to_vec()].into_iter().chain(rows).collect();
        let bytes = style.bytes(&rows);
        let found = table(&bytes, step);
        let whole = table(&bytes, bytes.len());
        prop_assert_eq!(&found, &whole);
        // Where no quote follows a space, spaces are text.
        let trimmed = |cell: &String| cell.trim_start_matches(' ').to_owned();
        let found: Option<Vec<Vec<String>>> = found.map(|rows| rows.iter().map(|row| row.iter().map(trimmed).collect()).collect());
        prop_assert_eq!(found, Some(rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()));
    }
}
