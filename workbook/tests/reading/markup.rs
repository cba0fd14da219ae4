//! Web pages, XML spreadsheets and OpenDocument.

use super::details::ods;
use super::malformed::error;
use super::{csv, sheet_of};
use file_format::{FileFormat, UnsupportedFormat};
use workbook::Error;

fn text(bytes: impl AsRef<[u8]>) -> String {
    csv(bytes.as_ref()).unwrap().0
}

#[test]
fn largest_table_of_a_web_page_is_converted() {
    let page = "<html><head><title>Report</title><style>td { x: y }</style></head><body><table><tr><td>Filters</td></tr></table>\
        <TABLE><TR><TH>Name<TH>Title</TR><tr><td>Ada &amp; Bob</td><td><b>Head</b> of<br>Sales</td></tr><tr><td>&nbsp;</td><td>a < b &eacute;</td></table>";
    let (csv, sheet) = csv(page.as_bytes()).unwrap();
    assert_eq!(csv, "Name,Title\r\nAda & Bob,\"Head of\nSales\"\r\n,a < b é\r\n");
    assert_eq!(sheet, sheet_of(FileFormat::Html, "", 2));
}

#[test]
fn spans_move_the_cells_after_them() {
    let page = "<table><tr><th rowspan=2>Name</th><th colspan='2'>Company</th><th rowspan=2>City</th></tr>\
        <tr><th>Size</th><th>Industry</th></tr>\
        <tr><td rowspan=0>Ada</td><td>1</td><td>Software</td><td>Paris</td></tr><tr style='DISPLAY: none'><td>2</td></tr></table>";
    let (csv, sheet) = csv(page.as_bytes()).unwrap();
    assert_eq!(csv, "Name,Company,,City\r\nName,Size,Industry,City\r\nAda,1,Software,Paris\r\nAda,2,,\r\n");
    assert_eq!((sheet.filled_cells, sheet.hidden_rows), (3, 1));
}

#[test]
fn tables_inside_of_tables_are_separate() {
    let page = "<table><tr><td>menu</td><td>before<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>after</td></tr></table>";
    assert_eq!(text(page), "a,b\r\nc,d\r\n");
}

#[test]
fn encodings_of_web_pages_are_detected() {
    let page = "<meta charset=windows-1252><table><tr><td>Île</td></tr></table>";
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(page.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin: Vec<u8> = page.chars().map(|character| character as u8).collect();
    for bytes in [page.as_bytes(), &wide, &latin] {
        assert_eq!(text(bytes), "Île\r\n");
    }
}

#[test]
fn pages_without_a_table_are_rejected() {
    assert_eq!(error(b"<html><p>Sign in</html>"), Error::NoTable);
    assert_eq!(error(b"<html><table><tr><td></td></tr></table></html>"), Error::Empty);
}

#[test]
fn malformed_pages_are_bounded() {
    assert_eq!(error("<table><tr><td>".repeat(100).as_bytes()), Error::TooDeep);
    assert_eq!(error("<table></table>".repeat(100_001).as_bytes()), Error::TooLarge);
    let wide = format!("<table><tr>{}</table>", "<td colspan=1000>x</td>".repeat(17));
    assert_eq!(error(wide.as_bytes()), Error::Damaged);
    let row = "<tr>".to_owned() + &"<td rowspan=65534 colspan=999>x".repeat(16);
    let slow = format!("<table>{row}{}", "<tr><td>".repeat(100_000));
    assert_eq!(error(slow.as_bytes()), Error::TooLarge);
    let filled =
        format!("<table><tr><td rowspan=65534>{}<td>x{}</table>", "y".repeat(100_000), "<tr><td>x".repeat(2000));
    assert_eq!(error(filled.as_bytes()), Error::TooLarge);
    // A text over many rows and columns is written once for each row.
    assert_eq!(text("<table><tr><td colspan=99999999999 rowspan=99999999999>x</table>"), "x\r\n");
}

#[test]
fn xml_spreadsheets_are_converted() {
    let book = r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
      <Styles><Style ss:ID="Default"/></Styles>
      <Worksheet ss:Name="Notes"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table></Worksheet>
      <Worksheet ss:Name="Big"><Table><Row><Cell><Data ss:Type="String">1</Data></Cell><Cell ss:Index="9"><Data ss:Type="String">2</Data></Cell></Row><Row/></Table>
        <WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
      <Worksheet ss:Name="Leads &amp; more"><Table ss:ExpandedRowCount="9">
        <Column ss:Width="90"/>
        <Row><Cell><Data ss:Type="String">Name</Data></Cell><Cell ss:Index="3"><Data ss:Type="String"># Employees</Data></Cell></Row>
        <Row ss:Index="4" ss:Hidden="1"><Cell ss:MergeDown="1"><Data ss:Type="String">Acme &#233;</Data><Comment><ss:Data>no</ss:Data></Comment></Cell><Cell/><Cell><Data ss:Type="Number">37</Data></Cell><Cell><Data ss:Type="DateTime">2026-11-27T00:00:00.000</Data></Cell></Row>
        <Row><Cell ss:Index="2"><ss:Data ss:Type="String"><B>Bo</B>b</ss:Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
      </Table></Worksheet></Workbook>"#;
    let (csv, sheet) = csv(book.as_bytes()).unwrap();
    assert_eq!(csv, "Name,,# Employees,\r\n\r\n\r\nAcme é,,37,2026-11-27\r\nAcme é,Bob,TRUE,\r\n");
    assert_eq!(
        (sheet.name.as_str(), sheet.candidates, sheet.hidden_rows, sheet.filled_cells),
        ("Leads & more", 2, 1, 1)
    );
}

#[test]
fn other_xml_is_rejected() {
    for xml in [
        "<?xml version='1.0'?><leads><lead name='Ada'/></leads>",
        "<leads><lead/></leads>",
        "<?xml version='1.0'?>",
        "<?xml?><Workbook></Workbook>",
    ] {
        assert_eq!(error(xml.as_bytes()), Error::Unsupported(UnsupportedFormat::OtherXml), "{xml}");
    }
}

#[test]
fn entities_of_xml_are_not_expanded() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><Workbook><Worksheet><Table><Row><Cell><Data>&b; &amp;</Data></Cell></Row></Table></Worksheet></Workbook>"#;
    assert_eq!(text(bomb), "\"&b; &\"\r\n");
}

