//! Errors as problem details (RFC 9457), for clients whose `Accept` names `application/problem+json`. Made from the
//! default error body, which every error response carries as an extension.

use crate::api::http::content_negotiation::{PROBLEM_JSON, accepts_problem_json};
use crate::api::http::extensions::{ProblemContext, RequestId};
use crate::api::http::response::{ErrorBody, ValidationError};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Problem details, with the members `error`, `message` and `errors` of the default error body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDetails {
    /// Type of the problem: an address in the documentation that ends with the value of `error`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Reason phrase of the status.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// Sentence for people.
    pub detail: String,
    /// Request id, as in `X-Request-ID`, percent-encoded.
    pub instance: String,
    /// Machine-readable code, for example `validation_error`.
    pub error: String,
    /// Same as `detail`.
    pub message: String,
    /// Errors by location, for `validation_error`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemError>,
}

/// One validation error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Fault)]
pub(crate) struct ProblemError {
    /// Sentence for people.
    pub detail: String,
    /// Location in the body: a JSON pointer as a URI fragment (RFC 6901, section 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// Query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// Header name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub header: Option<String>,
    /// Machine-readable type, for example `less_than_equal`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Path of member names and list indices, from `body`, `query` or `header`.
    pub loc: Vec<Value>,
    /// Value found there; long values are omitted.
    pub input: Value,
    /// Context of the error, for example the limit exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ctx: Option<Value>,
}

/// Replaces error bodies by problem details for clients that accept them.
pub(crate) async fn negotiate(request: Request, next: Next) -> Response {
    if !accepts_problem_json(request.headers()) {
        return next.run(request).await;
    }
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let response = next.run(request).await;
    match response.extensions().get::<ProblemContext>().cloned() {
        Some(ProblemContext(body)) => problem_response(response, &body, &id),
        None => response,
    }
}

fn problem_response(mut response: Response, body: &ErrorBody, id: &str) -> Response {
    let problem = problem_details(response.status(), body, id);
    let Ok(bytes) = serde_json::to_vec(&problem) else { return response };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = bytes.into();
    response
}

/// Converts an error body.
pub(crate) fn problem_details(status: StatusCode, body: &ErrorBody, id: &str) -> ProblemDetails {
    ProblemDetails {
        kind: format!("/docs#{}", body.error),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail: body.message.clone(),
        instance: percent_encode(id),
        error: body.error.clone(),
        message: body.message.clone(),
        errors: body.detail.iter().flatten().map(problem_error).collect(),
    }
}

fn problem_error(error: &ValidationError) -> ProblemError {
    let ValidationError { kind, loc, msg, input, ctx } = error.clone();
    let (place, inner) =
        loc.split_first().map_or(("", &[][..]), |(place, inner)| (place.as_str().unwrap_or(""), inner));
    let named = |part: &str| inner.first().filter(|_| place == part).and_then(Value::as_str).map(str::to_owned);
    // Invalid JSON has a character offset, to which no pointer leads.
    let inner = if kind == "json_invalid" { &[] } else { inner };
    let pointer =
        (place == "body").then(|| inner.iter().fold("#".to_owned(), |path, step| path + "/" + &pointer_token(step)));
    ProblemError { detail: msg, pointer, parameter: named("query"), header: named("header"), kind, input, ctx, loc }
}

/// One reference token of a JSON pointer, percent-encoded.
fn pointer_token(step: &Value) -> String {
    match step {
        Value::String(name) => percent_encode(&name.replace('~', "~0").replace('/', "~1")),
        other => other.to_string(),
    }
}

/// Percent-encodes all but unreserved characters (RFC 3986, section 2).
fn percent_encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().fold(String::with_capacity(text.len()), |out, byte| {
        if plain(byte) { out + char::from(byte).encode_utf8(&mut [0; 4]) } else { out + &format!("%{byte:02X}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn error_at(kind: &str, loc: Value) -> ProblemError {
        let loc = loc.as_array().unwrap().clone();
        problem_error(&ValidationError {
            kind: kind.to_owned(),
            loc,
            msg: "m".to_owned(),
            input: Value::Null,
            ctx: None,
        })
    }

    #[test]
    fn a_pointer_locates_the_error() {
        for (kind, loc, pointer) in [
            ("int_type", json!(["body", "leads", 1, "llm_quality"]), Some("#/leads/1/llm_quality")),
            ("float_type", json!(["body", "a/b~c %"]), Some("#/a~1b~0c%20%25")),
            ("missing", json!(["body"]), Some("#")),
            ("json_invalid", json!(["body", 17]), Some("#")),
            ("literal_error", json!(["query", "on_error"]), None),
        ] {
            assert_eq!(error_at(kind, loc.clone()).pointer.as_deref(), pointer, "{loc}");
        }
        assert_eq!(error_at("x", json!(["query", "on_error"])).parameter.as_deref(), Some("on_error"));
        assert_eq!(error_at("x", json!(["header", "Idempotency-Key"])).header.as_deref(), Some("Idempotency-Key"));
    }
}
