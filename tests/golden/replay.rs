//! Replays the golden document on another platform than the one that wrote it and compares features and scores.

use crate::document::{Document, Record};
use scorer::lead::Lead;
use scorer::lead::json::read_lead;
use scorer::pipeline::Model;

fn check_record(record: &Record, row: &[f32], probability: f32) {
    let bits: Vec<u32> = row.iter().map(|value| value.to_bits()).collect();
    assert_eq!(bits, record.feature_bits, "{}", record.name);
    assert_eq!(probability.to_bits(), record.probability_bits, "{}", record.name);
    if let Some(reference) = record.reference {
        assert!((reference - f64::from(probability)).abs() <= 1e-6, "{}", record.name);
    }
}

/// Compares the bits of features and scores of every set.
pub(crate) fn check_sets(document: &Document) {
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
            check_record(record, row, probability);
        }
    }
}

/// Compares the outputs of third-party models with onnxruntime's, and their bits where they are guaranteed.
pub(crate) fn check_zoo(document: &Document) {
    assert!(!document.zoo.is_empty());
    for model in &document.zoo {
        let outputs = model.open().and_then(|graph| model.run(&graph)).unwrap();
        let bits: Vec<u32> = outputs.iter().map(|probability| probability.to_bits()).collect();
        if let Some(exact) = &model.exact_bits {
            assert_eq!(bits, *exact, "{}", model.name);
        }
    }
}
