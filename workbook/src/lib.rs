//! Workbooks of spreadsheets into CSV: the bytes of an `.xlsx` in, the bytes of its largest sheet out, in parts.
//!
//! Owns which sheet is read, and why a file is refused. May not know the browser, leads, or what becomes of the CSV.

mod cell;
mod guard;
mod meter;
mod write;

use calamine::{Cell, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};
use meter::Metered;
use std::io::Cursor;
use write::{Writer, is_empty, place};

pub use guard::{UNPACKED_MAX, WORKBOOK_MAX};

/// The most sheets that are looked at.
const SHEETS_MAX: usize = 255;

/// Cells between two words about how far it is.
const CELLS_A_WORD: u64 = 16_384;

/// The sheet that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// How many sheets hold cells, this one among them.
    pub among: usize,
}

/// Why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A password is needed to open it.
    #[error("the workbook is protected by a password")]
    Protected,
    /// The format before `.xlsx`.
    #[error("the file is of an old format: save it as .xlsx")]
    OldFormat,
    /// Something else than a workbook.
    #[error("the file is no .xlsx workbook")]
    NoWorkbook,
    /// A workbook that is not whole, or not as the format has it.
    #[error("the workbook is damaged")]
    Broken,
    /// No sheet holds a cell.
    #[error("no sheet of the workbook holds a cell")]
    Empty,
    /// More than memory is sure to hold.
    #[error("the workbook unpacks to more than can be held")]
    TooLarge,
}

/// What becomes of a workbook that is being read.
pub trait Sink {
    /// So much of the work is done, from 0 to 1.
    fn reached(&mut self, share: f64);
    /// The next part of the CSV: RFC 4180 in UTF-8.
    fn part(&mut self, bytes: Vec<u8>);
}

type Bytes<'a> = Metered<Cursor<&'a [u8]>>;
type Book<'a> = Xlsx<Bytes<'a>>;

/// Reads the sheet with the most cells; one that is hidden only where nothing else holds a cell.
pub fn read(bytes: &[u8], sink: &mut impl Sink) -> Result<Sheet, Refusal> {
    guard::kind(bytes)?;
    let metered = Metered::new(Cursor::new(bytes), bytes.len() as u64);
    let meter = metered.meter();
    guard::unpacked(metered.clone())?;
    let mut book = Xlsx::new(metered).map_err(refusal)?;
    let (mut visible, mut hidden) = (Vec::new(), Vec::new());
    for (name, is_visible) in sheets(&book)? {
        let extent = measure(&mut book, &name, || sink.reached(meter.share()))?;
        if extent.cells > 0 {
            if is_visible { &mut visible } else { &mut hidden }.push((name, extent));
        }
    }
    let found = if visible.is_empty() { hidden } else { visible };
    let among = found.len();
    // Of equally large ones the first.
    let largest = found.into_iter().rev().max_by_key(|(_, extent)| extent.cells);
    let (name, extent) = largest.ok_or(Refusal::Empty)?;
    copy(&mut book, &name, extent.width, sink, || meter.share())?;
    Ok(Sheet { name, among })
}

/// The names of all sheets that can hold cells, and whether they are visible.
fn sheets(book: &Book) -> Result<Vec<(String, bool)>, Refusal> {
    let all = book.sheets_metadata();
    if all.len() > SHEETS_MAX {
        return Err(Refusal::TooLarge);
    }
    let sheets = all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    Ok(sheets.map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect())
}

/// How much a sheet holds.
#[derive(Default)]
struct Extent {
    cells: u64,
    width: usize,
}

fn measure(book: &mut Book, name: &str, mut word: impl FnMut()) -> Result<Extent, Refusal> {
    let mut reader = book.worksheet_cells_reader(name).map_err(refusal)?;
    let (mut extent, mut seen) = (Extent::default(), 0_u64);
    while let Some(cell) = next(&mut reader)? {
        let (_, column) = place(cell.get_position())?;
        if !is_empty(cell.get_value()) {
            extent.cells += 1;
            extent.width = extent.width.max(write::padded_width(column));
        }
        seen += 1;
        if seen.is_multiple_of(CELLS_A_WORD) {
            word();
        }
    }
    Ok(extent)
}

fn copy(
    book: &mut Book,
    name: &str,
    width: usize,
    sink: &mut impl Sink,
    share: impl Fn() -> f64,
) -> Result<(), Refusal> {
    let is_1904 = book.has_1904_epoch();
    let mut reader = book.worksheet_cells_reader(name).map_err(refusal)?;
    let mut writer = Writer::new(width, is_1904);
    while let Some(cell) = next(&mut reader)? {
        if let Some(part) = writer.put(place(cell.get_position())?, cell.get_value())? {
            sink.part(part);
            sink.reached(share());
        }
    }
    sink.part(writer.finish());
    Ok(())
}

/// The next cell. One with an error that calamine has no name for (`#SPILL!`) is passed over: errors are left empty.
fn next<'a>(reader: &mut XlsxCellReader<'a, Bytes<'_>>) -> Result<Option<Cell<DataRef<'a>>>, Refusal> {
    loop {
        match reader.next_cell() {
            Err(XlsxError::CellError(_)) => {}
            cell => return cell.map_err(refusal),
        }
    }
}

fn refusal(error: XlsxError) -> Refusal {
    match error {
        XlsxError::Password => Refusal::Protected,
        _ => Refusal::Broken,
    }
}
