//! The API: routes, what is around them, and serving them until told to stop.
//!
//! Owns the router. May not know encoding, models' insides or where settings come from.

pub mod answer;
mod around;
mod body;
mod complaint;
pub mod config;
mod encoding;
pub mod error;
mod idempotency;
mod media;
mod openapi;
mod problem;
mod routes;
pub mod site;
pub mod state;
pub mod store;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use config::Origins;
use error::Error;
use idempotency::{IDEMPOTENCY_KEY, IDEMPOTENT_REPLAYED};
use routes::{docs, health, predict};
use state::Service;
use std::any::Any;
use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long requests may take to finish once the server is told to stop: less than the ten seconds after which
/// containers are killed.
const DRAIN: Duration = Duration::from_secs(8);

/// Every route and what is around it.
pub fn router(service: Arc<Service>) -> Router {
    let cors = cors(&service.config.cors_origins);
    let router = Router::new()
        .route("/health", get(health::health))
        .route("/predict", post(predict::predict))
        .route("/predict/batch", post(predict::predict_batch))
        .route("/docs", get(docs::viewer))
        .route("/docs/{file}", get(docs::viewer_file))
        .route("/redoc", get(|| async { Redirect::temporary("docs") }))
        .route("/openapi.json", get(docs::description))
        .fallback(site::file)
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        // Bodies are bounded where they are read, by the limit that is set.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(encoding::decompression())
        .layer(encoding::compression())
        .layer(from_fn(encoding::count))
        .layer(from_fn(problem::tell));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router.layer(from_fn_with_state(service.clone(), around::around)).with_state(service)
}

/// Serves until `stop` is done, then lets requests finish for a while.
pub async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (begin_drain, mut draining) = tokio::sync::watch::channel(false);
    let stop = async move {
        stop.await;
        begin_drain.send_replace(true);
    };
    let serving = axum::serve(listener, router(service)).with_graceful_shutdown(stop).into_future();
    let patience = async {
        let _ = draining.wait_for(|draining| *draining).await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        ended = serving => ended,
        () = patience => {
            tracing::warn!("some requests did not finish in time");
            Ok(())
        }
    }
}

fn cors(origins: &Origins) -> Option<CorsLayer> {
    let allowed = match origins {
        Origins::None => return None,
        Origins::Any => AllowOrigin::any(),
        Origins::List(list) => AllowOrigin::list(list.iter().cloned()),
    };
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE, CONTENT_ENCODING, around::X_REQUEST_ID, IDEMPOTENCY_KEY])
        .expose_headers([
            around::X_REQUEST_ID,
            RETRY_AFTER,
            IDEMPOTENT_REPLAYED,
            predict::X_MODEL_VERSION,
            predict::X_MODEL_SHA256,
        ])
        .max_age(Duration::from_secs(600));
    Some(layer)
}

/// What a panic says may hold parts of a lead, so it is not repeated.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Error::Internal.into_response()
}
