//! What crosses a border as JSON: answers of the API, results for the page, what the monitoring page shows.
//!
//! Owns the serialisable mirrors and the conversion into them. May not know HTTP, messages or storage.

pub mod monitoring;

use crate::insight::label::{confidence, is_engaged, label, rounded};
use serde::{Deserialize, Serialize};

/// The score of one lead. The first five members are those of the old service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct Prediction {
    /// The probability of a reply, rounded to 4 places.
    pub score: f64,
    /// `engaged` where the unrounded probability is at least 0.5, else `not_engaged`.
    pub label: String,
    /// The probability in three steps: `high` from 0.7, `medium` from 0.4, else `low`. Not a measure of certainty.
    pub confidence: String,
    /// The version of the model that gave it.
    pub model_version: String,
    /// How long scoring took, in milliseconds; in a batch, the mean over its leads.
    pub inference_time_ms: f64,
    /// The probability in its shortest form that reads back as the same 32-bit number.
    pub probability: f32,
    /// The model's grade, best `A`; null where it has none.
    pub grade: Option<String>,
    /// Under which this prediction stands in the log; null where nothing is logged.
    pub prediction_id: Option<String>,
    /// The client's own key, as sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lead_key: Option<String>,
}

impl Prediction {
    /// What a score is called, without what only its surroundings know.
    pub fn new(probability: f32, grade: Option<char>, model_version: &str) -> Self {
        Prediction {
            score: rounded(f64::from(probability)),
            label: label(probability).to_owned(),
            confidence: confidence(probability).to_owned(),
            model_version: model_version.to_owned(),
            inference_time_ms: 0.0,
            probability,
            grade: grade.map(String::from),
            prediction_id: None,
            lead_key: None,
        }
    }
}

/// The scores of a batch, in the order sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct BatchAnswer {
    /// One per lead.
    pub predictions: Vec<Prediction>,
    /// How many there are.
    pub total_count: usize,
    /// The mean of the probabilities, rounded to 4 places.
    pub avg_score: f64,
    /// How many are `engaged`.
    pub high_engagement_count: usize,
}

impl BatchAnswer {
    /// Sums up predictions.
    pub fn new(predictions: Vec<Prediction>) -> Self {
        let total: f64 = predictions.iter().map(|prediction| f64::from(prediction.probability)).sum();
        BatchAnswer {
            total_count: predictions.len(),
            avg_score: rounded(total / predictions.len().max(1) as f64),
            high_engagement_count: predictions.iter().filter(|prediction| is_engaged(prediction.probability)).count(),
            predictions,
        }
    }
}
