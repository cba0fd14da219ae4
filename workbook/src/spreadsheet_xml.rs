//! XML spreadsheets of Excel 2002 and 2003, which exporters save as `.xls` and `.xml`.

use crate::csv::{COLUMNS_MAX, ROWS_MAX};
use crate::grid::{Grid, GridCell, GridRow};
use crate::{Error, xml};
use file_format::UnsupportedFormat;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::BufRead;

/// Row that is being read.
#[derive(Default)]
struct Row {
    index: u32,
    rows: u32,
    is_hidden: bool,
    cells: Vec<GridCell<'static>>,
    /// Column of the next cell.
    column: u32,
}

struct Parser<'g, R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    grid: &'g mut dyn Grid,
    sheets: usize,
    /// Index of the next row.
    next_row: u32,
}

/// Passes every worksheet on.
pub(crate) fn parse(text: &str, grid: &mut dyn Grid) -> Result<(), Error> {
    let reader = xml::reader(text.as_bytes());
    let mut parser = Parser { reader, buffer: Vec::new(), grid, sheets: 0, next_row: 0 };
    let mut is_first = true;
    while let Some(event) = parser.next()? {
        let Event::Start(element) = event else { continue };
        let is_other = !matches!(element.local_name().as_ref(), "Workbook" | "Worksheet");
        if std::mem::take(&mut is_first) && is_other {
            return Err(Error::Unsupported(UnsupportedFormat::OtherXml));
        }
        match element.local_name().as_ref() {
            "Worksheet" => {
                let name = xml::attribute(&element, "Name").unwrap_or_default();
                parser.worksheet(&name)?;
            }
            "Workbook" => {}
            _ => parser.skip()?,
        }
    }
    if parser.sheets == 0 { Err(Error::Unsupported(UnsupportedFormat::OtherXml)) } else { Ok(()) }
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

    fn worksheet(&mut self, name: &str) -> Result<(), Error> {
        self.grid.sheet(name)?;
        self.sheets += 1;
        self.next_row = 0;
        loop {
            match self.inner()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "Table" => {}
                    "Row" => self.row(&element)?,
                    "WorksheetOptions" => {}
                    "Visible" => self.visibility()?,
                    _ => self.skip()?,
                },
                Event::End(element) if element.local_name().as_ref() == "Worksheet" => return Ok(()),
                _ => {}
            }
        }
    }

    fn visibility(&mut self) -> Result<(), Error> {
        if self.text("Visible")?.contains("Hidden") {
            self.grid.hide(self.sheets - 1);
        }
        Ok(())
    }

    fn row(&mut self, element: &BytesStart<'_>) -> Result<(), Error> {
        let index = xml::count(element, "Index", self.next_row + 1) - 1;
        // Additional rows of the same format; only empty rows have them.
        let span = xml::attribute(element, "Span").and_then(|span| span.parse().ok()).unwrap_or(0);
        let rows = 1_u32.saturating_add(span);
        self.next_row = index.saturating_add(rows);
        if index >= ROWS_MAX || self.next_row > ROWS_MAX {
            return Err(Error::Damaged);
        }
        let is_hidden = xml::attribute(element, "Hidden").is_some_and(|hidden| hidden == "1");
        let mut row = Row { index, rows: 1, is_hidden, ..Row::default() };
        loop {
            match self.inner()? {
                Event::Start(element) if element.local_name().as_ref() == "Cell" => self.cell(&element, &mut row)?,
                Event::Start(_) => self.skip()?,
                Event::End(element) if element.local_name().as_ref() == "Row" => break,
                _ => {}
            }
        }
        let Row { index, rows, is_hidden, cells, .. } = &row;
        self.grid.row(self.sheets - 1, GridRow { index: *index, rows: *rows, is_hidden: *is_hidden, cells })
    }

    fn cell(&mut self, element: &BytesStart<'_>, row: &mut Row) -> Result<(), Error> {
        let column = xml::count(element, "Index", row.column + 1) - 1;
        let merged = |name| xml::attribute(element, name).and_then(|value| value.parse().ok()).unwrap_or(0_u32);
        let next = column.saturating_add(1).saturating_add(merged("MergeAcross"));
        if next > COLUMNS_MAX || column < row.column {
            return Err(Error::Damaged);
        }
        row.column = next;
        let rows = merged("MergeDown").min(ROWS_MAX) + 1;
        let mut text = String::new();
        loop {
            match self.inner()? {
                Event::Start(data) if data.local_name().as_ref() == "Data" => {
                    let kind = xml::attribute(&data, "Type").unwrap_or_default();
                    text = value(&kind, self.text("Data")?);
                }
                Event::Start(_) => self.skip()?,
                Event::End(element) if element.local_name().as_ref() == "Cell" => break,
                _ => {}
            }
        }
        row.cells.push(GridCell { column, columns: 1, rows, text: text.into() });
        Ok(())
    }

    /// Returns the text up to the end of this element, without the markup in it.
    fn text(&mut self, name: &str) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            match self.inner()? {
                Event::End(element) if element.local_name().as_ref() == name => return Ok(text),
                event => xml::push_text(&event, &mut text),
            }
        }
    }
}

/// Formats a value of this type.
fn value(kind: &str, text: String) -> String {
    match kind {
        "Boolean" => if text.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
        "Error" => String::new(),
        "DateTime" => {
            let text = text.trim().trim_end_matches(".000");
            text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()
        }
        _ => text,
    }
}
