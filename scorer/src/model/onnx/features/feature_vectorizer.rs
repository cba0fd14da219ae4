//! FeatureVectorizer: concatenates the columns of several tensors, as f32. Each input is truncated or padded with 0 to its
//! declared width.

use super::super::NodeError;
use super::super::estimator::to_f32;
use super::super::node_context::NodeContext;
use super::super::operator::{Operator, TensorType, rows_and_columns, tensor_from};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;

/// Inputs: (rows, any) of numbers. Output: (rows, sum of the widths) of f32.
#[derive(Debug)]
struct Vectorizer {
    widths: Vec<usize>,
}

/// Most features of all inputs together.
const FEATURES_MAX: usize = 1 << 16;

/// Parses a FeatureVectorizer.
pub(in super::super) fn feature_vectorizer(context: &NodeContext<'_>) -> Result<Arc<dyn Operator>, NodeError> {
    let attributes = context.attributes();
    attributes.check_names(&["inputdimensions"])?;
    let widths = attributes.ints("inputdimensions");
    attributes.check_length("inputdimensions", widths, context.input_count())?;
    let width = |width: &i64| usize::try_from(*width).ok().filter(|width| *width <= FEATURES_MAX);
    let widths: Option<Vec<usize>> = widths.iter().map(width).collect();
    let is_in_range = |widths: &Vec<usize>| (1..=FEATURES_MAX).contains(&widths.iter().sum());
    let Some(widths) = widths.filter(is_in_range) else {
        return Err(attributes.error("inputdimensions", format!("should add up to 1 to {FEATURES_MAX}")));
    };
    Ok(Arc::new(Vectorizer { widths }))
}

impl Operator for Vectorizer {
    fn name(&self) -> &'static str {
        "LeadlightVectorizer"
    }

    fn inputs(&self) -> usize {
        self.widths.len()
    }

    fn output_types(&self, inputs: &[TensorType]) -> TractResult<Vec<TensorType>> {
        let rows = |(_, shape): &TensorType| match shape.as_slice() {
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
        let mut start = 0;
        for (input, own_width) in inputs.iter().zip(&self.widths) {
            let [_, columns] = rows_and_columns(input.shape())?;
            let copied = columns.min(*own_width);
            let source = to_f32(input)?;
            for (row, source) in values.chunks_exact_mut(width).zip(source.chunks_exact(columns.max(1))) {
                row[start..start + copied].copy_from_slice(&source[..copied]);
            }
            start += own_width;
        }
        Ok(vec![tensor_from(&[rows, width], values)?])
    }
}
