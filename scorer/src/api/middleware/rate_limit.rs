//! Rate limit per caller, with the `RateLimit` headers of draft-ietf-httpapi-ratelimit-headers.

use crate::api::http::error::ApiError;
use crate::api::http::rejection::Rejection;
use crate::api::rate_limit::RateLimitKey;
use crate::api::state::AppState;
use axum::response::{IntoResponse, Response};
use std::future::Future;

/// Counts a request; answers 429 when the caller's rate is exceeded, else with `respond`.
pub(super) async fn enforce(state: &AppState, key: &RateLimitKey, respond: impl Future<Output = Response>) -> Response {
    let Some(limiter) = &state.rate_limiter else { return respond.await };
    match limiter.check(key) {
        Err(status) => ApiError::from(Rejection::RateLimited(status)).into_response(),
        Ok(status) => {
            let mut response = respond.await;
            status.put_headers(response.headers_mut());
            response
        }
    }
}
