//! Tables of a web page. Exporters save them as `.xls`, because Excel opens them.

use crate::Error;
use crate::grid::{Grid, GridCell, GridRow};
use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Limit of tables inside of tables.
const DEPTH_MAX: usize = 64;
/// Limits of the HTML standard for spans.
const COLUMN_SPAN_MAX: u32 = 1000;
const ROW_SPAN_MAX: u32 = 65_534;
/// Limit of columns passed over because a cell of a row above reaches into them, in the whole page.
const SKIPPED_MAX: u64 = 1 << 24;

/// Elements whose text is not shown.
const UNSEEN: [&[u8]; 5] = [b"script", b"style", b"title", b"template", b"noscript"];
/// Elements that begin on a line of their own.
const BLOCKS: [&[u8]; 10] = [b"p", b"div", b"li", b"ul", b"ol", b"h1", b"h2", b"h3", b"dd", b"dt"];

/// Open cell.
struct OpenCell {
    column: u32,
    rows: u32,
    text: String,
    /// True when a space precedes the next character.
    has_space: bool,
}

/// Open table.
#[derive(Default)]
struct Table {
    id: usize,
    row: u32,
    in_row: bool,
    is_hidden: bool,
    column: u32,
    cells: Vec<GridCell<'static>>,
    cell: Option<OpenCell>,
    /// Last row of the cells that reach into the current one, by column.
    occupied: BTreeMap<u32, u32>,
}

/// Attributes of the current start tag.
#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    attribute: Vec<u8>,
    columns: u32,
    rows: u32,
    is_hidden: bool,
}

struct Parser<'g> {
    grid: &'g mut dyn Grid,
    open: Vec<Table>,
    tables: usize,
    /// Columns passed over because a cell of a row above reaches into them.
    skipped: u64,
    tag: Tag,
    /// Element whose text is skipped.
    unseen: Option<Vec<u8>>,
    error: Option<Error>,
}

/// Passes every table of the page on as a sheet.
pub(crate) fn parse(page: &str, grid: &mut dyn Grid) -> Result<(), Error> {
    let mut parser =
        Parser { grid, open: Vec::new(), tables: 0, skipped: 0, tag: Tag::default(), unseen: None, error: None };
    let mut emitter = CallbackEmitter::<_, Infallible>::new(|event: CallbackEvent<'_>, _: html5gum::Span<()>| {
        let result = if parser.error.is_none() { parser.event(&event) } else { Ok(()) };
        parser.error = parser.error.or(result.err());
        None
    });
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(page, emitter).finish();
    while parser.error.is_none() && !parser.open.is_empty() {
        parser.error = parser.end_table().err();
    }
    match parser.error {
        Some(error) => Err(error),
        None if parser.tables == 0 => Err(Error::NoTable),
        None => Ok(()),
    }
}

