//! Maps the columns of a file to fields by its header, and rows of cells to leads.
//!
//! Without a mapping, names match exactly but for case and surrounding white space.

use super::row_filter::{RowFilter, SkippedRows};
use super::{Cells, ImportError, ImportSummary, Reject, RejectReason};
use crate::lead::level::{LevelIndex, LevelMatching, decode_entities};
use crate::lead::mapping::{self, ColumnMapping, Conversion, Evidence, Mapping, Target, convert};
use crate::lead::missing_word::{is_missing_word, trim_cell};
use crate::lead::schema::{Field, FieldKind, LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use crate::lead::{Lead, RawValue, Value, ValueError};
use memchr::memchr;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// Words for a missing number, as spreadsheets and data tools write them.
const MISSING_NUMBER: [&str; 5] = ["nan", "na", "n/a", "null", "none"];

/// Number of column names in an error message.
const NAMES_SHOWN: usize = 5;

/// Length limit of a quoted cell in a message, in characters.
const SHOWN_CHARS: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum ColumnRole {
    /// Field whose cells are read by the letter of the contract.
    Field(usize),
    /// Field whose cells are converted first.
    Converted(usize),
    Key,
    Unknown,
}

/// Columns of a file, with counts of what was lenient in its rows.
pub struct Header {
    names: Vec<String>,
    roles: Vec<ColumnRole>,
    key: Field,
    mapping: Option<Mapping>,
    /// Cells per column that could not be converted.
    unrecognized_cells: Vec<u64>,
    /// Rows with fewer cells than columns.
    short_rows: u64,
    /// Levels of the models: words that stay as they are.
    levels: Arc<LevelIndex>,
    /// Cells per column that hold a word for a missing value.
    missing_words: Vec<u64>,
    /// Cells with HTML entities.
    html_cells: u64,
    filter: RowFilter,
    skipped: SkippedRows,
}

/// Content of a row that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A lead.
    Lead,
    /// No lead: padding, a subtotal, a header.
    NoLead,
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
        let roles = match &mapping {
            Some(mapping) => mapping.columns.iter().map(|column| mapped_role(column, schema)).collect(),
            None => by_name,
        };
        if !roles.iter().any(|role| matches!(role, ColumnRole::Field(_) | ColumnRole::Converted(_))) {
            return Err(no_known_column(&names, schema));
        }
        let key = Field { name: LEAD_KEY.to_owned(), kind: FieldKind::Text { max_chars: Some(LEAD_KEY_MAX_CHARS) } };
        Ok(Header {
            unrecognized_cells: vec![0; names.len()],
            missing_words: vec![0; names.len()],
            filter: RowFilter::new(&names),
            names,
            roles,
            key,
            mapping,
            short_rows: 0,
            levels: Arc::default(),
            html_cells: 0,
            skipped: SkippedRows::default(),
        })
    }

    /// Leaves words alone that are levels of the models.
    pub fn with_levels(self, levels: Arc<LevelIndex>) -> Self {
        Header { levels, ..self }
    }

    /// Names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Matching mode of the levels of leads: exact when columns are known by exact names alone.
    pub fn matching(&self) -> LevelMatching {
        if self.mapping.is_some() { LevelMatching::Folded } else { LevelMatching::Exact }
    }

    /// Passes over a row of the header.
    pub(super) fn skip(&mut self, line: u64) {
        self.skipped.add(line);
    }

    /// Reads a row into a lead of the schema that the header was made with. With a mapping, rows that hold no lead are
    /// counted, and cells are cleaned first.
    pub fn read(&mut self, cells: Cells<'_>, schema: &Schema, line: u64, lead: &mut Lead) -> Result<RowKind, Reject> {
        self.check_width(cells, line)?;
        lead.clear();
        if self.mapping.is_none() {
            return self.read_exactly(cells, schema, line, lead).map(|()| RowKind::Lead);
        }
        let read = self.read_leniently(cells, schema, line, lead);
        if self.filter.is_no_lead(cells, &self.names, *read.as_ref().unwrap_or(&true)) {
            self.skipped.add(line);
            return Ok(RowKind::NoLead);
        }
        self.short_rows += u64::from(cells.len() < self.names.len());
        read.map(|_| RowKind::Lead)
    }

    /// Reads cells by the letter of the contract.
    fn read_exactly(&self, cells: Cells<'_>, schema: &Schema, line: u64, lead: &mut Lead) -> Result<(), Reject> {
        for (column, (cell, role)) in cells.iter().zip(&self.roles).enumerate() {
            let reject = |error| self.reject(line, column, cell, error);
            match role {
                ColumnRole::Field(index) | ColumnRole::Converted(index) => {
                    let field = &schema.fields()[*index];
                    lead.set(*index, field.check(raw_value(cell, field)).map_err(reject)?);
                }
                ColumnRole::Key => set_key(cell, &self.key, lead).map_err(reject)?,
                ColumnRole::Unknown => {}
            }
        }
        Ok(())
    }

    /// Reads cells without what surrounds their values; words for nothing are missing values, unless they are levels. False
    /// when the row has no value.
    fn read_leniently(
        &mut self,
        cells: Cells<'_>,
        schema: &Schema,
        line: u64,
        lead: &mut Lead,
    ) -> Result<bool, Reject> {
        let may_have_entities = memchr(b'&', cells.text().as_bytes()).is_some();
        let mut has_value = false;
        for (column, cell) in cells.iter().enumerate().take(self.roles.len()) {
            let (index, converts) = match self.roles[column] {
                ColumnRole::Field(index) => (index, false),
                ColumnRole::Converted(index) => (index, true),
                ColumnRole::Key => {
                    set_key(cell, &self.key, lead).map_err(|error| self.reject(line, column, cell, error))?;
                    has_value |= !trim_cell(cell).is_empty() && !is_missing_word(trim_cell(cell));
                    continue;
                }
                ColumnRole::Unknown => continue,
            };
            let text = self.clean(cell, may_have_entities);
            if text.is_empty() {
                continue;
            }
            if is_missing_word(&text) && !self.levels.knows(index, &text) {
                self.missing_words[column] += 1;
                continue;
            }
            has_value = true;
            let field = &schema.fields()[index];
            let is_level = || matches!(field.kind, FieldKind::Category { .. }) && self.levels.knows(index, &text);
            let set = if converts && !is_level() {
                set_converted(&text, field, (index, lead))
            } else {
                field.check(raw_value(&text, field)).map(|value| lead.set(index, value)).map(|()| true)
            };
            let is_recognized = set.map_err(|error| self.reject(line, column, cell, error))?;
            self.unrecognized_cells[column] += u64::from(!is_recognized);
        }
        Ok(has_value)
    }

    /// Trims a cell and decodes its HTML entities.
    fn clean<'c>(&mut self, cell: &'c str, may_have_entities: bool) -> Cow<'c, str> {
        let text = trim_cell(cell);
        if !may_have_entities {
            return Cow::Borrowed(text);
        }
        match decode_entities(text) {
            Cow::Borrowed(text) => Cow::Borrowed(text),
            Cow::Owned(decoded) => {
                self.html_cells += 1;
                Cow::Owned(trim_cell(&decoded).to_owned())
            }
        }
    }

    fn reject(&self, line: u64, column: usize, cell: &str, error: ValueError) -> Reject {
        let reason = RejectReason::Cell { error, shown: quote_start(cell) };
        Reject { line, column: self.names.get(column).cloned(), reason }
    }

    /// Accepts extra cells that are empty: spreadsheets leave them behind. Accepts missing cells when there is a mapping:
    /// spreadsheets drop empty cells at the end of a row.
    fn check_width(&self, cells: Cells<'_>, line: u64) -> Result<(), Reject> {
        let mut extra = (self.names.len()..cells.len()).filter_map(|column| cells.get(column));
        let is_long = extra.any(|cell| !cell.trim().is_empty());
        let is_short = cells.len() < self.names.len();
        if !is_long && (!is_short || self.mapping.is_some()) {
            return Ok(());
        }
        let reason = RejectReason::Width { cells: cells.len(), columns: self.names.len() };
        Err(Reject { line, column: None, reason })
    }

    pub(super) fn into_summary(self, schema: &Schema, rows: u64) -> ImportSummary {
        let has = |index: usize| {
            self.roles.contains(&ColumnRole::Field(index)) || self.roles.contains(&ColumnRole::Converted(index))
        };
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
            short_rows: self.short_rows,
            missing_words: self.missing_words,
            html_cells: self.html_cells,
            skipped: self.skipped,
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
    let role = if column.evidence == Evidence::Exact { ColumnRole::Field } else { ColumnRole::Converted };
    column.target.as_ref().map_or(ColumnRole::Unknown, |target| target_role(target, role, schema))
}

