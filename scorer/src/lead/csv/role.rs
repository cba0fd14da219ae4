//! Roles of columns: the field that a column holds, and the reading of its cells.

use super::ImportError;
use crate::lead::mapping::{self, ColumnMapping, Evidence, Target};
use crate::lead::schema::Schema;
use std::collections::HashSet;

/// Role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ColumnRole {
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
    pub(super) fn field(self) -> Option<usize> {
        match self {
            ColumnRole::Field(index) | ColumnRole::Number(index) | ColumnRole::Converted(index) => Some(index),
            ColumnRole::Key | ColumnRole::Fallback | ColumnRole::Unknown => None,
        }
    }
}

/// Roles of columns by their exact names alone.
pub(super) fn exact_roles(names: &[String], schema: &Schema) -> Result<Vec<ColumnRole>, ImportError> {
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

/// Role of a column by its mapping.
pub(super) fn mapped_role(column: &ColumnMapping, schema: &Schema) -> ColumnRole {
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
pub(super) fn take_fallbacks(columns: &[ColumnMapping], roles: &mut [ColumnRole]) -> Vec<(usize, ColumnRole)> {
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
