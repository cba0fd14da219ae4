//! Selection of the models to serve, one per name, out of those available.

use super::status::ModelId;
use crate::pipeline::is_newer;
use std::collections::{BTreeMap, BTreeSet};

/// Selected models by name.
pub(super) type Selection = BTreeMap<String, ModelId>;

/// Selects after a change of files: a model in service stays while its file is there, unless a new file has a newer
/// version; if its file is gone or was overwritten, the newest of the new files is selected, else the newest of all.
pub(super) fn after_file_change(
    available: &[ModelId],
    in_service: &[ModelId],
    new_hashes: &BTreeSet<String>,
) -> Selection {
    let mut selection = Selection::new();
    for name in available.iter().map(|model| &model.name).collect::<BTreeSet<_>>() {
        let candidates: Vec<&ModelId> = available.iter().filter(|model| model.name == *name).collect();
        let kept =
            candidates.iter().copied().find(|model| in_service.iter().any(|current| current.sha256 == model.sha256));
        let new = newest(candidates.iter().copied().filter(|model| new_hashes.contains(&model.sha256)));
        let selected = match (kept, new) {
            (Some(kept), Some(new)) if !is_newer(&new.version, &kept.version) => Some(kept),
            (Some(kept), None) => Some(kept),
            (_, Some(new)) => Some(new),
            (None, None) => newest(candidates.into_iter()),
        };
        selection.extend(selected.map(|model| (name.clone(), model.clone())));
    }
    selection
}

/// Selects the newest version of each name.
pub(super) fn newest_of_each(available: &[ModelId]) -> Selection {
    after_file_change(available, &[], &BTreeSet::new())
}

/// Selects this version of every model that has it and leaves the others; `None` if no model has it.
pub(super) fn with_version(available: &[ModelId], in_service: &[ModelId], version: &str) -> Option<Selection> {
    let mut selection: Selection = in_service.iter().map(|model| (model.name.clone(), model.clone())).collect();
    let wanted: Selection = available
        .iter()
        .rev()
        .filter(|model| model.version == version)
        .map(|model| (model.name.clone(), model.clone()))
        .collect();
    if wanted.is_empty() {
        return None;
    }
    selection.extend(wanted);
    Some(selection)
}

/// Returns the newest model, the first of equal versions.
fn newest<'m>(models: impl Iterator<Item = &'m ModelId>) -> Option<&'m ModelId> {
    models.reduce(|best, model| if is_newer(&model.version, &best.version) { model } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, version: &str, sha256: &str) -> ModelId {
        ModelId { name: name.to_owned(), version: version.to_owned(), sha256: sha256.to_owned() }
    }

    fn hashes(selection: &Selection) -> Vec<&str> {
        selection.values().map(|model| model.sha256.as_str()).collect()
    }

    #[test]
    fn a_newer_file_is_selected_and_an_older_one_is_not() {
        let (one, two, three) = (model("m", "1", "a"), model("m", "2", "b"), model("m", "3", "c"));
        let select = |available: &[ModelId], current: &ModelId, new: &[&str]| {
            let new_hashes = new.iter().map(|hash| (*hash).to_owned()).collect();
            hashes(&after_file_change(available, std::slice::from_ref(current), &new_hashes)).join(" ")
        };
        let all = [one.clone(), two.clone(), three.clone()];
        assert_eq!(select(&all, &two, &["c"]), "c");
        assert_eq!(select(&all, &two, &["a"]), "b");
        // After a rollback the older version stays until a newer file appears.
        assert_eq!(select(&all, &one, &[]), "a");
        assert_eq!(select(&[one.clone(), model("m", "2", "b2")], &one, &["b2"]), "b2");
        // Overwritten, whatever the new version; and deleted.
        assert_eq!(select(&[one.clone(), two.clone(), model("m", "0", "c0")], &three, &["c0"]), "c0");
        assert_eq!(select(&[one, two], &three, &[]), "b");
    }

    #[test]
    fn each_name_is_selected_independently() {
        let available = [model("a", "1", "a1"), model("a", "2", "a2"), model("b", "7", "b7")];
        assert_eq!(hashes(&newest_of_each(&available)), ["a2", "b7"]);
        let current = [available[1].clone(), available[2].clone()];
        assert_eq!(hashes(&with_version(&available, &current, "1").unwrap()), ["a1", "b7"]);
        assert!(with_version(&available, &current, "3").is_none());
    }
}
