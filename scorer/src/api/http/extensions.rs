//! Extensions of requests and responses, by which middleware and routes hand values to one another.

use super::response::ErrorBody;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Id of a request, as in `X-Request-ID` and the logs.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Authenticated caller, on the request and on its response.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Name of the API key, or `loopback`, or `anonymous`.
    pub(crate) name: Arc<str>,
}

/// Number of leads in a response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowCount(pub(crate) usize);

/// Metrics label of a rejected request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RejectionReason(pub(crate) &'static str);

/// Error behind a response, from which problem details are made.
#[derive(Debug, Clone)]
pub(crate) struct ProblemContext(pub(crate) Arc<ErrorBody>);

/// Bytes of an encoded request body received so far, before decoding.
#[derive(Debug, Clone, Default)]
pub(crate) struct EncodedBytes(Arc<AtomicU64>);

impl EncodedBytes {
    pub(crate) fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
