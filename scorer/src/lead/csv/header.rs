//! Maps the columns of a file to fields by its header, and rows of cells to leads.
//!
//! Without a mapping, names match exactly but for case and surrounding white space.

use super::{CellCounts, Cells, ImportError, ImportSummary, Reject, RejectReason, UnknownColumn};
use crate::lead::mapping::{
    self, CellFormat, ColumnMapping, Conversion, DecimalSign, Evidence, Mapping, Target, convert, may_be_wrapped,
    unwrap,
};
use crate::lead::schema::{Field, FieldKind, LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use crate::lead::{Lead, RawValue, Value, ValueError};
use std::borrow::Cow;
use std::collections::HashSet;

/// Words for a missing number, as spreadsheets and data tools write them.
const MISSING_NUMBER: [&str; 5] = ["nan", "na", "n/a", "null", "none"];

/// Number of column names in an error message.
const NAMES_SHOWN: usize = 12;

/// Length limit of a quoted cell in a message, in characters.
const SHOWN_CHARS: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum ColumnRole {
    /// Field whose cells are read by the letter of the contract.
    Field(usize),
    /// Number whose cells are converted when the contract rejects them, or the column has another notation.
    Number(usize),
    /// Field whose cells are converted first.
    Converted(usize),
    Key,
    /// Column that is read in rows in which others are empty.
    Fallback,
    Unknown,
}

impl ColumnRole {
    fn field(self) -> Option<usize> {
        match self {
            ColumnRole::Field(index) | ColumnRole::Number(index) | ColumnRole::Converted(index) => Some(index),
            ColumnRole::Key | ColumnRole::Fallback | ColumnRole::Unknown => None,
        }
    }
}

/// Outcome of a cell that is no reject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellStatus {
    Read,
    /// One of two readings of a number.
    Ambiguous,
    Unrecognized,
}

/// Columns of a file, with counts of what was lenient in its rows.
pub struct Header {
    names: Vec<String>,
    roles: Vec<ColumnRole>,
    /// Columns that complete others, in their order, with the role that they then have.
    fallbacks: Vec<(usize, ColumnRole)>,
    /// Notation of each column; empty without a mapping.
    formats: Vec<CellFormat>,
    key: Field,
    mapping: Option<Mapping>,
    /// Cells per column that could not be converted.
    unrecognized_cells: Vec<u64>,
    /// Other counts per column.
    cell_counts: Vec<CellCounts>,
    /// Rows with fewer cells than columns.
    short_rows: u64,
}

impl Header {
    /// Assigns columns to fields: by the mapping when it is for columns of these names, else by exact names.
    pub fn new(names: Vec<String>, schema: &Schema, mapping: Option<Mapping>) -> Result<Self, ImportError> {
        if let [only] = names.as_slice()
            && only.trim().is_empty()
        {
            return Err(ImportError::Empty);
        }
        let mapping = mapping.filter(|mapping| mapping.matches_columns(&names));
        let by_name = exact_roles(&names, schema)?;
        let mut roles = match &mapping {
            Some(mapping) => mapping.columns.iter().map(|column| mapped_role(column, schema)).collect(),
            None => by_name,
        };
        if !roles.iter().any(|role| role.field().is_some()) {
            return Err(no_known_column(&names, schema));
        }
        let columns = mapping.as_ref().map_or(&[][..], |mapping| &mapping.columns);
        let formats = columns.iter().map(|column| column.format).collect();
        let fallbacks = take_fallbacks(columns, &mut roles);
        let key = Field { name: LEAD_KEY.to_owned(), kind: FieldKind::Text { max_chars: Some(LEAD_KEY_MAX_CHARS) } };
        Ok(Header {
            unrecognized_cells: vec![0; names.len()],
            cell_counts: vec![CellCounts::default(); names.len()],
            names,
            roles,
            fallbacks,
            formats,
            key,
            mapping,
            short_rows: 0,
        })
    }

    /// Names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads a row into a lead of the schema that the header was made with.
    pub fn read(&mut self, cells: Cells<'_>, schema: &Schema, line: u64, lead: &mut Lead) -> Result<(), Reject> {
        self.check_width(cells, line)?;
        lead.clear();
        for (column, cell) in cells.iter().enumerate().take(self.roles.len()) {
            let role = self.roles[column];
            if !matches!(role, ColumnRole::Unknown | ColumnRole::Fallback) {
                self.read_cell(cell, (column, role), schema, lead)
                    .map_err(|error| self.reject(column, cell, line, error))?;
            }
        }
        if self.fallbacks.is_empty() { Ok(()) } else { self.complete(cells, schema, line, lead) }
    }

    /// Reads the columns that complete others, for fields without a value so far.
    fn complete(&mut self, cells: Cells<'_>, schema: &Schema, line: u64, lead: &mut Lead) -> Result<(), Reject> {
        for at in 0..self.fallbacks.len() {
            let (column, role) = self.fallbacks[at];
            let Some(field) = role.field() else { continue };
            let Some(cell) = cells.get(column).filter(|_| is_empty(lead.value(field))) else { continue };
            self.read_cell(cell, (column, role), schema, lead)
                .map_err(|error| self.reject(column, cell, line, error))?;
            self.cell_counts[column].completed += u64::from(!is_empty(lead.value(field)));
        }
        Ok(())
    }

