//! Hidden rows and merged cells.

use super::archive::{workbook, zipped};
use super::{csv, saved};
use rust_xlsxwriter::{Format, Workbook};
use workbook::Sheet;

#[test]
fn merged_cells_hold_for_all_their_rows() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in ["Company", "Name", "Industry", "City"].iter().enumerate() {
        sheet.write_string(1, column as u16, *name).unwrap();
    }
    // A title over all columns stays one cell.
    sheet.merge_range(0, 0, 0, 3, "Leads", &Format::new()).unwrap();
    sheet.merge_range(2, 0, 4, 0, "Acme, Inc.", &Format::new()).unwrap();
    sheet.merge_range(3, 2, 4, 3, "Software", &Format::new()).unwrap();
    for (row, name) in [(2, "Ada"), (3, "Bob"), (4, "Eve"), (5, "Zoe")] {
        sheet.write_string(row, 1, name).unwrap();
    }
    let (text, Sheet { filled_cells, hidden_rows, .. }) = csv(&saved(workbook)).unwrap();
    let rows = "\"Acme, Inc.\",Ada,,\r\n\"Acme, Inc.\",Bob,Software,\r\n\"Acme, Inc.\",Eve,Software,\r\n,Zoe,,\r\n";
    assert_eq!(text, format!("Leads,,,\r\nCompany,Name,Industry,City\r\n{rows}"));
    assert_eq!((filled_cells, hidden_rows), (3, 0));
}

#[test]
fn rows_without_cells_are_not_filled() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.merge_range(0, 0, 5_000, 0, "Acme", &Format::new()).unwrap();
    sheet.write_string(2, 1, "Ada").unwrap();
    assert_eq!(csv(&saved(workbook)).unwrap().0, "Acme,\r\n\r\nAcme,Ada\r\n");
}

#[test]
fn hidden_rows_are_converted_and_counted() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Other").unwrap().set_row_hidden(0).unwrap();
    let sheet = workbook.add_worksheet().set_name("Leads & more").unwrap();
    for row in 0..5 {
        sheet.write_number(row, 0, row).unwrap();
    }
    // A hidden column is none of a row's business, nor is a hidden row without cells.
    sheet.set_column_hidden(3).unwrap();
    for row in [1, 3, 9] {
        sheet.set_row_hidden(row).unwrap();
    }
    let (text, sheet) = csv(&saved(workbook)).unwrap();
    assert_eq!(text, "0\r\n1\r\n2\r\n3\r\n4\r\n");
    assert_eq!((sheet.name.as_str(), sheet.hidden_rows), ("Leads & more", 2));
}

#[test]
fn details_are_found_wherever_the_sheet_is() {
    let rows = r#"<x:worksheet><x:sheetData><x:row r="1" hidden="true"><x:c r="A1"><x:v>1</x:v></x:c></x:row><x:row r="2"><x:c r="B2"><x:v>2</x:v></x:c></x:row></x:sheetData><x:mergeCells><x:mergeCell ref="$A$1:$A$2"/></x:mergeCells></x:worksheet>"#;
    for part in ["s.xml", "/xl/s.xml", "/xl/S.XML"] {
        let bytes = workbook(&[part], "", vec![("xl/s.xml", rows.as_bytes().to_vec())]);
        let (text, sheet) = csv(&bytes).unwrap();
        assert_eq!((text.as_str(), sheet.hidden_rows, sheet.filled_cells), ("1,\r\n1,2\r\n", 1, 1), "{part}");
    }
}

#[test]
fn merged_areas_that_make_no_sense_are_ignored() {
    for area in ["", "A1", "A2:A1", "A1:A99999999999", "A0:A2", "ZZZZZZZ1:A3", "A1:", "1:2"] {
        let rows = format!(
            r#"<worksheet><sheetData><row><c><v>1</v></c></row><row><c/><c><v>2</v></c></row></sheetData><mergeCell ref="{area}"/></worksheet>"#
        );
        let bytes = workbook(&["s.xml"], "", vec![("xl/s.xml", rows.into_bytes())]);
        assert_eq!(csv(&bytes).unwrap().0, "1,\r\n,2\r\n", "{area}");
    }
}

/// OpenDocument spreadsheet with these tables.
pub(crate) fn ods(tables: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content><office:automatic-styles><style:style style:name="ta2"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    zipped([
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("META-INF/manifest.xml", b"<manifest:manifest/>".to_vec()),
        ("content.xml", content.into_bytes()),
    ])
}
