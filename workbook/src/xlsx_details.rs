//! Hidden rows and merged cells of a sheet, which calamine's cells do not have.
//!
//! Only workbooks in which traces of them are found while they are unpacked for the check are read once more for this.

use crate::csv::{COLUMNS_MAX, ROWS_MAX};
use crate::{Error, UNPACKED_MAX, xml};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;
use std::io::{BufReader, Read, Seek};
use zip::ZipArchive;

/// Limit of merged cells of a sheet.
const MERGED_MAX: usize = 1_000_000;
/// Limit of the parts that list the sheets, in bytes.
const LIST_BYTES_MAX: u64 = 4_000_000;

/// Details of a sheet.
#[derive(Default)]
pub(crate) struct Details {
    /// Number of hidden rows that have cells.
    pub(crate) hidden_rows: u64,
    /// Last row of each cell that is merged with those below it, by the position of its first one.
    pub(crate) merged: HashMap<(u32, u32), u32>,
}

/// Reads the details of the sheet of this name; none when its part is not found.
pub(crate) fn read(file: impl Read + Seek, sheet: &str) -> Result<Details, Error> {
    let mut archive = ZipArchive::new(file).map_err(|_| Error::Damaged)?;
    let Some(name) = sheet_part(&mut archive, sheet) else { return Ok(Details::default()) };
    let part = archive.by_name(&name).map_err(|_| Error::Damaged)?;
    let mut reader = xml::reader(BufReader::new(part.take(UNPACKED_MAX)));
    let (mut details, mut buffer) = (Details::default(), Vec::new());
    let (mut is_hidden, mut has_cell) = (false, false);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| Error::Damaged)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "row" => {
                    let hidden = xml::attribute(&element, "hidden");
                    (is_hidden, has_cell) = (hidden.is_some_and(|hidden| matches!(hidden.trim(), "1" | "true")), false);
                }
                "v" | "is" => has_cell = true,
                "mergeCell" => details.add_merged(&element)?,
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "row" => {
                details.hidden_rows += u64::from(is_hidden && has_cell);
            }
            Event::Eof => return Ok(details),
            _ => {}
        }
    }
}

impl Details {
    fn add_merged(&mut self, element: &BytesStart<'_>) -> Result<(), Error> {
        let Some(area) = xml::attribute(element, "ref") else { return Ok(()) };
        let Some((first, last)) = area.split_once(':') else { return Ok(()) };
        let (Some(first), Some((last_row, _))) = (position(first), position(last)) else { return Ok(()) };
        if last_row > first.0 {
            self.merged.insert(first, last_row);
        }
        if self.merged.len() > MERGED_MAX { Err(Error::TooLarge) } else { Ok(()) }
    }
}

/// Parses a position such as `B7`, with or without `$`; `None` outside of a sheet's limits.
fn position(text: &str) -> Option<(u32, u32)> {
    let text = text.replace('$', "");
    let digits = text.find(|character: char| character.is_ascii_digit())?;
    let (letters, digits) = text.split_at(digits);
    let mut column = 0_u32;
    for letter in letters.bytes().filter(u8::is_ascii_alphabetic) {
        column = column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    let (row, column) = (digits.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?);
    (row < ROWS_MAX && column < COLUMNS_MAX).then_some((row, column))
}

/// Returns the name of the part that holds a sheet: the workbook names its relation, which names the part.
fn sheet_part<R: Read + Seek>(archive: &mut ZipArchive<R>, sheet: &str) -> Option<String> {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.to_string()).collect();
    let book = names.iter().find(|name| crate::limits::is_workbook(&name.to_lowercase()))?;
    let (folder, file) = book.rsplit_once('/').unwrap_or(("", book));
    let relation = find_attribute(archive, book, "sheet", ("name", sheet), "id")?;
    let relations = join(folder, &format!("_rels/{file}.rels"));
    let relations = names.iter().find(|name| name.eq_ignore_ascii_case(&relations))?;
    let target = find_attribute(archive, relations, "Relationship", ("Id", &relation), "Target")?;
    let target = target.replace('\\', "/");
    let part = target.strip_prefix('/').map_or_else(|| join(folder, &target), str::to_owned);
    names.into_iter().find(|name| name.eq_ignore_ascii_case(&part))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Returns an attribute of the first element of this name whose key attribute has this value.
fn find_attribute<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    part: &str,
    element: &str,
    (key, value): (&str, &str),
    wanted: &str,
) -> Option<String> {
    let part = archive.by_name(part).ok()?;
    let mut reader = xml::reader(BufReader::new(part.take(LIST_BYTES_MAX)));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(found)
                if found.local_name().as_ref() == element
                    && xml::attribute(&found, key).is_some_and(|key| key == value) =>
            {
                return xml::attribute(&found, wanted);
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}
