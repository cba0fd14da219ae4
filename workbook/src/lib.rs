//! Converts the largest sheet of an `.xlsx` workbook to CSV, in chunks and within memory limits.
//!
//! Must not depend on the browser or on leads.

mod cell;
mod csv;
mod limits;
mod metered_reader;

use calamine::{Cell, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};
use csv::{CsvWriter, check_position, is_empty};
use metered_reader::MeteredReader;
use std::io::Cursor;

pub use limits::{UNPACKED_MAX, WORKBOOK_MAX};

/// Maximum number of sheets.
const SHEETS_MAX: usize = 255;

/// Cells between two progress reports.
const CELLS_PER_REPORT: u64 = 16_384;

/// Converted sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Sheet name.
    pub name: String,
    /// Number of sheets with cells that it was chosen from, itself included.
    pub candidates: usize,
}

/// Error of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Password-protected.
    #[error("the workbook is protected by a password")]
    PasswordProtected,
    /// Binary format of Excel before 2007.
    #[error("the file is of an old format: save it as .xlsx")]
    LegacyFormat,
    /// Not an `.xlsx` file.
    #[error("the file is no .xlsx workbook")]
    NotAWorkbook,
    /// Truncated or malformed.
    #[error("the workbook is damaged")]
    Damaged,
    /// No sheet has a cell.
    #[error("no sheet of the workbook holds a cell")]
    Empty,
    /// Exceeds a memory limit.
    #[error("the workbook unpacks to more than can be held")]
    TooLarge,
}

/// Receiver of the CSV.
pub trait CsvSink {
    /// Reports the completed share, from 0 to 1.
    fn progress(&mut self, share: f64);
    /// Receives the next chunk of the CSV: RFC 4180 in UTF-8.
    fn chunk(&mut self, bytes: Vec<u8>);
}

type Input<'a> = MeteredReader<Cursor<&'a [u8]>>;
type Book<'a> = Xlsx<Input<'a>>;

/// Converts the sheet with the most cells, the first of equal ones; a hidden sheet only if no visible one has cells.
pub fn read(bytes: &[u8], sink: &mut impl CsvSink) -> Result<Sheet, Error> {
    limits::check_signature(bytes)?;
    let metered = MeteredReader::new(Cursor::new(bytes), bytes.len() as u64);
    let meter = metered.meter();
    limits::check_unpacked_size(metered.clone())?;
    let mut book = Xlsx::new(metered).map_err(workbook_error)?;
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
    convert(&mut book, &name, extent.width, sink, || meter.share())?;
    Ok(Sheet { name, candidates })
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

fn convert(
    book: &mut Book,
    name: &str,
    width: usize,
    sink: &mut impl CsvSink,
    share: impl Fn() -> f64,
) -> Result<(), Error> {
    let is_1904 = book.has_1904_epoch();
    let mut reader = book.worksheet_cells_reader(name).map_err(workbook_error)?;
    let mut writer = CsvWriter::new(width, is_1904);
    while let Some(cell) = next(&mut reader)? {
        if let Some(chunk) = writer.put(check_position(cell.get_position())?, cell.get_value())? {
            sink.chunk(chunk);
            sink.progress(share());
        }
    }
    sink.chunk(writer.finish());
    Ok(())
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
