//! Files of every format with cut, flipped or repeated bytes: an error or a sheet, but no panic, hang or excess.

use super::archive::{sheet, workbook};
use super::details::ods;
use super::{csv, legacy};
use proptest::prelude::*;

/// Limit of the CSV of a damaged file of a few hundred bytes: a sheet of blank lines, and some wide ones.
const CSV_BYTES_MAX: usize = 100_000_000;

/// Small valid files.
fn files() -> Vec<Vec<u8>> {
    let rows = r#"<row r="1" hidden="1"><c r="A1"><v>1</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row><row><c><v>2</v></c></row>"#;
    let merged = [sheet(rows), b"<mergeCells><mergeCell ref=\"B1:B2\"/></mergeCells>".to_vec()].concat();
    let label = legacy::record(0x0204, &[0, 0, 1, 0, 0, 0, 2, 0, 0, b'o', b'k']);
    let strings = legacy::record(0x00FC, &[1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 8, 1, 0, b'h', b'i', 0, 0, 0, 0]);
    let shared = legacy::record(0x00FD, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let table = r#"<table:table table:name="L"><table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3" table:number-rows-spanned="2"><text:p>a<text:s text:c="2"/>b</text:p></table:table-cell></table:table-row></table:table>"#;
    vec![
        workbook(&["s.xml"], "", vec![("xl/s.xml", merged)]),
        ods(table),
        legacy::book(&strings, &[label, shared]),
        b"<meta charset=latin1><table><tr><td rowspan=2 colspan=3>a&eacute;<td>b<br>c</tr><tr style='display:none'><td><table><tr><td>d</table>".to_vec(),
        b"<?xml version='1.0' encoding='latin1'?><Workbook><Worksheet ss:Name='a'><Table><Row ss:Index='3' ss:Hidden='1'><Cell ss:Index='2' ss:MergeDown='2'><Data ss:Type='Number'>1&#65;</Data></Cell></Row></Table></Worksheet></Workbook>".to_vec(),
        br#"{"total":2,"people":[{"name":"Ada","org":{"size":[1,2]},"skills":[{"name":"x","n":-1.5e3}]},{"name":"B\u00e9\ud83d","t":NaN}]}"#.to_vec(),
        b"{\"a\":1}\n{\"b\":[[1]]}\n[1]\n".to_vec(),
        br#"{"a":{"0":1,"1":2},"b":{"0":"x"}}"#.to_vec(),
    ]
}

fn check(bytes: &[u8]) {
    if let Ok((text, sheet)) = csv(bytes) {
        assert!(sheet.candidates >= 1);
        assert!(text.len() <= CSV_BYTES_MAX, "{} bytes of CSV", text.len());
    }
}

#[test]
fn every_prefix_and_every_flipped_byte_is_survived() {
    for file in files() {
        assert!(csv(&file).is_ok(), "{}", file.escape_ascii());
        // Containers are long, mostly empty, and covered at random below.
        let step = file.len().div_ceil(1500);
        for at in (0..file.len()).step_by(step) {
            check(&file[..at]);
            for mask in [0x01, 0x10, 0x80, 0xFF] {
                let mut changed = file.clone();
                changed[at] ^= mask;
                check(&changed);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn changed_files_are_survived(
        file in prop::sample::select(files()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        (from, length, to) in (any::<prop::sample::Index>(), 0_usize..64, any::<prop::sample::Index>()),
    ) {
        let mut bytes = file;
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let from = from.index(bytes.len());
        let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
        let to = to.index(bytes.len());
        bytes.splice(to..to, piece);
        check(&bytes);
    }

    #[test]
    fn arbitrary_text_after_a_start_is_survived(start in prop::sample::select(vec!["<table><tr><td>", "<?xml?><Workbook>", "[{\"a\":", "{\"a\":[{"]), rest in ".{0,80}") {
        check(format!("{start}{rest}").as_bytes());
    }
}
