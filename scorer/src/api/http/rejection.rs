//! Requests rejected by an operating rule, whatever they ask for: authentication, rate, concurrency, time, maintenance.

use super::error_response::ErrorResponse;
use crate::api::api_keys::Scope;
use crate::api::rate_limit::RateLimitStatus;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use thiserror::Error;

/// Reason of a rejection.
#[derive(Debug, Error)]
pub enum Rejection {
    /// No API key sent where one is required.
    #[error("no key was sent")]
    NoKey,
    /// API key that is not configured.
    #[error("the key is not known")]
    UnknownKey,
    /// API key without the required scope.
    #[error("the key has no scope {}", .0.word())]
    Scope(Scope),
    /// Caller on another machine or behind a proxy, while no keys are configured.
    #[error("the caller is not on this machine")]
    NotLocal,
    /// Local caller without a key, by a host name that is not this machine's (DNS rebinding).
    #[error("the host is not this machine")]
    OtherHost,
    /// Local caller without a key: a page of another origin.
    #[error("the origin may not call")]
    OtherOrigin,
    /// Rate limit exceeded.
    #[error("the rate limit is reached")]
    RateLimited(RateLimitStatus),
    /// Scoring queue full.
    #[error("the queue is full")]
    QueueFull,
    /// Request timeout of the server.
    #[error("the request took too long")]
    TimedOut,
    /// Instance under maintenance.
    #[error("under maintenance")]
    Maintenance {
        /// Message for clients.
        message: String,
        /// Value of `Retry-After`, in seconds.
        seconds: u64,
    },
    /// Change of models refused.
    #[error("{0}")]
    Model(String),
}

impl Rejection {
    pub(crate) fn response(&self) -> ErrorResponse {
        match self {
            Rejection::NoKey => unauthorized(
                "A key is needed: send it as \"Authorization: Bearer <key>\" or \"X-API-Key\".",
                "no_key",
                "Bearer realm=\"leadlight\"",
            ),
            Rejection::UnknownKey => unauthorized(
                "The key that was sent is not known.",
                "unknown_key",
                "Bearer realm=\"leadlight\", error=\"invalid_token\"",
            ),
            Rejection::Scope(scope) => missing_scope(*scope),
            Rejection::NotLocal => forbidden(
                "No keys are configured, so only callers on the server's own machine are answered here.",
                "not_local",
            ),
            Rejection::OtherHost => forbidden(
                "Without a key, the server is to be called by a name of its own machine, or one that is configured.",
                "other_host",
            ),
            Rejection::OtherOrigin => forbidden("Pages of this origin may not call without a key.", "other_origin"),
            Rejection::RateLimited(status) => rate_limited(*status),
            Rejection::QueueFull => {
                unavailable("Too many requests are waiting to be scored. Please try again shortly.", "queue_full", 1)
            }
            Rejection::TimedOut => {
                unavailable("The request took too long and was given up. Please send fewer leads at once.", "late", 5)
            }
            Rejection::Maintenance { message, seconds } => unavailable(message, "maintenance", *seconds),
            Rejection::Model(reason) => {
                let message = format!("The model in service stays: {reason}.");
                ErrorResponse::new(StatusCode::CONFLICT, "model_refused", message).with_reason("model_refused")
            }
        }
    }
}

/// Challenges as in RFC 6750, section 3.
fn unauthorized(message: &'static str, reason: &'static str, challenge: &'static str) -> ErrorResponse {
    ErrorResponse::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
        .with_reason(reason)
        .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

fn forbidden(message: impl Into<std::borrow::Cow<'static, str>>, reason: &'static str) -> ErrorResponse {
    ErrorResponse::new(StatusCode::FORBIDDEN, "forbidden", message).with_reason(reason)
}

fn missing_scope(scope: Scope) -> ErrorResponse {
    let scope = scope.word();
    let response = forbidden(format!("The key that was sent lacks the scope \"{scope}\"."), "scope");
    let challenge = format!("Bearer realm=\"leadlight\", error=\"insufficient_scope\", scope=\"{scope}\"");
    match HeaderValue::from_str(&challenge) {
        Ok(value) => response.with_header(WWW_AUTHENTICATE, value),
        Err(_) => response,
    }
}

fn rate_limited(status: RateLimitStatus) -> ErrorResponse {
    let message = format!("Too many requests. Please try again in {} s.", status.seconds());
    let mut response = ErrorResponse::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message)
        .with_reason("rate_limited")
        .with_retry_after(status.seconds());
    status.put_headers(&mut response.headers);
    response
}

fn unavailable(message: &str, reason: &'static str, retry_after: u64) -> ErrorResponse {
    ErrorResponse::new(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", message.to_owned())
        .with_reason(reason)
        .with_retry_after(retry_after)
}
