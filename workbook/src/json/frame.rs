//! Data frames as pandas writes them, and leads by an identifier.

use super::value::{Kind, elements, fields, kind, text};
use crate::csv::CsvWriter;
use crate::{CsvSink, Error};
use serde_json::value::RawValue;
use std::collections::HashMap;

/// Object whose fields are all objects.
pub(super) enum Frame<'a> {
    /// Leads by an identifier.
    Records(Vec<&'a RawValue>),
    /// Columns, each with its cells by row.
    Columns(Vec<(String, &'a RawValue)>),
}

impl<'a> Frame<'a> {
    /// Returns the frame; `None` for another object. Rows of a frame are numbered.
    pub(super) fn find(object: &'a RawValue) -> Option<Self> {
        let outer = fields(object).ok()?;
        let is_frame = outer.len() > 1 && outer.iter().all(|(_, value)| kind(value) == Kind::Object);
        let (_, first) = outer.first().filter(|_| is_frame)?;
        let rows = fields(first).ok()?;
        let is_numbered = |(row, _): &(String, _)| !row.is_empty() && row.bytes().all(|byte| byte.is_ascii_digit());
        if !rows.is_empty() && rows.iter().all(is_numbered) {
            return Some(Frame::Columns(outer));
        }
        // Different parts of an answer, such as its data and its paging, begin with different fields.
        let (name, _) = rows.first()?;
        let is_alike = |record: &RawValue| {
            fields(record).is_ok_and(|fields| fields.first().is_some_and(|(first, _)| first == name))
        };
        let records: Vec<&RawValue> = outer.into_iter().map(|(_, record)| record).collect();
        records.iter().all(|record| is_alike(record)).then_some(Frame::Records(records))
    }
}

/// Returns the rows of a frame whose column names are separate from its cells; `None` for another object.
pub(super) fn split(object: &RawValue) -> Option<Vec<&RawValue>> {
    let fields = fields(object).ok()?;
    let find = |wanted| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
    let (columns, data) = (find("columns")?, find("data")?);
    let is_names = elements(columns).ok()?.first().is_some_and(|name| kind(name) == Kind::Text);
    let rows = elements(data).ok()?;
    let is_rows = rows.first().is_some_and(|row| kind(row) == Kind::Array);
    (is_names && is_rows).then(|| std::iter::once(columns).chain(rows).collect())
}

/// Writes the columns of a frame side by side; rows are in the order of the first column that has them.
pub(super) fn write(columns: Vec<(String, &RawValue)>, sink: &mut impl CsvSink) -> Result<usize, Error> {
    if columns.len() > super::COLUMNS_MAX {
        return Err(Error::TooManyColumns);
    }
    let (mut rows, mut cells) = (HashMap::new(), Vec::new());
    for (column, (_, values)) in (0_u32..).zip(&columns) {
        for (row, value) in fields(values)? {
            let next = rows.len() as u32 + 1;
            cells.push((*rows.entry(row).or_insert(next), column, value));
        }
    }
    cells.sort_by_key(|(row, column, _)| (*row, *column));
    // Of a repeated name the last value counts; it is the first one from the end.
    cells.reverse();
    cells.dedup_by_key(|(row, column, _)| (*row, *column));
    let mut csv = CsvWriter::new(columns.len(), sink, &|| 1.0);
    for (column, (name, _)) in (0..).zip(&columns) {
        csv.put((0, column), name)?;
    }
    for (row, column, value) in cells.into_iter().rev() {
        csv.put((row, column), &text(value))?;
    }
    csv.finish()?;
    Ok(rows.len())
}
