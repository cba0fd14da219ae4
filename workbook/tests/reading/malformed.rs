//! Files that are damaged, exceed the limits or are no workbooks; and unusual but valid output of other programs.

use super::archive::{sheet, with_rows, workbook, zipped};
use super::csv;
use file_format::UnsupportedFormat;
use workbook::Error;

const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

pub(crate) fn error(bytes: &[u8]) -> Error {
    csv(bytes).unwrap_err()
}

/// OLE compound file with this stream.
fn ole(stream: &str) -> Vec<u8> {
    let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [&OLE[..], &[0; 1000], &name, &[0; 500]].concat()
}

#[test]
fn other_formats_are_distinguished() {
    assert_eq!(error(&ole("EncryptedPackage")), Error::PasswordProtected);
    assert_eq!(error(&ole("Workbook")), Error::Damaged);
    assert_eq!(error(&ole("WordDocument")), Error::Unsupported(UnsupportedFormat::TextDocument));
    assert_eq!(error(&ole("__properties_version1.0")), Error::Unsupported(UnsupportedFormat::Email));
    assert_eq!(error(&ole("Quill")), Error::Unsupported(UnsupportedFormat::OfficeDocument));
    assert_eq!(error(b"name,title\nAda,CTO\n"), Error::NotConvertible);
    assert_eq!(error(b""), Error::NotConvertible);
    assert_eq!(error(b"%PDF-1.7"), Error::Unsupported(UnsupportedFormat::Pdf));
    for (part, format) in [
        ("word/document.xml", UnsupportedFormat::TextDocument),
        ("ppt/presentation.xml", UnsupportedFormat::Presentation),
        ("xl/workbook.bin", UnsupportedFormat::BinaryWorkbook),
        ("Index/CalculationEngine.iwa", UnsupportedFormat::AppleNumbers),
        ("Index/Document.iwa", UnsupportedFormat::AppleDocument),
        ("leads.csv", UnsupportedFormat::Archive),
    ] {
        assert_eq!(error(&zipped([(part, b"x".to_vec())])), Error::Unsupported(format), "{part}");
    }
    assert_eq!(error(&zipped([("xl/workbook.xml", b"<workbook/>".to_vec())])), Error::Damaged);
}