    /// Reads a cell into the lead. A file that is read by a mapping may have wrapped cells.
    fn read_cell(
        &mut self,
        cell: &str,
        (column, role): (usize, ColumnRole),
        schema: &Schema,
        lead: &mut Lead,
    ) -> Result<(), ValueError> {
        let inner = if may_be_wrapped(cell) && self.mapping.is_some() { unwrap(cell) } else { None };
        if inner.is_some() {
            self.cell_counts[column].unwrapped += 1;
        }
        let cell = inner.as_deref().unwrap_or(cell);
        let format = self.formats.get(column).copied();
        let field = |index: usize| &schema.fields()[index];
        let status = match role {
            ColumnRole::Field(index) => set_exact(cell, field(index), (index, lead))?,
            ColumnRole::Number(index) => set_number(cell, field(index), format.unwrap_or_default(), (index, lead))?,
            ColumnRole::Converted(index) => {
                set_converted(cell, field(index), format.unwrap_or_default(), (index, lead))?
            }
            ColumnRole::Key => {
                if let Value::Text(key) = self.key.check(raw_value(cell, &self.key))? {
                    lead.set_key(Some(key));
                }
                CellStatus::Read
            }
            ColumnRole::Fallback | ColumnRole::Unknown => CellStatus::Read,
        };
        match status {
            CellStatus::Read => {}
            CellStatus::Ambiguous => self.cell_counts[column].ambiguous += 1,
            CellStatus::Unrecognized => self.unrecognized_cells[column] += 1,
        }
        Ok(())
    }

    fn reject(&self, column: usize, cell: &str, line: u64, error: ValueError) -> Reject {
        let reason = RejectReason::Cell { error, shown: quote_start(cell) };
        Reject { line, column: self.names.get(column).cloned(), reason }
    }

    /// Accepts extra cells that are empty: spreadsheets leave them behind. Accepts missing cells when there is a mapping:
    /// spreadsheets drop empty cells at the end of a row.
    fn check_width(&mut self, cells: Cells<'_>, line: u64) -> Result<(), Reject> {
        let mut extra = (self.names.len()..cells.len()).filter_map(|column| cells.get(column));
        let is_long = extra.any(|cell| !cell.trim().is_empty());
        let is_short = cells.len() < self.names.len();
        if !is_long && (!is_short || self.mapping.is_some()) {
            self.short_rows += u64::from(is_short);
            return Ok(());
        }
        let reason = RejectReason::Width { cells: cells.len(), columns: self.names.len() };
        Err(Reject { line, column: None, reason })
    }

    pub(super) fn into_summary(self, schema: &Schema, rows: u64) -> ImportSummary {
        let has = |index: usize| self.roles.iter().any(|role| role.field() == Some(index));
        let fields = schema.fields().iter().enumerate();
        let missing_fields = fields.filter(|(index, _)| !has(*index)).map(|(_, field)| field.name.clone()).collect();
        let columns = self.names.iter().zip(&self.roles);
        let unknown = columns.filter(|(_, role)| **role == ColumnRole::Unknown).map(|(name, _)| name.clone());
        ImportSummary {
            missing_fields,
            unknown_columns: unknown.collect(),
            rows,
            mapping: self.mapping.unwrap_or_default(),
            unrecognized_cells: self.unrecognized_cells,
            cell_counts: self.cell_counts,
            short_rows: self.short_rows,
            columns: self.names,
        }
    }
}

/// Roles of columns by their exact names alone.
fn exact_roles(names: &[String], schema: &Schema) -> Result<Vec<ColumnRole>, ImportError> {
    let role = |name: &String| match mapping::exact_target(name, schema) {
        Some(target) => target_role(&target, ColumnRole::Field, schema),
        None => ColumnRole::Unknown,
    };
    let roles: Vec<ColumnRole> = names.iter().map(role).collect();
    let mut used = HashSet::new();
    for (name, role) in names.iter().zip(&roles) {
        if *role != ColumnRole::Unknown && !used.insert(*role) {
            return Err(ImportError::DuplicateColumn(name.trim().to_owned()));
        }
    }
    Ok(roles)
}

fn mapped_role(column: &ColumnMapping, schema: &Schema) -> ColumnRole {
    let is_number = |index: usize| schema.fields()[index].is_numeric();
    let Some(target) = &column.target else { return ColumnRole::Unknown };
    match target_role(target, ColumnRole::Converted, schema) {
        ColumnRole::Converted(index) if column.evidence == Evidence::Exact && is_number(index) => {
            ColumnRole::Number(index)
        }
        ColumnRole::Converted(index) if column.evidence == Evidence::Exact => ColumnRole::Field(index),
        role => role,
    }
}

