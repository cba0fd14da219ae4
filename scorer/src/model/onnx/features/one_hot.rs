//! OneHotEncoder: a column for each category, 1 in that of the element.
//!
//! Owns what onnxruntime makes of other types: floats and doubles are cut to whole numbers first, and a tensor of another
//! kind than the categories has none of them. May not know what the categories are.

use super::super::NodeError;
use super::super::math::to_whole;
use super::super::operation::{Form, Operation, made};
use super::super::score::slice;
use super::super::site::Site;
use super::mapping::{Keys, List};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Input: (rows) or (rows, features). Output: the same shape and a dimension more, that of the categories, of f32.
#[derive(Debug)]
struct OneHot {
    categories: Keys,
    count: usize,
    /// Whether an element that is no category has zeros in every column; otherwise nothing can be answered.
    zeros: bool,
}

/// Reads a OneHotEncoder.
pub(in super::super) fn one_hot(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["cats_int64s", "cats_strings", "zeros"])?;
    let (ints, texts) = (attributes.ints("cats_int64s"), attributes.strings("cats_strings"));
    let list = match (ints.is_empty(), texts.is_empty()) {
        (false, true) => List::Ints(ints.to_vec()),
        (true, false) => List::Texts(texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()),
        (true, true) => return Err(attributes.error("cats_int64s", "has no categories")),
        (false, false) => {
            return Err(attributes.error("cats_strings", "stands beside cats_int64s; one of them is enough"));
        }
    };
    let categories = Keys::of(&list, false).ok_or_else(|| attributes.error("cats_int64s", "has no categories"))?;
    Ok(Arc::new(OneHot { categories, count: list.len(), zeros: attributes.int("zeros", 1) != 0 }))
}

impl OneHot {
    fn places(&self, input: &Tensor) -> TractResult<Vec<Option<usize>>> {
        match (&self.categories, input.datum_type()) {
            (Keys::Texts(_), DatumType::String) | (Keys::Ints(_), DatumType::I64) => self.categories.places(input),
            (Keys::Ints(categories), DatumType::F32) => {
                let place = |value: &f32| categories.get(&to_whole(f64::from(*value))).copied();
                Ok(slice::<f32>(input)?.iter().map(place).collect())
            }
            (Keys::Ints(categories), DatumType::F64) => {
                Ok(slice::<f64>(input)?.iter().map(|value| categories.get(&to_whole(*value)).copied()).collect())
            }
            _ => bail!("the input should be of the categories' type"),
        }
    }
}

impl Operation for OneHot {
    fn name(&self) -> &'static str {
        "LeadlightOneHot"
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let (kind, shape) = &inputs[0];
        let is_text = matches!(self.categories, Keys::Texts(_));
        let fits = match kind {
            DatumType::String => is_text,
            DatumType::I64 | DatumType::F32 | DatumType::F64 => !is_text,
            _ => false,
        };
        ensure!(fits, "the input should be of the categories' type, not {kind:?}");
        ensure!(shape.len() <= 2, "the input should have at most two dimensions");
        let mut shape = shape.clone();
        shape.push(self.count.to_dim());
        Ok(vec![(DatumType::F32, shape)])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let places = self.places(&inputs[0])?;
        ensure!(self.zeros || places.iter().all(Option::is_some), "a value is none of the categories");
        let mut values = vec![0.0_f32; places.len() * self.count];
        for (row, place) in values.chunks_exact_mut(self.count).zip(places) {
            if let Some(place) = place {
                row[place] = 1.0;
            }
        }
        Ok(vec![made(&[inputs[0].shape(), &[self.count]].concat(), values)?])
    }
}
