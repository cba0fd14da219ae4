//! Workbooks of Excel 5 to 2003, built record by record.

use super::malformed::error;
use super::{csv, sheet_of};
use file_format::FileFormat;
use std::io::{Cursor, Write};
use workbook::Error;

/// Builds a record.
pub(crate) fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// Joins numbers of 16 bits and bytes.
fn data(head: &[u16], tail: &[u8]) -> Vec<u8> {
    head.iter().flat_map(|word| word.to_le_bytes()).chain(tail.iter().copied()).collect()
}

/// Text of 8-bit characters, with a length of 16 bits.
fn text(text: &str) -> Vec<u8> {
    data(&[text.len() as u16], &[&[0], text.as_bytes()].concat())
}

/// Puts a stream into a container.
pub(crate) fn container(name: &str, stream: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(name).unwrap().write_all(stream).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// Builds the stream of a workbook with these global records, and sheets by visibility, name and records.
fn stream(version: u16, globals: &[u8], sheets: &[(u8, &str, Vec<u8>)]) -> Vec<u8> {
    let head = record(0x0809, &data(&[version, 5], &[0; 12]));
    let listed: usize = sheets.iter().map(|(_, name, _)| 4 + 8 + name.len() - usize::from(version != 0x0600)).sum();
    let mut at = head.len() + globals.len() + listed + 4;
    let (mut book, mut body) = ([head, globals.to_vec()].concat(), Vec::new());
    for (visibility, name, records) in sheets {
        let flags: &[u8] = if version == 0x0600 { &[0] } else { &[] };
        let name = [&[name.len() as u8], flags, name.as_bytes()].concat();
        book.extend(record(0x0085, &[&(at as u32).to_le_bytes()[..], &[*visibility, 0], &name].concat()));
        let sheet = [record(0x0809, &data(&[version, 0x10], &[0; 12])), records.clone(), record(0x000A, &[])].concat();
        at += sheet.len();
        body.extend(sheet);
    }
    book.extend(record(0x000A, &[]));
    [book, body].concat()
}

/// Cell with a text in its record.
fn label(row: u16, column: u16, value: &str) -> Vec<u8> {
    record(0x0204, &data(&[row, column, 0], &text(value)))
}

/// Workbook of one sheet.
pub(crate) fn book(globals: &[u8], records: &[Vec<u8>]) -> Vec<u8> {
    container("/Workbook", &stream(0x0600, globals, &[(0, "Leads", records.concat())]))
}

#[test]
fn every_cell_record_is_read() {
    // Two strings: one in UTF-16 with formatting, cut inside by a continuation that goes on in 8 bits.
    let wide: Vec<u8> = "Île".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let strings = [&2_u32.to_le_bytes()[..], &2_u32.to_le_bytes(), &data(&[6], &[9]), &data(&[1], &wide)].concat();
    let continued = [&[0][..], b"xyz", &[0, 0, 1, 0], &data(&[2], b"\0ok")].concat();
    let format = |index: u16| record(0x00E0, &data(&[0, index], &[0; 16]));
    let custom = record(0x041E, &data(&[164], &text("dd/mm/yyyy hh:mm")));
    let hours = record(0x041E, &data(&[165], &text("[h]:mm")));
    let globals = [
        record(0x00FC, &strings),
        record(0x003C, &continued),
        custom,
        hours,
        format(0),
        format(14),
        format(164),
        format(165),
    ]
    .concat();
    let number = |row: u16, column: u16, format: u16, value: f64| {
        record(0x0203, &data(&[row, column, format], &value.to_le_bytes()))
    };
    let packed = |value: u32| value.to_le_bytes();
    let formula = |column: u16, value: [u8; 8]| record(0x0006, &data(&[2, column, 0], &[&value[..], &[0; 8]].concat()));
    let records = [
        record(0x00FD, &data(&[0, 0, 0], &0_u32.to_le_bytes())),
        record(0x00FD, &data(&[0, 1, 0], &1_u32.to_le_bytes())),
        label(0, 2, "label"),
        number(1, 0, 0, 37.5),
        number(1, 1, 1, 46_353.0),
        number(1, 2, 2, 46_353.437_5),
        number(1, 3, 3, 1.5),
        record(0x027E, &data(&[1, 4, 0], &packed(42 << 2 | 2))),
        record(0x027E, &data(&[1, 5, 0], &packed(1250 << 2 | 3))),
        record(
            0x00BD,
            &data(
                &[1, 6, 0],
                &[&packed(1 << 2 | 2)[..], &[0, 0], &packed((0.25_f64.to_bits() >> 32) as u32), &[7, 0]].concat(),
            ),
        ),
        record(0x0205, &data(&[1, 8, 0], &[1, 0])),
        record(0x0205, &data(&[1, 9, 0], &[42, 1])),
        formula(0, 2.5_f64.to_le_bytes()),
        formula(1, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        record(0x0207, &text("shown")),
        formula(2, [1, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        formula(3, [2, 0, 42, 0, 0, 0, 0xFF, 0xFF]),
    ];
    let (text, sheet) = csv(&book(&globals, &records)).unwrap();
    let row = "37.5,2026-11-27,2026-11-27T10:30:00,36:00:00,42,12.5,1,0.25,TRUE";
    assert_eq!(text, format!("Îlexyz,ok,label,,,,,,\r\n{row}\r\n2.5,shown,FALSE,,,,,,\r\n"));
    assert_eq!(sheet, sheet_of(FileFormat::Ole, "Leads", 1));
}

#[test]
fn hidden_rows_merged_cells_and_order_are_kept() {
    let hidden = |row: u16| record(0x0208, &data(&[row, 0, 2, 255, 0, 0], &[0x20, 1, 15, 0]));
    let records = [
        hidden(1),
        hidden(9),
        label(2, 1, "Eve"),
        label(1, 1, "Bob"),
        label(0, 0, "Acme"),
        label(0, 1, "Ada"),
        record(0x00E5, &data(&[2, 0, 2, 0, 0, 5, 4, 1, 1], &[])),
    ];
    let (text, sheet) = csv(&book(&[], &records)).unwrap();
    assert_eq!(text, "Acme,Ada\r\nAcme,Bob\r\nAcme,Eve\r\n");
    assert_eq!((sheet.hidden_rows, sheet.filled_cells), (1, 2));
}

#[test]
fn old_versions_are_read_in_their_code_page() {
    let cell = |value: &[u8]| record(0x0204, &data(&[0, 0, 0, value.len() as u16], value));
    for (code_page, bytes, expected) in
        [(1252, b"\xCEle".as_slice(), "Île"), (10_000, b"\xEBle", "Île"), (1251, b"\xC0", "А"), (9999, b"\xE9", "é")]
    {
        let globals = record(0x0042, &data(&[code_page], &[]));
        let book = container("/Book", &stream(0x0500, &globals, &[(0, "A", cell(bytes))]));
        assert_eq!(csv(&book).unwrap().0, format!("{expected}\r\n"), "{code_page}");
    }
}

#[test]
fn largest_visible_sheet_is_converted() {
    let labels = |name: &str, rows: u16| (0..rows).flat_map(|row| label(row, 0, name)).collect::<Vec<u8>>();
    let chart = [record(0x0809, &[0; 16]), label(0, 0, "series"), record(0x000A, &[])].concat();
    let sheets = [(0, "a", labels("a", 1)), (0, "b", [labels("b", 2), chart].concat()), (1, "c", labels("c", 3))];
    let (text, sheet) = csv(&container("/Workbook", &stream(0x0600, &[], &sheets))).unwrap();
    assert_eq!((text.as_str(), sheet), ("b\r\nb\r\n", sheet_of(FileFormat::Ole, "b", 2)));
}

#[test]
fn protected_and_malformed_workbooks_are_rejected() {
    assert_eq!(error(&book(&record(0x002F, &[1, 0, 0, 0]), &[label(0, 0, "x")])), Error::PasswordProtected);
    let strings = record(0x00FC, &[&[0; 4][..], &u32::MAX.to_le_bytes()].concat());
    assert_eq!(error(&book(&strings, &[label(0, 0, "x")])), Error::TooLarge);
    // The same records as many sheets.
    let listed = record(0x0085, &[&20_u32.to_le_bytes()[..], &[0, 0, 1, 0, b'x']].concat()).repeat(250);
    assert_eq!(error(&book(&listed, &[label(0, 0, "x")])), Error::Damaged);
    assert_eq!(error(&container("/Workbook", b"")), Error::Damaged);
    assert_eq!(error(&book(&[], &[])), Error::Empty);
}
