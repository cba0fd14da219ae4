//! Response bodies that only HTTP has: health, errors, partial batches. Scores have their types in `wire`.

use crate::wire::{ModelName, Prediction, UnseenValues};
use axum::http::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use utoipa::ToSchema;

/// Versions of the models that scored, comma-separated.
pub(crate) const X_MODEL_VERSION: HeaderName = HeaderName::from_static("x-model-version");

/// SHA-256 of their files, in the same order.
pub(crate) const X_MODEL_SHA256: HeaderName = HeaderName::from_static("x-model-sha256");

/// Liveness of the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `healthy`.
    pub status: String,
    /// Name of the service.
    pub service: String,
    /// Version of the program.
    pub version: String,
    /// Commit of the deployment, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// False while predictions are answered with 503.
    pub model_loaded: bool,
    /// Present and true while this instance is under maintenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<bool>,
}

/// Readiness to score and record leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// `ready`; `degraded` when leads are scored but an operator is needed; `unavailable` when they are not.
    pub status: String,
    /// Results of the checks.
    pub checks: Checks,
}

/// Checks of readiness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Checks {
    /// `ok`, `missing` or `failed`: a trial score of the models in service.
    pub model: Check,
    /// `connected`, `degraded` or `lost`.
    pub log: Check,
    /// `ok`, or `failed` when the last change of models failed.
    pub files: Check,
    /// `ok`, or `behind` when this instance lacks models that all instances are to serve.
    pub instances: Check,
}

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Machine-readable status.
    pub status: String,
    /// Sentence for people, if any.
    pub detail: Option<String>,
}

/// Body of an error response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Failure)]
pub struct ErrorBody {
    /// Machine-readable code, for example `validation_error`.
    pub error: String,
    /// Sentence for people.
    pub message: String,
    /// Validation errors for `validation_error`, else null.
    pub detail: Option<Vec<ValidationError>>,
}

/// One validation error, in the format of the old service (Pydantic).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Complaint)]
pub struct ValidationError {
    /// Machine-readable type, for example `less_than_equal`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Path of member names and list indices, from `body`, `query` or `header`.
    pub loc: Vec<Value>,
    /// Sentence for people.
    pub msg: String,
    /// Value found there; long values are omitted.
    pub input: Value,
    /// Context of the error, for example the limit exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ctx: Option<Value>,
}

/// Result of one lead of a batch in which invalid leads are skipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum LeadResult<'a> {
    /// Scored and recorded.
    Scored(Prediction<'a>),
    /// Neither scored nor recorded.
    Rejected(RejectedLead<'a>),
}

/// Validation errors of a lead that was not scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Rejection)]
pub struct RejectedLead<'a> {
    /// Line of the body on which the lead starts, from 1, for line-based bodies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub line: Option<u64>,
    /// The client's own key of the lead, if readable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lead_key: Option<Cow<'a, str>>,
    /// All validation errors.
    pub errors: Vec<ValidationError>,
}

/// Results of all leads of a batch, in the order sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartialAnswer<'a> {
    /// One result per lead.
    pub results: Vec<LeadResult<'a>>,
    /// Number of leads.
    pub total_count: usize,
    /// Number of scored leads.
    pub scored_count: usize,
    /// Number of rejected leads.
    pub rejected_count: usize,
    /// Mean probability, rounded to 4 places; null when nothing was scored.
    pub avg_score: Option<f64>,
    /// Number of leads labelled `engaged`.
    pub high_engagement_count: usize,
    /// Models that scored.
    pub models: Vec<ModelName<'a>>,
    /// Values of categorical fields that the models have never seen; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<UnseenValues>,
}

/// Last line of a complete streamed response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Completion<'a> {
    /// Always true.
    pub complete: bool,
    /// Number of leads.
    pub rows: u64,
    /// Number of leads scored and recorded.
    pub scored: u64,
    /// Number of rejected leads.
    pub rejected: u64,
    /// SHA-256 of the uncompressed response before this line, in hexadecimal.
    pub sha256: Cow<'a, str>,
    /// Models that scored.
    pub models: Vec<ModelName<'a>>,
    /// Values of categorical fields that the models have never seen; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<UnseenValues>,
    /// Number of rows of a table that hold no lead; absent if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub skipped_rows: Option<u64>,
}

/// Last line of an aborted streamed response. The leads before it were scored and recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Interruption {
    /// Always false.
    pub complete: bool,
    /// Number of leads before this line.
    pub rows: u64,
    /// Machine-readable code, as in an error body.
    pub error: String,
    /// Sentence for people.
    pub message: String,
    /// Validation errors for `validation_error`, else null.
    pub detail: Option<Vec<ValidationError>>,
}
