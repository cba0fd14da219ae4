//! What is told of the rows of the log.
//!
//! May not know how rows are made, nor in which form an answer is written.

use crate::wire::{ModelName, Prediction};
use prediction_log::PredictionRow;
use std::borrow::Cow;

/// What the client is told is what the log holds.
pub(super) fn prediction(row: &PredictionRow) -> Prediction<'_> {
    Prediction {
        inference_time_ms: row.inference_time_ms,
        prediction_id: Some(Cow::Borrowed(&row.id)),
        lead_key: row.lead_key.as_deref().map(Cow::Borrowed),
        ..Prediction::new(row.probability, row.grade, model_name(row))
    }
}

fn model_name(row: &PredictionRow) -> ModelName<'_> {
    ModelName { model_version: Cow::Borrowed(&row.model_version), model_sha256: Cow::Borrowed(&row.model_sha256) }
}

/// The models of some rows, in the order in which they come up.
pub(super) fn models(rows: &[PredictionRow]) -> Vec<ModelName<'static>> {
    let mut models = Vec::new();
    add_models(&mut models, rows);
    models
}

/// Adds the models of some rows to those that are known, in the order in which they come up.
pub(super) fn add_models(known: &mut Vec<ModelName<'static>>, rows: &[PredictionRow]) {
    for row in rows {
        if !known.iter().any(|model| model.model_sha256 == row.model_sha256) {
            known.push(ModelName {
                model_version: Cow::Owned(row.model_version.clone()),
                model_sha256: Cow::Owned(row.model_sha256.clone()),
            });
        }
    }
}
