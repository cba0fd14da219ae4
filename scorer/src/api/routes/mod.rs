//! One file per resource. None knows another.

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
