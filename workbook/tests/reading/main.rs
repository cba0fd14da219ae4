//! Conversion of workbooks to CSV.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap fails the test")]

mod archive;
mod details;
mod json;
mod legacy;
mod malformed;
mod markup;
mod mutation;

use file_format::FileFormat;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook};
use workbook::{CsvSink, Error, Sheet, read};

/// Sink that collects everything.
#[derive(Default)]
struct Collected {
    chunks: Vec<Vec<u8>>,
    shares: Vec<f64>,
}

impl CsvSink for Collected {
    fn progress(&mut self, share: f64) {
        self.shares.push(share);
    }

    fn chunk(&mut self, bytes: Vec<u8>) {
        self.chunks.push(bytes);
    }
}

/// Sheet without hidden rows and merged cells.
fn sheet_of(format: FileFormat, name: &str, candidates: usize) -> Sheet {
    Sheet { format, name: name.to_owned(), candidates, hidden_rows: 0, filled_cells: 0 }
}

/// Converts a file; returns the CSV and its sheet.
fn csv(bytes: &[u8]) -> Result<(String, Sheet), Error> {
    let mut sink = Collected::default();
    let sheet = read(bytes, &mut sink)?;
    Ok((String::from_utf8(sink.chunks.concat()).unwrap(), sheet))
}

fn saved(mut workbook: Workbook) -> Vec<u8> {
    // A fixed date makes the bytes reproducible.
    let created = ExcelDateTime::from_ymd(2026, 11, 27).unwrap();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    workbook.save_to_buffer().unwrap()
}

#[test]
fn every_cell_type_is_formatted() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let (day, date_time) =
        (Format::new().set_num_format("yyyy-mm-dd"), Format::new().set_num_format("dd/mm/yyyy hh:mm"));
    let (time, hours) = (Format::new().set_num_format("hh:mm"), Format::new().set_num_format("[h]:mm:ss"));
    for (column, name) in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].iter().enumerate() {
        sheet.write_string(0, column as u16, *name).unwrap();
    }
    sheet.write_number(1, 0, 42.0).unwrap();
    sheet.write_number(1, 1, 0.25).unwrap();
    sheet.write_number_with_format(1, 2, 46_353.0, &day).unwrap();
    sheet.write_number_with_format(1, 3, 46_353.0 + 10.5 / 24.0, &date_time).unwrap();
    sheet.write_number_with_format(1, 4, 0.75, &time).unwrap();
    sheet.write_number_with_format(1, 5, 1.5, &hours).unwrap();
    sheet.write_boolean(1, 6, true).unwrap();
    sheet.write_boolean(1, 7, false).unwrap();
    sheet.write_formula(1, 8, Formula::new("=A2*2").set_result("84")).unwrap();
    let bold = Format::new().set_bold();
    sheet.write_rich_string(1, 9, &[(&bold, "Head"), (&Format::new(), " of Sales")]).unwrap();
    let (text, sheet) = csv(&saved(workbook)).unwrap();
    let row = "42,0.25,2026-11-27,2026-11-27T10:30:00,18:00:00,36:00:00,TRUE,FALSE,84,Head of Sales";
    assert_eq!(text, format!("a,b,c,d,e,f,g,h,i,j\r\n{row}\r\n"));
    assert_eq!(sheet, sheet_of(FileFormat::Zip, "Sheet1", 1));
}

#[test]
fn rows_keep_their_positions_and_are_padded() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_string(1, 0, "name").unwrap();
    sheet.write_string(1, 2, "city").unwrap();
    sheet.write_string(3, 1, "Ada").unwrap();
    // A cell that is only formatted makes no row.
    sheet.write_blank(5, 6, &Format::new().set_bold()).unwrap();
    assert_eq!(csv(&saved(workbook)).unwrap().0, "\r\nname,,city\r\n\r\n,Ada,\r\n");
}

#[test]
fn special_characters_are_quoted() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, text) in ["a,b", "say \"hi\"", "two\nlines", "x;y", "plain é"].iter().enumerate() {
        sheet.write_string(row as u32, 0, *text).unwrap();
    }
    let expected = "\"a,b\"\r\n\"say \"\"hi\"\"\"\r\n\"two\nlines\"\r\n\"x;y\"\r\nplain é\r\n";
    assert_eq!(csv(&saved(workbook)).unwrap().0, expected);
}

#[test]
fn largest_visible_sheet_is_converted() {
    let mut workbook = Workbook::new();
    for (name, rows, is_hidden) in [("Notes", 1, false), ("Leads", 3, false), ("Archive", 9, true), ("Blank", 0, false)]
    {
        let sheet = workbook.add_worksheet().set_name(name).unwrap().set_hidden(is_hidden);
        for row in 0..rows {
            sheet.write_string(row, 0, name).unwrap();
        }
    }
    let (text, sheet) = csv(&saved(workbook)).unwrap();
    assert_eq!(text, "Leads\r\nLeads\r\nLeads\r\n");
    assert_eq!(sheet, sheet_of(FileFormat::Zip, "Leads", 2));
}

#[test]
fn hidden_sheet_is_converted_if_no_other_has_cells() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet();
    workbook.add_worksheet().set_name("Kept").unwrap().set_hidden(true).write_string(0, 0, "x").unwrap();
    assert_eq!(csv(&saved(workbook)).unwrap().1, sheet_of(FileFormat::Zip, "Kept", 1));
}

#[test]
fn workbook_without_cells_is_rejected() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet();
    assert_eq!(csv(&saved(workbook)), Err(Error::Empty));
}

#[test]
fn large_sheets_come_in_chunks_with_progress() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let text = "x".repeat(1000);
    for row in 0..10_000 {
        sheet.write_string(row, 0, &text).unwrap();
        sheet.write_number(row, 1, row).unwrap();
    }
    let mut sink = Collected::default();
    read(&saved(workbook), &mut sink).unwrap();
    assert_eq!(sink.chunks.len(), 3);
    assert_eq!(sink.chunks.concat().len(), (0..10_000).map(|row: u32| 1003 + row.to_string().len()).sum::<usize>());
    assert!(sink.shares.is_sorted() && sink.shares.iter().all(|share| (0.0..=1.0).contains(share)));
}