#[test]
fn gaps_of_xml_spreadsheets_are_bounded() {
    let book = |row: &str, cell: &str| {
        format!(
            "<?xml?><Workbook><Worksheet><Table><Row ss:Index='{row}'><Cell ss:Index='{cell}'><Data>x</Data></Cell></Row></Table></Worksheet></Workbook>"
        )
    };
    assert_eq!(text(book("1048576", "16384")).len(), 1_048_575 * 2 + 16_383 + 3);
    for (row, cell) in [("1048577", "1"), ("1", "16385"), ("4294967295", "1"), ("1", "4294967295")] {
        assert_eq!(error(book(row, cell).as_bytes()), Error::Damaged, "{row} {cell}");
    }
    assert_eq!(text(book("no", "-1")), "x\r\n");
}

#[test]
fn opendocument_is_converted() {
    let tables = r#"<table:table table:name="Hidden" table:style-name="ta2"><table:table-row><table:table-cell table:number-columns-repeated="9"><text:p>x</text:p></table:table-cell></table:table-row></table:table>
      <table:table table:name="Leads"><table:table-column/><table:table-header-rows><table:table-row>
        <table:table-cell office:value-type="string"><text:p>Name</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>Size<text:s text:c="2"/>now</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16380"/></table:table-row></table:table-header-rows>
        <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        <table:table-row table:visibility="filter" table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"><text:p>Ada &amp; co</text:p><office:annotation><text:p>note</text:p></office:annotation><text:p>two</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="37"><text:p>37,00</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2026-11-27"><text:p>27/11/26</text:p></table:table-cell></table:table-row>
        <table:table-row><table:table-cell table:number-rows-spanned="2" office:value-type="percentage" office:value="0.75"><text:p>75%</text:p></table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>VRAI</text:p></table:table-cell></table:table-row>
        <table:table-row><table:covered-table-cell/><table:table-cell><text:p>y</text:p></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>
      </table:table>"#;
    let (csv, sheet) = csv(&ods(tables)).unwrap();
    let repeated = "\"Ada & co\ntwo\",\"Ada & co\ntwo\",37,2026-11-27\r\n".repeat(2);
    assert_eq!(csv, format!("Name,,,Size  now\r\n\r\n\r\n{repeated}0.75,TRUE,,\r\n0.75,y,,\r\n"));
    assert_eq!((sheet.name.as_str(), sheet.candidates, sheet.hidden_rows, sheet.filled_cells), ("Leads", 1, 2, 1));
}

#[test]
fn repeated_opendocument_cells_are_bounded() {
    let cell = |columns: &str, rows: &str| {
        format!(
            r#"<table:table><table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}"><text:p>{}</text:p></table:table-cell></table:table-row></table:table>"#,
            "lorem ipsum ".repeat(1000)
        )
    };
    assert_eq!(error(&ods(&cell("16384", "1048576"))), Error::TooLarge);
    assert_eq!(error(&ods(&cell("16385", "1"))), Error::Damaged);
    assert_eq!(error(&ods(&cell("1", "4294967295"))), Error::Damaged);
    assert_eq!(error(&ods("")), Error::Empty);
}

#[test]
fn opendocument_in_one_xml_file_is_converted() {
    let document = r#"<?xml version="1.0"?><office:document xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet><table:table table:name="Leads"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document>"#;
    let (csv, sheet) = csv(document.as_bytes()).unwrap();
    assert_eq!((csv.as_str(), sheet), ("x\r\n", sheet_of(FileFormat::Xml, "Leads", 1)));
}
