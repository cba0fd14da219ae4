//! Workbooks of Excel since 2007 (`.xlsx`), by calamine.

use crate::csv::{self, CsvWriter, check_position};
use crate::metered_reader::MeteredReader;
use crate::xlsx_details::{self, Details};
use crate::{CsvSink, Error, SHEETS_MAX, Sheet, cell, limits};
use calamine::{Cell, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};
use file_format::FileFormat;
use std::io::Cursor;

/// Cells between two progress reports.
const CELLS_PER_REPORT: u64 = 16_384;

pub(crate) type Input<'a> = MeteredReader<Cursor<&'a [u8]>>;
type Book<'a> = Xlsx<Input<'a>>;

/// Converts the sheet with the most cells, the first of equal ones; a hidden sheet only if no visible one has cells.
pub(crate) fn read(metered: Input<'_>, sink: &mut impl CsvSink) -> Result<Sheet, Error> {
    let meter = metered.meter();
    let may_have_details = limits::check_unpacked_size(metered.clone())?;
    let mut book = Xlsx::new(metered.clone()).map_err(workbook_error)?;
    let (mut visible, mut hidden) = (Vec::new(), Vec::new());
    for (name, is_visible) in sheets(&book)? {
        let extent = measure(&mut book, &name, || sink.progress(meter.share()))?;
        if extent.cells > 0 {
            if is_visible { &mut visible } else { &mut hidden }.push((name, extent));
        }
    }
    let found = if visible.is_empty() { hidden } else { visible };
    let candidates = found.len();
    let largest = found.into_iter().rev().max_by_key(|(_, extent)| extent.cells);
    let (name, extent) = largest.ok_or(Error::Empty)?;
    let details = if may_have_details { xlsx_details::read(metered, &name)? } else { Details::default() };
    let share = || meter.share();
    let filled_cells = convert(&mut book, &name, &details, CsvWriter::new(extent.width, sink, &share))?;
    Ok(Sheet { format: FileFormat::Zip, name, candidates, hidden_rows: details.hidden_rows, filled_cells })
}

/// Returns the name of each worksheet, and true for visible ones.
fn sheets(book: &Book) -> Result<Vec<(String, bool)>, Error> {
    let all = book.sheets_metadata();
    if all.len() > SHEETS_MAX {
        return Err(Error::TooLarge);
    }
    let sheets = all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    Ok(sheets.map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect())
}

/// Size of a sheet.
#[derive(Default)]
struct Extent {
    cells: u64,
    width: usize,
}

fn measure(book: &mut Book, name: &str, mut report: impl FnMut()) -> Result<Extent, Error> {
    let mut reader = book.worksheet_cells_reader(name).map_err(workbook_error)?;
    let (mut extent, mut count) = (Extent::default(), 0_u64);
    while let Some(cell) = next(&mut reader)? {
        let (_, column) = check_position(cell.get_position())?;
        if !is_empty(cell.get_value()) {
            extent.cells += 1;
            extent.width = extent.width.max(csv::padded_width(column));
        }
        count += 1;
        if count.is_multiple_of(CELLS_PER_REPORT) {
            report();
        }
    }
    Ok(extent)
}

/// Writes a sheet; returns the number of cells filled from merged ones.
fn convert<S: CsvSink>(
    book: &mut Book,
    name: &str,
    details: &Details,
    mut writer: CsvWriter<'_, S>,
) -> Result<u64, Error> {
    let is_1904 = book.has_1904_epoch();
    let mut reader = book.worksheet_cells_reader(name).map_err(workbook_error)?;
    while let Some(cell) = next(&mut reader)? {
        if is_empty(cell.get_value()) {
            continue;
        }
        let position = check_position(cell.get_position())?;
        let text = cell::text(cell.get_value(), is_1904);
        match details.merged.get(&position) {
            Some(last_row) => writer.put_merged(position, &text, *last_row)?,
            None => writer.put_value(position, &text)?,
        }
    }
    writer.finish()
}

/// True for a cell without a value, for example one that is only formatted.
fn is_empty(value: &DataRef) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(text) => text.is_empty(),
        DataRef::SharedString(text) => text.is_empty(),
        _ => false,
    }
}

/// Returns the next cell. Skips error values that calamine does not know (`#SPILL!`): errors become empty cells anyway.
fn next<'a>(reader: &mut XlsxCellReader<'a, Input<'_>>) -> Result<Option<Cell<DataRef<'a>>>, Error> {
    loop {
        match reader.next_cell() {
            Err(XlsxError::CellError(_)) => {}
            cell => return cell.map_err(workbook_error),
        }
    }
}

fn workbook_error(error: XlsxError) -> Error {
    match error {
        XlsxError::Password => Error::PasswordProtected,
        _ => Error::Damaged,
    }
}
