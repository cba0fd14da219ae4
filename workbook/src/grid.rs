//! Sheets and tables as streams of rows: a format is parsed twice, once to measure all of its sheets, and once to write
//! the largest one.

use crate::csv::{COLUMNS_MAX, CsvWriter, ROWS_MAX, padded_width};
use crate::{CsvSink, Error, SHEETS_MAX, Sheet};
use file_format::FileFormat;
use std::borrow::Cow;

/// Limit of tables of a web page.
const TABLES_MAX: usize = 100_000;

/// Limit of the text that repeated cells add, in bytes: a few bytes of a file could stand for a full sheet.
const REPEATED_MAX: u64 = 64_000_000;

/// Cell of a row.
#[derive(Debug, Default)]
pub(crate) struct GridCell<'t> {
    pub(crate) column: u32,
    /// Number of columns that repeat the text, at least 1.
    pub(crate) columns: u32,
    /// Number of rows that it is merged over, at least 1.
    pub(crate) rows: u32,
    pub(crate) text: Cow<'t, str>,
}

/// Row with its cells, from left to right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GridRow<'a> {
    pub(crate) index: u32,
    /// Number of equal rows, at least 1.
    pub(crate) rows: u32,
    pub(crate) is_hidden: bool,
    pub(crate) cells: &'a [GridCell<'a>],
}

/// Receiver of sheets. Sheets are numbered in the order in which they begin.
pub(crate) trait Grid {
    /// Begins a sheet.
    fn sheet(&mut self, name: &str) -> Result<(), Error>;
    /// Marks a sheet as hidden.
    fn hide(&mut self, sheet: usize);
    /// Receives the next row of a sheet.
    fn row(&mut self, sheet: usize, row: GridRow<'_>) -> Result<(), Error>;
}

/// Size of a sheet.
#[derive(Debug, Default)]
struct Extent {
    name: String,
    is_hidden: bool,
    cells: u64,
    width: usize,
    hidden_rows: u64,
}

/// Measures all sheets.
#[derive(Default)]
struct Survey {
    sheets: Vec<Extent>,
    /// Limit of sheets.
    sheets_max: usize,
    /// Bytes that repeated cells add.
    repeated: u64,
}

impl Grid for Survey {
    fn sheet(&mut self, name: &str) -> Result<(), Error> {
        if self.sheets.len() == self.sheets_max {
            return Err(Error::TooLarge);
        }
        self.sheets.push(Extent { name: name.to_owned(), ..Extent::default() });
        Ok(())
    }

    fn hide(&mut self, sheet: usize) {
        if let Some(sheet) = self.sheets.get_mut(sheet) {
            sheet.is_hidden = true;
        }
    }

    fn row(&mut self, sheet: usize, row: GridRow<'_>) -> Result<(), Error> {
        let Some(sheet) = self.sheets.get_mut(sheet) else { return Ok(()) };
        let mut cells = 0;
        for cell in row.cells.iter().filter(|cell| !cell.text.is_empty()) {
            let last_column = cell.column.saturating_add(cell.columns - 1);
            if last_column >= COLUMNS_MAX || row.index.saturating_add(row.rows - 1) >= ROWS_MAX {
                return Err(Error::Damaged);
            }
            let copies = u64::from(cell.columns) * u64::from(row.rows) - 1;
            self.repeated = self.repeated.saturating_add(copies * (cell.text.len() as u64 + 1));
            if self.repeated > REPEATED_MAX {
                return Err(Error::TooLarge);
            }
            cells += u64::from(cell.columns);
            sheet.width = sheet.width.max(padded_width(last_column));
        }
        sheet.cells += cells * u64::from(row.rows);
        sheet.hidden_rows += if cells > 0 && row.is_hidden { u64::from(row.rows) } else { 0 };
        Ok(())
    }
}

/// Writes one sheet.
struct SheetWriter<'s, S> {
    sheet: usize,
    csv: CsvWriter<'s, S>,
}

impl<S: CsvSink> Grid for SheetWriter<'_, S> {
    fn sheet(&mut self, _: &str) -> Result<(), Error> {
        Ok(())
    }

    fn hide(&mut self, _: usize) {}

    fn row(&mut self, sheet: usize, row: GridRow<'_>) -> Result<(), Error> {
        if sheet != self.sheet {
            return Ok(());
        }
        for index in row.index..row.index.saturating_add(row.rows) {
            for cell in row.cells.iter().filter(|cell| !cell.text.is_empty()) {
                // Of a text that several columns repeat, one copy in memory is enough.
                let merged_rows = if cell.columns == 1 { cell.rows } else { 1 };
                let last_row = index.saturating_add(merged_rows - 1);
                for column in cell.column..cell.column.saturating_add(cell.columns) {
                    self.csv.put_merged((index, column), &cell.text, last_row)?;
                }
            }
        }
        Ok(())
    }
}

/// Converts the sheet with the most cells, the first of equal ones; a hidden sheet only if no visible one has cells.
pub(crate) fn convert(
    format: FileFormat,
    sink: &mut impl CsvSink,
    share: &dyn Fn() -> f64,
    mut parse: impl FnMut(&mut dyn Grid) -> Result<(), Error>,
) -> Result<Sheet, Error> {
    // Web pages are laid out by tables.
    let sheets_max = if format == FileFormat::Html { TABLES_MAX } else { SHEETS_MAX };
    let mut survey = Survey { sheets_max, ..Survey::default() };
    parse(&mut survey)?;
    let mut found: Vec<(usize, Extent)> =
        survey.sheets.into_iter().enumerate().filter(|(_, extent)| extent.cells > 0).collect();
    if found.iter().any(|(_, extent)| !extent.is_hidden) {
        found.retain(|(_, extent)| !extent.is_hidden);
    }
    let candidates = found.len();
    let largest = found.into_iter().rev().max_by_key(|(_, extent)| extent.cells);
    let (sheet, Extent { name, width, hidden_rows, .. }) = largest.ok_or(Error::Empty)?;
    let mut writer = SheetWriter { sheet, csv: CsvWriter::new(width, sink, share) };
    parse(&mut writer)?;
    let filled_cells = writer.csv.finish()?;
    Ok(Sheet { format, name, candidates, hidden_rows, filled_cells })
}
