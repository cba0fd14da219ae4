//! What the document says of failures: one answer per status, in both forms, with examples.
//!
//! May not know which route fails how.

use super::reference;
use crate::api::http::body::ReadBodyError;
use crate::api::http::content_negotiation::NegotiationError;
use crate::api::http::error::ApiError;
use crate::api::http::idempotency::IdempotencyError;
use crate::api::http::response::ValidationError;
use crate::api::middleware::problem_details::problem_details;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// The failures of a request that brings leads: the status, when it is given, and an example.
fn failures() -> Vec<(u16, &'static str, ApiError)> {
    let bytes_max = crate::api::config::BODY_MEGABYTES << 20;
    vec![
        (400, "The body could not be read to its end, or is not encoded as it says", ReadBodyError::Incomplete.into()),
        (
            406,
            "A stream of leads is answered in none of the forms that are taken",
            NegotiationError::NotAcceptable.into(),
        ),
        (408, "The body was silent for 30 seconds", ReadBodyError::TimedOut.into()),
        (409, "A request with this `Idempotency-Key` is being answered", IdempotencyError::InFlight.into()),
        (413, "The body is too large, when it is decoded", ApiError::Body(ReadBodyError::TooLarge { bytes_max })),
        (415, "The encoding or the character set of the body is not known", ReadBodyError::UnknownEncoding.into()),
        (
            422,
            "Something is wrong with the request, and nothing was scored; or the `Idempotency-Key` was used for \
             another request (`idempotency_key_reused`)",
            ApiError::Invalid(vec![example_validation_error()]),
        ),
        (500, "A fault of the program; what it was is in its log", ApiError::Internal),
        (503, "No model is loaded, the predictions cannot be recorded, or too much is being scored", ApiError::NoModel),
    ]
}

/// The statuses of the failures of one lead.
pub(super) const OF_ONE: [u16; 8] = [400, 408, 409, 413, 415, 422, 500, 503];

/// The statuses of the failures of many leads.
pub(super) const OF_MANY: [u16; 9] = [400, 406, 408, 409, 413, 415, 422, 500, 503];

/// References to the failures of these statuses.
pub(super) fn references(statuses: &[u16]) -> impl Iterator<Item = (String, Value)> {
    statuses.iter().map(|status| (status.to_string(), reference("responses", &format!("Failure{status}"))))
}

/// All failures, by the names that references have.
pub(super) fn responses() -> Value {
    let response = |(status, description, error)| (format!("Failure{status}"), response(status, description, error));
    Value::Object(failures().into_iter().map(response).collect())
}

/// Made by the code that answers failures, so that document and answers are the same.
fn response(status: u16, description: &str, error: ApiError) -> Value {
    let mut headers = Map::new();
    headers.insert("X-Request-ID".to_owned(), reference("headers", "X-Request-ID"));
    let failure = error.body();
    if error.has_retry_after() {
        headers.insert("Retry-After".to_owned(), reference("headers", "Retry-After"));
    }
    let code = StatusCode::from_u16(status).unwrap_or_default();
    let problem = problem_details(code, &failure, "6f6c2b7e-8f0e-4f6e-9d0c-3c1b0a4f7d21");
    json!({
        "description": description,
        "headers": headers,
        "content": {
            "application/json": {"schema": reference("schemas", "Failure"), "example": failure},
            "application/problem+json": {"schema": reference("schemas", "Problem"), "example": problem},
        },
    })
}

/// Something wrong with a lead of a batch.
pub(super) fn example_validation_error() -> ValidationError {
    ValidationError {
        kind: "less_than_equal".to_owned(),
        loc: vec![json!("body"), json!("leads"), json!(1), json!("llm_quality")],
        msg: "Input should be less than or equal to 100".to_owned(),
        input: json!(101),
        ctx: Some(json!({"le": 100})),
    }
}
