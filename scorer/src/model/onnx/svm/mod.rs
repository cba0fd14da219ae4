//! SVMClassifier and SVMRegressor, as onnxruntime computes them.
//!
//! Sums run in the order of the features and of the support vectors, in f32; a classifier's sum over support vectors is in
//! f64.

mod classifier;
mod kernel;
mod pairwise_coupling;
mod regressor;

pub(super) use classifier::classifier;
pub(super) use regressor::regressor;
