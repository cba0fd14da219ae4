//! SVMClassifier and SVMRegressor: features -> scores or probabilities.
//!
//! Owns the kernels, the votes and the coupling of probabilities, as onnxruntime has them. Sums run in the order of the
//! features and of the support vectors, in f32; the sum over support vectors of a classifier is in f64. May not know
//! graphs or leads.

mod classifier;
mod coupling;
mod kernel;
mod regressor;

pub(super) use classifier::classifier;
pub(super) use regressor::regressor;