#[test]
fn truncated_workbooks_are_rejected() {
    let whole = with_rows(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#);
    assert_eq!(csv(&whole).unwrap().0, "1\r\n");
    for end in 4..whole.len() {
        assert_eq!(error(&whole[..end]), Error::Damaged, "at {end}");
    }
}

#[test]
fn corrupted_bytes_never_panic() {
    let whole = with_rows(r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>"#);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        // Either result is valid, depending on the byte.
        if let Ok((_, sheet)) = csv(&changed) {
            assert_eq!(sheet.candidates, 1);
        }
    }
}

#[test]
fn decompression_bomb_is_rejected() {
    let bomb = workbook(&["worksheets/s.xml"], "", vec![("xl/worksheets/s.xml", vec![b' '; 600_000_001])]);
    assert!(bomb.len() < 1_000_000);
    assert_eq!(error(&bomb), Error::TooLarge);
}

#[test]
fn styles_and_other_parts_have_their_own_limits() {
    let rows = sheet(r#"<row><c><v>1</v></c></row>"#);
    for (name, size) in [("xl/styles.xml", 8_000_001), ("xl/theme/theme1.xml", 64_000_001)] {
        let parts = vec![("xl/s.xml", rows.clone()), (name, vec![b' '; size])];
        assert_eq!(error(&workbook(&["s.xml"], "", parts)), Error::TooLarge, "{name}");
    }
}

#[test]
fn declared_string_count_is_limited() {
    let rows = sheet(r#"<row><c t="s"><v>0</v></c></row>"#);
    for (count, expected) in [("1", Ok("x\r\n")), ("999999999999", Err(Error::TooLarge))] {
        let table = format!(r#"<sst uniqueCount="{count}"><si><t>x</t></si></sst>"#).into_bytes();
        let parts = vec![("xl/s.xml", rows.clone()), ("xl/sharedStrings.xml", table)];
        let read = csv(&workbook(&["s.xml"], "", parts)).map(|(text, _)| text);
        assert_eq!(read.as_deref().map_err(|error| *error), expected);
    }
}

#[test]
fn one_part_listed_as_many_sheets_is_rejected() {
    let rows = "<row><c><v>1</v></c></row>".repeat(400_000);
    let parts = vec![("xl/worksheets/s.xml", sheet(&rows))];
    let again = workbook(&["worksheets/s.xml"; 250], "", parts);
    assert_eq!(error(&again), Error::Damaged);
}

#[test]
fn sheet_count_is_limited() {
    let parts = vec![("xl/s.xml", sheet("<row><c><v>1</v></c></row>"))];
    assert_eq!(error(&workbook(&["s.xml"; 256], "", parts)), Error::TooLarge);
}

#[test]
fn missing_sheet_is_rejected() {
    assert_eq!(error(&workbook(&["s.xml"], "", Vec::new())), Error::Damaged);
}

#[test]
fn sparse_sheet_takes_no_memory_for_empty_cells() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>3</v></c></row>"#;
    let (text, _) = csv(&with_rows(rows)).unwrap();
    assert_eq!(text, format!("1,2{}{}3\r\n", "\r\n".repeat(1_048_575), ",".repeat(16_383)));
}

#[test]
fn invalid_cell_positions_are_rejected() {
    for place in ["A1048577", "XFE1", "ZZZZZZZZZZ99999999999", "A0", "11"] {
        let rows = format!(r#"<row><c r="{place}"><v>1</v></c></row>"#);
        assert_eq!(error(&with_rows(&rows)), Error::Damaged, "{place}");
    }
    for (first, second) in [("A2", "A1"), ("B1", "A1"), ("A1", "A1")] {
        let rows = format!(r#"<row><c r="{first}"><v>1</v></c><c r="{second}"><v>1</v></c></row>"#);
        assert_eq!(error(&with_rows(&rows)), Error::Damaged, "{first} {second}");
    }
}

#[test]
fn declared_sheet_size_is_ignored() {
    let rows = r#"<worksheet><dimension ref="B9:A1"/><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"#;
    let bytes = workbook(&["s.xml"], "", vec![("xl/s.xml", rows.as_bytes().to_vec())]);
    assert_eq!(csv(&bytes).unwrap().0, "1\r\n");
}

#[test]
fn output_of_other_programs_is_supported() {
    let rows = concat!(
        r#"<row><c t="inlineStr"><is><t>in </t></is></c><c t="inlineStr"><is><r><t>Head</t></r><r><t xml:space="preserve"> of</t></r></is></c>"#,
        r##"<c t="e"><v>#N/A</v></c></row><row r="2"><c r="A2" t="e"><v>#SPILL!</v></c><c r="B2"><v>7</v></c></row>"##,
        r##"<row><c t="d"><v>2026-11-27T00:00:00</v></c><c><v>1E3</v></c><c><v>nan</v></c><c t="str"><v>f&amp;g</v></c></row>"##,
    );
    assert_eq!(csv(&with_rows(rows)).unwrap().0, "in,Head of,,\r\n,7,,\r\n2026-11-27,1000,,f&g\r\n");
}

#[test]
fn epoch_of_1904_is_supported() {
    let styles = br#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let rows = sheet(r#"<row><c s="1"><v>44891</v></c><c s="1"><v>-5</v></c><c s="1"><v>1e300</v></c></row>"#);
    let read = |properties| {
        let parts = vec![("xl/s.xml", rows.clone()), ("xl/styles.xml", styles.to_vec())];
        csv(&workbook(&["s.xml"], properties, parts)).unwrap().0
    };
    let far = format!("-5,1{}\r\n", "0".repeat(300));
    assert_eq!(read(r#"<workbookPr date1904="1"/>"#), format!("2026-11-27,{far}"));
    assert_eq!(read(""), format!("2022-11-26,{far}"));
}
