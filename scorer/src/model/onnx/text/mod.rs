//! Text vectorizers: from texts to counts of words and their sequences, with onnxruntime's semantics.

mod char_class;
mod ngrams;
mod string_normalizer;
mod token_pattern;
mod tokenizer;

pub(super) use ngrams::tf_idf_vectorizer;
pub(super) use string_normalizer::string_normalizer;
pub(super) use tokenizer::attach_tokenizers;
