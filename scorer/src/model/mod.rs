//! Model files and inference: from feature matrices to probabilities.
//!
//! Covers the file format, the ONNX graph and the kernels. Must not depend on grades, cards or alerts, nor on leads
//! beyond their matrix.

#[cfg(feature = "native")]
pub mod booster;
pub mod bundle;
pub mod calibration;
pub mod forest;
#[cfg(feature = "train")]
pub mod graph_writer;
pub mod kernel;
#[cfg(feature = "onnx")]
pub mod onnx;
pub mod post_transform;
pub mod proto;
pub mod simd;
