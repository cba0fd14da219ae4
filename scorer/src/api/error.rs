//! Everything a route can fail with -> one shape of answer.
//!
//! Owns status, words and what is logged. May not know how the failure came about.

use super::answer::{Complaint, Failure};
use super::complaint::complaints;
use super::refusal::{Reason, Refusal, retry_after};
use super::store::StoreError;
use crate::lead::json::BodyError;
use crate::lead::schema::Schema;
use crate::model::onnx::ScoreError;
use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use thiserror::Error;

/// Why a request was not answered as hoped. What a client is told is its message; causes go to the log.
#[derive(Debug, Error)]
pub enum Error {
    /// The body holds no usable leads.
    #[error("the request is not valid")]
    Invalid(Vec<Complaint>),
    /// More bytes than allowed.
    #[error("the body is too large")]
    TooLarge {
        /// The most allowed.
        bytes_max: usize,
    },
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
    Refused(#[from] Refusal),
}

impl Error {
    /// From a body that could not be read as leads.
    pub fn invalid(error: BodyError, schema: &Schema) -> Self {
        Error::Invalid(complaints(error, schema))
    }

    fn status(&self) -> StatusCode {
        match self {
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Error::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Error::BrokenBody => StatusCode::BAD_REQUEST,
            Error::Busy | Error::NoModel | Error::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Score(_) | Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Error::Refused(refusal) => refusal.status(),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Error::Invalid(_) => "validation_error",
            Error::TooLarge { .. } => "payload_too_large",
            Error::TooSlow => "request_timeout",
            Error::BrokenBody => "bad_request",
            Error::Busy | Error::NoModel | Error::Store(_) => "service_unavailable",
            Error::Score(_) | Error::Internal => "internal_error",
            Error::NotFound => "not_found",
            Error::MethodNotAllowed => "method_not_allowed",
            Error::Refused(refusal) => refusal.word(),
        }
    }

    fn message(&self) -> String {
        match self {
            Error::Invalid(_) => "Request validation failed".to_owned(),
            Error::TooLarge { bytes_max } => {
                format!("The body is larger than {} MB. Please send fewer leads at once.", bytes_max >> 20)
            }
            Error::TooSlow => "The body did not arrive in time. Please try again.".to_owned(),
            Error::BrokenBody => "The body could not be read to its end.".to_owned(),
            Error::Busy => "Too many leads are being scored at once. Please try again shortly.".to_owned(),
            Error::NoModel => "No model is loaded. Please try again later.".to_owned(),
            Error::Store(_) => "The predictions could not be recorded. Please try again later.".to_owned(),
            Error::Score(_) | Error::Internal => "An unexpected error occurred. Please try again later.".to_owned(),
            Error::NotFound => "There is nothing at this address. See /docs for what there is.".to_owned(),
            Error::MethodNotAllowed => "This address does not take that method. See /docs.".to_owned(),
            Error::Refused(refusal) => refusal.message(),
        }
    }

    /// The word under which what was turned away is counted; what is merely wrong is told by its status.
    fn reason(&self) -> Option<&'static str> {
        Some(match self {
            Error::TooLarge { .. } => "body_too_large",
            Error::TooSlow => "body_too_slow",
            Error::Busy => "memory_full",
            Error::NoModel => "no_model",
            Error::Store(_) => "not_recorded",
            Error::Refused(refusal) => refusal.reason(),
            _ => return None,
        })
    }

    /// What is told beside the body.
    fn put_headers(&self, headers: &mut HeaderMap) {
        match self {
            Error::Refused(refusal) => refusal.put_headers(headers),
            Error::Busy => retry_after(headers, 1),
            Error::NoModel | Error::Store(_) => retry_after(headers, 5),
            _ => {}
        }
    }

    /// Only what an operator can act on. The log's writer tells of its own failures, once and not per request.
    fn log(&self) {
        match self {
            Error::Score(cause) => tracing::error!(%cause, "scoring failed"),
            Error::Internal => tracing::error!("a task ended early"),
            Error::Busy => tracing::warn!("a request was turned away: too many bodies at once"),
            _ => {}
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let (status, error, message) = (self.status(), self.word().to_owned(), self.message());
        let reason = self.reason();
        let mut headers = HeaderMap::new();
        self.put_headers(&mut headers);
        let detail = match self {
            Error::Invalid(complaints) => Some(complaints),
            _ => None,
        };
        let mut response = (status, headers, Json(Failure { error, message, detail })).into_response();
        if let Some(reason) = reason {
            response.extensions_mut().insert(Reason(reason));
        }
        response
    }
}
