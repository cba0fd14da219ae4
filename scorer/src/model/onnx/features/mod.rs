//! Feature preparation: operators of ai.onnx.ml, with onnxruntime's semantics.

mod array_feature_extractor;
mod binarizer;
mod feature_vectorizer;
mod imputer;
mod label_encoder;
mod lookup;
mod normalizer;
mod one_hot;

pub(super) use array_feature_extractor::array_feature_extractor;
pub(super) use binarizer::binarizer;
pub(super) use feature_vectorizer::feature_vectorizer;
pub(super) use imputer::imputer;
pub(super) use label_encoder::{category_mapper, label_encoder, mapped_output_type};
pub(super) use normalizer::normalizer;
pub(super) use one_hot::one_hot;
