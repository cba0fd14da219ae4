//! HTTP building blocks shared by middleware and routes: bodies, errors and their responses, content negotiation, the
//! server.
//!
//! Must not depend on routes, middleware or the application state.

pub(crate) mod blocking;
pub mod body;
pub(crate) mod body_memory;
pub(crate) mod conditional;
pub mod content_negotiation;
pub mod error;
pub(crate) mod error_response;
pub(crate) mod extensions;
pub mod idempotency;
pub(crate) mod in_flight_keys;
pub mod rejection;
pub mod response;
pub(crate) mod server;
pub(crate) mod server_timing;
pub mod static_site;
pub(crate) mod trace_context;
pub(crate) mod validation_error;
