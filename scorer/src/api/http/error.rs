//! Everything a route can fail with -> one shape of answer.
//!
//! Owns status, words and what is logged. May not know how the failure came about.

use super::extensions::{ProblemContext, RejectionReason};
use super::rejection::{Rejection, retry_after};
use super::response::{ErrorBody, ValidationError};
use super::validation_error::body_errors;
use crate::lead::json::{BodyError, PROBLEMS_MAX};
use crate::lead::schema::Schema;
use crate::model::onnx::ScoreError;
use axum::Json;
use axum::http::header::ACCEPT_ENCODING;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use prediction_log::StoreError;
use std::sync::Arc;
use thiserror::Error;

/// The encodings of bodies that are read.
const ENCODINGS: HeaderValue = HeaderValue::from_static("gzip, br");

/// Why a request was not answered as hoped. What a client is told is its message; causes go to the log.
#[derive(Debug, Error)]
pub enum ApiError {
    /// The body holds no usable leads.
    #[error("the request is not valid")]
    Invalid(Vec<ValidationError>),
    /// More bytes than allowed.
    #[error("the body is too large")]
    TooLarge {
        /// The most allowed.
        bytes_max: usize,
    },
    /// More bytes than are kept for an answer that can be given again.
    #[error("the stream is too large for an Idempotency-Key")]
    TooLargeForKey {
        /// The most allowed.
        bytes_max: usize,
    },
    /// An encoding of the body that is not read.
    #[error("the encoding of the body is not known")]
    UnknownEncoding,
    /// A character set that is not read.
    #[error("the character set of the body is not known")]
    UnknownCharset,
    /// None of the forms of the answer is taken.
    #[error("no form of the answer is acceptable")]
    NotAcceptable,
    /// An Idempotency-Key that another request had before.
    #[error("the Idempotency-Key was used for another request")]
    KeyReused,
    /// An Idempotency-Key whose request is being answered.
    #[error("a request with this Idempotency-Key is being answered")]
    KeyBusy,
    /// The body stopped coming.
    #[error("the body did not arrive")]
    TooSlow,
    /// The connection broke off within the body.
    #[error("the body could not be read")]
    BrokenBody,
    /// As many bodies are in memory as may be.
    #[error("too many bodies at once")]
    Busy,
    /// No model is loaded.
    #[error("no model is loaded")]
    NoModel,
    /// The log did not take the predictions.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The model could not be run.
    #[error("scoring failed")]
    Score(#[from] ScoreError),
    /// A bug: a task that should not end early did.
    #[error("a task ended early")]
    Internal,
    /// No such route or file.
    #[error("not found")]
    NotFound,
    /// The route knows other methods only.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// Turned away by a rule of operating.
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

impl ApiError {
    /// From a body that could not be read as leads.
    pub fn invalid(error: BodyError, schema: &Schema) -> Self {
        ApiError::Invalid(body_errors(error, schema))
    }

    fn status(&self) -> StatusCode {
        match self {
            ApiError::Invalid(_) | ApiError::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::TooLarge { .. } | ApiError::TooLargeForKey { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::UnknownEncoding | ApiError::UnknownCharset => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ApiError::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            ApiError::KeyBusy => StatusCode::CONFLICT,
            ApiError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            ApiError::BrokenBody => StatusCode::BAD_REQUEST,
            ApiError::Busy | ApiError::NoModel | ApiError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            ApiError::Score(_) | ApiError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            ApiError::NotFound => StatusCode::NOT_FOUND,
            ApiError::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            ApiError::Rejected(refusal) => refusal.status(),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            ApiError::Invalid(_) => "validation_error",
            ApiError::KeyReused => "idempotency_key_reused",
            ApiError::KeyBusy => "idempotency_key_in_use",
            ApiError::TooLarge { .. } | ApiError::TooLargeForKey { .. } => "payload_too_large",
            ApiError::UnknownEncoding | ApiError::UnknownCharset => "unsupported_media_type",
            ApiError::NotAcceptable => "not_acceptable",
            ApiError::TooSlow => "request_timeout",
            ApiError::BrokenBody => "bad_request",
            ApiError::Busy | ApiError::NoModel | ApiError::Store(_) => "service_unavailable",
            ApiError::Score(_) | ApiError::Internal => "internal_error",
            ApiError::NotFound => "not_found",
            ApiError::MethodNotAllowed => "method_not_allowed",
            ApiError::Rejected(refusal) => refusal.word(),
        }
    }

    fn message(&self) -> String {
        let words = match self {
            ApiError::Invalid(complaints) if complaints.len() >= PROBLEMS_MAX => {
                return format!("Request validation failed. Only the first {PROBLEMS_MAX} problems are listed.");
            }
            ApiError::Invalid(_) => "Request validation failed",
            ApiError::TooLarge { bytes_max } => {
                return format!("The body is larger than {}. Please send fewer leads at once.", size(*bytes_max));
            }
            ApiError::TooLargeForKey { bytes_max } => {
                return format!("With an Idempotency-Key a stream may have up to {}.", size(*bytes_max));
            }
            ApiError::UnknownEncoding => "The Content-Encoding of a body may be gzip or br, one of them.",
            ApiError::UnknownCharset => "Files of leads are read as UTF-8 only.",
            ApiError::NotAcceptable => "A stream of leads is answered as application/x-ndjson or text/csv.",
            ApiError::KeyReused => "This Idempotency-Key was used for another request. Please take a new one.",
            ApiError::KeyBusy => "A request with this Idempotency-Key is being answered. Please try again shortly.",
            ApiError::TooSlow => "The body did not arrive in time. Please try again.",
            ApiError::BrokenBody => "The body could not be read to its end.",
            ApiError::Busy => "Too many leads are being scored at once. Please try again shortly.",
            ApiError::NoModel => "No model is loaded. Please try again later.",
            ApiError::Store(_) => "The predictions could not be recorded. Please try again later.",
            ApiError::Score(_) | ApiError::Internal => "An unexpected error occurred. Please try again later.",
            ApiError::NotFound => "There is nothing at this address. See /docs for what there is.",
            ApiError::MethodNotAllowed => "This address does not take that method. See /docs.",
            ApiError::Rejected(refusal) => return refusal.message(),
        };
        words.to_owned()
    }

    /// The word under which what was turned away is counted; what is merely wrong is told by its status.
    fn reason(&self) -> Option<&'static str> {
        Some(match self {
            ApiError::TooLarge { .. } | ApiError::TooLargeForKey { .. } => "body_too_large",
            ApiError::TooSlow => "body_too_slow",
            ApiError::Busy => "memory_full",
            ApiError::NoModel => "no_model",
            ApiError::Store(_) => "not_recorded",
            ApiError::Rejected(refusal) => refusal.reason(),
            _ => return None,
        })
    }

    /// What the client is told beside the body.
    pub(crate) fn put_headers(&self, headers: &mut HeaderMap) {
        match self {
            ApiError::Rejected(refusal) => refusal.put_headers(headers),
            ApiError::KeyBusy | ApiError::Busy => retry_after(headers, 1),
            ApiError::Store(_) => retry_after(headers, 5),
            ApiError::NoModel => retry_after(headers, 30),
            ApiError::UnknownEncoding => {
                headers.insert(ACCEPT_ENCODING, ENCODINGS);
            }
            _ => {}
        }
    }

    /// The body of the answer, which is the last line of a stream that cannot be finished as well.
    pub(crate) fn failure(&self) -> ErrorBody {
        let detail = match self {
            ApiError::Invalid(complaints) => Some(complaints.clone()),
            _ => None,
        };
        ErrorBody { error: self.word().to_owned(), message: self.message(), detail }
    }

    /// Only what an operator can act on. The log's writer tells of its own failures, once and not per request.
    pub(crate) fn log(&self) {
        match self {
            ApiError::Score(cause) => tracing::error!(%cause, "scoring failed"),
            ApiError::Internal => tracing::error!("a task ended early"),
            ApiError::Busy => tracing::warn!("a request was turned away: too many bodies at once"),
            _ => {}
        }
    }
}

fn size(bytes: usize) -> String {
    if bytes >> 20 > 0 { format!("{} MB", bytes >> 20) } else { format!("{bytes} bytes") }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        self.log();
        let reason = self.reason();
        let mut headers = HeaderMap::new();
        self.put_headers(&mut headers);
        let failure = Arc::new(self.failure());
        let mut response = (status, headers, Json(failure.as_ref())).into_response();
        response.extensions_mut().insert(ProblemContext(failure));
        if let Some(reason) = reason {
            response.extensions_mut().insert(RejectionReason(reason));
        }
        response
    }
}
