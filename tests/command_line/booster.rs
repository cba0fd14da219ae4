//! Tests of `leadlight pack`, `check` and `inspect` with the own files of XGBoost and LightGBM.

use super::{error_message, root, run, text};
use std::fs;
use tempfile::TempDir;

/// LightGBM model of one tree: a category, then a number that is missing where it is 0.
const MODEL: &str = "tree
version=v4
num_class=1
num_tree_per_iteration=1
max_feature_idx=1
objective=binary sigmoid:2
feature_names=size staff
feature_infos=0:1:2 [0:9]

Tree=0
num_leaves=3
num_cat=1
split_feature=0 1
threshold=0 4.5
decision_type=1 6
left_child=-1 -2
right_child=1 -3
leaf_value=0.5 -0.25 0.75
cat_boundaries=0 1
cat_threshold=5

end of trees

parameters:
[categorical_feature: 0]
end of parameters

pandas_categorical:[[\"small\", \"large\", \"\u{fc}ber\"]]
";

fn packed(folder: &TempDir) -> (String, String) {
    let (model, out) = (folder.path().join("model.txt"), folder.path().join("out.onnx"));
    fs::write(&model, MODEL).unwrap();
    let (model, out) = (model.display().to_string(), out.display().to_string());
    let output = run(&["pack", &model, "-o", &out]);
    assert!(output.status.success(), "{output:?}");
    let notes = text(&output.stderr);
    assert!(notes.contains("LightGBM v4, binary sigmoid:2: 1 trees, 2 columns"), "{notes}");
    assert!(notes.contains("note: the categories of size are those of the data frame"), "{notes}");
    (model, out)
}

#[test]
fn a_library_file_scores_a_list_by_its_own_columns() {
    let folder = TempDir::new().unwrap();
    let (_, out) = packed(&folder);
    let leads = folder.path().join("leads.csv");
    fs::write(&leads, "staff,size\n,small\n9,über\n9,large\n2,large\n0,\n4.5,huge\n").unwrap();
    let output = run(&["encode", &leads.display().to_string(), "--model", &out, "--json"]);
    let scores: Vec<f64> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["probability"].as_f64().unwrap())
        .collect();
    // Half of the logistic function's argument: 1 for small and über, 1.5 above 4.5, else -0.5, also where staff is 0.
    let expected = [1.0_f64, 1.0, 1.5, -0.5, -0.5, -0.5].map(|margin| 1.0 / (1.0 + libm::exp(-margin)));
    assert_eq!(scores.len(), expected.len(), "{output:?}");
    assert!(scores.iter().zip(expected).all(|(score, expected)| (score - expected).abs() < 1e-7), "{scores:?}");
}

#[test]
fn library_files_are_named_where_they_do_not_fit() {
    let folder = TempDir::new().unwrap();
    let (model, out) = packed(&folder);
    let inspected = error_message(&run(&["inspect", &model]));
    assert!(inspected.contains("LightGBM v4") && inspected.contains("leadlight pack"), "{inspected}");
    let refused = error_message(&run(&["pack", &model, "-o", &out, "--iterations", "7"]));
    assert!(refused.contains("7 iterations") && refused.contains("the file has 1"), "{refused}");
    let onnx = root().join("tests/fixtures/parity/model.onnx").display().to_string();
    assert!(error_message(&run(&["pack", &onnx, "-o", &out])).contains("--encoder is needed"));
    let chosen = ["pack", &onnx, "-o", &out, "--iterations", "best"];
    assert!(error_message(&run(&chosen)).contains("--iterations is for"));
    let pickle = folder.path().join("model.pkl");
    fs::write(&pickle, b"\x80\x04\x95\x00").unwrap();
    assert!(error_message(&run(&["pack", &pickle.display().to_string(), "-o", &out])).contains("pickle"));
}
