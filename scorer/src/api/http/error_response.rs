//! Status, code, message and headers of an error response. Each error of this layer describes itself by one.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::borrow::Cow;

/// Status, body and headers of an error response.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    pub(crate) status: StatusCode,
    /// Machine-readable code, member `error` of the body.
    pub(crate) code: &'static str,
    /// Sentence for people.
    pub(crate) message: Cow<'static, str>,
    /// Metrics label of a rejection; `None` for other client errors, which are counted by status alone.
    pub(crate) reason: Option<&'static str>,
    pub(crate) headers: HeaderMap,
}

impl ErrorResponse {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        ErrorResponse { status, code, message: message.into(), reason: None, headers: HeaderMap::new() }
    }

    /// Adds the metrics label of a rejection.
    pub(crate) fn with_reason(self, reason: &'static str) -> Self {
        ErrorResponse { reason: Some(reason), ..self }
    }

    /// Adds `Retry-After` in seconds (RFC 9110, section 10.2.3).
    pub(crate) fn with_retry_after(self, seconds: u64) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}
