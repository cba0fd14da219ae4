//! Counts the cells of a column that are no level of a model, with the commonest texts. Bounded: texts are shortened, and
//! of many different ones only the total is counted.

use crate::lead::schema::Schema;
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Limit of different texts counted by themselves.
pub const TEXTS_MAX: usize = 4_096;

/// Length limit of a counted text, in characters.
const TEXT_CHARS: usize = 60;

/// Counts of cells by their text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LevelTally {
    cells: u64,
    texts: HashMap<String, u64, FixedState>,
}

impl LevelTally {
    /// Counts cells with this text.
    pub fn add(&mut self, text: &str, count: u64) {
        self.cells = self.cells.saturating_add(count);
        let end = text.char_indices().nth(TEXT_CHARS).map_or(text.len(), |(end, _)| end);
        let start = text.get(..end).unwrap_or_default();
        if let Some(known) = self.texts.get_mut(start) {
            *known = known.saturating_add(count);
        } else if self.texts.len() < TEXTS_MAX && count > 0 {
            self.texts.insert(start.to_owned(), count);
        }
    }

    /// Counts cells whose text is not kept.
    pub fn add_cells(&mut self, count: u64) {
        self.cells = self.cells.saturating_add(count);
    }

    /// Adds the counts of another tally, its commonest texts first.
    pub fn merge(&mut self, other: &LevelTally) {
        let texts = other.commonest(TEXTS_MAX);
        texts.iter().for_each(|(text, count)| self.add(text, *count));
        let counted = texts.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        self.add_cells(other.cells.saturating_sub(counted));
    }

    /// Number of cells.
    pub fn cells(&self) -> u64 {
        self.cells
    }

    /// The commonest texts with their counts; of equals, in the order of the alphabet.
    pub fn commonest(&self, most: usize) -> Vec<(&str, u64)> {
        let mut texts: Vec<(&str, u64)> = self.texts.iter().map(|(text, count)| (text.as_str(), *count)).collect();
        texts.sort_unstable_by(|(one, count), (other, most)| most.cmp(count).then(one.cmp(other)));
        texts.truncate(most);
        texts
    }
}

/// Cells that no model that scored their lead has seen, by the index of their field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnseenLevels {
    fields: BTreeMap<usize, LevelTally>,
}

/// Unseen cells of one field, for a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseenField {
    /// Name of the field.
    pub field: String,
    /// Number of cells.
    pub cells: u64,
    /// The commonest texts, shortened, each with its number of cells.
    pub commonest: Vec<(String, u64)>,
}

impl UnseenLevels {
    /// Number of the commonest texts in a report.
    const REPORTED: usize = 3;

    /// Adds the unseen cells of a field.
    pub fn add(&mut self, field: usize, tally: &LevelTally) {
        self.fields.entry(field).or_default().merge(tally);
    }

    /// Adds the cells of another list.
    pub fn merge(&mut self, other: &UnseenLevels) {
        other.fields.iter().for_each(|(field, tally)| self.add(*field, tally));
    }

    /// Report per field, in the order of the schema.
    pub fn report(&self, schema: &Schema) -> Vec<UnseenField> {
        let report = |(field, tally): (&usize, &LevelTally)| {
            let commonest = tally.commonest(Self::REPORTED);
            Some(UnseenField {
                field: schema.fields().get(*field)?.name.clone(),
                cells: tally.cells(),
                commonest: commonest.into_iter().map(|(text, count)| (text.to_owned(), count)).collect(),
            })
        };
        self.fields.iter().filter_map(report).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commonest_texts_come_first_and_memory_is_bounded() {
        let mut tally = LevelTally::default();
        for (text, count) in [("b", 2), ("a", 2), ("c", 3), (&"é".repeat(100), 1)] {
            tally.add(text, count);
        }
        assert_eq!(tally.commonest(3), [("c", 3), ("a", 2), ("b", 2)]);
        assert_eq!(tally.commonest(9)[3], ("é".repeat(60).as_str(), 1));
        (0..2 * TEXTS_MAX).for_each(|text| tally.add(&text.to_string(), 1));
        assert_eq!((tally.cells(), tally.texts.len()), (8 + 2 * TEXTS_MAX as u64, TEXTS_MAX));
    }

    #[test]
    fn merged_tallies_keep_the_totals() {
        let (mut one, mut other) = (LevelTally::default(), LevelTally::default());
        one.add("a", 2);
        other.add("a", 1);
        other.add("b", 5);
        other.add_cells(7);
        one.merge(&other);
        assert_eq!((one.cells(), one.commonest(2)), (15, vec![("b", 5), ("a", 3)]));
    }
}
