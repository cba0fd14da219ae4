//! The columns of a profile: which they are, what is counted of them, and which levels may be named.
//!
//! Kinds are given by the schema of leads and by the encoder, never guessed from values. May not know counts.

use super::Profile;
use crate::lead::encode::{Element, Specification};
use crate::lead::schema::{Field, FieldKind, Schema};
use serde::{Deserialize, Serialize};

/// How many different values a column tells apart before it gives up their last bits, in production.
pub const CAPACITY: usize = 4096;

/// How many a column has to tell apart at least.
const CAPACITY_MIN: usize = 2;

/// The fields that list items, which are counted between commas.
const ITEMS: [&str; 2] = ["languages", "skills"];

/// The name of the column of scores.
const SCORE: &str = "score";

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Numbers, whose order and distance count.
    Number,
    /// Levels, which are the same or not.
    Category,
}

/// Where a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// A field of the lead, as it was given.
    Field,
    /// A feature that an encoder made.
    Feature,
    /// The probability.
    Score,
}

/// What is counted of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The value itself.
    Value,
    /// The Unicode code points of a text.
    Length,
    /// The items between the commas of a text: 1 for the empty text.
    Items,
}

/// What is known of a column beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLayout {
    /// Where it comes from.
    pub group: Group,
    /// The name of the field or feature.
    pub name: String,
    /// What is counted of it.
    pub part: Part,
    /// What stands in it.
    pub kind: Kind,
    /// Whether its numbers are rounded to f32, as a model reads them.
    pub single: bool,
    /// The levels that are counted by name, sorted and distinct; of all others only a hash is kept.
    pub levels: Vec<String>,
}

/// The columns of profiles that can be added up and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    columns: Vec<ColumnLayout>,
    capacity: usize,
}

impl ColumnLayout {
    /// A column of numbers.
    pub fn number(group: Group, name: &str, part: Part) -> Self {
        let single = group == Group::Score;
        ColumnLayout { group, name: name.to_owned(), part, kind: Kind::Number, single, levels: Vec::new() }
    }

    /// A column of levels, of which these are counted by name.
    pub fn category(group: Group, name: &str, mut levels: Vec<String>) -> Self {
        levels.sort();
        levels.dedup();
        let (name, part) = (name.to_owned(), Part::Value);
        ColumnLayout { group, name, part, kind: Kind::Category, single: false, levels }
    }

    /// A name for people, different for each column of a group.
    pub fn title(&self) -> String {
        match self.part {
            Part::Value => self.name.clone(),
            Part::Length => format!("{} (length)", self.name),
            Part::Items => format!("{} (items)", self.name),
        }
    }

    /// Whether two columns hold the same things, whichever levels they name.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.group, self.part, &self.name) == (other.group, other.part, &other.name)
    }
}

impl Layout {
    /// These columns; each tells so many different values apart, at least two.
    pub fn new(columns: Vec<ColumnLayout>, capacity: usize) -> Self {
        Layout { columns, capacity: capacity.max(CAPACITY_MIN) }
    }

    /// The fields of a schema, the features of an encoder and the score. Of a field's levels, those are named that
    /// `levels` gives: they should be no one's in particular.
    pub fn of(
        schema: &Schema,
        encoder: &Specification,
        levels: &dyn Fn(&Field) -> Vec<String>,
        capacity: usize,
    ) -> Self {
        let mut columns: Vec<ColumnLayout> =
            schema.fields().iter().flat_map(|field| columns_of(field, levels)).collect();
        for input in &encoder.inputs {
            columns.extend(input.features.iter().map(|feature| match input.element {
                Element::String => ColumnLayout::category(Group::Feature, &feature.name, Vec::new()),
                element => ColumnLayout {
                    single: element == Element::Float,
                    ..ColumnLayout::number(Group::Feature, &feature.name, Part::Value)
                },
            }));
        }
        columns.push(ColumnLayout::number(Group::Score, SCORE, Part::Value));
        Layout::new(columns, capacity)
    }

    /// The same for what is served: the levels that the reference names, else those of the contract.
    pub fn served(schema: &Schema, encoder: &Specification, reference: Option<&Profile>) -> Self {
        let named = |field: &Field| {
            let known = |profile: &Profile| {
                let mut columns = profile.layout().columns.iter();
                columns.find(|column| column.group == Group::Field && column.name == field.name).cloned()
            };
            match (reference.and_then(known), &field.kind) {
                (Some(column), _) => column.levels,
                (None, FieldKind::Category { levels }) => levels.iter().map(|level| (*level).to_owned()).collect(),
                _ => Vec::new(),
            }
        };
        Self::of(schema, encoder, &named, CAPACITY)
    }

    /// The columns: fields, then features, then the score, as far as there are any.
    pub fn columns(&self) -> &[ColumnLayout] {
        &self.columns
    }

    /// How many different values a column tells apart.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Where a column of this group and name stands that holds values.
    pub fn position(&self, group: Group, name: &str) -> Option<usize> {
        let is_it = |column: &ColumnLayout| (column.group, column.part) == (group, Part::Value) && column.name == name;
        self.columns.iter().position(is_it)
    }
}

/// What is counted of a field: numbers and levels by value, free texts by length, lists by their items as well.
fn columns_of(field: &Field, levels: &dyn Fn(&Field) -> Vec<String>) -> Vec<ColumnLayout> {
    let number = |part| ColumnLayout::number(Group::Field, &field.name, part);
    let mut columns = vec![match field.kind {
        FieldKind::Integer { .. } | FieldKind::Number { .. } => number(Part::Value),
        FieldKind::Category { .. } | FieldKind::Text { max_chars: None } => {
            ColumnLayout::category(Group::Field, &field.name, levels(field))
        }
        FieldKind::Text { max_chars: Some(_) } => number(Part::Length),
    }];
    if ITEMS.contains(&field.name.as_str()) {
        columns.push(number(Part::Items));
    }
    columns
}
