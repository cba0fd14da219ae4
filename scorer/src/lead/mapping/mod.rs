//! A stranger's columns -> the fields of a lead, each with how sure that is.
//!
//! Owns which column is which field: suggested from names and some values, changed by hand. May not know files, encoding
//! or models.

mod convert;
mod name;

pub use convert::{Converted, convert};
pub use name::plain;

use super::schema::{Field, LEAD_KEY, Schema};
use serde::{Deserialize, Serialize};

/// From this confidence on a suggestion is applied.
const APPLIED: f32 = 0.5;

/// Of the field's own name in other letters.
const NAMED: f32 = 0.99;

/// What a column is read as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A field of the schema, by its name.
    Field(String),
    /// The client's own identifier.
    Key,
}

impl Target {
    /// The name of the field, or of the column of identifiers.
    pub fn name(&self) -> &str {
        match self {
            Target::Field(field) => field,
            Target::Key => LEAD_KEY,
        }
    }
}

/// Why a column is read as what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evidence {
    /// It has the field's own name: its cells are read by the letter of the contract.
    Exact,
    /// It has a name that means the field: its cells are put into the contract's words.
    Name,
    /// Somebody said so; the same.
    Hand,
    /// It is not read.
    None,
}

/// What is known of a column of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name there.
    pub name: String,
    /// What it is read as; not at all where this is `None`.
    pub target: Option<Target>,
    /// How surely, 0 to 1.
    pub confidence: f32,
    /// Why.
    pub evidence: Evidence,
}

/// The columns of a file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// One for each.
    pub columns: Vec<Column>,
}

impl Mapping {
    /// What columns of these names are most likely to be, seen with the cells of some rows. No two columns are read as the
    /// same: the surest is, of equally sure ones the first.
    pub fn suggest(names: &[String], rows: &[Vec<String>], schema: &Schema) -> Self {
        let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at).map(String::as_str));
        let mut columns: Vec<Column> =
            names.iter().enumerate().map(|(at, name)| column(name, cells(at), schema)).collect();
        for at in 0..columns.len() {
            let Some(target) = columns[at].target.clone() else { continue };
            let better = |(place, other): (usize, &Column)| {
                let is_surer = (other.confidence, place < at) > (columns[at].confidence, at < place);
                place != at && other.target.as_ref() == Some(&target) && is_surer
            };
            if columns.iter().enumerate().any(better) {
                columns[at].evidence = Evidence::None;
            }
        }
        for column in columns.iter_mut().filter(|column| column.evidence == Evidence::None) {
            column.target = None;
        }
        Mapping { columns }
    }

    /// Reads a column as something else, or not at all; another that was read as the same is not read any more.
    pub fn set(&mut self, at: usize, target: Option<Target>) {
        for (place, column) in self.columns.iter_mut().enumerate() {
            if place == at {
                column.evidence = if target.is_some() { Evidence::Hand } else { Evidence::None };
                column.confidence = 1.0;
                column.target.clone_from(&target);
            } else if target.is_some() && column.target == target {
                (column.target, column.evidence) = (None, Evidence::None);
            }
        }
    }

    /// Whether it is about columns of these names.
    pub fn fits(&self, names: &[String]) -> bool {
        self.columns.len() == names.len() && self.columns.iter().zip(names).all(|(column, name)| column.name == *name)
    }

    /// How many columns are read as a field.
    pub fn fields(&self) -> usize {
        self.columns.iter().filter(|column| matches!(column.target, Some(Target::Field(_)))).count()
    }
}

fn column<'c>(name: &str, cells: impl Iterator<Item = &'c str>, schema: &Schema) -> Column {
    let column = |target, confidence, evidence| Column { name: name.to_owned(), target, confidence, evidence };
    if let Some(target) = exact(name, schema) {
        return column(Some(target), 1.0, Evidence::Exact);
    }
    let Some((target, confidence)) = named(name, schema) else { return column(None, 0.0, Evidence::None) };
    let field = match &target {
        Target::Field(field) => schema.position(field).map(|at| &schema.fields()[at]),
        Target::Key => None,
    };
    let confidence = confidence * field.map_or(1.0, |field| understood(cells, field));
    let evidence = if confidence >= APPLIED { Evidence::Name } else { Evidence::None };
    column(Some(target), confidence, evidence)
}

