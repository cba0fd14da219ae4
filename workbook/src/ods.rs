//! OpenDocument spreadsheets (`.ods`, `.fods`), read as a stream: repeated rows and cells are not expanded in memory.

use crate::csv::{COLUMNS_MAX, ROWS_MAX};
use crate::grid::{Grid, GridCell, GridRow};
use crate::{Error, xml};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeSet;
use std::io::BufRead;

struct Parser<'g, R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    grid: &'g mut dyn Grid,
    sheets: usize,
    /// Style that is being read.
    style: String,
    /// Styles of hidden sheets.
    hidden_styles: BTreeSet<String>,
}

/// Row that is being read.
#[derive(Default)]
struct Row {
    cells: Vec<GridCell<'static>>,
    /// Column of the next cell.
    column: u32,
}

/// Passes every sheet of a document's content on.
pub(crate) fn parse(content: impl BufRead, grid: &mut dyn Grid) -> Result<(), Error> {
    let (reader, style) = (xml::reader(content), String::new());
    let mut parser = Parser { reader, buffer: Vec::new(), grid, sheets: 0, style, hidden_styles: BTreeSet::new() };
    while let Some(event) = parser.next()? {
        let Event::Start(element) = event else { continue };
        match element.name().as_ref() {
            "style:style" => parser.style = xml::attribute(&element, "name").unwrap_or_default(),
            "style:table-properties" if xml::attribute(&element, "display").is_some_and(|shown| shown == "false") => {
                parser.hidden_styles.insert(parser.style.clone());
            }
            "table:tracked-changes" => parser.skip()?,
            "table:table" => parser.sheet(&element)?,
            _ => {}
        }
    }
    Ok(())
}

impl<R: BufRead> Parser<'_, R> {
    /// Returns the next event; `None` at the end.
    fn next(&mut self) -> Result<Option<Event<'static>>, Error> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer).map_err(|_| Error::Damaged)? {
            Event::Eof => Ok(None),
            event => Ok(Some(event.into_owned())),
        }
    }

    /// Returns the next event inside of an element; the end of the text is an error.
    fn inner(&mut self) -> Result<Event<'static>, Error> {
        self.next()?.ok_or(Error::Damaged)
    }

    fn skip(&mut self) -> Result<(), Error> {
        xml::skip(&mut self.reader, &mut self.buffer)
    }

    fn sheet(&mut self, element: &BytesStart<'_>) -> Result<(), Error> {
        let sheet = self.sheets;
        self.grid.sheet(&xml::attribute(element, "name").unwrap_or_default())?;
        self.sheets += 1;
        if xml::attribute(element, "style-name").is_some_and(|style| self.hidden_styles.contains(&style)) {
            self.grid.hide(sheet);
        }
        let mut next_row = 0_u32;
        loop {
            match self.inner()? {
                Event::Start(element) => match element.name().as_ref() {
                    "table:table-row" => self.row(&element, sheet, &mut next_row)?,
                    "table:table-row-group" | "table:table-header-rows" | "table:table-rows" => {}
                    _ => self.skip()?,
                },
                Event::End(element) if element.name().as_ref() == "table:table" => return Ok(()),
                _ => {}
            }
        }
    }

    fn row(&mut self, element: &BytesStart<'_>, sheet: usize, next_row: &mut u32) -> Result<(), Error> {
        let (index, rows) = (*next_row, xml::count(element, "number-rows-repeated", 1));
        *next_row = index.saturating_add(rows);
        let is_hidden = xml::attribute(element, "visibility").is_some_and(|visibility| visibility != "visible");
        let mut row = Row::default();
        loop {
            match self.inner()? {
                Event::Start(element) => match element.name().as_ref() {
                    "table:table-cell" | "table:covered-table-cell" => self.cell(&element, &mut row)?,
                    _ => self.skip()?,
                },
                Event::End(element) if element.name().as_ref() == "table:table-row" => break,
                _ => {}
            }
        }
        if row.cells.is_empty() {
            return Ok(());
        }
        if *next_row > ROWS_MAX {
            return Err(Error::Damaged);
        }
        self.grid.row(sheet, GridRow { index, rows, is_hidden, cells: &row.cells })
    }

    fn cell(&mut self, element: &BytesStart<'_>, row: &mut Row) -> Result<(), Error> {
        let (column, columns) = (row.column, xml::count(element, "number-columns-repeated", 1));
        let rows = xml::count(element, "number-rows-spanned", 1).min(ROWS_MAX);
        row.column = column.saturating_add(columns);
        let value = value(element);
        let shown = self.shown_text()?;
        let text = value.unwrap_or(shown);
        if text.is_empty() {
            return Ok(());
        }
        if row.column > COLUMNS_MAX {
            return Err(Error::Damaged);
        }
        row.cells.push(GridCell { column, columns, rows, text: text.into() });
        Ok(())
    }

    /// Returns the paragraphs of a cell, without its comment.
    fn shown_text(&mut self) -> Result<String, Error> {
        let (mut text, mut depth, mut paragraphs) = (String::new(), 0_u32, 0);
        loop {
            match self.inner()? {
                Event::Start(element) => {
                    match element.name().as_ref() {
                        "office:annotation" | "table:table" | "draw:frame" | "draw:g" => {
                            self.skip()?;
                            continue;
                        }
                        "text:p" if paragraphs > 0 => text.push('\n'),
                        "text:s" => text.extend((0..xml::count(&element, "c", 1).min(1000)).map(|_| ' ')),
                        "text:tab" => text.push('\t'),
                        "text:line-break" => text.push('\n'),
                        _ => {}
                    }
                    paragraphs += u32::from(element.name().as_ref() == "text:p");
                    depth += 1;
                }
                Event::End(_) if depth == 0 => return Ok(text),
                Event::End(_) => depth -= 1,
                // Between paragraphs there is only the layout of the file.
                event if depth > 0 => xml::push_text(&event, &mut text),
                _ => {}
            }
        }
    }
}

/// Returns the value of a cell; `None` for one that is its own text.
fn value(cell: &BytesStart<'_>) -> Option<String> {
    let kind = xml::attribute(cell, "value-type")?;
    match kind.as_str() {
        "float" | "percentage" | "currency" => xml::attribute(cell, "value"),
        "boolean" => {
            let value = xml::attribute(cell, "boolean-value")?;
            Some(if value == "true" { "TRUE" } else { "FALSE" }.to_owned())
        }
        "date" => {
            let date = xml::attribute(cell, "date-value")?;
            Some(date.strip_suffix("T00:00:00").unwrap_or(&date).to_owned())
        }
        _ => None,
    }
}
