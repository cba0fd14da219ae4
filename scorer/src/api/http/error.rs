//! The error type of routes, converted into a response in this one place.
//!
//! Each concern has an error of its own beside the code that raises it; a message to the client never holds a cause.

use super::blocking::TaskFailed;
use super::body::ReadBodyError;
use super::content_negotiation::NegotiationError;
use super::error_response::ErrorResponse;
use super::extensions::{ProblemContext, RejectionReason};
use super::idempotency::IdempotencyError;
use super::rejection::Rejection;
use super::response::{ErrorBody, ValidationError};
use super::validation_error::body_errors;
use crate::lead::json::{BodyError, ISSUES_MAX};
use crate::lead::schema::Schema;
use crate::model::onnx::ScoreError;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use prediction_log::StoreError;
use std::sync::Arc;
use thiserror::Error;

/// Error of a route.
#[derive(Debug, Error)]
pub enum ApiError {
    /// Body, query or headers that are not valid.
    #[error("the request is not valid")]
    Invalid(Vec<ValidationError>),
    /// Body that could not be read.
    #[error(transparent)]
    Body(#[from] ReadBodyError),
    /// Unsupported media type of the request, or of the response.
    #[error(transparent)]
    Negotiation(#[from] NegotiationError),
    /// Conflicting use of an `Idempotency-Key`.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// Request rejected by an operating rule.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// No model in service.
    #[error("no model is loaded")]
    NoModel,
    /// Failure of the prediction log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Failure of the model run.
    #[error("scoring failed")]
    Score(#[from] ScoreError),
    /// Bug: a task ended early.
    #[error("a task ended early")]
    Internal,
    /// Unknown route or file.
    #[error("not found")]
    NotFound,
    /// Method that the route does not have.
    #[error("method not allowed")]
    MethodNotAllowed,
}

impl From<TaskFailed> for ApiError {
    fn from(_: TaskFailed) -> Self {
        ApiError::Internal
    }
}

impl ApiError {
    /// Converts the errors of a JSON body of leads.
    pub fn invalid(error: BodyError, schema: &Schema) -> Self {
        ApiError::Invalid(body_errors(error, schema))
    }

    fn response(&self) -> ErrorResponse {
        use StatusCode as Status;
        match self {
            ApiError::Invalid(errors) => invalid_response(errors),
            ApiError::Body(error) => error.response(),
            ApiError::Negotiation(error) => error.response(),
            ApiError::Idempotency(error) => error.response(),
            ApiError::Rejected(rejection) => rejection.response(),
            ApiError::NoModel => {
                unavailable("No model is loaded. Please try again later.").with_reason("no_model").with_retry_after(30)
            }
            ApiError::Store(_) => unavailable("The predictions could not be recorded. Please try again later.")
                .with_reason("not_recorded")
                .with_retry_after(5),
            ApiError::Score(_) | ApiError::Internal => {
                let message = "An unexpected error occurred. Please try again later.";
                ErrorResponse::new(Status::INTERNAL_SERVER_ERROR, "internal_error", message)
            }
            ApiError::NotFound => {
                let message = "There is nothing at this address. See /docs for what there is.";
                ErrorResponse::new(Status::NOT_FOUND, "not_found", message)
            }
            ApiError::MethodNotAllowed => {
                let message = "This address does not take that method. See /docs.";
                ErrorResponse::new(Status::METHOD_NOT_ALLOWED, "method_not_allowed", message)
            }
        }
    }

    fn body_with(&self, code: &str, message: &str) -> ErrorBody {
        let detail = match self {
            ApiError::Invalid(errors) => Some(errors.clone()),
            _ => None,
        };
        ErrorBody { error: code.to_owned(), message: message.to_owned(), detail }
    }

    /// Returns the body of the response; also the last line of a stream that cannot be finished.
    pub(crate) fn body(&self) -> ErrorBody {
        let ErrorResponse { code, message, .. } = self.response();
        self.body_with(code, &message)
    }

    /// True when the response has `Retry-After`.
    pub(crate) fn has_retry_after(&self) -> bool {
        self.response().headers.contains_key(RETRY_AFTER)
    }

    /// Logs what an operator can act on. The log's writer reports its own failures, once and not per request.
    pub(crate) fn log(&self) {
        match self {
            ApiError::Score(cause) => tracing::error!(%cause, "scoring failed"),
            ApiError::Internal => tracing::error!("a task ended early"),
            ApiError::Body(ReadBodyError::MemoryFull) => {
                tracing::warn!("request rejected: the memory for request bodies is in use");
            }
            _ => {}
        }
    }
}

fn invalid_response(errors: &[ValidationError]) -> ErrorResponse {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if errors.len() < ISSUES_MAX {
        return ErrorResponse::new(status, "validation_error", "Request validation failed");
    }
    let message = format!("Request validation failed. Only the first {ISSUES_MAX} problems are listed.");
    ErrorResponse::new(status, "validation_error", message)
}

fn unavailable(message: &'static str) -> ErrorResponse {
    ErrorResponse::new(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", message)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let ErrorResponse { status, code, message, reason, headers } = self.response();
        let body = Arc::new(self.body_with(code, &message));
        let mut response = (status, headers, Json(body.as_ref())).into_response();
        response.extensions_mut().insert(ProblemContext(body));
        if let Some(reason) = reason {
            response.extensions_mut().insert(RejectionReason(reason));
        }
        response
    }
}
