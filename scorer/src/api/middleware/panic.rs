//! Panics to 500. The payload is neither logged nor returned: it may hold parts of a lead.

use crate::api::http::error::ApiError;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;

pub(super) fn layer() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(respond)
}

fn respond(_: Box<dyn Any + Send>) -> Response {
    ApiError::Internal.into_response()
}
