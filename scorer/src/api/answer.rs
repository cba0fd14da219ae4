//! The answers that only HTTP gives: health and failures. Scores have their shapes in `wire`.
//!
//! Owns names and forms. May not know when they are given.

use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    /// False while predictions are answered with 503.
    pub model_loaded: bool,
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
pub struct Failure {
    /// A word for programs, `validation_error` for one.
    pub error: String,
    /// A sentence for people.
    pub message: String,
    /// For `validation_error` what is wrong where, else null.
    pub detail: Option<Vec<Complaint>>,
}

/// One thing that is wrong with a body, in the form that the old service gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Complaint {
    /// A word for programs, `less_than_equal` for one.
    #[serde(rename = "type")]
    pub kind: String,
    /// Names of members and places in lists, from `body` down.
    pub loc: Vec<Value>,
    /// A sentence for people.
    pub msg: String,
    /// What stands there; long values are left out.
    pub input: Value,
    /// The limit that was passed, and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ctx: Option<Value>,
}
