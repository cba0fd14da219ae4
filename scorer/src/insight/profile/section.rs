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

/// How many values a column of a section may have.
const VALUES_MAX: usize = 1 << 16;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    format: u64,
    rows: u64,
    columns: Vec<Counts>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    group: Group,
    name: String,
    #[serde(default = "value", skip_serializing_if = "is_value")]
    part: Part,
    #[serde(default, skip_serializing_if = "is_none")]
    missing: u64,
    #[serde(default, skip_serializing_if = "is_none")]
    infinite: u64,
    #[serde(flatten)]
    values: Values,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Values {
    Number {
        #[serde(default)]
        single: bool,
        bits: u32,
        values: Vec<(f64, u64)>,
    },
    Category {
        levels: BTreeMap<String, u64>,
        other: u64,
    },
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

/// Whether a section is of a version that is passed over: those models have no reference.
#[derive(Deserialize)]
pub(super) struct Version {
    #[serde(default)]
    format: Option<u64>,
}

impl Profile {
    /// Reads a section; none where it is of the first version.
    pub fn from_section(json: &str) -> serde_json::Result<Option<Self>> {
        let version: Version = serde_json::from_str(json)?;
        version.format.map(|_| serde_json::from_str(json)).transpose()
    }
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counts = |(layout, column): (&ColumnLayout, &Column)| Counts {
            group: layout.group,
            name: layout.name.clone(),
            part: layout.part,
            missing: column.missing,
            infinite: column.infinite,
            values: match layout.kind {
                Kind::Number => {
                    Values::Number { single: layout.single, bits: column.kept_bits(), values: column.numbers() }
                }
                Kind::Category => Values::Category {
                    levels: layout.levels.iter().cloned().zip(column.levels.iter().copied()).collect(),
                    other: column.pooled.saturating_add(column.tally.total()),
                },
            },
        };
        Section { format: FORMAT, rows: self.rows, columns: self.columns().map(counts).collect() }.serialize(serializer)
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
    let most = columns.iter().map(|column: &Column| column.tally.len()).max().unwrap_or_default();
    Ok(Profile { layout: Arc::new(Layout::new(layouts, most)), rows: section.rows, columns })
}

fn read_column(counts: Counts) -> Result<(ColumnLayout, Column), ProfileError> {
    let Counts { group, name, part, missing, infinite, values } = counts;
    let wrong = |reason| Err(ProfileError::Column { column: name.clone(), reason });
    let column = Column { missing, infinite, ..Column::default() };
    match values {
        Values::Number { bits, .. } if !(1..=BITS).contains(&bits) => wrong("it keeps an impossible number of bits"),
        Values::Number { values, .. } if values.len() > VALUES_MAX => wrong("it has too many values"),
        Values::Number { single, bits, values } => {
            let keys = values.iter().map(|(number, count)| (key_of(*number), *count));
            let tally = Tally::of(bits, keys);
            let layout = ColumnLayout { single, ..ColumnLayout::number(group, &name, part) };
            Ok((layout, Column { tally, ..column }))
        }
        Values::Category { levels, other } => {
            let (levels, counts) = levels.into_iter().unzip();
            Ok((ColumnLayout::category(group, &name, levels), Column { levels: counts, pooled: other, ..column }))
        }
    }
}

/// Named levels are looked up by halving, so they must rise.
pub(super) fn check_levels(layout: &ColumnLayout) -> Result<(), ProfileError> {
    let rises = layout.levels.is_sorted_by(|low, high| low < high);
    let reason = "its levels should rise, and numbers have none";
    let fits = rises && (layout.kind == Kind::Category || layout.levels.is_empty());
    if fits { Ok(()) } else { Err(ProfileError::Column { column: layout.name.clone(), reason }) }
}
