//! Middleware: one file per concern.
//!
//! Must not depend on routes.

pub(crate) mod auth;
pub(crate) mod content_encoding;
pub(crate) mod problem_details;
pub(crate) mod request_context;
pub(crate) mod timeout;
