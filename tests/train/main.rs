//! Training tests, from a CSV to model files that open: on the synthetic history of the fixtures, and on every history
//! with the same columns under `LEADLIGHT_SHARED`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod privacy;
mod shipped;
mod training;

use scorer::lead::csv::Dialect;
use scorer::lead::schema::Schema;
use scorer::pipeline::{ModelParts, pack};
use scorer::train::{History, SEED, TrainedModel, TrainingPlan, fit};
use std::fs;
use std::path::{Path, PathBuf};

/// Outcome column of the histories.
const OUTCOME: &str = "engaged";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the synthetic history of the repository.
fn synthetic_histories() -> Vec<History> {
    histories(&root().join("tests/fixtures"))
}

/// Returns the histories outside the repository; none if there is no shared data.
fn shared_histories() -> Vec<History> {
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let found = histories(&shared);
    if found.is_empty() {
        eprintln!("SKIPPED: no history with all fields of a lead and {OUTCOME:?} under {}", shared.display());
    }
    found
}

/// Reads every CSV in a direct subfolder that has all lead fields and the outcome column.
fn histories(folder: &Path) -> Vec<History> {
    let children = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut paths: Vec<PathBuf> = entries.collect();
        paths.sort();
        paths
    };
    let files = children(folder).into_iter().flat_map(|folder| children(&folder));
    let tables = files.filter(|file| file.extension().is_some_and(|extension| extension == "csv"));
    let bytes: Vec<Vec<u8>> = tables.filter_map(|file| fs::read(file).ok()).filter(|bytes| is_history(bytes)).collect();
    bytes.iter().map(|bytes| History::read(bytes, Dialect::default(), OUTCOME).unwrap()).collect()
}

fn is_history(bytes: &[u8]) -> bool {
    let header = String::from_utf8_lossy(bytes.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
    let names: Vec<&str> = header.trim().split(',').collect();
    Schema::leads().fields().iter().map(|field| field.name.as_str()).chain([OUTCOME]).all(|name| names.contains(&name))
}

fn plan(repeats: usize) -> TrainingPlan {
    TrainingPlan {
        name: "model".to_owned(),
        version: "1".to_owned(),
        outcome: "a lead replies".to_owned(),
        seed: SEED,
        folds: 5,
        repeats,
    }
}

fn train(history: &History, plan: &TrainingPlan) -> Vec<TrainedModel> {
    fit(history, plan, &mut |_, _| ()).unwrap()
}

/// Packs a trained model into a file.
fn packed(fitted: &TrainedModel) -> Vec<u8> {
    let fitted = fitted.clone();
    let (encoder, card, grades) = (fitted.encoder, fitted.card, fitted.grades);
    let parts = ModelParts { encoder, card, grades, profile: Some(fitted.profile), output: Some(fitted.output) };
    pack(&fitted.graph, parts).unwrap()
}
