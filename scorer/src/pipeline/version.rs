//! Orders model versions.

use super::open::Model;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// True when `version` is newer than `other`. Digits compare as numbers: 2026.11 is newer than 2026.9, and 0.10.0 newer
/// than 0.9.1.
pub fn is_newer(version: &str, other: &str) -> bool {
    parts(version).cmp(parts(other)) == Ordering::Greater
}

/// Keeps the newest version of each model; of equal versions, the first by file name.
pub(super) fn newest(models: Vec<Model>) -> Vec<Model> {
    let mut kept: BTreeMap<String, Model> = BTreeMap::new();
    for model in models {
        let held = kept.get(&model.card().name);
        let is_better = held.is_none_or(|held| {
            is_newer(model.version(), held.version())
                || (!is_newer(held.version(), model.version()) && model.name() < held.name())
        });
        if is_better {
            kept.insert(model.card().name.clone(), model);
        }
    }
    kept.into_values().collect()
}

/// Component of a version: a number without leading zeros (length first, so that digits compare as numbers) or a word.
/// A word is older than the end of the version, so that 1.0 is newer than 1.0-rc.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum VersionPart<'v> {
    Word(&'v str),
    End,
    Number(usize, &'v str),
}

fn parts(version: &str) -> impl Iterator<Item = VersionPart<'_>> {
    let mut rest = version;
    let mut parts = std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| !c.is_alphanumeric() || c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        let digits = part.trim_start_matches('0');
        Some(if is_digit { VersionPart::Number(digits.len(), digits) } else { VersionPart::Word(part) })
    });
    std::iter::from_fn(move || parts.next()).chain([VersionPart::End])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_versions_compare_as_numbers() {
        let rising = ["0.9.1", "0.10.0", "1.0-rc1", "1.0-rc2", "1.0", "1.0.1", "2026.9.30", "2026.11.023", "v3", "v10"];
        for (at, version) in rising.iter().enumerate().filter(|(_, version)| !version.starts_with('v')) {
            for older in rising[..at].iter().filter(|older| !older.starts_with('v')) {
                assert!(is_newer(version, older) && !is_newer(older, version), "{version} {older}");
            }
        }
        assert!(is_newer("v10", "v3"));
        assert!(!is_newer("2026.11.23", "2026.11.023") && !is_newer("2026.11.023", "2026.11.23"));
    }
}
