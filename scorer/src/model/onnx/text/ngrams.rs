//! TfIdfVectorizer: counts tokens and sequences of them (n-grams), one column for each of a pool.

use super::super::NodeError;
use super::super::attributes::{Attributes, to_strings};
use super::super::estimator::elements;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, tensor_from};
use super::tokenizer::{self, Tokenizer};
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: texts of shape (rows) or (rows, 1) with a tokenizer, else tokens of shape (rows, tokens). Output: (rows,
/// columns) of f32.
#[derive(Debug)]
struct Vectorizer {
    tokenizer: Option<Tokenizer>,
    /// Number of each token of the pool.
    words: HashMap<String, u32>,
    /// Column and weight of each sequence of tokens.
    grams: HashMap<Box<[u32]>, (usize, f32)>,
    lengths: RangeInclusive<usize>,
    columns: usize,
    mode: Mode,
}

/// Meaning of a column's number.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    /// The count.
    Tf,
    /// The weight, if there is any.
    Idf,
    /// The count times the weight.
    TfIdf,
}

/// Longest sequence of tokens.
const LENGTH_MAX: i64 = 32;

/// Most columns.
const COLUMNS_MAX: usize = 1 << 20;

const NAMES: [&str; 8] = [
    "max_gram_length",
    "max_skip_count",
    "min_gram_length",
    "mode",
    "ngram_counts",
    "ngram_indexes",
    "pool_strings",
    "weights",
];

/// Parses a TfIdfVectorizer over texts, perhaps with the Tokenizer before it.
pub(in super::super) fn tf_idf_vectorizer(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&[NAMES.as_slice(), &tokenizer::NAMES].concat())?;
    let mode = match attributes.string("mode").as_str() {
        "TF" => Mode::Tf,
        "IDF" => Mode::Idf,
        "TFIDF" => Mode::TfIdf,
        other => return Err(attributes.error("mode", format!("{other} should be TF, IDF or TFIDF"))),
    };
    if attributes.int("max_skip_count", 0) != 0 {
        return Err(attributes.error("max_skip_count", "other than 0 is not served"));
    }
    let (least, most) = (attributes.int("min_gram_length", 0), attributes.int("max_gram_length", 0));
    if !(1 <= least && least <= most && most <= LENGTH_MAX) {
        return Err(
            attributes.error("max_gram_length", format!("should be from the least, 1 or more, to {LENGTH_MAX}"))
        );
    }
    let pool = to_strings(attributes.strings("pool_strings"));
    let tokenizer = tokenizer::tokenizer(&attributes, &pool)?;
    let lengths = least as usize..=most as usize;
    let mut vectorizer =
        Vectorizer { tokenizer, words: HashMap::new(), grams: HashMap::new(), lengths, columns: 0, mode };
    vectorizer.add_grams(&attributes, &pool)?;
    Ok(Arc::new(vectorizer))
}

impl Vectorizer {
    /// Adds the pool: first all sequences of one token, then of two, and so on.
    fn add_grams(&mut self, attributes: &Attributes<'_>, pool: &[String]) -> Result<(), NodeError> {
        let (starts, columns) = (attributes.ints("ngram_counts"), attributes.ints("ngram_indexes"));
        let weights = attributes.floats("weights");
        if !weights.is_empty() {
            attributes.check_length("weights", attributes.finite("weights", weights)?, columns.len())?;
        }
        let mut grams: Vec<&[String]> = Vec::new();
        for (at, start) in starts.iter().enumerate() {
            let end = starts.get(at + 1).map_or(Some(pool.len()), |end| usize::try_from(*end).ok());
            let part = usize::try_from(*start).ok().zip(end).and_then(|(start, end)| pool.get(start..end));
            let part = part.filter(|part| part.len().is_multiple_of(at + 1));
            let part = part.ok_or_else(|| attributes.error("ngram_counts", "does not divide the pool"))?;
            grams.extend(part.chunks_exact(at + 1));
        }
        attributes.check_length("ngram_indexes", columns, grams.len())?;
        let mut used = HashSet::new();
        for (at, (gram, column)) in grams.into_iter().zip(columns).enumerate() {
            let column = usize::try_from(*column).ok().filter(|column| *column < COLUMNS_MAX && used.insert(*column));
            let reason = || format!("should be distinct columns from 0 to before {COLUMNS_MAX}");
            let column = column.ok_or_else(|| attributes.error("ngram_indexes", reason()))?;
            self.columns = self.columns.max(column + 1);
            if self.lengths.contains(&gram.len()) {
                let gram: Box<[u32]> = gram.iter().map(|word| self.add_word(word)).collect();
                let weight = weights.get(at).copied().unwrap_or(1.0);
                if self.grams.insert(gram, (column, weight)).is_some() {
                    return Err(attributes.error("pool_strings", "holds a sequence twice"));
                }
            }
        }
        Ok(())
    }

    fn add_word(&mut self, word: &str) -> u32 {
        let next = self.words.len() as u32;
        *self.words.entry(word.to_owned()).or_insert(next)
    }

    /// Adds the sequences of a row's tokens to its columns.
    fn count<'t>(&self, tokens: impl Iterator<Item = &'t str>, row: &mut [f32]) {
        // A token outside of the pool is in no sequence.
        let tokens: Vec<Option<u32>> = tokens.map(|token| self.words.get(token).copied()).collect();
        for run in tokens.split(Option::is_none) {
            let run: Vec<u32> = run.iter().copied().flatten().collect();
            for length in self.lengths.clone() {
                for (column, weight) in run.windows(length).filter_map(|gram| self.grams.get(gram)) {
                    match self.mode {
                        Mode::Tf | Mode::TfIdf => row[*column] += 1.0,
                        Mode::Idf => row[*column] = *weight,
                    }
                }
            }
        }
    }
}

impl Operator for Vectorizer {
    fn name(&self) -> &'static str {
        "LeadlightNgrams"
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let (kind, shape) = &inputs[0];
        ensure!(*kind == DatumType::String, "the input should hold texts");
        let rows = match (shape.as_slice(), &self.tokenizer) {
            ([rows], Some(_)) => rows,
            ([rows, one], Some(_)) if *one == 1.to_dim() => rows,
            ([rows, _], None) => rows,
            _ => bail!("the input should be one column of texts"),
        };
        Ok(vec![(DatumType::F32, tvec!(rows.clone(), self.columns.to_dim()))])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let rows = inputs[0].shape().first().copied().unwrap_or(0);
        let texts = elements::<String>(&inputs[0])?;
        let width = texts.len().checked_div(rows).unwrap_or(0);
        let mut counts = vec![0.0_f32; rows * self.columns];
        for (at, row) in counts.chunks_exact_mut(self.columns.max(1)).enumerate() {
            let cells = &texts[at * width..(at + 1) * width];
            match &self.tokenizer {
                Some(tokenizer) => self.count(cells.iter().flat_map(|text| tokenizer.tokens(text)), row),
                None => self.count(cells.iter().map(String::as_str), row),
            }
            if self.mode == Mode::TfIdf {
                self.grams.values().for_each(|(column, weight)| row[*column] *= weight);
            }
        }
        Ok(vec![tensor_from(&[rows, self.columns], counts)?])
    }
}
