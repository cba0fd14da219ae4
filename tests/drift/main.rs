//! Golden drift: `leadlight drift` on every set of two tables that is found must choose the tests, give the scores and
//! come to the verdicts of Evidently.
//!
//! Sets are folders with `reference.csv`, `current.csv` and `expected.json`, looked for under `tests/fixtures/drift` and
//! under `drift_golden` in `LEADLIGHT_SHARED`.

// A test that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How far a distance may be from the original's.
const DISTANCE: f64 = 1e-9;

/// How far a p-value may be, of itself.
const P_VALUE: f64 = 1e-6;

/// One minus a probability has no digits below this.
const P_VALUE_ZERO: f64 = 1e-15;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sets() -> Vec<PathBuf> {
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let own = sets_in(&root().join("tests/fixtures/drift"));
    assert!(!own.is_empty(), "the synthetic golden set of the project is missing");
    let beside = sets_in(&shared.join("drift_golden"));
    if beside.is_empty() {
        eprintln!("!! NO SHARED TEST DATA: drift is checked on the synthetic sets alone !!");
    }
    own.into_iter().chain(beside).collect()
}

fn sets_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut sets: Vec<_> = entries.filter(|path| path.join("expected.json").is_file()).collect();
    sets.sort();
    sets
}

fn leadlight(reference: &Path, current: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadlight"));
    command.arg("drift").arg("--reference").arg(reference).arg("--current").arg(current);
    command.args(more).output().unwrap()
}

fn report(set: &Path, more: &[&str]) -> Value {
    let more = [more, &["--json"]].concat();
    let output = leadlight(&set.join("reference.csv"), &set.join("current.csv"), &more);
    assert!(output.status.success(), "{}: {}", set.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The name of a test here, by Evidently's.
fn test_of(method: &str) -> &str {
    match method {
        "ks" => "kolmogorov_smirnov",
        "chisquare" => "chi_square",
        "z" => "z_test",
        "jensenshannon" => "jensen_shannon",
        other => other,
    }
}

fn check_column(place: &str, got: &Value, wanted: &Value) {
    let method = wanted["method_name"].as_str().unwrap();
    assert_eq!(got["test"], test_of(method), "{place}");
    assert_eq!((&got["drifted"], &got["threshold"]), (&wanted["drifted"], &wanted["threshold"]), "{place}");
    let (score, expected) = (got["score"].as_f64(), wanted["score"].as_f64());
    let (Some(score), Some(expected)) = (score, expected) else {
        assert_eq!(score, expected, "{place}");
        return;
    };
    let allowed = match method {
        "wasserstein" | "jensenshannon" => DISTANCE * expected.abs().max(1.0),
        _ => P_VALUE * expected.abs() + P_VALUE_ZERO,
    };
    assert!((score - expected).abs() <= allowed, "{place}: {score:e} instead of {expected:e}");
}

fn check(set: &Path, report: &Value, expected: &Value) {
    let columns = report["columns"].as_array().unwrap();
    let find = |name: &str| columns.iter().find(|column| column["name"] == name);
    let wanted = expected["columns"].as_object().unwrap();
    assert!(!wanted.is_empty());
    for (name, wanted) in wanted {
        let place = format!("{} {name}", set.display());
        let got = find(name).unwrap_or_else(|| panic!("{place}: not compared: {}", report["left_out"]));
        check_column(&place, got, &wanted["evidently"]);
    }
    if let Some(counted) = expected.get("report_DriftedColumnsCount") {
        assert_eq!(report["drifted"].as_f64(), counted["count"].as_f64(), "{}", set.display());
        let (share, wanted) = (report["share"].as_f64().unwrap(), counted["share"].as_f64().unwrap());
        assert!((share - wanted).abs() < DISTANCE, "{}", set.display());
        assert_eq!(report["drift"], expected["dataset_drift"], "{}", set.display());
    }
}

/// What Evidently took each column for, as a file of kinds.
fn kinds(expected: &Value) -> String {
    let columns = expected["columns"].as_object().unwrap();
    let kind = |name: &String| columns[name]["evidently"]["column_type_inferred"].clone();
    Value::Object(columns.keys().map(|name| (name.clone(), kind(name))).collect::<Map<_, _>>()).to_string()
}

#[test]
fn tests_scores_and_verdicts_are_those_of_evidently() {
    let folder = tempfile::tempdir().unwrap();
    for set in sets() {
        let expected: Value = serde_json::from_slice(&fs::read(set.join("expected.json")).unwrap()).unwrap();
        let path = folder.path().join("kinds.json");
        fs::write(&path, kinds(&expected)).unwrap();
        check(&set, &report(&set, &["--kinds", path.to_str().unwrap()]), &expected);
        if expected["column_types_forced_by_prefix"] != true {
            check(&set, &report(&set, &["--infer"]), &expected);
        }
    }
}

fn files(reference: &str, current: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("reference.csv"), folder.path().join("current.csv"));
    fs::write(&one, reference).unwrap();
    fs::write(&other, current).unwrap();
    (folder, one, other)
}

#[test]
fn people_get_a_table_with_what_was_not_compared() {
    let (_folder, reference, current) = files("a,b,gone\n1.5,x,1\n2.5,y,2\n", "a,b,new\n1.5,,3\n,,4\n");
    let output = leadlight(&reference, &current, &["--infer"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{text}"));
    assert!(line("a ").contains("Z test p") && line("a ").contains("too few to say"));
    assert!(line("b ").contains("one file has numbers, the other texts"));
    assert!(line("gone").contains("the current CSV has no such column"));
    assert!(line("new").contains("the reference has no such column"));
    assert!(text.ends_with("no drift: 0 of 1 columns have drifted (0 %; drift from 50 %)\n"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_told() {
    let (folder, reference, current) = files("a\nx\n", "a\n1\n");
    let kinds = folder.path().join("kinds.json");
    let refused = |json: &str| {
        fs::write(&kinds, json).unwrap();
        let output = leadlight(&reference, &current, &["--kinds", kinds.to_str().unwrap()]);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(r#"{"a": "number"}"#).contains("\"a\" should hold numbers only"));
    assert!(refused(r#"{"b": "number"}"#).contains("\"b\" is not in the current CSV"));
    assert!(refused(r#"{"a": "figure"}"#).contains("should be an object of kinds by column"));
    assert!(refused("{}").contains("there is no column to compare"));
    fs::write(&current, "a\n\"1\n").unwrap();
    assert!(refused(r#"{"a": "category"}"#).contains("cannot read"));
    fs::write(&current, "a\n1,2\n").unwrap();
    assert!(refused(r#"{"a": "category"}"#).contains("line 2 should have 1 cells"));
}
