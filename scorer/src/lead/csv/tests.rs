//! Tests of the CSV reader on files cut and broken anywhere, and against csv-core.

use super::*;
use crate::lead::{Lead, Value};
use proptest::prelude::*;

type Rows = Vec<(u64, Vec<String>, Result<Lead, Reject>)>;

fn read(pieces: &[&[u8]]) -> Result<(Rows, ImportSummary), ImportError> {
    let mut rows = Vec::new();
    let mut sink =
        |row: CsvRow<'_>| rows.push((row.line, row.cells.iter().map(str::to_owned).collect(), row.lead.cloned()));
    let mut reader = CsvReader::new(Schema::leads(), Dialect::default());
    for piece in pieces {
        reader.push(piece, &mut sink)?;
    }
    let summary = reader.finish(&mut sink)?;
    Ok((rows, summary))
}

fn reasons(text: &str) -> Vec<(u64, Option<String>, String)> {
    let (rows, _) = read(&[text.as_bytes()]).unwrap();
    rows.into_iter().filter_map(|(_, _, lead)| lead.err()).map(|r| (r.line, r.column, r.reason.to_string())).collect()
}

#[test]
fn rows_have_their_line_cells_and_lead() {
    let text =
        "\u{feff}Name, JobTitle ,llm_quality,lead_key\r\n\r\nAda,\"CTO, \"\"Lab\"\"\nParis\",75,k1\r\nBob,,,\r\n";
    let (rows, summary) = read(&[text.as_bytes()]).unwrap();
    let title = Schema::leads().position("jobtitle").unwrap();
    assert_eq!(rows[0].0, 3);
    assert_eq!(rows[0].1, ["Ada", "CTO, \"Lab\"\nParis", "75", "k1"]);
    let lead = rows[0].2.as_ref().unwrap();
    assert_eq!(lead.key(), Some("k1"));
    assert_eq!(lead.value(title), Value::Text("CTO, \"Lab\"\nParis"));
    assert_eq!(rows[1].0, 5);
    assert_eq!(rows[1].2.as_ref().unwrap().value(title), Value::Missing);
    assert_eq!(summary.unknown_columns, ["Name"]);
    assert_eq!((summary.missing_fields.len(), summary.rows), (17, 2));
}

#[test]
fn delimiter_is_detected_from_the_first_line() {
    let delimiter = |text: &str| Dialect::detect(text.as_bytes()).delimiter;
    assert_eq!(delimiter("a;b;c\n1,2,3,4,5,6\n"), b';');
    assert_eq!(delimiter("\n\"a,b,c\";d\n"), b';');
    assert_eq!(delimiter("a\tb\n"), b'\t');
    assert_eq!((delimiter("a,b;c\n"), delimiter("alone\n;"), delimiter("")), (b',', b',', b','));
}

#[test]
fn bad_rows_are_rejected_one_by_one() {
    let text = "jobtitle,llm_quality\nCTO,101\nCEO,50\nCFO\nCOO,high\nCMO,1,extra\nVP,7,,\n";
    let rejects = reasons(text);
    let column = Some("llm_quality".to_owned());
    assert_eq!(
        rejects,
        [
            (2, column.clone(), "should be at most 100, but is \"101\"".into()),
            (4, None, "the row has 1 cells where the header has 2".into()),
            (5, column, "should be a whole number, but is \"high\"".into()),
            (6, None, "the row has 3 cells where the header has 2".into()),
        ]
    );
    assert_eq!(read(&[text.as_bytes()]).unwrap().1.rows, 6);
}

#[test]
fn open_quote_rejects_its_line_only() {
    let many = "Sales,50\n".repeat(200_000);
    let text = format!("jobtitle,llm_quality\nCTO,1\n\"open,2\n{many}");
    let (rows, _) = read(&[text.as_bytes()]).unwrap();
    assert_eq!(rows.len(), 200_002);
    let broken: Vec<_> = rows.iter().filter_map(|(_, _, lead)| lead.as_ref().err()).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!((broken[0].line, broken[0].column.as_deref()), (3, Some("jobtitle")));
    assert_eq!(rows.last().unwrap().0, 200_003);
}

#[test]
fn open_quote_at_the_end_is_rejected() {
    assert_eq!(
        reasons("jobtitle\nCTO\n\"cut off"),
        [(3, Some("jobtitle".into()), "a quote opens here that is never closed".into())]
    );
    assert_eq!(
        reasons("jobtitle\n5\" disk, no quote"),
        [(2, None, "the row has 2 cells where the header has 1".into())]
    );
}

#[test]
fn row_over_the_size_limit_is_skipped() {
    let long = "x".repeat(3 * ROW_BYTES_MAX);
    let (rows, _) = read(&[format!("jobtitle,skills\na,{long}\nb,c\n").as_bytes()]).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].2.as_ref().unwrap_err().reason.to_string(), "the row is longer than 1024 KB");
    assert_eq!((rows[1].0, rows[1].1.as_slice()), (3, &["b".to_owned(), "c".to_owned()][..]));
}