/// Columns that complete others, in their order.
fn take_fallbacks(columns: &[ColumnMapping], roles: &mut [ColumnRole]) -> Vec<(usize, ColumnRole)> {
    let mut fallbacks = Vec::new();
    for (index, (column, role)) in columns.iter().zip(roles).enumerate() {
        if column.fallback > 0 && role.field().is_some() {
            fallbacks.push((index, std::mem::replace(role, ColumnRole::Fallback)));
        }
    }
    fallbacks.sort_by_key(|(index, _)| columns[*index].fallback);
    fallbacks
}

fn target_role(target: &Target, field_role: fn(usize) -> ColumnRole, schema: &Schema) -> ColumnRole {
    match target {
        Target::Key => ColumnRole::Key,
        Target::Field(name) => schema.position(name).map_or(ColumnRole::Unknown, field_role),
    }
}

/// Sets a field to a cell by the letter of the contract.
fn set_exact(cell: &str, field: &Field, (index, lead): (usize, &mut Lead)) -> Result<CellStatus, ValueError> {
    lead.set(index, field.check(raw_value(cell, field))?);
    Ok(CellStatus::Read)
}

/// Sets a number by the letter of the contract, unless it rejects the cell or the column has another notation: then the
/// cell is converted.
fn set_number(
    cell: &str,
    field: &Field,
    format: CellFormat,
    (index, lead): (usize, &mut Lead),
) -> Result<CellStatus, ValueError> {
    let exact = field.check(raw_value(cell, field));
    let is_other = format.fractions || format.decimal == DecimalSign::Comma;
    if let (Ok(value), false) = (&exact, is_other) {
        lead.set(index, *value);
        // Three digits behind a point may be thousands in a column that shows no decimal sign.
        let has_thousands = || cell.trim().rfind('.').is_some_and(|at| cell.trim().len() == at + 4);
        let may_be_ambiguous = format.decimal == DecimalSign::Undecided && has_thousands();
        let is_ambiguous = may_be_ambiguous && matches!(convert(cell, field, format), Conversion::Ambiguous(_));
        return Ok(if is_ambiguous { CellStatus::Ambiguous } else { CellStatus::Read });
    }
    match (exact, set_converted(cell, field, format, (index, lead))?) {
        // The contract's own words: why the cell is no number, or what it is in a column of another notation.
        (exact, CellStatus::Unrecognized) => {
            lead.set(index, exact?);
            Ok(CellStatus::Read)
        }
        (_, status) => Ok(status),
    }
}

/// Converts a cell and sets its field. When the cell is not recognized, a number is missing, and a text stays as it is.
fn set_converted(
    cell: &str,
    field: &Field,
    format: CellFormat,
    (index, lead): (usize, &mut Lead),
) -> Result<CellStatus, ValueError> {
    // A word for a missing value is recognized.
    if raw_value(cell, field) == RawValue::Null {
        return Ok(CellStatus::Read);
    }
    let (text, status) = match convert(cell, field, format) {
        Conversion::Recognized(text) => (text, CellStatus::Read),
        Conversion::Ambiguous(text) => (text, CellStatus::Ambiguous),
        Conversion::Unrecognized(_) if field.is_numeric() => return Ok(CellStatus::Unrecognized),
        Conversion::Unrecognized(text) => (Cow::Borrowed(text), CellStatus::Unrecognized),
    };
    lead.set(index, field.check(raw_value(&text, field))?);
    Ok(status)
}

fn is_empty(value: Value<'_>) -> bool {
    match value {
        Value::Missing => true,
        Value::Number(_) => false,
        Value::Text(text) => text.trim().is_empty(),
    }
}

fn no_known_column(names: &[String], schema: &Schema) -> ImportError {
    let expected: Vec<&str> = schema.fields().iter().map(|field| field.name.as_str()).collect();
    let found: Vec<String> = names.iter().take(NAMES_SHOWN).map(|name| quote_start(name)).collect();
    let more =
        if names.len() > NAMES_SHOWN { format!(" and {} more", names.len() - NAMES_SHOWN) } else { String::new() };
    let columns = names.iter().map(|name| UnknownColumn { name: name.clone(), examples: Vec::new() }).collect();
    ImportError::NoKnownColumn { expected: expected.join(", "), found: found.join(", ") + &more, columns }
}

/// An empty cell is a missing value: a CSV cannot distinguish it from an empty text.
fn raw_value<'a>(cell: &'a str, field: &Field) -> RawValue<'a> {
    let is_missing_number = || {
        let cell = cell.trim();
        cell.is_empty() || MISSING_NUMBER.iter().any(|word| cell.eq_ignore_ascii_case(word))
    };
    if cell.is_empty() || (field.is_numeric() && is_missing_number()) { RawValue::Null } else { RawValue::Text(cell) }
}

/// The start of a cell, in quotes.
fn quote_start(cell: &str) -> String {
    let start: String = cell.chars().take(SHOWN_CHARS).collect();
    let more = if start.len() < cell.len() { "…" } else { "" };
    format!("\"{start}{more}\"")
}
