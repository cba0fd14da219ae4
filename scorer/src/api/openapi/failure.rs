//! Error responses of the document: one per status, as `application/json` and `application/problem+json`, with examples.

use super::reference;
use crate::api::api_keys::Scope;
use crate::api::http::body::ReadBodyError;
use crate::api::http::content_negotiation::NegotiationError;
use crate::api::http::error::ApiError;
use crate::api::http::idempotency::IdempotencyError;
use crate::api::http::rejection::Rejection;
use crate::api::http::response::ValidationError;
use crate::api::http::validation_error::member_error;
use crate::api::middleware::problem_details::problem_details;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// Returns the errors of requests with leads: status, description and example.
fn errors() -> Vec<(u16, &'static str, ApiError)> {
    let bytes_max = crate::api::config::BODY_MEGABYTES << 20;
    vec![
        (
            400,
            "The body could not be read to its end, or does not match its `Content-Encoding`",
            ReadBodyError::Incomplete.into(),
        ),
        (406, "No media type of a stream of leads is acceptable", NegotiationError::NotAcceptable.into()),
        (408, "The body stalled for 30 seconds", ReadBodyError::TimedOut.into()),
        (409, "A request with this `Idempotency-Key` is in progress", IdempotencyError::InFlight.into()),
        (413, "The decoded body is too large", ReadBodyError::TooLarge { bytes_max }.into()),
        (415, "The encoding or character set of the body is not supported", ReadBodyError::UnknownEncoding.into()),
        (
            422,
            "The request is not valid, and nothing was scored; or the `Idempotency-Key` was used for \
             another request (`idempotency_key_reused`)",
            ApiError::Invalid(vec![example_validation_error()]),
        ),
        (500, "Internal error; its cause is in the server's log", ApiError::Internal),
        (503, "No model is loaded, predictions cannot be recorded, or the service is overloaded", ApiError::NoModel),
    ]
}

/// Error statuses of `/predict`.
pub(super) const PREDICT_STATUSES: [u16; 8] = [400, 408, 409, 413, 415, 422, 500, 503];

/// Error statuses of `/predict/batch`.
pub(super) const BATCH_STATUSES: [u16; 9] = [400, 406, 408, 409, 413, 415, 422, 500, 503];

/// Returns references to the error responses of these statuses.
pub(super) fn references(statuses: &[u16]) -> impl Iterator<Item = (String, Value)> {
    statuses.iter().map(|status| (status.to_string(), reference("responses", &format!("Failure{status}"))))
}

/// Returns all error responses by component name.
pub(super) fn responses() -> Value {
    let response = |(status, description, error)| (format!("Failure{status}"), response(status, description, error));
    Value::Object(errors().into_iter().map(response).collect())
}

/// Adds both media types with examples to the errors of all other routes.
pub(super) fn describe(document: &mut Value) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let Some(responses) = operation["responses"].as_object_mut() else { continue };
        for (status, described) in responses.iter_mut() {
            let is_error =
                described.pointer("/content/application~1json/schema") == Some(&reference("schemas", "Failure"));
            let error =
                status.parse().ok().filter(|_| is_error).and_then(|status| Some((status, example_error(status)?)));
            if let (Some((status, error)), Some(description)) = (error, described["description"].as_str()) {
                *described = response(status, description, error);
            }
        }
    }
}

/// Returns an error with this status.
fn example_error(status: u16) -> Option<ApiError> {
    match status {
        401 => Some(Rejection::NoKey.into()),
        403 => Some(Rejection::Scope(Scope::Monitor).into()),
        409 => Some(Rejection::Model("no model has the version \"2026.11.23\"".to_owned()).into()),
        422 => Some(ApiError::Invalid(vec![member_error([], "a member is missing or not valid")])),
        _ => errors().into_iter().find(|(known, ..)| *known == status).map(|(.., error)| error),
    }
}

/// Builds a response with the code that serves errors, so that document and service agree.
fn response(status: u16, description: &str, error: ApiError) -> Value {
    let mut headers = Map::new();
    headers.insert("X-Request-ID".to_owned(), reference("headers", "X-Request-ID"));
    let body = error.body();
    if error.has_retry_after() {
        headers.insert("Retry-After".to_owned(), reference("headers", "Retry-After"));
    }
    let code = StatusCode::from_u16(status).unwrap_or_default();
    let problem = problem_details(code, &body, "6f6c2b7e-8f0e-4f6e-9d0c-3c1b0a4f7d21");
    json!({
        "description": description,
        "headers": headers,
        "content": {
            "application/json": {"schema": reference("schemas", "Failure"), "example": body},
            "application/problem+json": {"schema": reference("schemas", "Problem"), "example": problem},
        },
    })
}

/// Returns an example of an invalid lead in a batch.
pub(super) fn example_validation_error() -> ValidationError {
    ValidationError {
        kind: "less_than_equal".to_owned(),
        loc: vec![json!("body"), json!("leads"), json!(1), json!("llm_quality")],
        msg: "Input should be less than or equal to 100".to_owned(),
        input: json!(101),
        ctx: Some(json!({"le": 100})),
    }
}
