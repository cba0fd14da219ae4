//! Handlers, one file per resource.
//!
//! A resource must not depend on another one.

pub(crate) mod erasure;
pub(crate) mod health;
pub(crate) mod maintenance;
pub(crate) mod metrics;
pub(crate) mod model;
pub(crate) mod models;
pub(crate) mod monitoring;
pub(crate) mod outcomes;
pub(crate) mod predict;
pub mod readiness;
pub(crate) mod static_files;
