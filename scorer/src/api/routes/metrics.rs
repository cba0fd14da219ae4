//! `GET /metrics`: metrics of this instance for Prometheus.

use crate::api::http::error::ApiError;
use crate::api::http::response::ErrorBody;
use crate::api::state::AppState;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::Arc;

/// Media type of the Prometheus text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Returns the metrics of this instance in the Prometheus text format
#[utoipa::path(get, path = "/metrics", tag = "monitoring", responses(
    (
        status = 200, body = String, content_type = "text/plain", description = "Metrics in the text format of Prometheus",
        example = "# TYPE leadlight_models_loaded gauge\nleadlight_models_loaded 1\n# EOF\n",
    ),
    (status = 401, body = ErrorBody, description = "A key is needed"),
    (status = 403, body = ErrorBody, description = "The key lacks the scope monitor"),
))]
pub(crate) async fn metrics(State(service): State<Arc<AppState>>) -> Result<impl IntoResponse, ApiError> {
    let metrics = service.render_metrics().map_err(|_| ApiError::Internal)?;
    Ok(([(CONTENT_TYPE, TEXT_FORMAT)], metrics))
}
