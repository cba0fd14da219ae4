//! Whether the service is up and has a model.

use crate::api::answer::Health;
use crate::api::state::Service;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// The name that monitors of the old service look for.
const SERVICE: &str = "linkedin-lead-scoring-api";

/// Says that the service is up
#[utoipa::path(get, path = "/health", tag = "service", responses((
    status = 200, body = Health,
    example = json!({"status": "healthy", "service": "linkedin-lead-scoring-api", "version": "0.1.0", "model_loaded": true}),
)))]
pub(in crate::api) async fn health(State(service): State<Arc<Service>>) -> Json<Health> {
    Json(Health {
        status: "healthy".to_owned(),
        service: SERVICE.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model_loaded: service.has_model(),
    })
}
