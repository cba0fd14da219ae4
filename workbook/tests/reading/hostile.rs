//! Files that are no workbooks, are damaged, or want more memory or time than there is; and what other programs write.

use super::archive::{sheet, with_rows, workbook, zipped};
use super::csv;
use workbook::Refusal;

const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

fn refused(bytes: &[u8]) -> Refusal {
    csv(bytes).unwrap_err()
}

/// An Office container that names this stream.
fn ole(stream: &str) -> Vec<u8> {
    let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [&OLE[..], &[0; 1000], &name, &[0; 500]].concat()
}

#[test]
fn what_is_no_workbook_is_told_by_what_it_is() {
    assert_eq!(refused(&ole("EncryptedPackage")), Refusal::Protected);
    assert_eq!(refused(&ole("Workbook")), Refusal::OldFormat);
    assert_eq!(refused(b"name,title\nAda,CTO\n"), Refusal::NoWorkbook);
    assert_eq!(refused(b""), Refusal::NoWorkbook);
    assert_eq!(refused(&zipped([("word/document.xml", b"<document/>".to_vec())])), Refusal::NoWorkbook);
    assert_eq!(refused(&zipped([("xl/workbook.xml", b"<workbook/>".to_vec())])), Refusal::Broken);
}

#[test]
fn wherever_a_workbook_is_cut_it_is_refused() {
    let whole = with_rows(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#);
    assert_eq!(csv(&whole).unwrap().0, "1\r\n");
    for end in 2..whole.len() {
        assert_eq!(refused(&whole[..end]), Refusal::Broken, "at {end}");
    }
}

#[test]
fn a_changed_byte_never_ends_the_program() {
    let whole = with_rows(r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>"#);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        // Whether it can still be read depends on the byte; that there is an answer does not.
        if let Ok((_, sheet)) = csv(&changed) {
            assert_eq!(sheet.among, 1);
        }
    }
}

#[test]
fn a_sheet_that_unpacks_to_too_much_is_refused() {
    let bomb = workbook(&["worksheets/s.xml"], "", vec![("xl/worksheets/s.xml", vec![b' '; 600_000_001])]);
    assert!(bomb.len() < 1_000_000);
    assert_eq!(refused(&bomb), Refusal::TooLarge);
}

#[test]
fn styles_and_small_parts_have_limits_of_their_own() {
    let rows = sheet(r#"<row><c><v>1</v></c></row>"#);
    for (name, size) in [("xl/styles.xml", 8_000_001), ("xl/theme/theme1.xml", 64_000_001)] {
        let parts = vec![("xl/s.xml", rows.clone()), (name, vec![b' '; size])];
        assert_eq!(refused(&workbook(&["s.xml"], "", parts)), Refusal::TooLarge, "{name}");
    }
}

#[test]
fn a_table_of_strings_reserves_no_more_than_it_holds() {
    let rows = sheet(r#"<row><c t="s"><v>0</v></c></row>"#);
    for (count, wanted) in [("1", Ok("x\r\n")), ("999999999999", Err(Refusal::TooLarge))] {
        let table = format!(r#"<sst uniqueCount="{count}"><si><t>x</t></si></sst>"#).into_bytes();
        let parts = vec![("xl/s.xml", rows.clone()), ("xl/sharedStrings.xml", table)];
        let read = csv(&workbook(&["s.xml"], "", parts)).map(|(text, _)| text);
        assert_eq!(read.as_deref().map_err(|refusal| *refusal), wanted);
    }
}

#[test]
fn one_part_as_many_sheets_is_not_read_over_and_over() {
    let rows = "<row><c><v>1</v></c></row>".repeat(400_000);
    let parts = vec![("xl/worksheets/s.xml", sheet(&rows))];
    let again = workbook(&["worksheets/s.xml"; 250], "", parts);
    assert_eq!(refused(&again), Refusal::Broken);
}

#[test]
fn more_sheets_than_anybody_has_are_refused() {
    let parts = vec![("xl/s.xml", sheet("<row><c><v>1</v></c></row>"))];
    assert_eq!(refused(&workbook(&["s.xml"; 256], "", parts)), Refusal::TooLarge);
}

#[test]
fn a_sheet_that_is_not_there_is_refused() {
    assert_eq!(refused(&workbook(&["s.xml"], "", Vec::new())), Refusal::Broken);
}

#[test]
fn a_cell_in_the_last_corner_takes_no_memory_for_those_before_it() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>3</v></c></row>"#;
    let (text, _) = csv(&with_rows(rows)).unwrap();
    assert_eq!(text, format!("1,2{}{}3\r\n", "\r\n".repeat(1_048_575), ",".repeat(16_383)));
}

#[test]
fn cells_outside_the_sheet_or_out_of_order_are_refused() {
    for place in ["A1048577", "XFE1", "ZZZZZZZZZZ99999999999", "A0", "11"] {
        let rows = format!(r#"<row><c r="{place}"><v>1</v></c></row>"#);
        assert_eq!(refused(&with_rows(&rows)), Refusal::Broken, "{place}");
    }
    for (first, second) in [("A2", "A1"), ("B1", "A1"), ("A1", "A1")] {
        let rows = format!(r#"<row><c r="{first}"><v>1</v></c><c r="{second}"><v>1</v></c></row>"#);
        assert_eq!(refused(&with_rows(&rows)), Refusal::Broken, "{first} {second}");
    }
}

#[test]
fn a_size_that_a_sheet_says_of_itself_is_not_believed() {
    let rows = r#"<worksheet><dimension ref="B9:A1"/><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"#;
    let bytes = workbook(&["s.xml"], "", vec![("xl/s.xml", rows.as_bytes().to_vec())]);
    assert_eq!(csv(&bytes).unwrap().0, "1\r\n");
}

#[test]
fn what_other_programs_write_is_understood() {
    let rows = concat!(
        r#"<row><c t="inlineStr"><is><t>in </t></is></c><c t="inlineStr"><is><r><t>Head</t></r><r><t xml:space="preserve"> of</t></r></is></c>"#,
        r##"<c t="e"><v>#N/A</v></c></row><row r="2"><c r="A2" t="e"><v>#SPILL!</v></c><c r="B2"><v>7</v></c></row>"##,
        r##"<row><c t="d"><v>2026-11-27T00:00:00</v></c><c><v>1E3</v></c><c><v>nan</v></c><c t="str"><v>f&amp;g</v></c></row>"##,
    );
    assert_eq!(csv(&with_rows(rows)).unwrap().0, "in,Head of,,\r\n,7,,\r\n2026-11-27,1000,,f&g\r\n");
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
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