fn target_role(target: &Target, field_role: fn(usize) -> ColumnRole, schema: &Schema) -> ColumnRole {
    match target {
        Target::Key => ColumnRole::Key,
        Target::Field(name) => schema.position(name).map_or(ColumnRole::Unknown, field_role),
    }
}

fn set_key(cell: &str, key: &Field, lead: &mut Lead) -> Result<(), ValueError> {
    if let Value::Text(key) = key.check(raw_value(cell, key))? {
        lead.set_key(Some(key));
    }
    Ok(())
}

/// Converts a cell and sets its field. False when the cell is not recognized: a number is then missing, a text stays as
/// it is.
fn set_converted(cell: &str, field: &Field, (index, lead): (usize, &mut Lead)) -> Result<bool, ValueError> {
    // A word for a missing value is recognized.
    if raw_value(cell, field) == RawValue::Null {
        return Ok(true);
    }
    let (text, is_recognized) = match convert(cell, field) {
        Conversion::Recognized(text) => (text, true),
        Conversion::Unrecognized(_) if field.is_numeric() => return Ok(false),
        Conversion::Unrecognized(text) => (Cow::Borrowed(text), false),
    };
    lead.set(index, field.check(raw_value(&text, field))?);
    Ok(is_recognized)
}

fn no_known_column(names: &[String], schema: &Schema) -> ImportError {
    let expected: Vec<&str> = schema.fields().iter().map(|field| field.name.as_str()).collect();
    let found: Vec<String> = names.iter().take(NAMES_SHOWN).map(|name| quote_start(name)).collect();
    let more =
        if names.len() > NAMES_SHOWN { format!(" and {} more", names.len() - NAMES_SHOWN) } else { String::new() };
    ImportError::NoKnownColumn { expected: expected.join(", "), found: found.join(", ") + &more }
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
