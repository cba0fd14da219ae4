//! JSON data transfer types: predictions of the API and data of the monitoring page.
//!
//! Must not depend on HTTP, messages or storage.

pub mod monitoring;

use crate::insight::label::{ScoreSummary, confidence, label, rounded};
use crate::lead::level::UnseenField;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Prediction for one lead. The first five members are those of the replaced service. Texts are borrowed where possible,
/// so that a batch is written without copies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct Prediction<'a> {
    /// Probability of a reply, rounded to 4 places.
    #[cfg_attr(feature = "native", schema(minimum = 0, maximum = 1))]
    pub score: f64,
    /// `engaged` where the unrounded probability is at least 0.5, else `not_engaged`.
    pub label: Cow<'a, str>,
    /// Probability in three steps: `high` from 0.7, `medium` from 0.4, else `low`. Not a measure of certainty.
    pub confidence: Cow<'a, str>,
    /// Version of the model.
    pub model_version: Cow<'a, str>,
    /// Inference time in milliseconds; in a batch, the mean over its leads.
    #[cfg_attr(feature = "native", schema(minimum = 0))]
    pub inference_time_ms: f64,
    /// Probability in the shortest form that parses to the same 32-bit number.
    #[cfg_attr(feature = "native", schema(minimum = 0, maximum = 1))]
    pub probability: f32,
    /// Grade, best `A`; null where the model has none.
    pub grade: Option<char>,
    /// SHA-256 of the model file, in hexadecimal.
    pub model_sha256: Cow<'a, str>,
    /// Id in the log; null where nothing is logged.
    pub prediction_id: Option<Cow<'a, str>>,
    /// Client's own key, as sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "native", schema(nullable = false))]
    pub lead_key: Option<Cow<'a, str>>,
}

impl<'a> Prediction<'a> {
    /// Labels a score; inference time, id and key are left empty.
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

/// Identity of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct ModelName<'a> {
    /// Version of the model.
    pub model_version: Cow<'a, str>,
    /// SHA-256 of the model file, in hexadecimal.
    pub model_sha256: Cow<'a, str>,
}

/// Predictions of a batch, in the order sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema), schema(as = BatchAnswer))]
pub struct BatchResponse<'a> {
    /// One prediction per lead.
    pub predictions: Vec<Prediction<'a>>,
    /// Number of predictions.
    pub total_count: usize,
    /// Mean probability, rounded to 4 places.
    #[cfg_attr(feature = "native", schema(minimum = 0, maximum = 1))]
    pub avg_score: f64,
    /// Number of leads labelled `engaged`.
    pub high_engagement_count: usize,
    /// Models that made the predictions.
    pub models: Vec<ModelName<'a>>,
    /// Values of categorical fields that the models have never seen; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<UnseenValues>,
}

/// Leads of a batch whose value of a categorical field is no level of the model that scored them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct UnseenValues {
    /// Field of the leads.
    pub field: String,
    /// Number of leads.
    pub leads: u64,
    /// The three most common of these values.
    pub most_common: Vec<UnseenValue>,
}

/// Value that no model has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "native", derive(utoipa::ToSchema))]
pub struct UnseenValue {
    /// The value, at most 60 characters of it.
    pub value: String,
    /// Number of leads with it.
    pub leads: u64,
}

impl From<UnseenField> for UnseenValues {
    fn from(unseen: UnseenField) -> Self {
        let value = |(value, leads)| UnseenValue { value, leads };
        let most_common = unseen.commonest.into_iter().map(value).collect();
        UnseenValues { field: unseen.field, leads: unseen.cells, most_common }
    }
}

impl<'a> BatchResponse<'a> {
    /// Adds the summary of the predictions.
    pub fn new(predictions: Vec<Prediction<'a>>, models: Vec<ModelName<'a>>) -> Self {
        let mut summary = ScoreSummary::default();
        predictions.iter().for_each(|prediction| summary.add(prediction.probability));
        BatchResponse {
            total_count: predictions.len(),
            avg_score: summary.mean().unwrap_or(0.0),
            high_engagement_count: summary.engaged,
            predictions,
            models,
            unseen: Vec::new(),
        }
    }
}
