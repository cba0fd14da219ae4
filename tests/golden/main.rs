//! Golden scores: every set of the old service's layout that is found is packed and must give, bit for bit, the
//! features of the original encoder, and XGBoost's scores within a millionth.
//!
//! Sets are folders with `model.onnx`, `encoder.json` and `golden.jsonl`, looked for by that layout under
//! `tests/fixtures` and under `LEADLIGHT_SHARED`. What this test saw is written to `LEADLIGHT_GOLDEN_OUT`, if set, for
//! the same test in a browser.

// A test that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod document;
mod zoo;

use document::{Document, Record, Set};
use scorer::cli::adopt;
use scorer::insight::card::Card;
use scorer::insight::grade::Grades;
use scorer::insight::label::{confidence, label, rounded};
use scorer::lead::Lead;
use scorer::lead::json::read_lead;
use scorer::lead::json::syntax::{Json, JsonParser};
use scorer::model::onnx;
use scorer::pipeline::{Model, Parts, Scorer, pack};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// How far a score may be from XGBoost's.
const TOLERANCE: f64 = 1e-6;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where the data is that is no part of the project.
fn shared() -> PathBuf {
    std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// Folders with all the named files, anywhere under a folder, in a fixed order.
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

/// The sets of the project itself, of which there is at least one, and those of the shared data.
fn sets() -> Vec<PathBuf> {
    let names = ["model.onnx", "encoder.json", "golden.jsonl"];
    let own = folders_with(&root().join("tests/fixtures"), &names);
    assert!(!own.is_empty(), "the synthetic golden set of the project is missing");
    let shared = folders_with(&shared(), &names);
    if shared.is_empty() {
        eprintln!("!! NO SHARED TEST DATA: golden scores are checked on the synthetic set alone !!");
    }
    own.into_iter().chain(shared).collect()
}

fn packed(folder: &Path) -> Vec<u8> {
    let graph = fs::read(folder.join("model.onnx")).unwrap();
    let export = fs::read(folder.join("encoder.json")).unwrap();
    let input = onnx::inputs(&graph).unwrap().remove(0).name;
    let parts = Parts {
        encoder: adopt::specification(&export, &input).unwrap(),
        card: Card { name: "adopted".into(), version: "0.3.0".into(), ..Card::default() },
        grades: Grades::default(),
        profile: None,
        output: None,
    };
    pack(&graph, parts).unwrap()
}

/// The golden file's records as Python wrote them; the lead beside each is its own text again, NaN and all.
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

/// A flat object as Python writes it.
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

/// A float of the golden file, where infinities are texts.
fn float(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap()
}

/// Scores all leads at once and each alone, and demands the same bits.
fn score(scorer: &Scorer, leads: &[Lead]) -> Vec<f32> {
    let together: Vec<f32> = scorer.score(leads).unwrap().iter().map(|score| score.unwrap().probability).collect();
    for (lead, among) in leads.iter().zip(&together) {
        let alone = scorer.score(std::slice::from_ref(lead)).unwrap()[0].unwrap().probability;
        assert_eq!(alone.to_bits(), among.to_bits());
    }
    together
}

fn check(golden: &Value, features: &[f32], probability: f32) {
    let name = &golden["name"];
    for (place, (expected, got)) in golden["features"].as_array().unwrap().iter().zip(features).enumerate() {
        assert_eq!((float(expected) as f32).to_bits(), got.to_bits(), "{name}: feature {place}");
    }
    assert_eq!(golden["features"].as_array().unwrap().len(), features.len(), "{name}");
    let difference = (float(&golden["score_xgboost"]) - f64::from(probability)).abs();
    assert!(difference <= TOLERANCE, "{name}: {difference} from XGBoost");
    // Where the allowed difference crosses an edge of rounding or of a word, either side is right.
    let reference = float(&golden["score_xgboost"]);
    let around = [reference - TOLERANCE, reference, reference + TOLERANCE];
    let expected = float(&golden["score_api_rounded"]);
    assert!(around.iter().any(|near| rounded(*near) == expected), "{name}: the record disagrees with itself");
    assert!(around.iter().any(|near| rounded(*near) == rounded(f64::from(probability))), "{name}");
    assert!(around.iter().any(|near| label(*near as f32) == golden["label"]), "{name}");
    assert!(around.iter().any(|near| label(*near as f32) == label(probability)), "{name}");
    assert!(around.iter().any(|near| confidence(*near as f32) == golden["confidence"]), "{name}");
    assert!(around.iter().any(|near| confidence(*near as f32) == confidence(probability)), "{name}");
}

/// A lead to be scored.
#[derive(Clone)]
struct Given {
    name: String,
    lead: String,
    reference: Option<f64>,
}

/// Scores a model's leads; references come from the golden records, where there are any.
fn set(name: &str, file: Vec<u8>, leads: &[Given]) -> (Set, Vec<Vec<f32>>, Vec<f32>) {
    let model = Model::open(name, &file).unwrap();
    let scorer = Scorer::open(&[(name.to_owned(), file.clone())]).unwrap();
    let read: Vec<Lead> =
        leads.iter().map(|given| read_lead(given.lead.as_bytes(), scorer.schema()).unwrap()).collect();
    let matrix = model.encoder().encode(&read);
    let rows: Vec<Vec<f32>> = matrix.values.chunks(matrix.width).map(<[f32]>::to_vec).collect();
    let probabilities = score(&scorer, &read);
    let record = |(place, given): (usize, &Given)| Record {
        name: given.name.clone(),
        lead: given.lead.clone(),
        feature_bits: rows[place].iter().map(|value| value.to_bits()).collect(),
        probability_bits: probabilities[place].to_bits(),
        reference: given.reference,
    };
    let records = leads.iter().enumerate().map(record).collect();
    (Set { name: name.to_owned(), model: file, records }, rows, probabilities)
}

#[test]
fn golden_features_and_scores_are_reproduced() {
    let mut document = Document { sets: Vec::new(), zoo: zoo::models() };
    let mut leads_seen = Vec::new();
    for folder in sets() {
        let golden = golden_records(&folder);
        assert!(!golden.is_empty());
        let given = |(record, lead): &(Value, String)| Given {
            name: record["name"].to_string(),
            lead: lead.clone(),
            reference: Some(float(&record["score_xgboost"])),
        };
        let leads: Vec<Given> = golden.iter().map(given).collect();
        let (set, rows, probabilities) = set(&folder.display().to_string(), packed(&folder), &leads);
        for (((record, _), row), probability) in golden.iter().zip(&rows).zip(&probabilities) {
            check(record, row, *probability);
        }
        println!("{}: {} records", set.name, set.records.len());
        document.sets.push(set);
        leads_seen.extend(leads.into_iter().map(|given| Given { reference: None, ..given }));
    }
    document.sets.extend(shipped(&leads_seen));
    if let Some(path) = std::env::var_os("LEADLIGHT_GOLDEN_OUT") {
        fs::write(path, serde_json::to_string(&document).unwrap()).unwrap();
    }
}

/// The shipped models on the same leads: no reference, but the same bits in the browser.
fn shipped(leads: &[Given]) -> Vec<Set> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("models"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "onnx"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no model is shipped");
    files.iter().map(|path| set(&path.display().to_string(), fs::read(path).unwrap(), leads).0).collect()
}
