//! Requests that are turned away by a rule of operating, whatever they ask for: who may call, how often, how much.
//!
//! Owns their status, words and headers. May not know how a rule is decided.

use crate::api::api_keys::Scope;
use crate::api::rate_limit::RateLimitStatus;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use thiserror::Error;

/// Why a request was turned away.
#[derive(Debug, Error)]
pub enum Rejection {
    /// A key is wanted and none was sent.
    #[error("no key was sent")]
    NoKey,
    /// A key was sent that nobody has.
    #[error("the key is not known")]
    UnknownKey,
    /// The key does not open this.
    #[error("the key has no scope {}", .0.word())]
    Scope(Scope),
    /// There are no keys, and the caller is on another machine or behind a proxy.
    #[error("the caller is not on this machine")]
    NotLocal,
    /// A caller without a key, from this machine, by a name that is not this machine's.
    #[error("the host is not this machine")]
    OtherHost,
    /// A caller without a key, from this machine: a page of another origin.
    #[error("the origin may not call")]
    OtherOrigin,
    /// More requests than the rate allows.
    #[error("the rate limit is reached")]
    TooOften(RateLimitStatus),
    /// As many requests are being scored, or wait for it, as may.
    #[error("the queue is full")]
    QueueFull,
    /// No answer within the time that a request may take.
    #[error("the request took too long")]
    Late,
    /// Nothing is scored here for a while.
    #[error("under maintenance")]
    Maintenance {
        /// What clients are told.
        message: String,
        /// In how many seconds to try again.
        seconds: u64,
    },
    /// Another model cannot be put into service.
    #[error("{0}")]
    Model(String),
}

impl Rejection {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Rejection::NoKey | Rejection::UnknownKey => StatusCode::UNAUTHORIZED,
            Rejection::Scope(_) | Rejection::NotLocal | Rejection::OtherHost | Rejection::OtherOrigin => {
                StatusCode::FORBIDDEN
            }
            Rejection::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Rejection::QueueFull | Rejection::Late | Rejection::Maintenance { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Rejection::Model(_) => StatusCode::CONFLICT,
        }
    }

    pub(crate) fn word(&self) -> &'static str {
        match self {
            Rejection::NoKey | Rejection::UnknownKey => "unauthorized",
            Rejection::Scope(_) | Rejection::NotLocal | Rejection::OtherHost | Rejection::OtherOrigin => "forbidden",
            Rejection::TooOften(_) => "rate_limited",
            Rejection::QueueFull | Rejection::Late | Rejection::Maintenance { .. } => "service_unavailable",
            Rejection::Model(_) => "model_refused",
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Rejection::NoKey => {
                "A key is needed: send it as \"Authorization: Bearer <key>\" or \"X-API-Key\".".to_owned()
            }
            Rejection::UnknownKey => "The key that was sent is not known.".to_owned(),
            Rejection::Scope(scope) => format!("The key that was sent lacks the scope \"{}\".", scope.word()),
            Rejection::NotLocal => {
                "No keys are configured, so only callers on the server's own machine are answered here.".to_owned()
            }
            Rejection::OtherHost => {
                "Without a key, the server is to be called by a name of its own machine, or one that is configured."
                    .to_owned()
            }
            Rejection::OtherOrigin => "Pages of this origin may not call without a key.".to_owned(),
            Rejection::TooOften(left) => format!("Too many requests. Please try again in {} s.", left.seconds()),
            Rejection::QueueFull => "Too many requests are waiting to be scored. Please try again shortly.".to_owned(),
            Rejection::Late => {
                "The request took too long and was given up. Please send fewer leads at once.".to_owned()
            }
            Rejection::Maintenance { message, .. } => message.clone(),
            Rejection::Model(reason) => format!("The model in service stays: {reason}."),
        }
    }

    /// The word under which it is counted.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Rejection::NoKey => "no_key",
            Rejection::UnknownKey => "unknown_key",
            Rejection::Scope(_) => "scope",
            Rejection::NotLocal => "not_local",
            Rejection::OtherHost => "other_host",
            Rejection::OtherOrigin => "other_origin",
            Rejection::TooOften(_) => "rate_limited",
            Rejection::QueueFull => "queue_full",
            Rejection::Late => "late",
            Rejection::Maintenance { .. } => "maintenance",
            Rejection::Model(_) => "model_refused",
        }
    }

    /// As RFC 6750 says for keys, and RFC 9110 for trying again.
    pub(crate) fn put_headers(&self, headers: &mut HeaderMap) {
        match self {
            Rejection::NoKey => challenge(headers, "Bearer realm=\"leadlight\""),
            Rejection::UnknownKey => challenge(headers, "Bearer realm=\"leadlight\", error=\"invalid_token\""),
            Rejection::Scope(scope) => challenge(
                headers,
                &format!("Bearer realm=\"leadlight\", error=\"insufficient_scope\", scope=\"{}\"", scope.word()),
            ),
            Rejection::TooOften(left) => {
                left.put(headers);
                retry_after(headers, left.seconds());
            }
            Rejection::QueueFull => retry_after(headers, 1),
            Rejection::Late => retry_after(headers, 5),
            Rejection::Maintenance { seconds, .. } => retry_after(headers, *seconds),
            _ => {}
        }
    }
}

fn challenge(headers: &mut HeaderMap, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(WWW_AUTHENTICATE, value);
    }
}

pub(crate) fn retry_after(headers: &mut HeaderMap, seconds: u64) {
    headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
}
