//! What happens around every request: its id, its trace, its time, its line in the log, its figures, and the headers of
//! safety.
//!
//! Owns all of that. May not know routes beyond their names, nor bodies: nothing of a lead can get into the log here.

use super::timeout;
use crate::api::http::extensions::{Caller, RejectionReason, RequestId, RowCount};
use crate::api::http::trace_context::TraceContext;
use crate::api::state::AppState;
use crate::insight::label::rounded;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use prediction_log::{RequestRow, Timestamp};
use std::sync::Arc;
use std::time::Instant;
use tracing::{Instrument, Span};
use uuid::Uuid;

/// Names a request in answers and logs.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Pages of other origins may not embed an answer, nor hold on to a page that they opened. Who is allowed by CORS reads
/// it by CORS, where neither is asked.
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// The longest id that is taken from a client.
const ID_MAX: usize = 128;

/// What is counted for a client that went away before its answer, as nginx does.
const GONE: u16 = 499;

/// Stands for everything that is no route.
const FILE: &str = "(file)";

/// A policy for answers that are no pages: nothing may be loaded or framed.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// What no answer of ours ever needs.
const NO_PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
);

/// Wraps every route and the fallback.
pub(crate) async fn around(State(service): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let created_at = Timestamp::now();
    let id = request_id(request.headers());
    let trace = TraceContext::from_headers(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id, trace = trace.id());
    let method = request.method().clone();
    let mut call = Call { service: &service, route, method, started: Instant::now(), span, is_answered: false };
    let counting = service.meter.in_flight();
    let limit = service.config.limits.request;
    let mut response = timeout::within(limit, request, next).instrument(call.span.clone()).await;
    call.answered(&response, created_at);
    drop(counting);
    put_headers(response.headers_mut(), &id);
    trace.put(response.headers_mut());
    response
}

/// A request that is being answered. Dropped before it is, its client went away.
struct Call<'s> {
    service: &'s AppState,
    route: Option<MatchedPath>,
    method: Method,
    started: Instant,
    span: Span,
    is_answered: bool,
}

impl Call<'_> {
    fn answered(&mut self, response: &Response, created_at: Timestamp) {
        self.is_answered = true;
        let extensions = response.extensions();
        let caller = extensions.get::<Caller>().map(|caller| &*caller.name);
        let rows = extensions.get::<RowCount>().map(|rows| rows.0);
        let reason = extensions.get::<RejectionReason>().map(|reason| reason.0);
        if let Some(reason) = reason {
            self.service.meter.rejected(reason);
        }
        let status_code = response.status().as_u16();
        let response_time_ms = self.tell(status_code, caller, rows, reason, "answered");
        if let (Some(route), true) = (&self.route, self.method != Method::OPTIONS) {
            let endpoint = route.as_str().to_owned();
            self.service.store.log_request(RequestRow { created_at, endpoint, status_code, response_time_ms });
        }
    }

    /// One line, one count; the time that it took, in milliseconds.
    fn tell(
        &self,
        status: u16,
        caller: Option<&str>,
        rows: Option<usize>,
        reason: Option<&str>,
        message: &'static str,
    ) -> f64 {
        let took = self.started.elapsed();
        let ms = rounded(took.as_secs_f64() * 1_000.0);
        let (method, route) = (&self.method, self.route.as_ref().map_or(FILE, MatchedPath::as_str));
        self.service.meter.answered(method, route, status, took);
        tracing::info!(parent: &self.span, %method, route, status, ms, caller, rows, reason, "{message}");
        ms
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.tell(GONE, None, None, None, "the client went away");
        }
    }
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
    headers.insert(CROSS_ORIGIN_OPENER_POLICY, SAME_ORIGIN);
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, SAME_ORIGIN);
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
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
