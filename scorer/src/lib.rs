//! Leadlight's engine: a lead goes in, the probability of a reply comes out, with the same bits on every platform.
//!
//! The layers import upwards only: `lead` (what a lead is, how it is read and encoded), `model` (files and their
//! arithmetic), `insight` (what follows from scores), `train`, `pipeline` (the one line through all of them), and the
//! edges `wire`, `scored_list`, `chart`, `api`, `cli`. Everything above the edges takes bytes and returns values: no clock, no files,
//! no network, no randomness.

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