/// The field that has this very name, but for case and space around it.
pub(super) fn exact(name: &str, schema: &Schema) -> Option<Target> {
    let same = |other: &str| name.trim().eq_ignore_ascii_case(other);
    let field = schema.fields().iter().find(|field| same(&field.name));
    field.map(|field| Target::Field(field.name.clone())).or_else(|| same(LEAD_KEY).then_some(Target::Key))
}

/// The field that a name means: its own in other letters, or one that exporters give it.
fn named(name: &str, schema: &Schema) -> Option<(Target, f32)> {
    let same = |other: &str| plain(other) == plain(name);
    if let Some(field) = schema.fields().iter().find(|field| same(&field.name)) {
        return Some((Target::Field(field.name.clone()), NAMED));
    }
    if same(LEAD_KEY) { Some((Target::Key, NAMED)) } else { name::meaning(name) }
}

/// The share of the cells that hold something which can be read for a field; all where none holds anything.
fn understood<'c>(cells: impl Iterator<Item = &'c str>, field: &Field) -> f32 {
    let (mut read, mut all) = (0.0_f32, 0.0_f32);
    for cell in cells.filter(|cell| !cell.trim().is_empty()) {
        all += 1.0;
        read += if matches!(convert(cell, field), Converted::Read(_)) { 1.0 } else { 0.0 };
    }
    if all == 0.0 { 1.0 } else { read / all }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggest(names: &[&str], rows: &[&[&str]]) -> Vec<Option<String>> {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows: Vec<_> = rows.iter().map(|row| owned(row)).collect();
        let mapping = Mapping::suggest(&owned(names), &rows, &Schema::leads());
        let name = |column: &Column| {
            column.target.as_ref().map(|target| match target {
                Target::Field(field) => field.clone(),
                Target::Key => "key".to_owned(),
            })
        };
        mapping.columns.iter().map(name).collect()
    }

    #[test]
    fn columns_of_exporters_are_found() {
        let found = suggest(
            &["First Name", "Title", "Company", "# Employees", "Industry", "Record ID"],
            &[&["Ada", "CTO", "Acme", "37", "Software", "12"]],
        );
        let field = |name: &str| Some(name.to_owned());
        assert_eq!(found, [None, field("jobtitle"), None, field("companysize"), field("industry"), field("key")]);
    }

    #[test]
    fn values_that_do_not_fit_tell_against_a_name() {
        assert_eq!(suggest(&["Size"], &[&["XL"], &["M"], &["S"]]), [None]);
        assert_eq!(suggest(&["Size"], &[&["51-200"], &[""]]), [Some("companysize".to_owned())]);
    }

    #[test]
    fn of_two_columns_for_one_field_the_surest_is_read() {
        let title = Some("jobtitle".to_owned());
        assert_eq!(suggest(&["Headline", "Title"], &[]), [None, title.clone()]);
        assert_eq!(suggest(&["Title", "jobtitle"], &[]), [None, title.clone()]);
        assert_eq!(suggest(&["Title", "Current title"], &[]), [title, None]);
    }

    #[test]
    fn what_is_set_by_hand_takes_the_field_from_another() {
        let names = ["Title", "Headline"].map(str::to_owned);
        let mut mapping = Mapping::suggest(&names, &[], &Schema::leads());
        mapping.set(1, Some(Target::Field("jobtitle".to_owned())));
        assert_eq!(mapping.columns[0].target, None);
        assert_eq!((mapping.columns[1].evidence, mapping.fields()), (Evidence::Hand, 1));
        mapping.set(1, None);
        assert_eq!(mapping.fields(), 0);
        assert!(mapping.fits(&names) && !mapping.fits(&names[..1]));
    }
}
