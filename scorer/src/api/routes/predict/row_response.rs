//! Converts rows of the log into response types, so that a response says what the log holds.

use super::scoring::RowStatus;
use crate::api::http::response::LeadResult;
use crate::lead::level::UnseenLevels;
use crate::lead::schema::Schema;
use crate::wire::{ModelName, Prediction, UnseenValues};
use prediction_log::PredictionRow;
use std::borrow::Cow;

/// Converts a row.
pub(super) fn prediction(row: &PredictionRow) -> Prediction<'_> {
    let model =
        ModelName { model_version: Cow::Borrowed(&row.model_version), model_sha256: Cow::Borrowed(&row.model_sha256) };
    Prediction {
        inference_time_ms: row.inference_time_ms,
        prediction_id: Some(Cow::Borrowed(&row.id)),
        lead_key: row.lead_key.as_deref().map(Cow::Borrowed),
        ..Prediction::new(row.probability, row.grade, model)
    }
}

/// Converts the values that no model has seen.
pub(super) fn unseen_values(unseen: &UnseenLevels, schema: &Schema) -> Vec<UnseenValues> {
    unseen.report(schema).into_iter().map(UnseenValues::from).collect()
}

/// Returns the result of a lead: the next row if it was scored, else its rejection. `None` if rows run out.
pub(super) fn lead_result<'a>(
    status: &'a RowStatus,
    rows: &mut impl Iterator<Item = &'a PredictionRow>,
) -> Option<LeadResult<'a>> {
    Some(match status {
        RowStatus::Scored(_) => LeadResult::Scored(prediction(rows.next()?)),
        RowStatus::Rejected(rejection) => LeadResult::Rejected(rejection.clone()),
    })
}

/// Returns the models of these rows, in order of first appearance.
pub(super) fn models(rows: &[PredictionRow]) -> Vec<ModelName<'static>> {
    let mut models = Vec::new();
    add_models(&mut models, rows);
    models
}

/// Adds the models of these rows to the known ones, in order of first appearance.
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
