//! Layout of a profile: its columns, the quantity counted in each, and the levels counted by name.
//!
//! Kinds come from the schema of leads and from the encoder and are never guessed from values.

use super::Profile;
use crate::lead::encode::{Element, Specification};
use crate::lead::schema::{Field, FieldKind, Schema};
use serde::{Deserialize, Serialize};

/// Maximum number of distinct values per column before their low bits are dropped, in production.
pub const CAPACITY: usize = 4096;

/// Minimum capacity of a column.
const CAPACITY_MIN: usize = 2;

/// Fields with comma-separated lists, whose items are counted.
const LIST_FIELDS: [&str; 2] = ["languages", "skills"];

/// Name of the score column.
const SCORE_COLUMN: &str = "score";

/// Kind of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = monitoring::Kind))]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Numbers, with order and distance.
    Number,
    /// Levels, equal or not.
    Category,
}

/// Origin of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnGroup {
    /// Field of the lead, as sent.
    Field,
    /// Encoded feature.
    Feature,
    /// Predicted probability.
    Score,
}

/// Quantity of a field that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Value itself.
    Value,
    /// Number of Unicode code points of a text.
    Length,
    /// Number of comma-separated items of a text: 1 for the empty text.
    Items,
}

/// Definition of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLayout {
    /// Origin.
    pub group: ColumnGroup,
    /// Name of the field or feature.
    pub name: String,
    /// Quantity that is counted.
    pub quantity: Quantity,
    /// Kind of its values.
    pub kind: ColumnKind,
    /// True when numbers are rounded to f32, as a model reads them.
    pub is_f32: bool,
    /// Levels counted by name, sorted and distinct; of all others only a hash is kept.
    pub levels: Vec<String>,
}

/// Columns of a profile; profiles of equal layouts can be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileLayout {
    columns: Vec<ColumnLayout>,
    capacity: usize,
}

impl ColumnLayout {
    /// Returns a column of numbers.
    pub fn number(group: ColumnGroup, name: &str, quantity: Quantity) -> Self {
        let is_f32 = group == ColumnGroup::Score;
        ColumnLayout { group, name: name.to_owned(), quantity, kind: ColumnKind::Number, is_f32, levels: Vec::new() }
    }

    /// Returns a column of levels, of which these are counted by name.
    pub fn category(group: ColumnGroup, name: &str, mut levels: Vec<String>) -> Self {
        levels.sort();
        levels.dedup();
        let (name, quantity) = (name.to_owned(), Quantity::Value);
        ColumnLayout { group, name, quantity, kind: ColumnKind::Category, is_f32: false, levels }
    }

    /// Display name, unique within a group.
    pub fn title(&self) -> String {
        match self.quantity {
            Quantity::Value => self.name.clone(),
            Quantity::Length => format!("{} (length)", self.name),
            Quantity::Items => format!("{} (items)", self.name),
        }
    }

    /// True when both columns count the same quantity, whatever levels they name.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.group, self.quantity, &self.name) == (other.group, other.quantity, &other.name)
    }
}

impl ProfileLayout {
    /// Creates a layout; `capacity` is the maximum number of distinct values per column, at least 2.
    pub fn new(columns: Vec<ColumnLayout>, capacity: usize) -> Self {
        ProfileLayout { columns, capacity: capacity.max(CAPACITY_MIN) }
    }

    /// Columns for the fields of a schema, the features of an encoder and the score. `levels` returns the levels of a
    /// field to count by name: none of them may identify a person.
    pub fn for_model(
        schema: &Schema,
        encoder: &Specification,
        levels: &dyn Fn(&Field) -> Vec<String>,
        capacity: usize,
    ) -> Self {
        let mut columns: Vec<ColumnLayout> =
            schema.fields().iter().flat_map(|field| field_columns(field, levels)).collect();
        for input in &encoder.inputs {
            columns.extend(input.features.iter().map(|feature| match input.element {
                Element::String => ColumnLayout::category(ColumnGroup::Feature, &feature.name, Vec::new()),
                element => ColumnLayout {
                    is_f32: element == Element::Float,
                    ..ColumnLayout::number(ColumnGroup::Feature, &feature.name, Quantity::Value)
                },
            }));
        }
        columns.push(ColumnLayout::number(ColumnGroup::Score, SCORE_COLUMN, Quantity::Value));
        ProfileLayout::new(columns, capacity)
    }

    /// [`ProfileLayout::for_model`] in production: names the levels of the reference, or else those of the schema.
    pub fn for_serving(schema: &Schema, encoder: &Specification, reference: Option<&Profile>) -> Self {
        let named = |field: &Field| {
            let known = |profile: &Profile| {
                let mut columns = profile.layout().columns.iter();
                columns.find(|column| column.group == ColumnGroup::Field && column.name == field.name).cloned()
            };
            match (reference.and_then(known), &field.kind) {
                (Some(column), _) => column.levels,
                (None, FieldKind::Category { levels }) => levels.iter().map(|level| (*level).to_owned()).collect(),
                _ => Vec::new(),
            }
        };
        Self::for_model(schema, encoder, &named, CAPACITY)
    }

    /// Columns: fields, then features, then the score.
    pub fn columns(&self) -> &[ColumnLayout] {
        &self.columns
    }

    /// Maximum number of distinct values per column.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Index of the column that counts the values of this field or feature.
    pub fn position(&self, group: ColumnGroup, name: &str) -> Option<usize> {
        let matches =
            |column: &ColumnLayout| (column.group, column.quantity) == (group, Quantity::Value) && column.name == name;
        self.columns.iter().position(matches)
    }
}

/// Columns of a field: numbers and levels by value, free texts by length, lists also by their number of items.
fn field_columns(field: &Field, levels: &dyn Fn(&Field) -> Vec<String>) -> Vec<ColumnLayout> {
    let number = |quantity| ColumnLayout::number(ColumnGroup::Field, &field.name, quantity);
    let mut columns = vec![match field.kind {
        FieldKind::Integer { .. } | FieldKind::Number { .. } => number(Quantity::Value),
        FieldKind::Category { .. } | FieldKind::Text { max_chars: None } => {
            ColumnLayout::category(ColumnGroup::Field, &field.name, levels(field))
        }
        FieldKind::Text { max_chars: Some(_) } => number(Quantity::Length),
    }];
    if LIST_FIELDS.contains(&field.name.as_str()) {
        columns.push(number(Quantity::Items));
    }
    columns
}
