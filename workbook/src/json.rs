//! Leads as JSON: an array, one value per line, or an array within an object, as programming interfaces answer.
//!
//! Nested fields become columns such as `organization.industry`. Numbers are kept as they are written.

mod flatten;
mod frame;
mod value;

use crate::csv::CsvWriter;
use crate::{CsvSink, Error, Sheet};
use file_format::FileFormat;
use flatten::Flattener;
use frame::Frame;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use value::{Kind, elements, fields, kind};

/// Limit of columns, as of the import.
const COLUMNS_MAX: usize = 4096;
/// Limit of objects around the leads.
const WRAPPERS_MAX: usize = 8;

/// Converts the leads of a JSON text.
pub(crate) fn read(text: &str, sink: &mut impl CsvSink) -> Result<Sheet, Error> {
    match read_strict(text, sink) {
        // Python writes missing numbers so.
        Err(error @ Error::MalformedJson { .. }) => match value::replace_nan(text) {
            Cow::Owned(text) => read_strict(&text, sink),
            Cow::Borrowed(_) => Err(error),
        },
        result => result,
    }
}

fn read_strict(text: &str, sink: &mut impl CsvSink) -> Result<Sheet, Error> {
    let values: Result<Vec<&RawValue>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    let values = values.map_err(|error| Error::MalformedJson { line: error.line() })?;
    if let [value] = *values.as_slice()
        && kind(value) == Kind::Object
        && let Some(Frame::Columns(columns)) = Frame::find(value)
    {
        frame::write(columns, sink)?;
        return Ok(sheet(String::new(), 1));
    }
    let Found { name, rows, candidates } = find(values)?;
    let is_table = rows.iter().any(|row| kind(row) == Kind::Array);
    let is_lead = |row: &&RawValue| kind(row) == if is_table { Kind::Array } else { Kind::Object };
    let rows: Vec<&RawValue> = rows.into_iter().filter(is_lead).collect();
    if rows.is_empty() {
        return Err(Error::NoRecords);
    }
    if is_table {
        write_table(&rows, sink)?
    } else {
        write_leads(&rows, sink)?
    }
    Ok(sheet(name, candidates))
}

fn sheet(name: String, candidates: usize) -> Sheet {
    Sheet { format: FileFormat::Json, name, candidates, hidden_rows: 0, filled_cells: 0 }
}

/// Leads that were found.
struct Found<'a> {
    /// Path of their array; empty for the outermost one.
    name: String,
    rows: Vec<&'a RawValue>,
    /// Number of arrays that they were chosen from.
    candidates: usize,
}

/// Finds the leads: the values themselves, their elements, or the longest array of objects within a single object.
fn find(values: Vec<&RawValue>) -> Result<Found<'_>, Error> {
    let found = |rows| Found { name: String::new(), rows, candidates: 1 };
    match *values.as_slice() {
        [value] if kind(value) == Kind::Object => {
            if let Some(Frame::Records(rows)) = Frame::find(value) {
                return Ok(found(rows));
            }
            if let Some(rows) = frame::split(value) {
                return Ok(found(rows));
            }
            let mut arrays = Vec::new();
            find_arrays(value, "", 0, &mut arrays);
            let candidates = arrays.len();
            let longest = arrays.into_iter().rev().max_by_key(|(_, array)| array.get().len());
            let Some((name, array)) = longest else { return Ok(found(values)) };
            Ok(Found { name, rows: elements(array)?, candidates })
        }
        [value] => Ok(found(elements(value)?)),
        _ if values.iter().all(|value| kind(value) == Kind::Array && holds_objects(value)) => {
            let parts: Result<Vec<_>, _> = values.into_iter().map(elements).collect();
            Ok(found(parts?.concat()))
        }
        _ => Ok(found(values)),
    }
}

/// Collects the arrays of objects or arrays within nested objects, each with its path.
fn find_arrays<'a>(object: &'a RawValue, path: &str, depth: usize, arrays: &mut Vec<(String, &'a RawValue)>) {
    for (name, value) in fields(object).unwrap_or_default() {
        let path = if path.is_empty() { name } else { format!("{path}.{name}") };
        match kind(value) {
            Kind::Array if holds_objects(value) => arrays.push((path, value)),
            Kind::Object if depth < WRAPPERS_MAX => find_arrays(value, &path, depth + 1, arrays),
            _ => {}
        }
    }
}

/// True for an array whose first element is an object or an array.
fn holds_objects(array: &RawValue) -> bool {
    let first = array.get().strip_prefix('[').unwrap_or_default().trim_start();
    first.starts_with(['{', '['])
}

/// Writes arrays as rows; the first one has the names of the columns.
fn write_table(rows: &[&RawValue], sink: &mut impl CsvSink) -> Result<(), Error> {
    let done = Cell::new(0);
    let share = || f64::from(done.get()) / rows.len() as f64;
    let (mut csv, mut is_empty) = (CsvWriter::new(0, sink, &share), true);
    for (row, cells) in (0..).zip(rows) {
        done.set(row);
        for (column, cell) in (0..).zip(elements(cells)?.into_iter().take(COLUMNS_MAX)) {
            let text = value::text(cell);
            is_empty &= text.is_empty();
            csv.put((row, column), &text)?;
        }
    }
    csv.finish()?;
    if is_empty { Err(Error::Empty) } else { Ok(()) }
}

/// Writes objects as rows below the names of all of their fields.
fn write_leads(leads: &[&RawValue], sink: &mut impl CsvSink) -> Result<(), Error> {
    let (mut names, mut columns) = (Vec::new(), HashMap::new());
    let mut flattener = Flattener::default();
    for lead in leads {
        flattener.flatten(lead, &mut |name, _, _| {
            if !columns.contains_key(name) {
                columns.insert(name.to_owned(), names.len());
                names.push(name.to_owned());
            }
            if names.len() > COLUMNS_MAX { Err(Error::TooManyColumns) } else { Ok(()) }
        })?;
    }
    if names.is_empty() {
        return Err(Error::Empty);
    }
    let done = Cell::new(0);
    let share = || f64::from(done.get()) / leads.len() as f64;
    let mut csv = CsvWriter::new(names.len(), sink, &share);
    for (column, name) in (0..).zip(&names) {
        csv.put((0, column), name)?;
    }
    let mut cells = vec![String::new(); names.len()];
    for (row, lead) in (1..).zip(leads) {
        done.set(row);
        flattener.flatten(lead, &mut |name, text, is_element| {
            let Some(cell) = columns.get(name).and_then(|column| cells.get_mut(*column)) else { return Ok(()) };
            match (is_element && !cell.is_empty(), text.is_empty()) {
                (true, true) => {}
                (true, false) => cell.extend([", ", text]),
                // Of a repeated name the last value counts, as in every JSON library.
                (false, _) => text.clone_into(cell),
            }
            Ok(())
        })?;
        for (column, cell) in (0..).zip(&mut cells) {
            csv.put((row, column), cell)?;
            cell.clear();
        }
    }
    csv.finish()?;
    Ok(())
}
