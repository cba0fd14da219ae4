//! HTTP building blocks shared by middleware and routes: bodies, errors and their responses, content negotiation, the
//! server.
//!
//! Must not depend on routes, middleware or the application state.

pub(crate) mod blocking;
pub(crate) mod body;
pub(crate) mod content_negotiation;
pub mod error;
pub(crate) mod extensions;
pub(crate) mod idempotency;
pub mod rejection;
pub mod response;
pub(crate) mod server;
pub(crate) mod server_timing;
pub mod static_site;
pub(crate) mod trace_context;
pub(crate) mod validation_error;
