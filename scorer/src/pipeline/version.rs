//! Which of two versions of a model is the newer.
//!
//! May not know what else a model is.

use super::open::Model;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Whether a version comes after another: numbers in it count as numbers, so that 2026.11 is newer than 2026.9 and
/// 0.10.0 newer than 0.9.1.
pub fn newer(version: &str, other: &str) -> bool {
    parts(version).cmp(parts(other)) == Ordering::Greater
}

/// Of the models of one name the newest alone; of equal versions the first by file.
pub(super) fn newest(models: Vec<Model>) -> Vec<Model> {
    let mut kept: BTreeMap<String, Model> = BTreeMap::new();
    for model in models {
        let held = kept.get(&model.card().name);
        let is_better = held.is_none_or(|held| {
            newer(model.version(), held.version())
                || (!newer(held.version(), model.version()) && model.name() < held.name())
        });
        if is_better {
            kept.insert(model.card().name.clone(), model);
        }
    }
    kept.into_values().collect()
}

/// A number without zeros before it, or a word; numbers come before words, so that 1.0 is newer than 1.0-rc.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'v> {
    Word(&'v str),
    End,
    Number(usize, &'v str),
}

fn parts(version: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = version;
    let mut parts = std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| !c.is_alphanumeric() || c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        let digits = part.trim_start_matches('0');
        Some(if is_digit { Part::Number(digits.len(), digits) } else { Part::Word(part) })
    });
    std::iter::from_fn(move || parts.next()).chain([Part::End])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_people_read_them() {
        let rising = ["0.9.1", "0.10.0", "1.0-rc1", "1.0-rc2", "1.0", "1.0.1", "2026.9.30", "2026.11.023", "v3", "v10"];
        for (at, version) in rising.iter().enumerate().filter(|(_, version)| !version.starts_with('v')) {
            for older in rising[..at].iter().filter(|older| !older.starts_with('v')) {
                assert!(newer(version, older) && !newer(older, version), "{version} {older}");
            }
        }
        assert!(newer("v10", "v3"));
        assert!(!newer("2026.11.23", "2026.11.023") && !newer("2026.11.023", "2026.11.23"));
    }
}
