//! The router: every route with the scope that it needs, and the middleware around all of them.

use super::api_keys::Scope;
use super::config::CorsOrigins;
use super::http::error::ApiError;
use super::http::idempotency::{IDEMPOTENCY_KEY, IDEMPOTENT_REPLAYED};
use super::http::{server_timing, static_site, trace_context};
use super::middleware::auth::Requirement;
use super::middleware::{auth, content_encoding, problem_details, request_context};
use super::openapi::viewer;
use super::rate_limit;
use super::routes::{erasure, health, maintenance, metrics, model, models, monitoring, outcomes, predict};
use super::state::AppState;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

type Routes = Router<Arc<AppState>>;

/// Every route and what is around it.
pub fn router(service: Arc<AppState>) -> Router {
    let guarded = |routes: Routes, need: Requirement| {
        routes.route_layer(from_fn_with_state((service.clone(), need), auth::authorize))
    };
    let router = open()
        .merge(guarded(scoring(), Requirement::Scope(Scope::Predict)))
        .merge(guarded(about(), Requirement::AnyKey))
        .merge(guarded(watching(), Requirement::Scope(Scope::Monitor)))
        .merge(guarded(administration(), Requirement::Scope(Scope::Admin)))
        .fallback(static_site::file)
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        // Bodies are bounded where they are read, by the limit that is set.
        .layer(ServiceBuilder::new().layer(CatchPanicLayer::custom(panicked)).layer(DefaultBodyLimit::disable()))
        .layer(content_encoding::decompression());
    // Made one: for every request, a router clones and boxes each of its layers, and those below it again.
    let outer = ServiceBuilder::new()
        .layer(from_fn_with_state(service.clone(), request_context::around))
        .option_layer(cors(&service.config.cors_origins))
        .layer(from_fn(problem_details::negotiate))
        .layer(from_fn(content_encoding::count))
        .layer(content_encoding::compression());
    router.layer(outer).with_state(service)
}

/// For everyone, wherever they are.
fn open() -> Routes {
    Router::new()
        .route("/health", get(health::health))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/docs", get(viewer::page))
        .route("/docs/{file}", get(viewer::file))
        .route("/redoc", get(|| async { Redirect::temporary("docs") }))
        .route("/openapi.json", get(viewer::description))
        // The page cannot send a key for it, and it says nothing.
        .route("/monitoring/style.css", get(monitoring::style))
}

/// For keys that may score.
fn scoring() -> Routes {
    Router::new().route("/predict", post(predict::predict)).route("/predict/batch", post(predict::predict_batch))
}

/// For any key.
fn about() -> Routes {
    Router::new().route("/model", get(model::model))
}

/// For keys that may watch.
fn watching() -> Routes {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .route("/outcomes", post(outcomes::tell))
        .route("/monitoring", get(monitoring::show))
        .route("/monitoring/data", get(monitoring::data))
        .route("/monitoring/alerts", get(monitoring::alerts))
        .route("/monitoring/report", get(monitoring::full_report))
}

/// For keys that may change what is served.
fn administration() -> Routes {
    Router::new()
        .route("/admin/models", get(models::models))
        .route("/admin/model", post(models::change))
        .route("/admin/forget", post(erasure::forget))
        .route("/admin/maintenance", get(maintenance::state).post(maintenance::change))
}

/// What pages elsewhere may send.
const ASKED: [HeaderName; 10] = [
    ACCEPT,
    AUTHORIZATION,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    IF_NONE_MATCH,
    IDEMPOTENCY_KEY,
    HeaderName::from_static("tracestate"),
    trace_context::TRACEPARENT,
    auth::X_API_KEY,
    request_context::X_REQUEST_ID,
];

/// What pages elsewhere may read.
const TOLD: [HeaderName; 11] = [
    request_context::X_REQUEST_ID,
    IDEMPOTENT_REPLAYED,
    predict::X_MODEL_VERSION,
    predict::X_MODEL_SHA256,
    ETAG,
    RETRY_AFTER,
    WWW_AUTHENTICATE,
    rate_limit::RATE_LIMIT,
    rate_limit::RATE_LIMIT_POLICY,
    trace_context::TRACERESPONSE,
    server_timing::SERVER_TIMING,
];

fn cors(origins: &CorsOrigins) -> Option<CorsLayer> {
    let allowed = match origins {
        CorsOrigins::None => return None,
        CorsOrigins::Any => AllowOrigin::any(),
        CorsOrigins::List(list) => AllowOrigin::list(list.iter().cloned()),
    };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::DELETE])
        .allow_headers(ASKED)
        .expose_headers(TOLD)
        .max_age(Duration::from_secs(600));
    Some(layer)
}

/// What a panic says may hold parts of a lead, so it is not repeated.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::Internal.into_response()
}
