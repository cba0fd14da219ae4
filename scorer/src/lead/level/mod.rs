//! Levels of categorical fields as people read them: spellings that differ in case, accents, spaces or code style are the
//! same level. Counts texts that are no level of a model.
//!
//! Must not depend on files, encoding or models.

mod entity;
mod fold;
mod tally;

pub use entity::decode_entities;
pub use fold::{FOLD_BYTES_MAX, fold, is_zero_width, loosen};
pub use tally::{LevelTally, TEXTS_MAX, UnseenField, UnseenLevels};

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Matching mode of levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelMatching {
    /// Case, spaces and accents count.
    #[default]
    Exact,
    /// As people read: by the folded form, else by the loose form.
    Folded,
}

impl LevelMatching {
    /// True for the default, which specifications leave out.
    pub fn is_exact(&self) -> bool {
        *self == LevelMatching::Exact
    }
}

/// Finds the level that a text is a spelling of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LevelForms {
    levels: Vec<String>,
    /// Index of the level of each folded form; `None` for the form of several levels.
    folded: HashMap<String, Option<usize>, FixedState>,
    /// Index of the level of each loose form; `None` for the form of several levels.
    loose: HashMap<String, Option<usize>, FixedState>,
}

impl LevelForms {
    /// Forms of distinct levels.
    pub fn new<'a>(levels: impl Iterator<Item = &'a str>) -> Self {
        let mut forms = LevelForms { levels: levels.map(str::to_owned).collect(), ..LevelForms::default() };
        for (index, level) in forms.levels.iter().enumerate() {
            let Some(folded) = fold(level) else { continue };
            insert(&mut forms.loose, loosen(&folded), index);
            insert(&mut forms.folded, folded, index);
        }
        forms
    }

    /// Index of the level that a text reads as; `None` if there is none, or several.
    pub fn find(&self, text: &str) -> Option<usize> {
        let folded = fold(text)?;
        match self.folded.get(&folded) {
            Some(level) => *level,
            None => *self.loose.get(&loosen(&folded))?,
        }
    }

    /// Level with an index.
    pub fn level(&self, index: usize) -> Option<&str> {
        self.levels.get(index).map(String::as_str)
    }
}

fn insert(forms: &mut HashMap<String, Option<usize>, FixedState>, form: String, level: usize) {
    if form.is_empty() {
        return;
    }
    forms.entry(form).and_modify(|known| *known = None).or_insert(Some(level));
}

/// Levels that models know, by the index of their field: an import leaves these words alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LevelIndex {
    fields: HashMap<usize, KnownLevels, FixedState>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct KnownLevels {
    levels: HashSet<String, FixedState>,
    forms: LevelForms,
}

impl LevelIndex {
    /// Index of levels with their fields.
    pub fn new<'a>(levels: impl Iterator<Item = (usize, &'a str)>) -> Self {
        let mut fields: HashMap<usize, KnownLevels, FixedState> = HashMap::default();
        for (field, level) in levels {
            fields.entry(field).or_default().levels.insert(level.to_owned());
        }
        for known in fields.values_mut() {
            known.forms = LevelForms::new(known.levels.iter().map(String::as_str));
        }
        LevelIndex { fields }
    }

    /// True when a text is a level of the field, or another spelling of one.
    pub fn knows(&self, field: usize, text: &str) -> bool {
        let is_known = |known: &KnownLevels| known.levels.contains(text) || known.forms.find(text).is_some();
        self.fields.get(&field).is_some_and(is_known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_found_unless_several_levels_read_the_same() {
        let forms =
            LevelForms::new(["Montréal", "Montreal", "Computer Software", "A-B", "A/B", "11-50", "&"].into_iter());
        let find = |text: &str| forms.find(text).and_then(|level| forms.level(level));
        assert_eq!(find("montréal"), Some("Montréal"));
        assert_eq!(find("MONTREAL"), Some("Montreal"));
        // Both have this loose form.
        assert_eq!(find("montrèal"), None);
        assert_eq!(find("COMPUTER_SOFTWARE"), Some("Computer Software"));
        assert_eq!((find("a-b"), find("a_b")), (Some("A-B"), None));
        assert_eq!((find(" 11-50 "), find("11 50")), (Some("11-50"), None));
        assert_eq!((find(" &amp;"), find("and"), find("")), (Some("&"), None, None));
    }

    #[test]
    fn index_knows_levels_by_field() {
        let index = LevelIndex::new([(3, "Unknown"), (3, "UNKNOWN"), (4, "None")].into_iter());
        assert!(index.knows(3, "Unknown") && index.knows(4, "NONE"));
        // Several levels read like it, so it stays as it is.
        assert!(!index.knows(3, "unknown") && !index.knows(4, "Unknown") && !index.knows(5, "None"));
    }
}
