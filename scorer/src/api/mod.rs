//! The HTTP API: router, middleware, routes and what they share.
//!
//! Must not depend on encoding, models' insides or where settings come from.

pub mod api_keys;
pub mod config;
pub mod http;
mod maintenance;
mod metrics;
mod middleware;
pub mod model_registry;
pub mod monitor;
mod openapi;
pub mod rate_limit;
mod router;
mod routes;
pub mod state;

pub use router::router;
pub use routes::readiness;

use http::server;
use state::AppState;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Interval between polls of model files, API keys and other instances.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Serves until `stop` is done, then lets requests finish for a while.
pub async fn serve(listener: TcpListener, service: Arc<AppState>, stop: impl Future<Output = ()>) {
    let looking = tokio::spawn(keep_looking(service.clone()));
    let limits = &service.config.limits;
    server::serve(listener, router(service.clone()), limits, &service.meter, stop).await;
    looking.abort();
}

async fn keep_looking(service: Arc<AppState>) {
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        service.look().await;
    }
}
