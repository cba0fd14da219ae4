//! A profile as JSON: the `profile` section of a model file, described in docs/MODEL_FORMAT.md.
//!
//! Owns that form. It has no place for hashes: what is written is published first. May not trust what it reads.

use super::tally::{BITS, Tally};
use super::{Column, ColumnLayout, Group, Kind, Layout, Part, Profile, ProfileError, key_of};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The version of the section. Version 1 had no number; it counted in fixed bins, which no test can use.
pub(super) const FORMAT: u64 = 2;

/// The most values that a column of a section may tell apart.
const CAPACITY_MAX: usize = 1 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    format: u64,
    rows: u64,
    capacity: usize,
    columns: Vec<Counts>,
}

/// A column; `bits` and `values` are those of numbers, `levels` and `other` those of a category.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    group: Group,
    name: String,
    #[serde(default = "value", skip_serializing_if = "is_value")]
    part: Part,
    kind: Kind,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    single: bool,
    #[serde(default, skip_serializing_if = "is_none")]
    missing: u64,
    #[serde(default, skip_serializing_if = "is_none")]
    infinite: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bits: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    values: Option<Vec<(f64, u64)>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    levels: Option<BTreeMap<String, u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    other: Option<u64>,
}

fn value() -> Part {
    Part::Value
}

fn is_value(part: &Part) -> bool {
    *part == Part::Value
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// What tells the versions of a section apart.
#[derive(Deserialize)]
struct Version {
    format: Option<u64>,
    leads: Option<u64>,
}

impl Profile {
    /// Reads a section; none where it is of the first version.
    pub fn from_section(json: &str) -> serde_json::Result<Option<Self>> {
        match serde_json::from_str(json)? {
            Version { format: None, leads: Some(_) } => Ok(None),
            _ => serde_json::from_str(json).map(Some),
        }
    }
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.columns().map(|(layout, column)| counts(layout, column)).collect();
        Section { format: FORMAT, rows: self.rows, capacity: self.layout.capacity(), columns }.serialize(serializer)
    }
}

fn counts(layout: &ColumnLayout, column: &Column) -> Counts {
    let is_number = layout.kind == Kind::Number;
    let levels = || layout.levels.iter().cloned().zip(column.levels.iter().copied()).collect();
    Counts {
        group: layout.group,
        name: layout.name.clone(),
        part: layout.part,
        kind: layout.kind,
        single: layout.single,
        missing: column.missing,
        infinite: column.infinite,
        bits: is_number.then(|| column.kept_bits()),
        values: is_number.then(|| column.numbers()),
        levels: (!is_number).then(levels),
        // Hashes are for nobody else: what has no name is counted together.
        other: (!is_number).then(|| column.pooled.saturating_add(column.tally.total())),
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let section = Section::deserialize(deserializer)?;
        read(section).map_err(D::Error::custom)
    }
}

fn read(section: Section) -> Result<Profile, ProfileError> {
    if section.format != FORMAT {
        return Err(ProfileError::Format(section.format));
    }
    let parts = section.columns.into_iter().map(read_column).collect::<Result<Vec<_>, _>>()?;
    let (layouts, columns): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    if columns.iter().any(|column| column.tally.len() > section.capacity.min(CAPACITY_MAX)) {
        return Err(ProfileError::Broken("a column tells more values apart than it may"));
    }
    let layout = Arc::new(Layout::new(layouts, section.capacity));
    Ok(Profile { layout, rows: section.rows, columns })
}

fn read_column(counts: Counts) -> Result<(ColumnLayout, Column), ProfileError> {
    let Counts { group, name, part, kind, single, missing, infinite, bits, values, levels, other } = counts;
    let wrong = |reason| Err(ProfileError::Column { column: name.clone(), reason });
    let column = Column { missing, infinite, ..Column::default() };
    match (kind, bits, values, levels, other) {
        (Kind::Number, Some(bits), Some(values), None, None) => {
            if !(1..=BITS).contains(&bits) {
                return wrong("it keeps an impossible number of bits");
            }
            let tally = Tally::of(bits, values.iter().map(|(number, count)| (key_of(*number), *count)));
            let layout = ColumnLayout { single, ..ColumnLayout::number(group, &name, part) };
            Ok((layout, Column { tally, ..column }))
        }
        (Kind::Category, None, None, Some(levels), Some(pooled)) => {
            let (levels, counts) = levels.into_iter().unzip();
            Ok((ColumnLayout::category(group, &name, levels), Column { levels: counts, pooled, ..column }))
        }
        _ => wrong("numbers should have bits and values, categories levels and other"),
    }
}

/// Named levels are looked up by halving, so they must rise.
pub(super) fn check_levels(layout: &ColumnLayout) -> Result<(), ProfileError> {
    let rises = layout.levels.is_sorted_by(|low, high| low < high);
    let reason = "its levels should rise, and numbers have none";
    let fits = rises && (layout.kind == Kind::Category || layout.levels.is_empty());
    if fits { Ok(()) } else { Err(ProfileError::Column { column: layout.name.clone(), reason }) }
}
