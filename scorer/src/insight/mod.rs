//! Interpretation of scores: ranking, labels, grades, model cards, data profiles and drift, quality of predictions with
//! known outcomes, alerts.
//!
//! Must not depend on trees, files or the wire.

pub mod alert;
pub mod card;
pub mod drift;
pub mod grade;
pub mod label;
pub mod metric;
pub mod profile;
pub mod quality;
pub mod rank;
