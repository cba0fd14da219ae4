//! Golden test: packs every set in the legacy service's layout and compares, bit for bit, the features with those of the
//! original encoder, and the scores with XGBoost's within 1e-6.
//!
//! Sets are folders with `model.onnx`, `encoder.json` and `golden.jsonl` under `tests/fixtures` and `LEADLIGHT_SHARED`.
//! Inputs and results are written to `LEADLIGHT_GOLDEN_OUT`, if set, for the browser and arm64 tests.

// A panic is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod document;
mod zoo;

use document::{Document, Record, Set};
use scorer::cli::import_legacy_encoder;
use scorer::insight::card::Card;
use scorer::insight::grade::Grades;
use scorer::insight::label::{confidence, label, rounded};
use scorer::lead::Lead;
use scorer::lead::json::read_lead;
use scorer::lead::json::syntax::{Json, JsonParser};
use scorer::model::onnx;
use scorer::pipeline::{Model, ModelParts, Scorer, pack};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Largest allowed difference from XGBoost's score.
const TOLERANCE: f64 = 1e-6;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Folder of the test data outside the repository.
fn shared() -> PathBuf {
    std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// Returns all folders below `under` that contain the named files, in a fixed order.
fn folders_with(under: &Path, names: &[&str]) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(under) else { return Vec::new() };
    let mut found = Vec::new();
    if names.iter().all(|name| under.join(name).is_file()) {
        found.push(under.to_owned());
    }
    let mut inside: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    inside.sort();
    found.extend(inside.iter().flat_map(|path| folders_with(path, names)));
    found
}

/// Returns the sets of the repository (at least one) and those of the shared data.
fn sets() -> Vec<PathBuf> {
    let names = ["model.onnx", "encoder.json", "golden.jsonl"];
    let own = folders_with(&root().join("tests/fixtures"), &names);
    assert!(!own.is_empty(), "the synthetic golden set of the repository is missing");
    let shared = folders_with(&shared(), &names);
    if shared.is_empty() {
        eprintln!("!! NO SHARED TEST DATA: only the synthetic golden set is checked !!");
    }
    own.into_iter().chain(shared).collect()
}

fn packed(folder: &Path) -> Vec<u8> {
    let graph = fs::read(folder.join("model.onnx")).unwrap();
    let export = fs::read(folder.join("encoder.json")).unwrap();
    let input = onnx::inputs(&graph).unwrap().remove(0).name;
    let parts = ModelParts {
        encoder: import_legacy_encoder::specification(&export, &input).unwrap(),
        card: Card { name: "adopted".into(), version: "0.3.0".into(), ..Card::default() },
        grades: Grades::default(),
        profile: None,
        output: None,
    };
    pack(&graph, parts).unwrap()
}

/// Reads the records of the golden file, each with its lead as JSON text, NaN included.
fn golden_records(folder: &Path) -> Vec<(Value, String)> {
    let text = fs::read_to_string(folder.join("golden.jsonl")).unwrap();
    let record = |line: &str| {
        let record = JsonParser::new(line).value().unwrap();
        let Json::Object(members) = &record else { panic!("{line}") };
        let (_, lead) = members.iter().find(|(name, _)| name == "lead").unwrap();
        (record.to_value(), python_text(lead))
    };
    text.lines().map(record).collect()
}

