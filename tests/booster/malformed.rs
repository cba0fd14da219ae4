//! Model files with random changes: reading one may return an error, but must not panic, loop forever or allocate without
//! bound. What is read must be a valid graph, or be rejected by the runner with a reason.

use super::{fixtures, score};
use proptest::prelude::*;
use scorer::model::booster::{self, Iterations};

/// Words that replace a number of a text file: edges of integers, floats and lists.
const WORDS: [&str; 14] = [
    "0",
    "1",
    "-1",
    "-2147483648",
    "2147483647",
    "4294967295",
    "9223372036854775807",
    "1e400",
    "-0.5",
    "1E-45",
    "nan",
    "[]",
    "\"\"",
    "",
];

/// Markers and lengths of a binary file.
const BYTES: [&[u8]; 8] =
    [b"[", b"{", b"]", b"$d#L", b"L\x7f\xff\xff\xff\xff\xff\xff\xff", b"#l\x7f\xff\xff\xff", b"Z", b"\xff\xff\xff\xff"];

/// Change of a file, relative to its length.
#[derive(Debug, Clone)]
enum Change {
    Truncate(f64),
    Overwrite(f64, u8),
    Remove(f64, usize),
    Repeat(f64, usize),
    ReplaceNumber(f64, usize),
    Insert(f64, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = 0.0..1.0;
    prop_oneof![
        1 => place.clone().prop_map(Change::Truncate),
        4 => (place.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Overwrite(at, byte)),
        2 => (place.clone(), 1..200_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        2 => (place.clone(), 1..200_usize).prop_map(|(at, count)| Change::Repeat(at, count)),
        8 => (place.clone(), 0..WORDS.len()).prop_map(|(at, word)| Change::ReplaceNumber(at, word)),
        2 => (place, 0..BYTES.len()).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn apply(file: &mut Vec<u8>, change: &Change) {
    let at = |share: f64| ((file.len() as f64 * share) as usize).min(file.len());
    match *change {
        Change::Truncate(share) => file.truncate(at(share)),
        Change::Overwrite(share, byte) => {
            let at = at(share);
            if let Some(found) = file.get_mut(at) {
                *found = byte;
            }
        }
        Change::Remove(share, count) => {
            let at = at(share);
            file.drain(at..(at + count).min(file.len()));
        }
        Change::Repeat(share, count) => {
            let at = at(share);
            let end = (at + count).min(file.len());
            file.extend_from_within(at..end);
            file[at..].rotate_right(end - at);
        }
        Change::ReplaceNumber(share, word) => {
            let is_number = |byte: &u8| byte.is_ascii_digit() || b".-+eE".contains(byte);
            let first = at(share) + file[at(share)..].iter().take_while(|byte| !is_number(byte)).count();
            let end = first + file[first..].iter().take_while(|byte| is_number(byte)).count();
            file.splice(first..end, WORDS[word].bytes());
        }
        Change::Insert(share, bytes) => {
            let at = at(share);
            file.splice(at..at, BYTES[bytes].iter().copied());
        }
    }
}

/// Reads a file and, if it is read, runs its graph.
fn exercise(file: &[u8]) {
    let Some(Ok(booster)) = booster::parse(file, Iterations::Library) else { return };
    let rows = [f64::NAN, 0.0, 1.5, f64::INFINITY, -1e300].map(|value| vec![value; booster.columns.len()]);
    if let Ok(scores) = score(&booster, &rows) {
        assert_eq!(scores.len(), rows.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_are_read_or_rejected(fixture in any::<prop::sample::Index>(), changes in prop::collection::vec(change(), 1..4)) {
        let fixtures = files();
        let mut file = fixture.get(fixtures).clone();
        changes.iter().for_each(|change| apply(&mut file, change));
        exercise(&file);
    }
}

/// Files of the fixtures, read once.
fn files() -> &'static [Vec<u8>] {
    static FILES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    FILES.get_or_init(|| fixtures().into_iter().map(|fixture| fixture.file).collect())
}

fn error(file: &[u8]) -> String {
    booster::parse(file, Iterations::Library).unwrap().unwrap_err().to_string()
}

/// XGBoost model of one tree, with the given children of its three nodes.
fn xgboost_tree(left: &str, right: &str) -> String {
    format!(
        r#"{{"version": [3, 2, 0], "learner": {{"objective": {{"name": "binary:logistic"}},
        "learner_model_param": {{"base_score": "5E-1", "num_feature": "1"}},
        "gradient_booster": {{"name": "gbtree", "model": {{"trees": [{{"left_children": {left}, "right_children": {right},
        "split_indices": [0, 0, 0], "split_conditions": [0.5, 1, 2], "default_left": [true, false, false],
        "tree_param": {{}}}}]}}}}}}}}"#
    )
}

/// LightGBM model of one tree with two leaves.
fn lightgbm_tree(lines: &str) -> String {
    format!(
        "tree\nversion=v4\nnum_class=1\nmax_feature_idx=0\nobjective=binary sigmoid:1\nfeature_names=a\n\nTree=0\n{lines}\n\
         \nend of trees\n"
    )
}

#[test]
fn trees_that_are_no_trees_are_rejected() {
    assert!(booster::parse(xgboost_tree("[1, -1, -1]", "[2, -1, -1]").as_bytes(), Iterations::All).unwrap().is_ok());
    assert!(error(xgboost_tree("[0, -1, -1]", "[2, -1, -1]").as_bytes()).contains("reached more than once"));
    assert!(error(xgboost_tree("[1, 0, -1]", "[2, 2, -1]").as_bytes()).contains("reached more than once"));
    assert!(error(xgboost_tree("[1, -1, -1]", "[7, -1, -1]").as_bytes()).contains("node 7 does not exist"));
    assert!(error(xgboost_tree("[1, -1, -1]", "[-5, -1, -1]").as_bytes()).contains("child -5"));
    assert!(error(xgboost_tree("[1, -1]", "[2, -1]").as_bytes()).contains("one per node"));
    assert!(error(xgboost_tree("[]", "[]").as_bytes()).contains("one per node"));
    let tree = |left: &str, right: &str, more: &str| {
        let lists = "split_feature=0\nthreshold=0.5\nleaf_value=1 2";
        lightgbm_tree(&format!("num_leaves=2\n{lists}\nleft_child={left}\nright_child={right}\n{more}"))
    };
    assert!(booster::parse(tree("-1", "-2", "num_cat=0").as_bytes(), Iterations::All).unwrap().is_ok());
    assert!(error(tree("0", "-2", "num_cat=0").as_bytes()).contains("reached more than once"));
    assert!(error(tree("-1", "-3", "num_cat=0").as_bytes()).contains("does not exist"));
    assert!(error(tree("-1", "1", "num_cat=0").as_bytes()).contains("no child 1"));
    assert!(error(tree("-1", "-9223372036854775808", "num_cat=0").as_bytes()).contains("no child"));
    assert!(error(tree("-1", "-2", "decision_type=1\nnum_cat=0").as_bytes()).contains("no set of categories"));
    assert!(error(tree("-1", "-2", "decision_type=12").as_bytes()).contains("missing type"));
    assert!(error(tree("-1", "-2", "num_leaves=99999999999").as_bytes()).contains("num_leaves"));
}

#[test]
fn announced_sizes_are_not_believed() {
    let wide =
        xgboost_tree("[1, -1, -1]", "[2, -1, -1]").replace("\"num_feature\": \"1\"", "\"num_feature\": \"99999999\"");
    assert!(error(wide.as_bytes()).contains("more than 65536 columns"));
    let many = lightgbm_tree("num_leaves=4194304\nleaf_value=1 2");
    assert!(error(many.as_bytes()).contains("leaf_value has 2 elements"));
    for member in ["learner", "version", "other"] {
        let deep = format!("{{\"{member}\": {}", "[".repeat(100_000));
        assert!(error(deep.as_bytes()).contains("no whole XGBoost model"), "{member}");
        let deep =
            [b"{L\0\0\0\0\0\0\0".as_slice(), &[member.len() as u8], member.as_bytes(), &b"[".repeat(100_000)].concat();
        assert!(error(&deep).contains("no whole UBJSON model"), "{member}");
    }
}
