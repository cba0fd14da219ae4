//! Blocking work off the threads that serve connections.

use thiserror::Error;

/// Task that panicked or was cancelled at shutdown.
#[derive(Debug, Error)]
#[error("a task ended early")]
pub(crate) struct TaskFailed;

/// Runs work on tokio's blocking pool, within the span of the request.
pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, TaskFailed> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(|_| TaskFailed)
}
