//! Middleware, one file per concern. In order, from the connection inwards:
//!
//! | layer | concern |
//! |---|---|
//! | `request_context` | request id, trace context, tracing span, metrics; around everything else |
//! | `access_log` | one log line and one row of `api_metrics` per request; called by `request_context` |
//! | `security_headers` | headers of every response; called by `request_context` |
//! | `timeout` | time limit of a request; called by `request_context` |
//! | `cors` | cross-origin requests |
//! | `problem_details` | errors as RFC 9457 for clients that name it |
//! | `content_encoding` | count of encoded bytes, compression of responses, decompression of bodies |
//! | `panic` | panics to 500 |
//! | `auth` | API keys, scopes, local callers; per group of routes |
//! | `rate_limit` | requests per caller; called by `auth`, which knows the caller |
//!
//! Concerns of every request are functions of one layer: axum clones and boxes each `.layer()` per request. Must not
//! depend on routes.

mod access_log;
pub(crate) mod auth;
mod content_encoding;
mod cors;
mod panic;
pub(crate) mod problem_details;
mod rate_limit;
mod request_context;
mod security_headers;
mod timeout;

use super::state::AppState;
use auth::Requirement;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use tower::ServiceBuilder;

/// Guards a group of routes.
pub(crate) fn guard(
    routes: Router<Arc<AppState>>,
    state: &Arc<AppState>,
    requirement: Requirement,
) -> Router<Arc<AppState>> {
    routes.route_layer(from_fn_with_state((state.clone(), requirement), auth::authorize))
}

/// Adds the middleware around all routes.
pub(crate) fn wrap(router: Router<Arc<AppState>>, state: &Arc<AppState>) -> Router<Arc<AppState>> {
    let inner = router
        // Routes bound the bodies that they read, by the configured limit.
        .layer(ServiceBuilder::new().layer(panic::layer()).layer(DefaultBodyLimit::disable()))
        .layer(content_encoding::decompression());
    let outer = ServiceBuilder::new()
        .layer(from_fn_with_state(state.clone(), request_context::handle))
        .option_layer(cors::layer(&state.config.cors_origins))
        .layer(from_fn(problem_details::negotiate))
        .layer(from_fn(content_encoding::count_encoded))
        .layer(content_encoding::compression());
    inner.layer(outer)
}