impl Parser<'_> {
    fn event(&mut self, event: &CallbackEvent<'_>) -> Result<(), Error> {
        match event {
            CallbackEvent::OpenStartTag { name } => self.tag = Tag { name: name.to_vec(), ..Tag::default() },
            CallbackEvent::AttributeName { name } => {
                self.tag.attribute = name.to_vec();
                self.tag.is_hidden |= *name == b"hidden";
            }
            CallbackEvent::AttributeValue { value } => self.attribute(value),
            CallbackEvent::CloseStartTag { .. } => return self.start(),
            CallbackEvent::EndTag { name } => return self.end(name),
            CallbackEvent::String { value } => self.text(&String::from_utf8_lossy(value)),
            _ => {}
        }
        Ok(())
    }

    fn attribute(&mut self, value: &[u8]) {
        let number = || std::str::from_utf8(value).ok().and_then(|text| text.trim().parse::<u32>().ok());
        match self.tag.attribute.as_slice() {
            b"colspan" => self.tag.columns = number().unwrap_or(1),
            // Zero stands for the rest of the table.
            b"rowspan" => self.tag.rows = number().map_or(1, |rows| if rows == 0 { ROW_SPAN_MAX } else { rows }),
            b"style" => {
                let style: Vec<u8> = value.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
                self.tag.is_hidden |= memchr::memmem::find(&style.to_ascii_lowercase(), b"display:none").is_some();
            }
            _ => {}
        }
    }

    fn start(&mut self) -> Result<(), Error> {
        let tag = std::mem::take(&mut self.tag);
        match tag.name.as_slice() {
            _ if self.unseen.is_some() => {}
            b"table" => return self.start_table(),
            b"tr" => {
                self.end_row()?;
                if let Some(table) = self.open.last_mut() {
                    (table.in_row, table.is_hidden) = (true, tag.is_hidden);
                }
            }
            b"td" | b"th" => {
                self.end_cell();
                if let Some(table) = self.open.last_mut() {
                    self.skipped += table.start_cell(&tag)?;
                }
                if self.skipped > SKIPPED_MAX {
                    return Err(Error::TooLarge);
                }
            }
            b"br" => self.line_break(),
            name if BLOCKS.contains(&name) => self.line_break(),
            name if UNSEEN.contains(&name) => self.unseen = Some(tag.name),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &[u8]) -> Result<(), Error> {
        match name {
            _ if self.unseen.is_some() => self.unseen = self.unseen.take().filter(|unseen| unseen.as_slice() != name),
            b"table" => return self.end_table(),
            b"tr" => return self.end_row(),
            b"td" | b"th" => self.end_cell(),
            name if BLOCKS.contains(&name) => self.line_break(),
            _ => {}
        }
        Ok(())
    }

    fn start_table(&mut self) -> Result<(), Error> {
        if self.open.len() == DEPTH_MAX {
            return Err(Error::TooDeep);
        }
        self.grid.sheet("")?;
        self.open.push(Table { id: self.tables, ..Table::default() });
        self.tables += 1;
        Ok(())
    }

    fn end_table(&mut self) -> Result<(), Error> {
        self.end_row()?;
        self.open.pop();
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Error> {
        self.end_cell();
        let Some(table) = self.open.last_mut() else { return Ok(()) };
        if !std::mem::take(&mut table.in_row) {
            return Ok(());
        }
        let row = GridRow { index: table.row, rows: 1, is_hidden: table.is_hidden, cells: &table.cells };
        self.grid.row(table.id, row)?;
        table.end_row();
        Ok(())
    }

    fn end_cell(&mut self) {
        let Some(table) = self.open.last_mut() else { return };
        if let Some(OpenCell { column, rows, mut text, .. }) = table.cell.take() {
            text.truncate(text.trim_end().len());
            table.cells.push(GridCell { column, columns: 1, rows, text: text.into() });
        }
    }

    fn line_break(&mut self) {
        let cell = self.open.last_mut().and_then(|table| table.cell.as_mut());
        if let Some(cell) = cell.filter(|cell| !cell.text.is_empty() && !cell.text.ends_with('\n')) {
            cell.text.push('\n');
            cell.has_space = false;
        }
    }

    /// Appends text to the open cell; spaces, also non-breaking ones, are collapsed as browsers do.
    fn text(&mut self, text: &str) {
        let cell = self.open.last_mut().and_then(|table| table.cell.as_mut());
        let Some(cell) = cell.filter(|_| self.unseen.is_none()) else { return };
        for character in text.chars() {
            if character.is_ascii_whitespace() || character == '\u{A0}' {
                cell.has_space = true;
                continue;
            }
            if std::mem::take(&mut cell.has_space) && !cell.text.is_empty() && !cell.text.ends_with('\n') {
                cell.text.push(' ');
            }
            cell.text.push(character);
        }
    }
}

impl Table {
    /// Opens a cell in the next column that no cell of a row above reaches into; returns the number of columns passed
    /// over.
    fn start_cell(&mut self, tag: &Tag) -> Result<u64, Error> {
        self.in_row = true;
        let mut skipped = 0;
        while self.occupied.get(&self.column).is_some_and(|last_row| *last_row >= self.row) {
            self.column += 1;
            skipped += 1;
        }
        let (columns, rows) = (tag.columns.clamp(1, COLUMN_SPAN_MAX), tag.rows.clamp(1, ROW_SPAN_MAX));
        let column = self.column;
        self.column = column.saturating_add(columns);
        if self.column > crate::csv::COLUMNS_MAX {
            return Err(Error::Damaged);
        }
        if rows > 1 {
            let last_row = self.row.saturating_add(rows - 1);
            self.occupied.extend((column..self.column).map(|column| (column, last_row)));
        }
        self.cell = Some(OpenCell { column, rows, text: String::new(), has_space: false });
        Ok(skipped)
    }

    fn end_row(&mut self) {
        self.row = self.row.saturating_add(1);
        self.column = 0;
        self.cells.clear();
    }
}
