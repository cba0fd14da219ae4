//! Access log: one line, one count in the metrics and one row of `api_metrics` per request. Bodies are not seen here, so
//! nothing of a lead can get into the log.

use crate::api::http::extensions::{Caller, RejectionReason, RowCount};
use crate::api::state::AppState;
use crate::insight::label::rounded;
use axum::extract::MatchedPath;
use axum::http::Method;
use axum::response::Response;
use prediction_log::{RequestRow, Timestamp};
use std::time::Instant;
use tracing::Span;

/// Status of a request whose client disconnected before the response, as in nginx.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// Route of every path that is no route.
const FILE: &str = "(file)";

/// Request in flight; dropped before its response, it is logged with status 499.
pub(super) struct AccessLog<'s> {
    state: &'s AppState,
    route: Option<MatchedPath>,
    method: Method,
    started: Instant,
    span: Span,
    is_done: bool,
}

impl<'s> AccessLog<'s> {
    pub(super) fn start(state: &'s AppState, route: Option<MatchedPath>, method: Method, span: Span) -> Self {
        AccessLog { state, route, method, started: Instant::now(), span, is_done: false }
    }

    /// Logs the response. `created_at`: arrival of the request.
    pub(super) fn finish(mut self, response: &Response, created_at: Timestamp) {
        self.is_done = true;
        let extensions = response.extensions();
        let caller = extensions.get::<Caller>().map(|caller| &*caller.name);
        let rows = extensions.get::<RowCount>().map(|rows| rows.0);
        let reason = extensions.get::<RejectionReason>().map(|reason| reason.0);
        if let Some(reason) = reason {
            self.state.metrics.rejected(reason);
        }
        let status_code = response.status().as_u16();
        let response_time_ms = self.write(status_code, caller, rows, reason, "answered");
        if let (Some(route), true) = (&self.route, self.method != Method::OPTIONS) {
            let endpoint = route.as_str().to_owned();
            self.state.store.log_request(RequestRow { created_at, endpoint, status_code, response_time_ms });
        }
    }

    /// Writes the line and updates the metrics; returns the response time in milliseconds.
    fn write(
        &self,
        status: u16,
        caller: Option<&str>,
        rows: Option<usize>,
        reason: Option<&str>,
        message: &'static str,
    ) -> f64 {
        let elapsed = self.started.elapsed();
        let ms = rounded(elapsed.as_secs_f64() * 1_000.0);
        let (method, route) = (&self.method, self.route.as_ref().map_or(FILE, MatchedPath::as_str));
        self.state.metrics.answered(method, route, status, elapsed);
        tracing::info!(parent: &self.span, %method, route, status, ms, caller, rows, reason, "{message}");
        ms
    }
}

impl Drop for AccessLog<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.write(CLIENT_CLOSED_REQUEST, None, None, None, "client disconnected");
        }
    }
}
