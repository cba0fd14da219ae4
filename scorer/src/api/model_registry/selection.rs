//! Which models are to serve, out of those that are there.
//!
//! Owns the rules. May not know files or how a model is put into service.

use super::status::Named;
use crate::pipeline::is_newer;
use std::collections::{BTreeMap, BTreeSet};

/// One choice of each name.
pub(super) type Choice = BTreeMap<String, Named>;

/// After files have changed: what is in service stays while its file is there, unless a new file has a newer version;
/// where its file is gone or was written over, the newest of the new files serves, or else of all.
pub(super) fn after_change(there: &[Named], in_service: &[Named], unseen: &BTreeSet<String>) -> Choice {
    let mut choice = Choice::new();
    for name in there.iter().map(|model| &model.name).collect::<BTreeSet<_>>() {
        let named: Vec<&Named> = there.iter().filter(|model| model.name == *name).collect();
        let kept = named.iter().copied().find(|model| in_service.iter().any(|serving| serving.sha256 == model.sha256));
        let new = newest(named.iter().copied().filter(|model| unseen.contains(&model.sha256)));
        let chosen = match (kept, new) {
            (Some(kept), Some(new)) if !is_newer(&new.version, &kept.version) => Some(kept),
            (Some(kept), None) => Some(kept),
            (_, Some(new)) => Some(new),
            (None, None) => newest(named.into_iter()),
        };
        choice.extend(chosen.map(|model| (name.clone(), model.clone())));
    }
    choice
}

/// The newest of each name.
pub(super) fn newest_of_each(there: &[Named]) -> Choice {
    after_change(there, &[], &BTreeSet::new())
}

/// This version of every model that has it; the others as they are. `None` where no model has it.
pub(super) fn of_version(there: &[Named], in_service: &[Named], version: &str) -> Option<Choice> {
    let mut choice: Choice = in_service.iter().map(|model| (model.name.clone(), model.clone())).collect();
    let wanted: Choice = there
        .iter()
        .rev()
        .filter(|model| model.version == version)
        .map(|model| (model.name.clone(), model.clone()))
        .collect();
    if wanted.is_empty() {
        return None;
    }
    choice.extend(wanted);
    Some(choice)
}

/// Of equal versions the first.
fn newest<'m>(models: impl Iterator<Item = &'m Named>) -> Option<&'m Named> {
    models.reduce(|best, model| if is_newer(&model.version, &best.version) { model } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str, version: &str, sha256: &str) -> Named {
        Named { name: name.to_owned(), version: version.to_owned(), sha256: sha256.to_owned() }
    }

    fn chosen(choice: &Choice) -> Vec<&str> {
        choice.values().map(|model| model.sha256.as_str()).collect()
    }

    #[test]
    fn a_newer_file_serves_and_an_older_one_waits() {
        let (one, two, three) = (model("m", "1", "a"), model("m", "2", "b"), model("m", "3", "c"));
        let after = |there: &[Named], serving: &Named, new: &[&str]| {
            let unseen = new.iter().map(|hash| (*hash).to_owned()).collect();
            chosen(&after_change(there, std::slice::from_ref(serving), &unseen)).join(" ")
        };
        let all = [one.clone(), two.clone(), three.clone()];
        assert_eq!(after(&all, &two, &["c"]), "c");
        assert_eq!(after(&all, &two, &["a"]), "b");
        // One that was called back stays back until something newer than it comes.
        assert_eq!(after(&all, &one, &[]), "a");
        assert_eq!(after(&[one.clone(), model("m", "2", "b2")], &one, &["b2"]), "b2");
        // Written over, with whatever version; and gone.
        assert_eq!(after(&[one.clone(), two.clone(), model("m", "0", "c0")], &three, &["c0"]), "c0");
        assert_eq!(after(&[one, two], &three, &[]), "b");
    }

    #[test]
    fn each_name_is_chosen_for_itself() {
        let there = [model("a", "1", "a1"), model("a", "2", "a2"), model("b", "7", "b7")];
        assert_eq!(chosen(&newest_of_each(&there)), ["a2", "b7"]);
        let serving = [there[1].clone(), there[2].clone()];
        assert_eq!(chosen(&of_version(&there, &serving, "1").unwrap()), ["a1", "b7"]);
        assert!(of_version(&there, &serving, "3").is_none());
    }
}
