//! The answers that only HTTP gives: health, failures, and batches in which a lead may be refused. Scores have their
//! shapes in `wire`.
//!
//! Owns names and forms. May not know when they are given.

use crate::wire::{ModelName, Prediction};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use utoipa::ToSchema;

/// Whether the service is up and has a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `healthy`: a service that is not does not answer.
    pub status: String,
    /// The name that monitors of the old service look for.
    pub service: String,
    /// Of the program.
    pub version: String,
    /// The commit that it was deployed from, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// False while predictions are answered with 503.
    pub model_loaded: bool,
    /// There, and true, while this instance is under maintenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<bool>,
}

/// Whether leads can be scored and recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// `ready`; `degraded` where they can and something needs an operator; `unavailable` where they cannot.
    pub status: String,
    /// What was looked at.
    pub checks: Checks,
}

/// What readiness is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Checks {
    /// `ok`, `missing` or `failed`: the models in service were asked for a score.
    pub model: Check,
    /// `connected`, `degraded` or `lost`.
    pub log: Check,
    /// `ok`, or `failed` where the last change of models did not come about.
    pub files: Check,
    /// `ok`, or `behind` where all instances are to serve models that this one does not have.
    pub instances: Check,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// A word for programs.
    pub status: String,
    /// A sentence for people, where there is something to say.
    pub detail: Option<String>,
}

/// What is answered instead when something is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Failure)]
pub struct ErrorBody {
    /// A word for programs, `validation_error` for one.
    pub error: String,
    /// A sentence for people.
    pub message: String,
    /// For `validation_error` what is wrong where, else null.
    pub detail: Option<Vec<ValidationError>>,
}

/// One thing that is wrong with a request, in the form that the old service gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Complaint)]
pub struct ValidationError {
    /// A word for programs, `less_than_equal` for one.
    #[serde(rename = "type")]
    pub kind: String,
    /// Names of members and places in lists, from `body`, `query` or `header` down.
    pub loc: Vec<Value>,
    /// A sentence for people.
    pub msg: String,
    /// What stands there; long values are left out.
    pub input: Value,
    /// The limit that was passed, and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ctx: Option<Value>,
}

/// What became of one lead of a batch in which a lead that is not valid costs the others nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum LeadResult<'a> {
    /// It was scored and recorded.
    Scored(Prediction<'a>),
    /// It was neither scored nor recorded.
    Rejected(RejectedLead<'a>),
}

/// Why a lead was not scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Rejection)]
pub struct RejectedLead<'a> {
    /// The line of the body on which it starts, from 1, where the body is a file of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub line: Option<u64>,
    /// The client's own key, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lead_key: Option<Cow<'a, str>>,
    /// Everything that is wrong with it.
    pub errors: Vec<ValidationError>,
}

/// A result for every lead of a batch, in the order sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartialAnswer<'a> {
    /// One per lead.
    pub results: Vec<LeadResult<'a>>,
    /// How many there are.
    pub total_count: usize,
    /// How many were scored.
    pub scored_count: usize,
    /// How many were not.
    pub rejected_count: usize,
    /// The mean of the probabilities, rounded to 4 places; null where nothing was scored.
    pub avg_score: Option<f64>,
    /// How many are `engaged`.
    pub high_engagement_count: usize,
    /// The models that gave the scores.
    pub models: Vec<ModelName<'a>>,
}

/// The last line of a streamed answer, which proves that nothing is missing before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Completion<'a> {
    /// Always true.
    pub complete: bool,
    /// How many leads there were.
    pub rows: u64,
    /// How many were scored and recorded.
    pub scored: u64,
    /// How many were not.
    pub rejected: u64,
    /// SHA-256 of every byte of the answer before this line, in hexadecimal, before any compression.
    pub sha256: Cow<'a, str>,
    /// The models that gave the scores.
    pub models: Vec<ModelName<'a>>,
}

/// The last line of a streamed answer that could not be finished. What stands before it was scored and recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Interruption {
    /// Always false.
    pub complete: bool,
    /// How many leads were answered before.
    pub rows: u64,
    /// A word for programs, as in a failure.
    pub error: String,
    /// A sentence for people.
    pub message: String,
    /// For `validation_error` what is wrong where, else null.
    pub detail: Option<Vec<ValidationError>>,
}
