//! JSON encoding of a profile: the `profile` section of a model file, described in docs/MODEL_FORMAT.md.
//!
//! The format has no hashes: rare levels are suppressed before a profile is written. Input is not trusted.

use super::quantized_counts::{BITS, QuantizedCounts};
use super::{
    ColumnGroup, ColumnKind, ColumnLayout, ColumnProfile, Profile, ProfileError, ProfileLayout, Quantity, key_of,
};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Version of the section. Version 1 had no number; it counted in fixed bins, which no test can use.
pub(super) const FORMAT: u64 = 2;

/// Maximum number of distinct values of a column.
const CAPACITY_MAX: usize = 1 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    format: u64,
    rows: u64,
    capacity: usize,
    columns: Vec<ColumnSection>,
}

/// A column; numbers have `bits` and `values`, categories `levels` and `other`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnSection {
    group: ColumnGroup,
    name: String,
    #[serde(default = "value", skip_serializing_if = "is_value")]
    part: Quantity,
    kind: ColumnKind,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    single: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    missing: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
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

fn value() -> Quantity {
    Quantity::Value
}

fn is_value(part: &Quantity) -> bool {
    *part == Quantity::Value
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Members that distinguish the versions of a section.
#[derive(Deserialize)]
struct Version {
    format: Option<u64>,
    leads: Option<u64>,
}

impl Profile {
    /// Parses a section; `None` for version 1.
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

fn counts(layout: &ColumnLayout, column: &ColumnProfile) -> ColumnSection {
    let is_number = layout.kind == ColumnKind::Number;
    let levels = || layout.levels.iter().cloned().zip(column.levels.iter().copied()).collect();
    ColumnSection {
        group: layout.group,
        name: layout.name.clone(),
        part: layout.quantity,
        kind: layout.kind,
        single: layout.is_f32,
        missing: column.missing,
        infinite: column.infinite,
        bits: is_number.then(|| column.kept_bits()),
        values: is_number.then(|| column.numbers()),
        levels: (!is_number).then(levels),
        // Hashes stay private: unnamed levels are pooled.
        other: (!is_number).then(|| column.pooled.saturating_add(column.values.total())),
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
    if columns.iter().any(|column| column.values.len() > section.capacity.min(CAPACITY_MAX)) {
        return Err(ProfileError::Broken("a column tells more values apart than it may"));
    }
    let layout = Arc::new(ProfileLayout::new(layouts, section.capacity));
    Ok(Profile { layout, rows: section.rows, columns })
}

fn read_column(counts: ColumnSection) -> Result<(ColumnLayout, ColumnProfile), ProfileError> {
    let ColumnSection { group, name, part, kind, single, missing, infinite, bits, values, levels, other } = counts;
    let malformed = |reason| Err(ProfileError::Column { column: name.clone(), reason });
    let column = ColumnProfile { missing, infinite, ..ColumnProfile::default() };
    match (kind, bits, values, levels, other) {
        (ColumnKind::Number, Some(bits), Some(values), None, None) => {
            if !(1..=BITS).contains(&bits) {
                return malformed("it keeps an impossible number of bits");
            }
            let values = QuantizedCounts::new(bits, values.iter().map(|(number, count)| (key_of(*number), *count)));
            let layout = ColumnLayout { is_f32: single, ..ColumnLayout::number(group, &name, part) };
            Ok((layout, ColumnProfile { values, ..column }))
        }
        (ColumnKind::Category, None, None, Some(levels), Some(pooled)) => {
            let (levels, counts) = levels.into_iter().unzip();
            Ok((ColumnLayout::category(group, &name, levels), ColumnProfile { levels: counts, pooled, ..column }))
        }
        _ => malformed("numbers should have bits and values, categories levels and other"),
    }
}

/// Checks that named levels ascend: they are found by binary search.
pub(super) fn check_levels(layout: &ColumnLayout) -> Result<(), ProfileError> {
    let ascending = layout.levels.is_sorted_by(|low, high| low < high);
    let reason = "its levels should rise, and numbers have none";
    let fits = ascending && (layout.kind == ColumnKind::Category || layout.levels.is_empty());
    if fits { Ok(()) } else { Err(ProfileError::Column { column: layout.name.clone(), reason }) }
}
