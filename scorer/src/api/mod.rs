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
mod scoring_queue;
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

/// Serves until `stop` completes, then waits for requests in flight.
pub async fn serve(listener: TcpListener, state: Arc<AppState>, stop: impl Future<Output = ()>) {
    let polling = tokio::spawn(poll_forever(state.clone()));
    let limits = &state.config.limits;
    server::serve(listener, router(state.clone()), limits, &state.metrics, stop).await;
    polling.abort();
}

async fn poll_forever(state: Arc<AppState>) {
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        state.poll().await;
    }
}
