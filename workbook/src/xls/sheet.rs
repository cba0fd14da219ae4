//! Cells of one sheet.

use super::number_format::NumberKind;
use super::record::{Record, Records};
use super::{BOF, EOF, Globals};
use crate::grid::{Grid, GridCell, GridRow};
use crate::{Error, cell};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Record types.
const BOOLEAN: u16 = 0x0205;
const FORMULA: u16 = 0x0006;
const FORMULA_TEXT: u16 = 0x0207;
const LABEL: u16 = 0x0204;
const MERGED: u16 = 0x00E5;
const NUMBER: u16 = 0x0203;
const PACKED_NUMBER: u16 = 0x027E;
const PACKED_NUMBERS: u16 = 0x00BD;
const RICH_LABEL: u16 = 0x00D6;
const ROW: u16 = 0x0208;
const SHARED_LABEL: u16 = 0x00FD;

/// Flag of a row without height.
const HIDDEN: u8 = 0x20;

/// Value of a cell.
#[derive(Debug, Clone, Copy)]
enum Value {
    Number(f64, u16),
    Boolean(bool),
    Shared(u32),
    /// Text in the record at this offset of the sheet: of a formula, or of the cell itself.
    FormulaText(u32),
    Text(u32),
}

/// Cells as they are in the file.
#[derive(Default)]
struct SheetCells {
    cells: Vec<((u16, u16), Value)>,
    hidden_rows: BTreeSet<u16>,
    /// Last row of merged cells by the position of the first one.
    merged: BTreeMap<(u16, u16), u16>,
    /// Position of the last formula, whose text is in a record of its own.
    formula: (u16, u16),
}

/// Passes the rows of a sheet on; returns the number of bytes that its records take.
pub(super) fn parse(stream: &[u8], globals: &Globals, sheet: usize, grid: &mut dyn Grid) -> Result<usize, Error> {
    let (mut collected, bytes) = collect(stream);
    // Most programs write the cells in order. Of a repeated cell the last one counts, as in Excel.
    if !collected.cells.is_sorted_by(|(one, _), (other, _)| one < other) {
        collected.cells.reverse();
        collected.cells.sort_by_key(|(position, _)| *position);
        collected.cells.dedup_by_key(|(position, _)| *position);
    }
    for cells in collected.cells.chunk_by(|((row, _), _), ((next, _), _)| row == next) {
        let Some(((row, _), _)) = cells.first() else { continue };
        let cells: Vec<GridCell<'_>> = cells.iter().map(|cell| collected.grid_cell(cell, stream, globals)).collect();
        let is_hidden = collected.hidden_rows.contains(row);
        grid.row(sheet, GridRow { index: u32::from(*row), rows: 1, is_hidden, cells: &cells })?;
    }
    Ok(bytes)
}

/// Returns the cells, and the number of bytes of the sheet's records.
fn collect(stream: &[u8]) -> (SheetCells, usize) {
    let (mut sheet, mut depth, mut end) = (SheetCells::default(), 0_u64, 0);
    for record in Records::new(stream) {
        let at = end;
        end += record.bytes();
        match record.kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            // Charts within the sheet have cells of their own.
            _ if depth > 1 => {}
            // A record that is too short is skipped.
            _ => drop(sheet.add(&record, at)),
        }
    }
    (sheet, end)
}

impl SheetCells {
    fn add(&mut self, record: &Record<'_>, at: usize) -> Option<()> {
        let at = u32::try_from(at).ok()?;
        let (position, format) = ((record.u16(0)?, record.u16(2)?), || record.u16(4));
        let value = match record.kind {
            NUMBER => Value::Number(record.f64(6)?, format()?),
            PACKED_NUMBER => Value::Number(unpack(record.u32(6)?), format()?),
            BOOLEAN if record.u8(7)? == 0 => Value::Boolean(record.u8(6)? != 0),
            SHARED_LABEL => Value::Shared(record.u32(6)?),
            LABEL | RICH_LABEL => Value::Text(at),
            FORMULA => {
                self.formula = position;
                formula(record, format()?)?
            }
            FORMULA_TEXT => {
                self.cells.push((self.formula, Value::FormulaText(at)));
                return None;
            }
            PACKED_NUMBERS => return self.add_numbers(record),
            ROW => {
                // The flags of a row follow its extent and height.
                if record.u8(12)? & HIDDEN != 0 {
                    self.hidden_rows.insert(position.0);
                }
                return None;
            }
            MERGED => return self.add_merged(record),
            _ => return None,
        };
        self.cells.push((position, value));
        None
    }

    fn add_numbers(&mut self, record: &Record<'_>) -> Option<()> {
        let (row, first) = (record.u16(0)?, record.u16(2)?);
        let count = record.data.len().saturating_sub(6) / 6;
        for index in 0..count {
            let (at, column) = (4 + index * 6, first.checked_add(u16::try_from(index).ok()?)?);
            let value = Value::Number(unpack(record.u32(at + 2)?), record.u16(at)?);
            self.cells.push(((row, column), value));
        }
        None
    }

    fn add_merged(&mut self, record: &Record<'_>) -> Option<()> {
        for index in 0..usize::from(record.u16(0)?) {
            let at = 2 + index * 8;
            let (first_row, last_row, column) = (record.u16(at)?, record.u16(at + 2)?, record.u16(at + 4)?);
            if last_row > first_row {
                self.merged.insert((first_row, column), last_row);
            }
        }
        None
    }

    fn grid_cell<'t>(
        &self,
        (position, value): &((u16, u16), Value),
        stream: &[u8],
        globals: &'t Globals,
    ) -> GridCell<'t> {
        let (row, column) = *position;
        let rows = self.merged.get(position).map_or(1, |last_row| u32::from(last_row.saturating_sub(row)) + 1);
        GridCell { column: u32::from(column), columns: 1, rows, text: text(*value, stream, globals) }
    }
}

/// Returns the last value of a formula; `None` for an error, and for a text, which is in the next record.
fn formula(record: &Record<'_>, format: u16) -> Option<Value> {
    if record.u16(12)? != 0xFFFF {
        return Some(Value::Number(record.f64(6)?, format));
    }
    (record.u8(6)? == 1).then_some(Value::Boolean(record.u8(8)? != 0))
}

/// Unpacks a number of 30 bits: an integer or the upper half of a double, and whether it is divided by 100.
fn unpack(packed: u32) -> f64 {
    let number = if packed & 2 == 0 {
        f64::from_bits(u64::from(packed & !3) << 32)
    } else {
        f64::from(packed.cast_signed() >> 2)
    };
    if packed & 1 == 0 { number } else { number / 100.0 }
}

fn text<'t>(value: Value, stream: &[u8], globals: &'t Globals) -> Cow<'t, str> {
    let record = |at: u32| stream.get(at as usize..).and_then(|rest| Records::new(rest).next());
    let text = |at: u32, offset| record(at).map(|record| globals.texts.text(&record, offset, true)).unwrap_or_default();
    match value {
        Value::Number(number, format) => match globals.number_kind(format) {
            NumberKind::Number => cell::number(number).into(),
            NumberKind::DateTime => cell::date_time(number, globals.is_1904).into(),
            NumberKind::Duration => cell::duration(number).into(),
        },
        Value::Boolean(value) => if value { "TRUE" } else { "FALSE" }.into(),
        Value::Shared(index) => globals.strings.get(index as usize).map_or("", String::as_str).into(),
        Value::FormulaText(at) => text(at, 0).into(),
        Value::Text(at) => text(at, 6).into(),
    }
}
