//! Own model files of XGBoost and LightGBM, through the public API: fixtures with the libraries' predictions, and files
//! with random changes.

// A panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod malformed;

use scorer::lead::encode::{Element, InputBlock, InputValues, Specification};
use scorer::model::booster::{self, Booster, Iterations, Precision};
use scorer::model::onnx::Graph;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Largest difference for a library that computes in f32.
const TOLERANCE: f64 = 1e-6;

/// A model file with rows and the library's predictions.
struct Fixture {
    name: String,
    file: Vec<u8>,
    rows: Vec<Vec<f64>>,
    expected: Vec<f64>,
}

/// All fixtures, in the order of their names.
fn fixtures() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/boosters");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|folder| read(folder)).collect()
}

fn read(folder: &Path) -> Fixture {
    let model = ["json", "ubj", "txt"].map(|suffix| folder.join(format!("model.{suffix}")));
    let model = model.iter().find(|path| path.exists()).unwrap_or_else(|| panic!("{}", folder.display()));
    let document: Value = serde_json::from_slice(&fs::read(folder.join("rows.json")).unwrap()).unwrap();
    let number = |value: &Value| match value {
        Value::String(text) => text.parse().unwrap(),
        value => value.as_f64().unwrap_or(f64::NAN),
    };
    let numbers = |list: &Value| list.as_array().unwrap().iter().map(number).collect();
    Fixture {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        file: fs::read(model).unwrap(),
        rows: document["rows"].as_array().unwrap().iter().map(numbers).collect(),
        expected: numbers(&document["expected"]),
    }
}

/// Scores rows by the graph of a model; an error of the runner is a text.
fn score(booster: &Booster, rows: &[Vec<f64>]) -> Result<Vec<f32>, String> {
    let width = booster.columns.len();
    let numbers = rows.iter().flatten();
    let (element, values) = match booster.precision {
        Precision::Single => (Element::Float, InputValues::Float(numbers.map(|number| *number as f32).collect())),
        Precision::Double => (Element::Double, InputValues::Double(numbers.copied().collect())),
    };
    let specification = Specification::passthrough([(booster::INPUT.to_owned(), element, width)]);
    let graph = Graph::open(&booster::write(booster), &specification, &booster::output());
    let graph = graph.map_err(|error| error.to_string())?;
    graph.run_all(&[InputBlock { width, values }]).map(|(scores, _)| scores).map_err(|error| error.to_string())
}

fn parse(file: &[u8], iterations: Iterations) -> Booster {
    booster::parse(file, iterations).unwrap().unwrap()
}

#[test]
fn fixtures_score_as_their_libraries() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 20, "fixtures are missing");
    for Fixture { name, file, rows, expected } in fixtures {
        let booster = parse(&file, Iterations::Library);
        let scores = score(&booster, &rows).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scores.len(), expected.len(), "{name}");
        for (at, (score, expected)) in scores.iter().zip(expected).enumerate() {
            let is_equal = match booster.precision {
                Precision::Single => (f64::from(*score) - expected).abs() <= TOLERANCE,
                Precision::Double => *score == expected as f32 || score.is_nan() && expected.is_nan(),
            };
            assert!(is_equal, "{name}, row {at}: {score} here, {expected} by the library; {:?}", rows[at]);
        }
    }
}

#[test]
fn iterations_can_be_chosen() {
    let file = fixtures().into_iter().find(|fixture| fixture.name == "xgboost_early_booster").unwrap().file;
    let trees = |iterations| {
        let Some(parsed) = booster::parse(&file, iterations) else { panic!() };
        parsed.map(|booster| booster.description).map_err(|error| error.to_string())
    };
    let all = trees(Iterations::All).unwrap();
    assert_eq!(trees(Iterations::Library).unwrap(), all);
    assert_ne!(trees(Iterations::Best).unwrap(), all);
    assert!(trees(Iterations::First(1)).unwrap().contains(": 1 trees"));
    assert!(trees(Iterations::First(99)).unwrap_err().contains("99 iterations"));
    let notes = parse(&file, Iterations::Library).notes;
    assert!(notes.iter().any(|note| note.contains("early stopping") && note.contains("--iterations")), "{notes:?}");
}

#[test]
fn other_formats_are_named_with_a_remedy() {
    let message = |file: &[u8]| booster::parse(file, Iterations::Library).unwrap().unwrap_err().to_string();
    assert!(message(b"\x80\x04\x95").contains("pickle"));
    assert!(message(b"binf\0\0").contains("save_model"));
    assert!(message(b"booster[0]:\n0:[f0<1]").contains("text dump"));
    assert!(message(b"[{\"nodeid\": 0}]").contains("dump"));
    assert!(booster::parse(b"\x08\x0a\x12\x00", Iterations::Library).is_none());
}
