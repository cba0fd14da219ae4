//! What stands between a table and a model: operators of ai.onnx.ml that prepare features.
//!
//! Owns their attributes and meaning, as onnxruntime has them. May not know models or leads.

mod binarizer;
mod extractor;
mod imputer;
mod label_encoder;
mod mapping;
mod normalizer;
mod one_hot;
mod vectorizer;

pub(super) use binarizer::binarizer;
pub(super) use extractor::array_feature_extractor;
pub(super) use imputer::imputer;
pub(super) use label_encoder::{category_mapper, label_encoder, mapped_type};
pub(super) use normalizer::normalizer;
pub(super) use one_hot::one_hot;
pub(super) use vectorizer::vectorizer;
