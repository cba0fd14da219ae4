//! Builds workbooks part by part, also malformed ones.

use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Builds a zip archive.
pub(crate) fn zipped<'a>(parts: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Builds a workbook whose sheets are these parts, in this order, with additional parts.
pub(crate) fn workbook(sheets: &[&str], properties: &str, additional: Vec<(&str, Vec<u8>)>) -> Vec<u8> {
    let (mut listed, mut related) = (String::new(), String::new());
    for (index, part) in sheets.iter().enumerate() {
        listed += &format!(r#"<sheet name="S{index}" sheetId="{index}" r:id="r{index}"/>"#);
        related += &format!(r#"<Relationship Id="r{index}" Type="{TYPE}/worksheet" Target="{part}"/>"#);
    }
    let office = format!(r#"<Relationship Id="r" Type="{TYPE}/officeDocument" Target="xl/workbook.xml"/>"#);
    let parts = [
        ("_rels/.rels", format!("<Relationships>{office}</Relationships>").into_bytes()),
        ("xl/workbook.xml", format!("<workbook>{properties}<sheets>{listed}</sheets></workbook>").into_bytes()),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{related}</Relationships>").into_bytes()),
    ];
    zipped(parts.into_iter().chain(additional))
}

/// Builds a sheet with these rows.
pub(crate) fn sheet(rows: &str) -> Vec<u8> {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").into_bytes()
}

/// Builds a workbook of one sheet with these rows.
pub(crate) fn with_rows(rows: &str) -> Vec<u8> {
    workbook(&["s.xml"], "", vec![("xl/s.xml", sheet(rows))])
}
