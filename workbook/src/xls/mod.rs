//! Workbooks of Excel 5 to 2003 (`.xls`): records of the BIFF format in an OLE container.
//!
//! Format: [MS-XLS] of Microsoft's open specifications. Cells are collected by sheet, since some programs write them in
//! any order; a cell takes no more memory than its record in the file.

mod number_format;
mod record;
mod sheet;
mod strings;

use crate::grid::Grid;
use crate::{Error, UNPACKED_MAX};
use number_format::NumberKind;
use record::{Record, Records};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use strings::TextReader;

/// Record types.
const BOF: u16 = 0x0809;
const BOUND_SHEET: u16 = 0x0085;
const CODE_PAGE: u16 = 0x0042;
const DATE_MODE: u16 = 0x0022;
const EOF: u16 = 0x000A;
const FILE_PASS: u16 = 0x002F;
const FORMAT: u16 = 0x041E;
const SHARED_STRINGS: u16 = 0x00FC;
const XF: u16 = 0x00E0;

/// Version in the BOF record of Excel 97 and later.
const BIFF8: u16 = 0x0600;

/// Sheet as the workbook lists it.
struct BoundSheet {
    /// Offset of its records.
    at: usize,
    name: String,
    is_hidden: bool,
}

/// Workbook-wide records.
#[derive(Default)]
struct Globals {
    texts: TextReader,
    is_1904: bool,
    sheets: Vec<BoundSheet>,
    strings: Vec<String>,
    /// Custom number formats by index.
    formats: BTreeMap<u16, NumberKind>,
    /// Number format index of each cell format.
    cell_formats: Vec<u16>,
}

impl Globals {
    /// Returns how numbers of this cell format are shown.
    fn number_kind(&self, cell_format: u16) -> NumberKind {
        let format = self.cell_formats.get(usize::from(cell_format)).copied().unwrap_or(0);
        self.formats.get(&format).copied().unwrap_or_else(|| NumberKind::built_in(format))
    }
}

/// Returns the workbook's records from the container.
pub(crate) fn open(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| Error::Damaged)?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| container.is_stream(name)).ok_or(Error::Damaged)?;
    let stream = container.open_stream(name).map_err(|_| Error::Damaged)?;
    let mut records = Vec::new();
    stream.take(UNPACKED_MAX).read_to_end(&mut records).map_err(|_| Error::Damaged)?;
    Ok(records)
}

/// Passes every worksheet on.
pub(crate) fn parse(stream: &[u8], grid: &mut dyn Grid) -> Result<(), Error> {
    let globals = read_globals(stream)?;
    // Sheets that share their records would have a small file take hours.
    let mut left = stream.len();
    for (index, bound) in globals.sheets.iter().enumerate() {
        grid.sheet(&bound.name)?;
        if bound.is_hidden {
            grid.hide(index);
        }
        let bytes = sheet::parse(stream.get(bound.at..).unwrap_or_default(), &globals, index, grid)?;
        left = left.checked_sub(bytes).ok_or(Error::Damaged)?;
    }
    Ok(())
}

fn read_globals(stream: &[u8]) -> Result<Globals, Error> {
    let mut globals = Globals::default();
    for record in Records::new(stream) {
        match record.kind {
            EOF => break,
            FILE_PASS => return Err(Error::PasswordProtected),
            BOF => globals.texts.is_biff8 = record.u16(0) == Some(BIFF8),
            CODE_PAGE => globals.texts.set_code_page(record.u16(0).unwrap_or(0)),
            DATE_MODE => globals.is_1904 = record.u16(0) == Some(1),
            BOUND_SHEET => globals.sheets.extend(bound_sheet(&record, &globals.texts)),
            SHARED_STRINGS => globals.strings = strings::shared(&record)?,
            XF => globals.cell_formats.push(record.u16(2).unwrap_or(0)),
            FORMAT => {
                let text = globals.texts.text(&record, 2, globals.texts.is_biff8);
                globals.formats.insert(record.u16(0).unwrap_or(0), NumberKind::custom(&text));
            }
            _ => {}
        }
    }
    if globals.sheets.is_empty() { Err(Error::Damaged) } else { Ok(globals) }
}

/// Returns the listed sheet; `None` for a chart or a module.
fn bound_sheet(record: &Record<'_>, texts: &TextReader) -> Option<BoundSheet> {
    let (visibility, kind) = (record.u8(4)?, record.u8(5)?);
    let at = usize::try_from(record.u32(0)?).ok()?;
    let name = texts.text(record, 6, false).replace('\0', "");
    (kind == 0).then_some(BoundSheet { at, name, is_hidden: visibility & 3 != 0 })
}
