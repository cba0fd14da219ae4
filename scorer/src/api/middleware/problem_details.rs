//! Failures for clients that know RFC 9457.
//!
//! Owns that form and for whom it is. May not know how a failure came about: it is made from what other clients are
//! told, which every failure carries with it.

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

/// A failure in the form of RFC 9457, with the members of the old form that do not stand in its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDetails {
    /// Which kind of failure it is: an address below the documentation, which ends with the word of `error`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP's number.
    pub status: u16,
    /// A sentence for people.
    pub detail: String,
    /// The id of the request, as in `X-Request-ID`, written so that it can stand in an address.
    pub instance: String,
    /// A word for programs, `validation_error` for one.
    pub error: String,
    /// The same as `detail`.
    pub message: String,
    /// For `validation_error` what is wrong where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemError>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Fault)]
pub(crate) struct ProblemError {
    /// A sentence for people.
    pub detail: String,
    /// Where in the body: a JSON pointer as the fragment of an address (RFC 6901, section 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// Which parameter of the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// Which header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub header: Option<String>,
    /// A word for programs, `less_than_equal` for one.
    #[serde(rename = "type")]
    pub kind: String,
    /// Names of members and places in lists, from `body`, `query` or `header` down.
    pub loc: Vec<Value>,
    /// What stands there; long values are left out.
    pub input: Value,
    /// The limit that was passed, and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ctx: Option<Value>,
}

/// Tells a failure in this form to those who take it.
pub(crate) async fn negotiate(request: Request, next: Next) -> Response {
    if !accepts_problem_json(request.headers()) {
        return next.run(request).await;
    }
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let response = next.run(request).await;
    match response.extensions().get::<ProblemContext>().cloned() {
        Some(ProblemContext(failure)) => problem_response(response, &failure, &id),
        None => response,
    }
}

fn problem_response(mut response: Response, failure: &ErrorBody, id: &str) -> Response {
    let problem = problem_details(response.status(), failure, id);
    let Ok(body) = serde_json::to_vec(&problem) else { return response };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = body.into();
    response
}

/// A failure as those who take this form are told.
pub(crate) fn problem_details(status: StatusCode, failure: &ErrorBody, id: &str) -> ProblemDetails {
    ProblemDetails {
        kind: format!("/docs#{}", failure.error),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail: failure.message.clone(),
        instance: percent_encode(id),
        error: failure.error.clone(),
        message: failure.message.clone(),
        errors: failure.detail.iter().flatten().map(problem_error).collect(),
    }
}

fn problem_error(complaint: &ValidationError) -> ProblemError {
    let ValidationError { kind, loc, msg, input, ctx } = complaint.clone();
    let (place, inner) =
        loc.split_first().map_or(("", &[][..]), |(place, inner)| (place.as_str().unwrap_or(""), inner));
    let named = |wanted: &str| inner.first().filter(|_| place == wanted).and_then(Value::as_str).map(str::to_owned);
    // Of what is no JSON at all the place is a character's, which no pointer leads to.
    let inner = if kind == "json_invalid" { &[] } else { inner };
    let pointer =
        (place == "body").then(|| inner.iter().fold("#".to_owned(), |path, step| path + "/" + &pointer_token(step)));
    ProblemError { detail: msg, pointer, parameter: named("query"), header: named("header"), kind, input, ctx, loc }
}

/// One step of a JSON pointer within an address.
fn pointer_token(step: &Value) -> String {
    match step {
        Value::String(name) => percent_encode(&name.replace('~', "~0").replace('/', "~1")),
        other => other.to_string(),
    }
}

/// Written so that it can stand in an address (RFC 3986, section 2).
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
    fn a_pointer_leads_to_what_is_wrong() {
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
