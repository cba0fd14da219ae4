//! The first row of a file: which column is which field, and how a row of cells becomes a lead.
//!
//! Owns the matching of names (exact but for case and surrounding white space) and what counts as an empty cell. May
//! not know how cells are told apart.

use super::super::mapping::{self, Column, Converted, Evidence, Mapping, Target, convert};
use super::super::schema::{Field, Kind, LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use super::super::{Fault, Lead, Raw, Value};
use super::{Cells, Intake, IntakeError, Reason, Reject};
use std::borrow::Cow;
use std::collections::HashSet;

/// What spreadsheets and data tools write into a cell of numbers that holds none.
const NO_NUMBER: [&str; 5] = ["nan", "na", "n/a", "null", "none"];

/// How many of a file's column names an error shows.
const NAMES_SHOWN: usize = 5;

/// How many characters of a cell a reason shows.
const VALUE_SHOWN: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Meaning {
    /// Its cells are read by the letter of the contract.
    Field(usize),
    /// Its cells are put into the contract's words first.
    Converted(usize),
    Key,
    Unknown,
}

/// The columns of a file.
pub(super) struct Header {
    names: Vec<String>,
    meanings: Vec<Meaning>,
    key: Field,
    /// What the columns are read as, where somebody said so or guessed it.
    mapping: Option<Mapping>,
    /// For each column, how many cells were not understood.
    unread: Vec<u64>,
    /// How many rows had fewer cells than there are columns.
    short_rows: u64,
}

impl Header {
    pub(super) fn new(cells: Cells<'_>, schema: &Schema, mapping: Option<Mapping>) -> Result<Self, IntakeError> {
        let names: Vec<String> = cells.iter().map(str::to_owned).collect();
        if let [only] = names.as_slice()
            && only.trim().is_empty()
        {
            return Err(IntakeError::Empty);
        }
        let mapping = mapping.filter(|mapping| mapping.fits(&names));
        let by_name = meanings(&names, schema)?;
        let meanings = match &mapping {
            Some(mapping) => mapping.columns.iter().map(|column| mapped(column, schema)).collect(),
            None => by_name,
        };
        if !meanings.iter().any(|meaning| matches!(meaning, Meaning::Field(_) | Meaning::Converted(_))) {
            return Err(no_known_column(&names, schema));
        }
        let key = Field { name: LEAD_KEY.to_owned(), kind: Kind::Text { max_chars: Some(LEAD_KEY_MAX_CHARS) } };
        Ok(Header { unread: vec![0; names.len()], names, meanings, key, mapping, short_rows: 0 })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads a row into a lead of the schema's fields.
    pub(super) fn read(&mut self, cells: Cells<'_>, schema: &Schema, line: u64, lead: &mut Lead) -> Result<(), Reject> {
        self.check_width(cells, line)?;
        lead.clear();
        for (column, (cell, meaning)) in cells.iter().zip(&self.meanings).enumerate() {
            let fault = |fault: Fault| Reject {
                line,
                column: self.names.get(column).cloned(),
                reason: Reason::Cell { fault, shown: shown(cell) },
            };
            match meaning {
                Meaning::Field(place) => {
                    let field = &schema.fields()[*place];
                    lead.set(*place, field.check(raw(cell, field)).map_err(fault)?);
                }
                Meaning::Converted(place) => {
                    let is_read = set_converted(cell, &schema.fields()[*place], (*place, &mut *lead)).map_err(fault)?;
                    self.unread[column] += u64::from(!is_read);
                }
                Meaning::Key => {
                    if let Value::Text(key) = self.key.check(raw(cell, &self.key)).map_err(fault)? {
                        lead.set_key(Some(key));
                    }
                }
                Meaning::Unknown => {}
            }
        }
        Ok(())
    }

    /// Cells too many are let through where they are empty: spreadsheets leave such behind. Cells too few are let through
    /// where somebody looked at the columns: spreadsheets leave empty ones out at the end of a row.
    fn check_width(&mut self, cells: Cells<'_>, line: u64) -> Result<(), Reject> {
        let mut more = (self.names.len()..cells.len()).filter_map(|column| cells.get(column));
        let too_many = more.any(|cell| !cell.trim().is_empty());
        let is_short = cells.len() < self.names.len();
        if !too_many && (!is_short || self.mapping.is_some()) {
            self.short_rows += u64::from(is_short);
            return Ok(());
        }
        let reason = Reason::Width { cells: cells.len(), columns: self.names.len() };
        Err(Reject { line, column: None, reason })
    }

    pub(super) fn into_intake(self, schema: &Schema, rows: u64) -> Intake {
        let has = |place: usize| {
            self.meanings.contains(&Meaning::Field(place)) || self.meanings.contains(&Meaning::Converted(place))
        };
        let fields = schema.fields().iter().enumerate();
        let missing_fields = fields.filter(|(place, _)| !has(*place)).map(|(_, field)| field.name.clone()).collect();
        let columns = self.names.iter().zip(&self.meanings);
        let unknown = columns.filter(|(_, meaning)| **meaning == Meaning::Unknown).map(|(name, _)| name.clone());
        Intake {
            missing_fields,
            unknown_columns: unknown.collect(),
            rows,
            mapping: self.mapping.unwrap_or_default(),
            unread: self.unread,
            short_rows: self.short_rows,
            columns: self.names,
        }
    }
}

/// What columns mean by their names alone.
fn meanings(names: &[String], schema: &Schema) -> Result<Vec<Meaning>, IntakeError> {
    let of =
        |target: Option<Target>| target.map_or(Meaning::Unknown, |target| meaning(&target, Meaning::Field, schema));
    let meanings: Vec<Meaning> = names.iter().map(|name| of(mapping::exact(name, schema))).collect();
    let mut seen = HashSet::new();
    for (name, meaning) in names.iter().zip(&meanings) {
        if *meaning != Meaning::Unknown && !seen.insert(*meaning) {
            return Err(IntakeError::DuplicateColumn(name.trim().to_owned()));
        }
    }
    Ok(meanings)
}

/// What a column means by its mapping.
fn mapped(column: &Column, schema: &Schema) -> Meaning {
    let read = if column.evidence == Evidence::Exact { Meaning::Field } else { Meaning::Converted };
    column.target.as_ref().map_or(Meaning::Unknown, |target| meaning(target, read, schema))
}

fn meaning(target: &Target, read: fn(usize) -> Meaning, schema: &Schema) -> Meaning {
    match target {
        Target::Key => Meaning::Key,
        Target::Field(name) => schema.position(name).map_or(Meaning::Unknown, read),
    }
}

/// Reads a cell in another's words into a lead; false where it was not understood: then a number is missing, and a text
/// stays as it is.
fn set_converted(cell: &str, field: &Field, (place, lead): (usize, &mut Lead)) -> Result<bool, Fault> {
    // What stands for nothing is not misunderstood.
    if raw(cell, field) == Raw::Null {
        return Ok(true);
    }
    let (text, is_read) = match convert(cell, field) {
        Converted::Read(text) => (text, true),
        Converted::Unread(_) if field.is_numeric() => return Ok(false),
        Converted::Unread(text) => (Cow::Borrowed(text), false),
    };
    lead.set(place, field.check(raw(&text, field))?);
    Ok(is_read)
}

fn no_known_column(names: &[String], schema: &Schema) -> IntakeError {
    let expected: Vec<&str> = schema.fields().iter().map(|field| field.name.as_str()).collect();
    let found: Vec<String> = names.iter().take(NAMES_SHOWN).map(|name| shown(name)).collect();
    let more =
        if names.len() > NAMES_SHOWN { format!(" and {} more", names.len() - NAMES_SHOWN) } else { String::new() };
    IntakeError::NoKnownColumn { expected: expected.join(", "), found: found.join(", ") + &more }
}

/// An empty cell is a missing value: a CSV cannot tell it from an empty text.
fn raw<'a>(cell: &'a str, field: &Field) -> Raw<'a> {
    let no_number = || {
        let cell = cell.trim();
        cell.is_empty() || NO_NUMBER.iter().any(|word| cell.eq_ignore_ascii_case(word))
    };
    if cell.is_empty() || (field.is_numeric() && no_number()) { Raw::Null } else { Raw::Text(cell) }
}

/// The start of a cell, quoted.
fn shown(cell: &str) -> String {
    let start: String = cell.chars().take(VALUE_SHOWN).collect();
    let more = if start.len() < cell.len() { "…" } else { "" };
    format!("\"{start}{more}\"")
}
