//! One file per resource. None knows another.

pub(super) mod docs;
pub(super) mod health;
pub(super) mod predict;
