//! Maps the columns of a file to the fields of a lead, each with a confidence.
//!
//! Mappings are suggested from column names and sample cells, and can be changed by the user. Must not depend on files,
//! encoding or models.

mod alias;
mod cell_format;
mod company_size;
mod company_type;
mod convert;
mod html_entity;
mod name;
mod number;
mod suggest;
#[cfg(test)]
mod tests;
mod values;
mod wrapper;
mod year;

pub use cell_format::CellFormat;
pub use convert::{Conversion, convert};
pub use name::normalize_name;
pub use number::DecimalSign;
pub(in crate::lead) use suggest::exact_target;
pub use wrapper::{may_be_wrapped, unwrap};

use super::schema::{LEAD_KEY, Schema};
use serde::{Deserialize, Serialize};

/// Target of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A field of the schema, by its name.
    Field(String),
    /// The client's lead key.
    Key,
}

impl Target {
    /// Name of the field, or of the key column.
    pub fn name(&self) -> &str {
        match self {
            Target::Field(field) => field,
            Target::Key => LEAD_KEY,
        }
    }
}

/// Evidence for the target of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evidence {
    /// Exact field name: cells are read by the letter of the contract.
    Exact,
    /// Alias of the field: cells are converted to the contract's values.
    Name,
    /// Values of the column, whose name says nothing; cells are converted.
    Values,
    /// Chosen by the user; cells are converted.
    #[serde(rename = "Hand")]
    Manual,
    /// Not mapped.
    None,
}

/// Mapping of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnMapping {
    /// Column name in the file.
    pub name: String,
    /// Target; `None` when the column is not read.
    pub target: Option<Target>,
    /// Confidence, 0 to 1.
    pub confidence: f32,
    /// Evidence for the target.
    pub evidence: Evidence,
    /// 0 for the first column of its target. Others are read in this order in rows in which those before are empty.
    #[serde(default, skip_serializing_if = "cell_format::is_default")]
    pub fallback: u16,
    /// Notation of the cells.
    #[serde(default, skip_serializing_if = "cell_format::is_default")]
    pub format: CellFormat,
}

impl ColumnMapping {
    /// Mapping of a column that is not read.
    pub fn unmapped(name: &str) -> Self {
        ColumnMapping {
            name: name.to_owned(),
            target: None,
            confidence: 0.0,
            evidence: Evidence::None,
            fallback: 0,
            format: CellFormat::default(),
        }
    }
}

/// Mapping of all columns of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// One entry per column, in the order of the file.
    pub columns: Vec<ColumnMapping>,
}

impl Mapping {
    /// Suggests targets for columns with these names and sample rows. A target goes to the column with the highest
    /// confidence that is not nearly empty, and of equals to the first; columns whose names are as sure complete it.
    pub fn suggest(names: &[String], rows: &[Vec<String>], schema: &Schema) -> Self {
        suggest::suggest(names, rows, schema)
    }

    /// Mapping of no column, to be filled in by hand.
    pub fn unmapped<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Mapping { columns: names.into_iter().map(ColumnMapping::unmapped).collect() }
    }

    /// Detects the notation of the mapped columns from sample rows, and numbers the columns of each target. A notation that
    /// the mapping names holds where the cells do not show another.
    pub fn detect_formats(&mut self, rows: &[Vec<String>], schema: &Schema) {
        self.number_fallbacks();
        let samples = suggest::samples(self.columns.len(), rows);
        suggest::detect_formats(self, &samples, schema);
    }

    /// Sets the target of a column by hand and takes it from any other column that has it.
    pub fn set(&mut self, index: usize, target: Option<Target>) {
        for (other, column) in self.columns.iter_mut().enumerate() {
            if other == index {
                column.evidence = if target.is_some() { Evidence::Manual } else { Evidence::None };
                (column.confidence, column.fallback, column.format) = (1.0, 0, CellFormat::default());
                column.target.clone_from(&target);
            } else if target.is_some() && column.target == target {
                (column.target, column.evidence, column.fallback) = (None, Evidence::None, 0);
            }
        }
        self.number_fallbacks();
    }

    /// Sets the target of a column by hand for rows in which the columns that have it are empty.
    pub fn add_fallback(&mut self, index: usize, target: Target) {
        if let Some(column) = self.columns.get_mut(index) {
            (column.evidence, column.confidence, column.fallback) = (Evidence::Manual, 1.0, u16::MAX);
            column.format = CellFormat::default();
            column.target = Some(target);
        }
        self.number_fallbacks();
    }

    /// First column of a target; `None` when no column has it.
    pub fn first_column(&self, target: &Target) -> Option<&ColumnMapping> {
        self.columns.iter().find(|column| column.target.as_ref() == Some(target) && column.fallback == 0)
    }

    /// Numbers the columns of each target without gaps, in their order and that of the file.
    fn number_fallbacks(&mut self) {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(|index| self.columns[*index].fallback);
        let mut counts: Vec<(Target, u16)> = Vec::new();
        for index in order {
            let column = &mut self.columns[index];
            let Some(target) = &column.target else {
                column.fallback = 0;
                continue;
            };
            let known = counts.iter().position(|(counted, _)| counted == target);
            let at = known.unwrap_or_else(|| {
                counts.push((target.clone(), 0));
                counts.len() - 1
            });
            column.fallback = counts[at].1;
            counts[at].1 = counts[at].1.saturating_add(1);
        }
    }

    /// True when the mapping is for columns of exactly these names.
    pub fn matches_columns(&self, names: &[String]) -> bool {
        self.columns.len() == names.len() && self.columns.iter().zip(names).all(|(column, name)| column.name == *name)
    }

    /// Number of fields with a column.
    pub fn field_count(&self) -> usize {
        let is_first =
            |column: &&ColumnMapping| matches!(column.target, Some(Target::Field(_))) && column.fallback == 0;
        self.columns.iter().filter(is_first).count()
    }
}
