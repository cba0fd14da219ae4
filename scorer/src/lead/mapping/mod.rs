//! Maps the columns of a file to the fields of a lead, each with a confidence.
//!
//! Mappings are suggested from column names and sample cells, and can be changed by the user. Must not depend on files,
//! encoding or models.

mod alias;
mod convert;

pub use alias::normalize_name;
pub use convert::{Conversion, convert};

use super::schema::{Field, LEAD_KEY, Schema};
use serde::{Deserialize, Serialize};

/// Confidence from which a suggestion is applied.
const CONFIDENCE_MIN: f32 = 0.5;

/// Confidence of a field's own name in another spelling.
const OWN_NAME: f32 = 0.99;

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
}

/// Mapping of all columns of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// One entry per column, in the order of the file.
    pub columns: Vec<ColumnMapping>,
}

impl Mapping {
    /// Suggests targets for columns with these names and sample rows. A target is given to one column: to the one with
    /// the highest confidence, and of equals to the first.
    pub fn suggest(names: &[String], rows: &[Vec<String>], schema: &Schema) -> Self {
        let cells = |index: usize| rows.iter().filter_map(move |row| row.get(index).map(String::as_str));
        let mut columns: Vec<ColumnMapping> =
            names.iter().enumerate().map(|(index, name)| suggest_column(name, cells(index), schema)).collect();
        for index in 0..columns.len() {
            let Some(target) = columns[index].target.clone() else { continue };
            let wins = |(other_index, other): (usize, &ColumnMapping)| {
                let is_better =
                    (other.confidence, other_index < index) > (columns[index].confidence, index < other_index);
                other_index != index && other.target.as_ref() == Some(&target) && is_better
            };
            if columns.iter().enumerate().any(wins) {
                columns[index].evidence = Evidence::None;
            }
        }
        for column in columns.iter_mut().filter(|column| column.evidence == Evidence::None) {
            column.target = None;
        }
        Mapping { columns }
    }

    /// Sets the target of a column by hand and takes it from any other column that has it.
    pub fn set(&mut self, index: usize, target: Option<Target>) {
        for (other, column) in self.columns.iter_mut().enumerate() {
            if other == index {
                column.evidence = if target.is_some() { Evidence::Manual } else { Evidence::None };
                column.confidence = 1.0;
                column.target.clone_from(&target);
            } else if target.is_some() && column.target == target {
                (column.target, column.evidence) = (None, Evidence::None);
            }
        }
    }

    /// True when the mapping is for columns of exactly these names.
    pub fn matches_columns(&self, names: &[String]) -> bool {
        self.columns.len() == names.len() && self.columns.iter().zip(names).all(|(column, name)| column.name == *name)
    }

    /// Number of columns mapped to a field.
    pub fn field_count(&self) -> usize {
        self.columns.iter().filter(|column| matches!(column.target, Some(Target::Field(_)))).count()
    }
}

fn suggest_column<'c>(name: &str, cells: impl Iterator<Item = &'c str>, schema: &Schema) -> ColumnMapping {
    let column = |target, confidence, evidence| ColumnMapping { name: name.to_owned(), target, confidence, evidence };
    if let Some(target) = exact_target(name, schema) {
        return column(Some(target), 1.0, Evidence::Exact);
    }
    let Some((target, confidence)) = alias_target(name, schema) else { return column(None, 0.0, Evidence::None) };
    let field = match &target {
        Target::Field(field) => schema.position(field).map(|index| &schema.fields()[index]),
        Target::Key => None,
    };
    let confidence = confidence * field.map_or(1.0, |field| recognized_share(cells, field));
    let evidence = if confidence >= CONFIDENCE_MIN { Evidence::Name } else { Evidence::None };
    column(Some(target), confidence, evidence)
}

/// Field with this name, but for case and surrounding white space.
pub(super) fn exact_target(name: &str, schema: &Schema) -> Option<Target> {
    let same = |other: &str| name.trim().eq_ignore_ascii_case(other);
    let field = schema.fields().iter().find(|field| same(&field.name));
    field.map(|field| Target::Field(field.name.clone())).or_else(|| same(LEAD_KEY).then_some(Target::Key))
}

/// Field that a name is another spelling or an alias of, with the confidence.
fn alias_target(name: &str, schema: &Schema) -> Option<(Target, f32)> {
    let normalized = normalize_name(name);
    let same = |other: &str| normalize_name(other) == normalized;
    if let Some(field) = schema.fields().iter().find(|field| same(&field.name)) {
        return Some((Target::Field(field.name.clone()), OWN_NAME));
    }
    if same(LEAD_KEY) { Some((Target::Key, OWN_NAME)) } else { alias::find(&normalized) }
}

/// Share of the non-empty cells that can be converted for a field; 1 when all are empty.
fn recognized_share<'c>(cells: impl Iterator<Item = &'c str>, field: &Field) -> f32 {
    let (mut recognized, mut all) = (0.0_f32, 0.0_f32);
    for cell in cells.filter(|cell| !cell.trim().is_empty()) {
        all += 1.0;
        recognized += if matches!(convert(cell, field), Conversion::Recognized(_)) { 1.0 } else { 0.0 };
    }
    if all == 0.0 { 1.0 } else { recognized / all }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggest(names: &[&str], rows: &[&[&str]]) -> Vec<Option<String>> {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows: Vec<_> = rows.iter().map(|row| owned(row)).collect();
        let mapping = Mapping::suggest(&owned(names), &rows, &Schema::leads());
        let name = |column: &ColumnMapping| {
            column.target.as_ref().map(|target| match target {
                Target::Field(field) => field.clone(),
                Target::Key => "key".to_owned(),
            })
        };
        mapping.columns.iter().map(name).collect()
    }

    #[test]
    fn exported_columns_are_mapped() {
        let found = suggest(
            &["First Name", "Title", "Company", "# Employees", "Industry", "Record ID"],
            &[&["Ada", "CTO", "Acme", "37", "Software", "12"]],
        );
        let field = |name: &str| Some(name.to_owned());
        assert_eq!(found, [None, field("jobtitle"), None, field("companysize"), field("industry"), field("key")]);
    }

    #[test]
    fn unrecognized_cells_lower_the_confidence() {
        assert_eq!(suggest(&["Size"], &[&["XL"], &["M"], &["S"]]), [None]);
        assert_eq!(suggest(&["Size"], &[&["51-200"], &[""]]), [Some("companysize".to_owned())]);
    }

    #[test]
    fn field_goes_to_the_column_with_the_highest_confidence() {
        let title = Some("jobtitle".to_owned());
        assert_eq!(suggest(&["Headline", "Title"], &[]), [None, title.clone()]);
        assert_eq!(suggest(&["Title", "jobtitle"], &[]), [None, title.clone()]);
        assert_eq!(suggest(&["Title", "Current title"], &[]), [title, None]);
    }

    #[test]
    fn manual_target_is_taken_from_another_column() {
        let names = ["Title", "Headline"].map(str::to_owned);
        let mut mapping = Mapping::suggest(&names, &[], &Schema::leads());
        mapping.set(1, Some(Target::Field("jobtitle".to_owned())));
        assert_eq!(mapping.columns[0].target, None);
        assert_eq!((mapping.columns[1].evidence, mapping.field_count()), (Evidence::Manual, 1));
        mapping.set(1, None);
        assert_eq!(mapping.field_count(), 0);
        assert!(mapping.matches_columns(&names) && !mapping.matches_columns(&names[..1]));
    }
}
