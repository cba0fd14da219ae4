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
