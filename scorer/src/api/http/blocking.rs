//! Work that takes long enough to do it beside the threads that serve connections.

use super::error::Error;

/// Does it there, within the request's span.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(|_| Error::Internal)
}
