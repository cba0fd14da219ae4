//! FeatureVectorizer: several tensors side by side, as floats.
//!
//! Owns the widths: what an input has beyond its own is left out, what it lacks is 0. May not know what the features are.

use super::super::NodeError;
use super::super::operation::{Form, Operation, made, rows_and_columns};
use super::super::score::floats;
use super::super::site::Site;
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: (rows, any) of numbers. Output: (rows, sum of the widths) of f32.
#[derive(Debug)]
struct Vectorizer {
    widths: Vec<usize>,
}

/// The most features that all inputs together may have.
const FEATURES_MAX: usize = 1 << 16;

/// Reads a FeatureVectorizer.
pub(in super::super) fn vectorizer(site: &Site<'_>) -> Result<Arc<dyn Operation>, NodeError> {
    let attributes = site.attributes();
    attributes.known(&["inputdimensions"])?;
    let given = attributes.ints("inputdimensions");
    attributes.length("inputdimensions", given, site.inputs())?;
    let width = |width: &i64| usize::try_from(*width).ok().filter(|width| *width <= FEATURES_MAX);
    let widths: Option<Vec<usize>> = given.iter().map(width).collect();
    let small = |widths: &Vec<usize>| (1..=FEATURES_MAX).contains(&widths.iter().sum());
    let Some(widths) = widths.filter(small) else {
        return Err(attributes.error("inputdimensions", format!("should add up to 1 to {FEATURES_MAX}")));
    };
    Ok(Arc::new(Vectorizer { widths }))
}

impl Operation for Vectorizer {
    fn name(&self) -> &'static str {
        "LeadlightVectorizer"
    }

    fn inputs(&self) -> usize {
        self.widths.len()
    }

    fn forms(&self, inputs: &[Form]) -> TractResult<Vec<Form>> {
        let rows = |(_, shape): &Form| match shape.as_slice() {
            [_] => Ok(1.to_dim()),
            [rows, _] => Ok(rows.clone()),
            _ => bail!("the inputs should have one or two dimensions"),
        };
        let count = rows(&inputs[0])?;
        for input in inputs {
            ensure!(input.0.is_number(), "the inputs should hold numbers");
            ensure!(rows(input)? == count, "the inputs should have the same rows");
        }
        Ok(vec![(DatumType::F32, tvec!(count, self.widths.iter().sum::<usize>().to_dim()))])
    }

    fn run(&self, inputs: &[TValue]) -> TractResult<Vec<Tensor>> {
        let [rows, _] = rows_and_columns(inputs[0].shape())?;
        let width: usize = self.widths.iter().sum();
        let mut values = vec![0.0; rows * width];
        let mut from = 0;
        for (input, own) in inputs.iter().zip(&self.widths) {
            let [_, columns] = rows_and_columns(input.shape())?;
            let taken = columns.min(*own);
            let given = floats(input)?;
            for (row, given) in values.chunks_exact_mut(width).zip(given.chunks_exact(columns.max(1))) {
                row[from..from + taken].copy_from_slice(&given[..taken]);
            }
            from += own;
        }
        Ok(vec![made(&[rows, width], values)?])
    }
}
