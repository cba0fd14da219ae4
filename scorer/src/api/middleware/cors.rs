//! Cross-origin resource sharing for the configured origins.

use super::{auth, request_context};
use crate::api::config::CorsOrigins;
use crate::api::http::idempotency::{IDEMPOTENCY_KEY, IDEMPOTENT_REPLAYED};
use crate::api::http::response::{X_MODEL_SHA256, X_MODEL_VERSION};
use crate::api::http::{server_timing, trace_context};
use crate::api::rate_limit;
use axum::http::Method;
use axum::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Request headers that pages of other origins may send.
const ALLOWED_HEADERS: [HeaderName; 10] = [
    ACCEPT,
    AUTHORIZATION,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    IF_NONE_MATCH,
    IDEMPOTENCY_KEY,
    HeaderName::from_static("tracestate"),
    trace_context::TRACEPARENT,
    auth::X_API_KEY,
    request_context::X_REQUEST_ID,
];

/// Response headers that pages of other origins may read.
const EXPOSED_HEADERS: [HeaderName; 11] = [
    request_context::X_REQUEST_ID,
    IDEMPOTENT_REPLAYED,
    X_MODEL_VERSION,
    X_MODEL_SHA256,
    ETAG,
    RETRY_AFTER,
    WWW_AUTHENTICATE,
    rate_limit::RATE_LIMIT,
    rate_limit::RATE_LIMIT_POLICY,
    trace_context::TRACERESPONSE,
    server_timing::SERVER_TIMING,
];

/// Lifetime of a preflight response in the browser's cache.
const MAX_AGE: Duration = Duration::from_secs(600);

/// Returns `None` when no origin is allowed.
pub(super) fn layer(origins: &CorsOrigins) -> Option<CorsLayer> {
    let allowed = match origins {
        CorsOrigins::None => return None,
        CorsOrigins::Any => AllowOrigin::any(),
        CorsOrigins::List(list) => AllowOrigin::list(list.iter().cloned()),
    };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::DELETE])
        .allow_headers(ALLOWED_HEADERS)
        .expose_headers(EXPOSED_HEADERS)
        .max_age(MAX_AGE);
    Some(layer)
}