/// Formats a flat object as Python's `json.dumps` does, NaN and infinities included.
fn python_text(lead: &Json) -> String {
    let Json::Object(members) = lead else { panic!("a lead should be an object") };
    let value = |value: &Json| match value {
        Json::Number(number) if number.is_nan() => "NaN".to_owned(),
        Json::Number(number) if number.is_infinite() && *number > 0.0 => "Infinity".to_owned(),
        Json::Number(number) if number.is_infinite() => "-Infinity".to_owned(),
        other => other.to_value().to_string(),
    };
    let member = |(name, member): &(String, Json)| format!("{}:{}", Value::from(name.as_str()), value(member));
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

/// Reads a float of the golden file, where infinities are strings.
fn float(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap()
}

/// Scores all leads in one batch and each alone, and requires the same bits.
fn score(scorer: &Scorer, leads: &[Lead]) -> Vec<f32> {
    let batch: Vec<f32> =
        scorer.score(leads).unwrap().iter().map(|score| score.as_ref().unwrap().probability).collect();
    for (lead, expected) in leads.iter().zip(&batch) {
        let alone = scorer.score(std::slice::from_ref(lead)).unwrap()[0].as_ref().unwrap().probability;
        assert_eq!(alone.to_bits(), expected.to_bits());
    }
    batch
}

fn check(golden: &Value, features: &[f32], probability: f32) {
    let name = &golden["name"];
    for (place, (expected, got)) in golden["features"].as_array().unwrap().iter().zip(features).enumerate() {
        assert_eq!((float(expected) as f32).to_bits(), got.to_bits(), "{name}: feature {place}");
    }
    assert_eq!(golden["features"].as_array().unwrap().len(), features.len(), "{name}");
    let difference = (float(&golden["score_xgboost"]) - f64::from(probability)).abs();
    assert!(difference <= TOLERANCE, "{name}: {difference} from XGBoost");
    // If the tolerance crosses a rounding or label threshold, either side is correct.
    let reference = float(&golden["score_xgboost"]);
    let candidates = [reference - TOLERANCE, reference, reference + TOLERANCE];
    let expected = float(&golden["score_api_rounded"]);
    assert!(candidates.iter().any(|near| rounded(*near) == expected), "{name}: the record is inconsistent");
    assert!(candidates.iter().any(|near| rounded(*near) == rounded(f64::from(probability))), "{name}");
    assert!(candidates.iter().any(|near| label(*near as f32) == golden["label"]), "{name}");
    assert!(candidates.iter().any(|near| label(*near as f32) == label(probability)), "{name}");
    assert!(candidates.iter().any(|near| confidence(*near as f32) == golden["confidence"]), "{name}");
    assert!(candidates.iter().any(|near| confidence(*near as f32) == confidence(probability)), "{name}");
}

/// Lead to score, with its reference score.
#[derive(Clone)]
struct GoldenLead {
    name: String,
    lead: String,
    reference: Option<f64>,
}

/// Scores leads with a model; returns the set with the encoded rows and the probabilities.
fn score_set(name: &str, file: Vec<u8>, leads: &[GoldenLead]) -> (Set, Vec<Vec<f32>>, Vec<f32>) {
    let model = Model::open(name, &file).unwrap();
    let scorer = Scorer::open(&[(name.to_owned(), file.clone())]).unwrap();
    let read: Vec<Lead> =
        leads.iter().map(|golden| read_lead(golden.lead.as_bytes(), scorer.schema()).unwrap()).collect();
    let matrix = model.encoder().encode(&read);
    let rows: Vec<Vec<f32>> = matrix.values.chunks(matrix.width).map(<[f32]>::to_vec).collect();
    let probabilities = score(&scorer, &read);
    let record = |(place, golden): (usize, &GoldenLead)| Record {
        name: golden.name.clone(),
        lead: golden.lead.clone(),
        feature_bits: rows[place].iter().map(|value| value.to_bits()).collect(),
        probability_bits: probabilities[place].to_bits(),
        reference: golden.reference,
    };
    let records = leads.iter().enumerate().map(record).collect();
    (Set { name: name.to_owned(), model: file, records }, rows, probabilities)
}

#[test]
fn golden_features_and_scores_are_reproduced() {
    let mut document = Document { sets: Vec::new(), zoo: zoo::models() };
    let mut all_leads = Vec::new();
    for folder in sets() {
        let golden = golden_records(&folder);
        assert!(!golden.is_empty());
        let golden_lead = |(record, lead): &(Value, String)| GoldenLead {
            name: record["name"].to_string(),
            lead: lead.clone(),
            reference: Some(float(&record["score_xgboost"])),
        };
        let leads: Vec<GoldenLead> = golden.iter().map(golden_lead).collect();
        let (set, rows, probabilities) = score_set(&folder.display().to_string(), packed(&folder), &leads);
        for (((record, _), row), probability) in golden.iter().zip(&rows).zip(&probabilities) {
            check(record, row, *probability);
        }
        println!("{}: {} records", set.name, set.records.len());
        document.sets.push(set);
        all_leads.extend(leads.into_iter().map(|lead| GoldenLead { reference: None, ..lead }));
    }
    document.sets.extend(shipped(&all_leads));
    if let Some(path) = std::env::var_os("LEADLIGHT_GOLDEN_OUT") {
        fs::write(path, serde_json::to_string(&document).unwrap()).unwrap();
    }
}

/// Scores the same leads with the shipped models: without a reference, for comparison with other platforms.
fn shipped(leads: &[GoldenLead]) -> Vec<Set> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("models"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "onnx"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no model is shipped");
    files.iter().map(|path| score_set(&path.display().to_string(), fs::read(path).unwrap(), leads).0).collect()
}
