//! The router: every route with the scope that it requires.

use super::api_keys::Scope;
use super::http::error::ApiError;
use super::middleware::auth::Requirement;
use super::middleware::{guard, wrap};
use super::openapi::viewer;
use super::routes::{
    erasure, health, maintenance, metrics, model, models, monitoring, outcomes, predict, static_files,
};
use super::state::AppState;
use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};
use std::sync::Arc;

type Routes = Router<Arc<AppState>>;

/// Builds the router of the whole API, middleware included.
pub fn router(state: Arc<AppState>) -> Router {
    let routes = public()
        .merge(guard(prediction(), &state, Requirement::Scope(Scope::Predict)))
        .merge(guard(model_description(), &state, Requirement::AnyKey))
        .merge(guard(observability(), &state, Requirement::Scope(Scope::Monitor)))
        .merge(guard(administration(), &state, Requirement::Scope(Scope::Admin)))
        .fallback(static_files::file)
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed });
    wrap(routes, &state).with_state(state)
}

/// Routes without authentication.
fn public() -> Routes {
    Router::new()
        .route("/health", get(health::health))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/docs", get(viewer::page))
        .route("/docs/{file}", get(viewer::file))
        .route("/redoc", get(|| async { Redirect::temporary("docs") }))
        .route("/openapi.json", get(viewer::openapi_json))
        // A browser cannot send a key for a style sheet, which holds no data.
        .route("/monitoring/style.css", get(monitoring::style))
}

/// Routes of scope `predict`.
fn prediction() -> Routes {
    Router::new().route("/predict", post(predict::predict)).route("/predict/batch", post(predict::predict_batch))
}

/// Routes for any key.
fn model_description() -> Routes {
    Router::new().route("/model", get(model::model))
}

/// Routes of scope `monitor`.
fn observability() -> Routes {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .route("/outcomes", post(outcomes::record))
        .route("/monitoring", get(monitoring::html))
        .route("/monitoring/data", get(monitoring::data))
        .route("/monitoring/alerts", get(monitoring::alerts))
        .route("/monitoring/report", get(monitoring::drift_report))
}

/// Routes of scope `admin`.
fn administration() -> Routes {
    Router::new()
        .route("/admin/models", get(models::list))
        .route("/admin/model", post(models::change))
        .route("/admin/forget", post(erasure::erase))
        .route("/admin/maintenance", get(maintenance::status).post(maintenance::set))
}
