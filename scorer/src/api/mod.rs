//! The API: routes, what is around them, and serving them until told to stop.
//!
//! Owns the router. May not know encoding, models' insides or where settings come from.

mod access;
pub mod answer;
mod around;
mod aside;
mod body;
mod complaint;
pub mod config;
mod connection;
mod deadline;
mod encoding;
pub mod error;
mod idempotency;
pub mod keys;
pub mod limit;
mod maintenance;
mod media;
mod meter;
pub mod monitor;
mod openapi;
mod problem;
pub mod readiness;
pub mod refusal;
mod routes;
pub mod serving;
pub mod site;
pub mod state;
pub mod store;
mod timing;
mod trace;

use access::Need;
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
use config::Origins;
use error::Error;
use idempotency::{IDEMPOTENCY_KEY, IDEMPOTENT_REPLAYED};
use keys::Scope;
use routes::{admin, docs, forget, health, metrics, model, monitoring, outcomes, predict, upkeep};
use state::Service;
use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How often files of models and keys are looked at, and other instances listened to.
const LOOK_EVERY: Duration = Duration::from_secs(2);

type Routes = Router<Arc<Service>>;

/// Every route and what is around it.
pub fn router(service: Arc<Service>) -> Router {
    let guarded =
        |routes: Routes, need: Need| routes.route_layer(from_fn_with_state((service.clone(), need), access::admit));
    let router = open()
        .merge(guarded(scoring(), Need::Scope(Scope::Predict)))
        .merge(guarded(about(), Need::AnyKey))
        .merge(guarded(watching(), Need::Scope(Scope::Monitor)))
        .merge(guarded(administration(), Need::Scope(Scope::Admin)))
        .fallback(site::file)
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        // Bodies are bounded where they are read, by the limit that is set.
        .layer(ServiceBuilder::new().layer(CatchPanicLayer::custom(panicked)).layer(DefaultBodyLimit::disable()))
        .layer(encoding::decompression());
    // Made one: for every request, a router clones and boxes each of its layers, and those below it again.
    let outer = ServiceBuilder::new()
        .layer(from_fn_with_state(service.clone(), around::around))
        .option_layer(cors(&service.config.cors_origins))
        .layer(from_fn(problem::tell))
        .layer(from_fn(encoding::count))
        .layer(encoding::compression());
    router.layer(outer).with_state(service)
}

/// For everyone, wherever they are.
fn open() -> Routes {
    Router::new()
        .route("/health", get(health::health))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/docs", get(docs::viewer))
        .route("/docs/{file}", get(docs::viewer_file))
        .route("/redoc", get(|| async { Redirect::temporary("docs") }))
        .route("/openapi.json", get(docs::description))
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
        .route("/admin/models", get(admin::models))
        .route("/admin/model", post(admin::change))
        .route("/admin/forget", post(forget::forget))
        .route("/admin/maintenance", get(upkeep::state).post(upkeep::change))
}

/// Serves until `stop` is done, then lets requests finish for a while.
pub async fn serve(listener: TcpListener, service: Arc<Service>, stop: impl Future<Output = ()>) {
    let looking = tokio::spawn(keep_looking(service.clone()));
    let limits = &service.config.limits;
    connection::serve(listener, router(service.clone()), limits, &service.meter, stop).await;
    looking.abort();
}

async fn keep_looking(service: Arc<Service>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        service.look().await;
    }
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
    trace::TRACEPARENT,
    access::X_API_KEY,
    around::X_REQUEST_ID,
];

/// What pages elsewhere may read.
const TOLD: [HeaderName; 11] = [
    around::X_REQUEST_ID,
    IDEMPOTENT_REPLAYED,
    predict::X_MODEL_VERSION,
    predict::X_MODEL_SHA256,
    ETAG,
    RETRY_AFTER,
    WWW_AUTHENTICATE,
    limit::RATE_LIMIT,
    limit::RATE_LIMIT_POLICY,
    trace::TRACERESPONSE,
    timing::SERVER_TIMING,
];

fn cors(origins: &Origins) -> Option<CorsLayer> {
    let allowed = match origins {
        Origins::None => return None,
        Origins::Any => AllowOrigin::any(),
        Origins::List(list) => AllowOrigin::list(list.iter().cloned()),
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
    Error::Internal.into_response()
}
