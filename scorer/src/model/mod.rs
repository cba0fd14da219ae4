//! Model files and their arithmetic: from a matrix of features to probabilities.
//!
//! Owns the file format, the graph and the kernel. May not know what follows from a probability, nor leads beyond
//! their matrix.

pub mod bundle;
pub mod calibration;
pub mod classifier;
pub mod forest;
pub mod kernel;
#[cfg(feature = "onnx")]
pub mod onnx;
pub mod proto;
pub mod simd;
