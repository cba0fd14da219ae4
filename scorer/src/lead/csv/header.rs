//! Maps the columns of a file to fields by its header, and rows of cells to leads.
//!
//! Without a mapping, names match exactly but for case and surrounding white space.

use super::cell::{CellStatus, quote_start, set_converted, set_exact, set_key, set_number};
use super::role::{ColumnRole, exact_roles, mapped_role, take_fallbacks};
use super::row_filter::{RowFilter, SkippedRows};
use super::{CellCounts, Cells, ImportError, ImportSummary, Reject, RejectReason, UnknownColumn};
use crate::lead::level::{LevelIndex, LevelMatching, decode_entities};
use crate::lead::mapping::{CellFormat, Mapping, may_be_wrapped, unwrap};
use crate::lead::missing_word::{is_missing_word, trim_cell};
use crate::lead::schema::{Field, FieldKind, LEAD_KEY, LEAD_KEY_MAX_CHARS, Schema};
use crate::lead::{Lead, Value, ValueError};
use memchr::memchr;
use std::borrow::Cow;
use std::sync::Arc;

/// Number of column names in an error message.
const NAMES_SHOWN: usize = 12;

/// Columns of a file, with counts of what was lenient in its rows.
pub struct Header {
    names: Vec<String>,
    roles: Vec<ColumnRole>,
    /// Columns that complete others, in their order, with the role that they then have.
    fallbacks: Vec<(usize, ColumnRole)>,
    /// Notation of each column.
    formats: Vec<CellFormat>,
    key: Field,
    mapping: Option<Mapping>,
    /// Levels of the models: words that stay as they are.
    levels: Arc<LevelIndex>,
    filter: RowFilter,
    /// Cells per column that could not be converted.
    unrecognized_cells: Vec<u64>,
    /// Other counts per column.
    cell_counts: Vec<CellCounts>,
    /// Cells with HTML entities.
    html_cells: u64,
    /// Rows with fewer cells than columns.
    short_rows: u64,
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
            filter: RowFilter::new(&names),
            names,
            roles,
            fallbacks,
            formats,
            key,
            mapping,
            levels: Arc::default(),
            html_cells: 0,
            short_rows: 0,
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
            let set = match (role.field(), role) {
                (Some(index), _) => set_exact(cell, &schema.fields()[index], (index, lead)).map(|_| ()),
                (None, ColumnRole::Key) => set_key(cell, &self.key, lead),
                (None, _) => Ok(()),
            };
            set.map_err(|error| self.reject(line, column, cell, error))?;
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
            let role = self.roles[column];
            if !matches!(role, ColumnRole::Unknown | ColumnRole::Fallback) {
                let read = self.read_cell((column, role, cell), may_have_entities, schema, lead);
                has_value |= read.map_err(|error| self.reject(line, column, cell, error))?;
            }
        }
        // Columns that complete others are read for fields without a value so far.
        for at in 0..self.fallbacks.len() {
            let (column, role) = self.fallbacks[at];
            let Some(field) = role.field() else { continue };
            let Some(cell) = cells.get(column).filter(|_| is_empty(lead.value(field))) else { continue };
            let read = self.read_cell((column, role, cell), may_have_entities, schema, lead);
            has_value |= read.map_err(|error| self.reject(line, column, cell, error))?;
            self.cell_counts[column].completed += u64::from(!is_empty(lead.value(field)));
        }
        Ok(has_value)
    }

    /// Reads a cell into the lead; false when it holds nothing.
    fn read_cell(
        &mut self,
        (column, role, cell): (usize, ColumnRole, &str),
        may_have_entities: bool,
        schema: &Schema,
        lead: &mut Lead,
    ) -> Result<bool, ValueError> {
        let text = self.clean(cell, column, may_have_entities);
        if text.is_empty() {
            return Ok(false);
        }
        let is_word = is_missing_word(&text);
        let Some(index) = role.field() else {
            set_key(&text, &self.key, lead)?;
            return Ok(!is_word);
        };
        if is_word && !self.levels.knows(index, &text) {
            self.cell_counts[column].missing_words += 1;
            return Ok(false);
        }
        let field = &schema.fields()[index];
        let format = self.formats.get(column).copied().unwrap_or_default();
        let is_level = || matches!(field.kind, FieldKind::Category { .. }) && self.levels.knows(index, &text);
        let status = match role {
            ColumnRole::Number(_) => set_number(&text, field, format, (index, lead))?,
            ColumnRole::Converted(_) if !is_level() => set_converted(&text, field, format, (index, lead))?,
            _ => set_exact(&text, field, (index, lead))?,
        };
        match status {
            CellStatus::Read => {}
            CellStatus::Ambiguous => self.cell_counts[column].ambiguous += 1,
            CellStatus::Unrecognized => self.unrecognized_cells[column] += 1,
        }
        Ok(true)
    }

    /// Trims a cell, unwraps it and decodes its HTML entities.
    fn clean<'c>(&mut self, cell: &'c str, column: usize, may_have_entities: bool) -> Cow<'c, str> {
        let mut text = Cow::Borrowed(trim_cell(cell));
        if may_be_wrapped(&text) {
            let inner = unwrap(&text).map(|inner| trim_cell(&inner).to_owned());
            self.cell_counts[column].unwrapped += u64::from(inner.is_some());
            text = inner.map_or(text, Cow::Owned);
        }
        if may_have_entities {
            let decoded = match decode_entities(&text) {
                Cow::Owned(decoded) => Some(trim_cell(&decoded).to_owned()),
                Cow::Borrowed(_) => None,
            };
            self.html_cells += u64::from(decoded.is_some());
            text = decoded.map_or(text, Cow::Owned);
        }
        text
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
            html_cells: self.html_cells,
            short_rows: self.short_rows,
            skipped: self.skipped,
            columns: self.names,
        }
    }
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
