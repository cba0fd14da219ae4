//! Golden tests of `leadlight drift`: tests, scores and verdicts must match Evidently's on every golden set.
//!
//! Golden sets are folders with `reference.csv`, `current.csv` and `expected.json`, in `tests/fixtures/drift` and
//! in `drift_golden` in `LEADLIGHT_SHARED`.

// A panic fails the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Tolerance of distances.
const DISTANCE: f64 = 1e-9;

/// Relative tolerance of p-values.
const P_VALUE: f64 = 1e-6;

/// Resolution of one minus a probability.
const P_VALUE_ZERO: f64 = 1e-15;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn golden_sets() -> Vec<PathBuf> {
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let own = golden_sets_in(&root().join("tests/fixtures/drift"));
    assert!(!own.is_empty(), "the synthetic golden set of the project is missing");
    let shared = golden_sets_in(&shared.join("drift_golden"));
    if shared.is_empty() {
        eprintln!("!! NO SHARED TEST DATA: drift is checked on the synthetic sets alone !!");
    }
    own.into_iter().chain(shared).collect()
}

fn golden_sets_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut sets: Vec<_> = entries.filter(|path| path.join("expected.json").is_file()).collect();
    sets.sort();
    sets
}

fn leadlight(reference: &Path, current: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadlight"));
    command.arg("drift").arg("--reference").arg(reference).arg("--current").arg(current);
    command.args(options).output().unwrap()
}

fn report(set: &Path, options: &[&str]) -> Value {
    let options = [options, &["--json"]].concat();
    let output = leadlight(&set.join("reference.csv"), &set.join("current.csv"), &options);
    assert!(output.status.success(), "{}: {}", set.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Maps Evidently's test names.
fn test_name(method: &str) -> &str {
    match method {
        "ks" => "kolmogorov_smirnov",
        "chisquare" => "chi_square",
        "z" => "z_test",
        "jensenshannon" => "jensen_shannon",
        other => other,
    }
}

fn check_column(context: &str, actual: &Value, expected: &Value) {
    let method = expected["method_name"].as_str().unwrap();
    assert_eq!(actual["test"], test_name(method), "{context}");
    assert_eq!((&actual["drifted"], &actual["threshold"]), (&expected["drifted"], &expected["threshold"]), "{context}");
    let (score, expected) = (actual["score"].as_f64(), expected["score"].as_f64());
    let (Some(score), Some(expected)) = (score, expected) else {
        assert_eq!(score, expected, "{context}");
        return;
    };
    let tolerance = match method {
        "wasserstein" | "jensenshannon" => DISTANCE * expected.abs().max(1.0),
        _ => P_VALUE * expected.abs() + P_VALUE_ZERO,
    };
    assert!((score - expected).abs() <= tolerance, "{context}: {score:e} instead of {expected:e}");
}

fn check(set: &Path, report: &Value, expected: &Value) {
    let columns = report["columns"].as_array().unwrap();
    let find = |name: &str| columns.iter().find(|column| column["name"] == name);
    let expected_columns = expected["columns"].as_object().unwrap();
    assert!(!expected_columns.is_empty());
    for (name, expected) in expected_columns {
        let context = format!("{} {name}", set.display());
        let actual = find(name).unwrap_or_else(|| panic!("{context}: not compared: {}", report["left_out"]));
        check_column(&context, actual, &expected["evidently"]);
    }
    if let Some(counted) = expected.get("report_DriftedColumnsCount") {
        assert_eq!(report["drifted"].as_f64(), counted["count"].as_f64(), "{}", set.display());
        let (share, expected_share) = (report["share"].as_f64().unwrap(), counted["share"].as_f64().unwrap());
        assert!((share - expected_share).abs() < DISTANCE, "{}", set.display());
        assert_eq!(report["drift"], expected["dataset_drift"], "{}", set.display());
    }
}

/// Kinds that Evidently inferred, as a `--kinds` file.
fn kinds(expected: &Value) -> String {
    let columns = expected["columns"].as_object().unwrap();
    let kind = |name: &String| columns[name]["evidently"]["column_type_inferred"].clone();
    Value::Object(columns.keys().map(|name| (name.clone(), kind(name))).collect::<Map<_, _>>()).to_string()
}

#[test]
fn tests_scores_and_verdicts_match_evidently() {
    let folder = tempfile::tempdir().unwrap();
    for set in golden_sets() {
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
    let (reference_path, current_path) = (folder.path().join("reference.csv"), folder.path().join("current.csv"));
    fs::write(&reference_path, reference).unwrap();
    fs::write(&current_path, current).unwrap();
    (folder, reference_path, current_path)
}

#[test]
fn text_output_lists_columns_that_were_not_compared() {
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
fn invalid_input_is_an_error() {
    let (folder, reference, current) = files("a\nx\n", "a\n1\n");
    let kinds = folder.path().join("kinds.json");
    let error_message = |json: &str| {
        fs::write(&kinds, json).unwrap();
        let output = leadlight(&reference, &current, &["--kinds", kinds.to_str().unwrap()]);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(error_message(r#"{"a": "number"}"#).contains("\"a\" should hold numbers only"));
    assert!(error_message(r#"{"b": "number"}"#).contains("\"b\" is not in the current CSV"));
    assert!(error_message(r#"{"a": "figure"}"#).contains("should be a JSON object of kinds by column name"));
    assert!(error_message("{}").contains("there is no column to compare"));
    fs::write(&current, "a\n\"1\n").unwrap();
    assert!(error_message(r#"{"a": "category"}"#).contains("cannot read"));
    fs::write(&current, "a\n1,2\n").unwrap();
    assert!(error_message(r#"{"a": "category"}"#).contains("line 2 should have 1 cells"));
}
