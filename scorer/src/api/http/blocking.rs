//! Work that takes long enough to do it beside the threads that serve connections.

use super::error::ApiError;

/// Does it there, within the request's span.
pub(crate) async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(|_| ApiError::Internal)
}
