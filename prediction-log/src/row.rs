//! Rows of `prediction_logs` and `api_metrics`, with the order of their columns.

use super::database::{ColumnType, SqlValue, TableRow};
use super::timestamp::Timestamp;

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// A scored lead: a row of `prediction_logs`.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionRow {
    /// UUID, the `prediction_id` of the response.
    pub id: String,
    /// Time of the prediction.
    pub created_at: Timestamp,
    /// Logged inputs of the lead: a JSON object.
    pub input_features: String,
    /// Probability 0 to 1, rounded to 4 places.
    pub predicted_score: f64,
    /// Inference time of this lead; the time of a batch is shared evenly.
    pub inference_time_ms: f64,
    /// Version of the model that scored this lead.
    pub model_version: String,
    /// The client's own identifier of the lead.
    pub lead_key: Option<String>,
    /// Probability 0 to 1, unrounded.
    pub probability: f32,
    /// `engaged` or `not_engaged`.
    pub label: &'static str,
    /// `high`, `medium` or `low`.
    pub confidence: &'static str,
    /// Grade, where the model has grades.
    pub grade: Option<char>,
    /// SHA-256 of the model file, in hexadecimal.
    pub model_sha256: String,
    /// `X-Request-ID` of the response.
    pub request_id: String,
}

/// An API request: a row of `api_metrics`.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRow {
    /// Time of the request.
    pub created_at: Timestamp,
    /// Route template, never the path as it was sent.
    pub endpoint: String,
    /// HTTP status code.
    pub status_code: u16,
    /// Time from the request's head to the response's head.
    pub response_time_ms: f64,
}

impl TableRow for PredictionRow {
    const TABLE: &'static str = "prediction_logs";
    const COLUMNS: &'static [(&'static str, ColumnType)] = &[
        ("id", ColumnType::Text),
        ("created_at", ColumnType::Timestamp),
        ("input_features", ColumnType::Json),
        ("predicted_score", ColumnType::Real),
        ("inference_time_ms", ColumnType::Real),
        ("model_version", ColumnType::Text),
        ("lead_key", ColumnType::Text),
        ("probability", ColumnType::Real),
        ("label", ColumnType::Text),
        ("confidence", ColumnType::Text),
        ("grade", ColumnType::Text),
        ("model_sha256", ColumnType::Text),
        ("request_id", ColumnType::Text),
    ];

    fn values(&self) -> impl Iterator<Item = SqlValue<'_>> {
        let grade = self.grade.and_then(|grade| LETTERS.find(grade)).and_then(|at| LETTERS.get(at..=at));
        [
            (&self.id).into(),
            self.created_at.into(),
            (&self.input_features).into(),
            self.predicted_score.into(),
            self.inference_time_ms.into(),
            (&self.model_version).into(),
            (&self.lead_key).into(),
            f64::from(self.probability).into(),
            self.label.into(),
            self.confidence.into(),
            SqlValue::Text(grade),
            (&self.model_sha256).into(),
            (&self.request_id).into(),
        ]
        .into_iter()
    }
}

/// Without an id: some databases of the previous service number these rows themselves.
impl TableRow for RequestRow {
    const TABLE: &'static str = "api_metrics";
    const COLUMNS: &'static [(&'static str, ColumnType)] = &[
        ("created_at", ColumnType::Timestamp),
        ("endpoint", ColumnType::Text),
        ("status_code", ColumnType::Integer),
        ("response_time_ms", ColumnType::Real),
    ];

    fn values(&self) -> impl Iterator<Item = SqlValue<'_>> {
        [
            self.created_at.into(),
            (&self.endpoint).into(),
            i64::from(self.status_code).into(),
            self.response_time_ms.into(),
        ]
        .into_iter()
    }
}
