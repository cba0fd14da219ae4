//! One file per resource. None knows another.

pub(super) mod admin;
pub(super) mod docs;
pub(super) mod forget;
pub(super) mod health;
pub(super) mod metrics;
pub(super) mod model;
pub(super) mod monitoring;
pub(super) mod outcomes;
pub(super) mod predict;
pub(super) mod upkeep;