#[test]
fn unreadable_files_are_refused_with_a_message() {
    let message = |bytes: &[u8]| read(&[bytes]).unwrap_err().to_string();
    assert_eq!(message(b""), "the file is empty");
    assert_eq!(message(b"\n\n\n"), "the file is empty");
    assert_eq!(message(b"  \n\n"), "the file is empty");
    assert_eq!(message(b"jobtitle,skills\n"), "the file has a header but no leads below it");
    assert!(message(b"\xFF\xD8\xFF\xE0\x00\x10JFIF").contains("picture"));
    assert!(message(b"PK\x03\x04\x14").contains("Excel"));
    assert!(message(b"a\x00b\nc").contains("not a CSV"));
    assert!(message(&vec![b','; 50 << 20]).contains("more than 4096 columns"));
    assert!(message(&vec![b'x'; 2 << 20]).contains("first line"));
    assert!(message(b"foo,bar\n1,2\n").contains("none of the columns"));
    assert!(message(b"jobtitle, JOBTITLE\n1,2\n").contains("twice"));
    let quotes = format!("jobtitle\n{}", "\"a\n\"b\n".repeat(10)).into_bytes();
    assert!(read(&[&quotes]).is_ok());
}

#[test]
fn row_at_the_size_limit_is_independent_of_cuts() {
    for length in [
        ROW_BYTES_MAX - 8,
        ROW_BYTES_MAX - 3,
        ROW_BYTES_MAX - 2,
        ROW_BYTES_MAX - 1,
        ROW_BYTES_MAX,
        ROW_BYTES_MAX + 70_000,
    ] {
        let text = format!("jobtitle,skills\na,{}\nb,c\n", "x".repeat(length));
        let whole = read(&[text.as_bytes()]).unwrap();
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(3000).collect();
        assert!(read(&pieces).unwrap() == whole, "{length}");
        assert_eq!((whole.0.len(), whole.0[1].0, whole.0[1].2.is_ok()), (2, 3, true), "{length}");
    }
}

#[test]
fn row_of_too_many_cells_is_rejected() {
    let rejects = reasons(&format!("jobtitle,skills\na,b{}x\nc,d\n", ",".repeat(5000)));
    assert_eq!(rejects, [(2, None, "the row has 5002 cells where the header has 2".into())]);
}

#[test]
fn carriage_return_ends_a_line() {
    let (rows, _) = read(&[b"jobtitle,skills\ra,b\r\"c,d\re,f\rg,h\r"]).unwrap();
    assert_eq!(rows.iter().map(|(_, _, lead)| lead.is_ok()).collect::<Vec<_>>(), [true, false, true, true]);
}

#[test]
fn open_quote_in_the_header_is_an_error() {
    assert!(read(&[b"\"jobtitle,skills\na,b\n"]).unwrap_err().to_string().contains("on the first line"));
}

#[test]
fn invalid_utf8_rejects_its_row_only() {
    let (rows, _) = read(&[b"skills,jobtitle\na,caf\xe9\nb,c\n"]).unwrap();
    let reject = rows[0].2.as_ref().unwrap_err();
    assert_eq!((reject.line, reject.column.as_deref()), (2, Some("jobtitle")));
    assert!(rows[1].2.is_ok());
}

proptest! {
    #[test]
    fn rows_are_independent_of_cuts(
        body in proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'a'), any::<u8>()], 0..200),
        cuts in proptest::collection::vec(0usize..220, 0..6),
    ) {
        let bytes = [b"jobtitle,llm_quality\n".as_slice(), &body].concat();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&bytes[from..cut]);
            from = cut;
        }
        pieces.push(&bytes[from..]);
        prop_assert_eq!(read(&pieces), read(&[&bytes]));
    }
}

/// Records of a complete text as csv-core splits them.
fn by_csv_core(text: &str, dialect: Dialect) -> Vec<Vec<String>> {
    let mut core = csv_core::ReaderBuilder::new().delimiter(dialect.delimiter).quote(dialect.quote).build();
    let (mut cells, mut ends) = (vec![0; text.len() + 1], vec![0; text.len() + 1]);
    let (mut rest, mut records) = (text.as_bytes(), Vec::new());
    loop {
        let (result, read, _, columns) = core.read_record(rest, &mut cells, &mut ends);
        if result != csv_core::ReadRecordResult::Record {
            return records;
        }
        let starts = [0].into_iter().chain(ends.iter().copied());
        let cell = |(from, to): (usize, &usize)| String::from_utf8(cells[from..*to].to_vec()).unwrap();
        records.push(starts.zip(&ends[..columns]).map(cell).collect());
        rest = &rest[read..];
    }
}

fn by_splitter(text: &str, dialect: Dialect) -> Vec<Vec<String>> {
    let mut splitter = Splitter::new(dialect);
    let (mut rest, mut records) = (text, Vec::new());
    loop {
        rest = rest.trim_start_matches(['\r', '\n']);
        if !splitter.split(rest.as_bytes()) {
            return records;
        }
        let (record, behind) = rest.split_at(splitter.length());
        records.push(splitter.cells(record).iter().map(str::to_owned).collect());
        splitter.restart();
        rest = behind;
    }
}

proptest! {
    #[test]
    fn cells_are_split_as_by_csv_core(
        text in proptest::collection::vec(prop_oneof![
            4 => Just('"'), 3 => Just(','), 1 => Just(';'), 1 => Just('\n'), 1 => Just('\r'), 2 => Just('a'), 1 => Just('é'), 1 => any::<char>(),
        ], 0..60),
        delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'a')],
        quote in prop_oneof![Just(b'"'), Just(b'\'')],
    ) {
        let text: String = text.into_iter().filter(|char| *char != '\u{feff}').chain(['\n']).collect();
        let dialect = Dialect { delimiter, quote, ..Dialect::default() };
        prop_assert_eq!(by_splitter(&text, dialect), by_csv_core(&text, dialect));
    }
}
