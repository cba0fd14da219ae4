//! Leadlight's scoring engine: computes the probability that a lead replies, with the same bits on every platform.
//!
//! Modules in dependency order (imports point up this list only): `lead` (schema, reading, encoding), `model` (model files
//! and inference), `insight` (grades, metrics, drift), `train`, `pipeline` (opens models and scores leads), and the edges
//! `wire`, `scored_list`, `chart`, `api`, `cli`. Modules above the edges map bytes to values: no clock, files, network or
//! randomness.

#[cfg(feature = "native")]
pub mod api;
#[cfg(feature = "charts")]
pub mod chart;
#[cfg(feature = "native")]
pub mod cli;
pub mod insight;
pub mod lead;
pub mod model;
#[cfg(feature = "onnx")]
pub mod pipeline;
#[cfg(feature = "onnx")]
pub mod scored_list;
#[cfg(feature = "train")]
pub mod train;
pub mod wire;
