//! Context of a request: its id, its trace, its tracing span. Calls the other concerns of every request.

use super::access_log::AccessLog;
use super::{security_headers, timeout};
use crate::api::http::extensions::RequestId;
use crate::api::http::trace_context::TraceContext;
use crate::api::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use prediction_log::Timestamp;
use std::sync::Arc;
use tracing::Instrument;
use uuid::Uuid;

/// Id of a request, in responses and logs.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id accepted from a client.
const ID_MAX: usize = 128;

/// Wraps every route and the fallback.
pub(super) async fn handle(State(state): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let created_at = Timestamp::now();
    let id = request_id(request.headers());
    let trace = TraceContext::from_headers(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id, trace = trace.id());
    let log = AccessLog::start(&state, route, request.method().clone(), span.clone());
    let in_flight = state.metrics.in_flight();
    let limit = state.config.limits.request;
    let mut response = timeout::enforce(limit, request, next).instrument(span).await;
    log.finish(&response, created_at);
    drop(in_flight);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(X_REQUEST_ID, id);
    }
    security_headers::put(headers);
    trace.put_header(headers);
    response
}

/// Returns the client's id when it is printable ASCII of at most 128 bytes, else a new UUID.
fn request_id(headers: &HeaderMap) -> String {
    let sent = headers.get(X_REQUEST_ID).map(HeaderValue::as_bytes).unwrap_or_default();
    let printable = sent.iter().all(|byte| (b' '..=b'~').contains(byte));
    match std::str::from_utf8(sent) {
        Ok(id) if printable && (1..=ID_MAX).contains(&id.len()) => id.to_owned(),
        _ => Uuid::new_v4().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_echoed_only_when_they_can_stand_in_a_header() {
        let headers = |id: &[u8]| HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_bytes(id).unwrap())]);
        assert_eq!(request_id(&headers(b"order 66/a")), "order 66/a");
        assert_eq!(request_id(&headers(&[b'x'; 128])), "x".repeat(128));
        for replaced in [&[b'x'; 129][..], b"", "é".as_bytes(), b"a\tb"] {
            let id = request_id(&headers(replaced));
            assert_eq!(Uuid::parse_str(&id).unwrap().get_version_num(), 4);
        }
    }
}
