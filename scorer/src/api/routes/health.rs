//! Health, liveness and readiness.

use super::readiness;
use crate::api::http::response::{Health, Readiness};
use crate::api::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use std::sync::Arc;
use time::OffsetDateTime;

/// AppState name that monitors of the replaced service expect.
const SERVICE: &str = "linkedin-lead-scoring-api";

/// `Retry-After` of a failed readiness check, in seconds.
const RETRY_SECONDS: u64 = 5;

/// Reports that the service is up
#[utoipa::path(get, path = "/health", tag = "service", responses((
    status = 200, body = Health, description = "The process answers",
    example = json!({"status": "healthy", "service": "linkedin-lead-scoring-api", "version": "0.1.0", "model_loaded": true}),
)))]
pub(crate) async fn health(State(service): State<Arc<AppState>>) -> Json<Health> {
    Json(Health {
        status: "healthy".to_owned(),
        service: SERVICE.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision: service.config.revision.clone(),
        model_loaded: service.registry.current().is_some(),
        maintenance: service.check_maintenance().is_err().then_some(true),
    })
}

/// Reports liveness, whatever dependency is unreachable
#[utoipa::path(get, path = "/livez", tag = "service", responses((
    status = 200, body = String, content_type = "text/plain", description = "The process is alive", example = "alive",
)))]
pub(crate) async fn livez() -> &'static str {
    "alive"
}

/// Reports readiness to score and record leads
#[utoipa::path(get, path = "/readyz", tag = "service", responses(
    (status = 200, body = Readiness, description = "Ready; `degraded` if something needs an operator", example = json!({
        "status": "ready",
        "checks": {
            "model": {"status": "ok", "detail": null}, "log": {"status": "connected", "detail": null},
            "files": {"status": "ok", "detail": null}, "instances": {"status": "ok", "detail": null},
        },
    })),
    (status = 503, body = Readiness, description = "Not ready", headers(("Retry-After" = u32)), example = json!({
        "status": "unavailable",
        "checks": {
            "model": {"status": "missing", "detail": "no model is loaded"}, "log": {"status": "connected", "detail": null},
            "files": {"status": "ok", "detail": null}, "instances": {"status": "ok", "detail": null},
        },
    })),
))]
pub(crate) async fn readyz(State(service): State<Arc<AppState>>) -> impl IntoResponse {
    let (readiness, mut headers) = (readiness::check_readiness(&service), HeaderMap::new());
    if readiness.can_score() {
        return (StatusCode::OK, headers, Json(readiness));
    }
    let now = OffsetDateTime::now_utc();
    let seconds = service.maintenance.notice(now).map_or(RETRY_SECONDS, |notice| notice.retry_after_seconds(now));
    headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    (StatusCode::SERVICE_UNAVAILABLE, headers, Json(readiness))
}
