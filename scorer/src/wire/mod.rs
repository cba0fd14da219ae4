//! What crosses a border as JSON: answers of the API, results for the page, what the monitoring page shows.
//!
//! Owns the serialisable mirrors and the conversion into them. May not know HTTP, messages or storage.

pub mod monitoring;

use crate::insight::label::{confidence, is_engaged, label, rounded};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The score of one lead. The first five members are those of the old service. Its texts are borrowed where they stand
/// already, so that a batch is written without copies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct Prediction<'a> {
    /// The probability of a reply, rounded to 4 places.
    #[cfg_attr(feature = "native", schema(minimum = 0, maximum = 1))]
    pub score: f64,
    /// `engaged` where the unrounded probability is at least 0.5, else `not_engaged`.
    pub label: Cow<'a, str>,
    /// The probability in three steps: `high` from 0.7, `medium` from 0.4, else `low`. Not a measure of certainty.
    pub confidence: Cow<'a, str>,
    /// The version of the model that gave it.
    pub model_version: Cow<'a, str>,
    /// How long scoring took, in milliseconds; in a batch, the mean over its leads.
    #[cfg_attr(feature = "native", schema(minimum = 0))]
    pub inference_time_ms: f64,
    /// The probability in its shortest form that reads back as the same 32-bit number.
    #[cfg_attr(feature = "native", schema(minimum = 0, maximum = 1))]
    pub probability: f32,
    /// The model's grade, best `A`; null where it has none.
    pub grade: Option<char>,
    /// SHA-256 of the model file, in hexadecimal.
    pub model_sha256: Cow<'a, str>,
    /// Under which this prediction stands in the log; null where nothing is logged.
    pub prediction_id: Option<Cow<'a, str>>,
    /// The client's own key, as sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "native", schema(nullable = false))]
    pub lead_key: Option<Cow<'a, str>>,
}

impl<'a> Prediction<'a> {
    /// What a score is called, without what only its surroundings know.
    pub fn new(probability: f32, grade: Option<char>, model: ModelName<'a>) -> Self {
        Prediction {
            score: rounded(f64::from(probability)),
            label: Cow::Borrowed(label(probability)),
            confidence: Cow::Borrowed(confidence(probability)),
            model_version: model.model_version,
            inference_time_ms: 0.0,
            probability,
            grade,
            model_sha256: model.model_sha256,
            prediction_id: None,
            lead_key: None,
        }
    }
}

/// Which model gave a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct ModelName<'a> {
    /// Its version.
    pub model_version: Cow<'a, str>,
    /// SHA-256 of its file, in hexadecimal.
    pub model_sha256: Cow<'a, str>,
}

/// What the scores of a batch sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    /// How many scores there are.
    pub scored: usize,
    /// How many are `engaged`.
    pub engaged: usize,
    total: f64,
}

impl Summary {
    /// Takes one more score.
    pub fn add(&mut self, probability: f32) {
        self.scored += 1;
        self.engaged += usize::from(is_engaged(probability));
        self.total += f64::from(probability);
    }

    /// The mean of the probabilities, rounded to 4 places; nothing where there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.scored > 0).then(|| rounded(self.total / self.scored as f64))
    }
}

/// The scores of a batch, in the order sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct BatchAnswer<'a> {
    /// One per lead.
    pub predictions: Vec<Prediction<'a>>,
    /// How many there are.
    pub total_count: usize,
    /// The mean of the probabilities, rounded to 4 places.
    #[cfg_attr(feature = "native", schema(minimum = 0, maximum = 1))]
    pub avg_score: f64,
    /// How many are `engaged`.
    pub high_engagement_count: usize,
    /// The models that gave them.
    pub models: Vec<ModelName<'a>>,
}

impl<'a> BatchAnswer<'a> {
    /// Sums up predictions.
    pub fn new(predictions: Vec<Prediction<'a>>, models: Vec<ModelName<'a>>) -> Self {
        let mut sum = Summary::default();
        predictions.iter().for_each(|prediction| sum.add(prediction.probability));
        BatchAnswer {
            total_count: predictions.len(),
            avg_score: sum.mean().unwrap_or(0.0),
            high_engagement_count: sum.engaged,
            predictions,
            models,
        }
    }
}
