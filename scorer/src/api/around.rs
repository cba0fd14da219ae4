//! What happens around every request: its id, its line in the log, its row of metrics, and the headers of safety.
//!
//! Owns all of that. May not know routes beyond their names, nor bodies: nothing of a lead can get into the log here.

use super::state::Service;
use super::store::record::{CallRow, timestamp};
use crate::insight::label::rounded;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

/// Names a request in answers and logs.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// The longest id that is taken from a client.
const ID_MAX: usize = 128;

/// A policy for answers that are no pages: nothing may be loaded or framed.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// What no answer of ours ever needs.
const NO_PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
);

/// The id of the request that is being answered.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// Wraps every route and the fallback.
pub(super) async fn around(State(service): State<Arc<Service>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let created_at = timestamp(time::OffsetDateTime::now_utc());
    let id = request_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let response_time_ms = rounded(started.elapsed().as_secs_f64() * 1_000.0);
    let status_code = response.status().as_u16();
    let shown = route.as_deref().unwrap_or("(file)");
    tracing::info!(parent: &span, %method, route = shown, status = status_code, ms = response_time_ms, "answered");
    if let (Some(endpoint), true) = (route, method != Method::OPTIONS) {
        service.store.note(CallRow { created_at, endpoint, status_code, response_time_ms });
    }
    put_headers(response.headers_mut(), &id);
    response
}

/// The client's, when it is printable ASCII of a sensible length, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let sent = headers.get(X_REQUEST_ID).map(HeaderValue::as_bytes).unwrap_or_default();
    let printable = sent.iter().all(|byte| (b' '..=b'~').contains(byte));
    match std::str::from_utf8(sent) {
        Ok(id) if printable && (1..=ID_MAX).contains(&id.len()) => id.to_owned(),
        _ => Uuid::new_v4().to_string(),
    }
}

/// A route's own policy and caching stay.
fn put_headers(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(PERMISSIONS_POLICY, NO_PERMISSIONS);
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_echoed_only_when_they_can_stand_in_a_header() {
        let given = |id: &[u8]| HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_bytes(id).unwrap())]);
        assert_eq!(request_id(&given(b"order 66/a")), "order 66/a");
        assert_eq!(request_id(&given(&[b'x'; 128])), "x".repeat(128));
        for replaced in [&[b'x'; 129][..], b"", "é".as_bytes(), b"a\tb"] {
            let id = request_id(&given(replaced));
            assert_eq!(Uuid::parse_str(&id).unwrap().get_version_num(), 4);
        }
    }
}
