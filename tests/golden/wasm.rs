//! The golden document again, in a browser: features and scores must have the same bits there.

// A test that cannot go on has failed: that is what a panic says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_arch = "wasm32")]

mod document;

use document::{Document, Record};
use scorer::lead::Lead;
use scorer::lead::json::read_lead;
use scorer::pipeline::Model;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Written by the native golden test, which the project's test command runs first.
const DOCUMENT: &[u8] = include_bytes!(env!("LEADLIGHT_GOLDEN"));

fn check(record: &Record, row: &[f32], probability: f32) {
    let bits: Vec<u32> = row.iter().map(|value| value.to_bits()).collect();
    assert_eq!(bits, record.feature_bits, "{}", record.name);
    assert_eq!(probability.to_bits(), record.probability_bits, "{}", record.name);
    if let Some(reference) = record.reference {
        assert!((reference - f64::from(probability)).abs() <= 1e-6, "{}", record.name);
    }
}

#[wasm_bindgen_test]
fn models_of_other_makers_answer_as_onnxruntime_in_the_browser_too() {
    let document: Document = serde_json::from_slice(DOCUMENT).unwrap();
    assert!(!document.zoo.is_empty());
    for model in &document.zoo {
        let answers = model.open().and_then(|graph| model.run(&graph)).unwrap();
        let bits: Vec<u32> = answers.iter().map(|probability| probability.to_bits()).collect();
        if let Some(exact) = &model.exact_bits {
            assert_eq!(bits, *exact, "{}", model.name);
        }
    }
}

#[wasm_bindgen_test]
fn the_browser_gives_the_same_bits() {
    let document: Document = serde_json::from_slice(DOCUMENT).unwrap();
    assert!(document.sets.iter().any(|set| set.records.iter().any(|record| record.reference.is_some())));
    for set in &document.sets {
        let model = Model::open(&set.name, &set.model).unwrap();
        let read = |record: &Record| read_lead(record.lead.as_bytes(), model.encoder().schema()).unwrap();
        let leads: Vec<Lead> = set.records.iter().map(read).collect();
        let matrix = model.encoder().encode(&leads);
        let probabilities = model.run(&model.encoder().encode_blocks(leads.iter())).unwrap();
        assert_eq!(probabilities.len(), set.records.len());
        for ((record, row), probability) in
            set.records.iter().zip(matrix.values.chunks(matrix.width)).zip(probabilities)
        {
            check(record, row, probability);
        }
    }
}
